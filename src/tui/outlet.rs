//! The terminal's output in a thread of its own: a slow link holds up frames, never keys or data.
//!
//! While something is being written, no further frame is drawn ([`Outlet::is_busy`]); what changes meanwhile is in
//! the next one. How long a write took says how slow the link is.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

/// Pieces waiting at most. Frames wait for the one before, so only copied texts come on top.
const WAITING: usize = 16;

/// One piece was written, or could not be.
#[derive(Debug)]
pub struct Written {
    /// How long the terminal took for it.
    pub took: Duration,
    /// Whether it is there.
    pub result: io::Result<()>,
}

/// The near end of the thread. Dropping it ends the thread after what it writes now.
#[derive(Debug)]
pub struct Outlet {
    pieces: SyncSender<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
}

impl Outlet {
    /// Starts the thread, which hands every piece to `write` and tells when it is done.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start(
        mut write: impl FnMut(&[u8]) -> io::Result<()> + Send + 'static,
    ) -> io::Result<(Self, mpsc::Receiver<Written>)> {
        let (pieces, queue) = sync_channel::<Vec<u8>>(WAITING);
        let (tell, told) = mpsc::channel(WAITING);
        let waiting = Arc::new(AtomicUsize::new(0));
        let left = Arc::clone(&waiting);
        thread::Builder::new()
            .name("terminal".into())
            .spawn(move || {
                while let Ok(piece) = queue.recv() {
                    let from = Instant::now();
                    let result = write(&piece);
                    let took = from.elapsed();
                    left.fetch_sub(1, Ordering::SeqCst);
                    if tell.blocking_send(Written { took, result }).is_err() {
                        return;
                    }
                }
            })?;
        Ok((Self { pieces, waiting }, told))
    }

    /// Whether something is still on its way to the terminal.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }
}

impl io::Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.pieces.send(bytes.to_vec()).map_err(|_| {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            io::Error::from(io::ErrorKind::BrokenPipe)
        })?;
        Ok(bytes.len())
    }

    /// The thread flushes each piece itself.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::mpsc::channel;

    use super::*;

    /// A terminal that takes a piece only when it is let.
    #[tokio::test]
    async fn a_slow_terminal_holds_up_nobody() {
        let (let_one, gate) = channel::<()>();
        let (seen, shown) = channel();
        let (mut outlet, mut told) = Outlet::start(move |bytes| {
            gate.recv()
                .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
            let _ = seen.send(bytes.to_vec());
            Ok(())
        })
        .unwrap();
        assert!(!outlet.is_busy());
        outlet.write_all(b"one").unwrap();
        outlet.write_all(b"two").unwrap();
        assert!(outlet.is_busy(), "and yet we are here");
        let_one.send(()).unwrap();
        assert!(told.recv().await.unwrap().result.is_ok());
        assert!(outlet.is_busy());
        let_one.send(()).unwrap();
        assert!(told.recv().await.unwrap().result.is_ok());
        assert!(!outlet.is_busy());
        assert_eq!(shown.iter().take(2).collect::<Vec<_>>().concat(), b"onetwo");
        // A terminal that is gone is told.
        drop(let_one);
        outlet.write_all(b"three").unwrap();
        assert!(told.recv().await.unwrap().result.is_err());
    }

    #[tokio::test]
    async fn nobody_listens_any_more() {
        let (mut outlet, told) = Outlet::start(|_| Ok(())).unwrap();
        drop(told);
        // The thread notices with the first piece; from then on writing says so.
        let mut ended = false;
        for _ in 0..10_000 {
            ended |= outlet.write_all(b"x").is_err();
        }
        assert!(ended);
    }
}
