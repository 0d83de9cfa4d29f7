//! When a process of the demonstration should end.

use crate::Error;
use std::io::Read as _;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
};

/// Waits until somebody asks for the end.
pub(crate) struct Stop {
    terminate: Signal,
    interrupt: Signal,
    parent: Option<oneshot::Receiver<()>>,
}

impl Stop {
    /// Listens for SIGTERM and SIGINT, and with `with_parent` for the end of standard input,
    /// which comes however the parent ends.
    pub(crate) fn listen(with_parent: bool) -> Result<Self, Error> {
        let on = |kind| {
            signal(kind).map_err(|source| Error::Io {
                doing: "listening for signals of",
                path: "this process".into(),
                source,
            })
        };
        Ok(Self {
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
            parent: with_parent.then(parent_gone),
        })
    }

    /// Returns when the end is asked for.
    pub(crate) async fn asked(&mut self) {
        let parent = async {
            match &mut self.parent {
                // A dropped sender is the end of input as well.
                Some(gone) => drop(gone.await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            () = parent => {}
        }
    }
}

/// A plain thread: a blocked read on tokio's own stdin would hold up the runtime's end.
fn parent_gone() -> oneshot::Receiver<()> {
    let (tx, rx) = oneshot::channel();
    std::thread::spawn(move || {
        let mut ignored = [0; 256];
        while matches!(std::io::stdin().read(&mut ignored), Ok(n) if n > 0) {}
        // Nobody waits any more when this fails.
        let _ = tx.send(());
    });
    rx
}
