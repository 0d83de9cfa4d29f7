//! Ways to reach an agent: its socket, memory (`--standalone`), or another program's stdio (`ssh`).

use std::{io, path::PathBuf, process::Stdio};
use tokio::{
    io::{AsyncRead, AsyncWrite, DuplexStream},
    net::UnixStream,
    process::Command,
    sync::mpsc,
};

/// A byte stream in both directions.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// How to reach the agent; used again at every reconnect.
#[derive(Clone, Debug)]
pub enum Dial {
    /// Its Unix socket.
    Unix(PathBuf),
    /// An agent in this process takes the other end of a pipe from this queue.
    Memory(mpsc::Sender<DuplexStream>),
    /// A program whose standard input and output are the stream (`ssh box trimtab attach`).
    Command(Vec<String>),
}

impl Dial {
    /// Opens a stream.
    pub async fn open(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            Self::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
            Self::Memory(queue) => {
                let (ours, theirs) = tokio::io::duplex(256 << 10);
                queue
                    .send(theirs)
                    .await
                    .map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
                Ok(Box::new(ours))
            }
            Self::Command(argv) => {
                let (program, args) = argv
                    .split_first()
                    .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
                let mut child = Command::new(program)
                    .args(args)
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .kill_on_drop(true)
                    .spawn()?;
                let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
                    return Err(io::Error::from(io::ErrorKind::BrokenPipe));
                };
                // The child ends by itself when the pipes close.
                tokio::spawn(async move { child.wait().await });
                Ok(Box::new(tokio::io::join(stdout, stdin)))
            }
        }
    }
}
