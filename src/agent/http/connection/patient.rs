//! A stream whose other end must take what it is sent, or lose the connection; and that ends so that
//! the last answer is read.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// How long a client may take nothing of what waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a client may go on sending after the last answer. Closing at once would throw away the
/// answer with what it has sent meanwhile.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long it may be silent after the last answer, when it has sent nothing since: then it has nothing under way.
const SILENCE: Duration = Duration::from_millis(200);
/// How much it may send, in bytes.
const SCRAP: usize = 64 << 20;

/// Ends writes that make no progress, and lingers at its own end.
#[derive(Debug)]
pub(super) struct Patient<S> {
    stream: S,
    /// Running since a write could not proceed.
    waiting: Option<Pin<Box<Sleep>>>,
    /// Running since all was sent.
    parting: Option<Pin<Box<Sleep>>>,
    /// What was thrown away since, in bytes.
    scrap: usize,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            waiting: None,
            parting: None,
            scrap: 0,
        }
    }

    fn judge<T>(&mut self, cx: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.waiting = None;
            return poll;
        }
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::pin(sleep(PATIENCE)));
        match waiting.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.judge(cx, poll)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.judge(cx, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_flush(cx);
        this.judge(cx, poll)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.parting.is_none() {
            let poll = Pin::new(&mut this.stream).poll_shutdown(cx);
            ready!(this.judge(cx, poll))?;
        }
        let parting = this.parting.get_or_insert_with(|| Box::pin(sleep(SILENCE)));
        let mut room = [0; 16 << 10];
        while this.scrap < SCRAP {
            let mut buffer = ReadBuf::new(&mut room);
            match Pin::new(&mut this.stream).poll_read(cx, &mut buffer) {
                Poll::Pending => return parting.as_mut().poll(cx).map(Ok),
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    if this.scrap == 0 {
                        *parting = Box::pin(sleep(FAREWELL));
                    }
                    this.scrap += buffer.filled().len();
                }
                // It has ended, too.
                Poll::Ready(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt as _;

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_loses_the_connection() {
        let (ours, mut theirs) = tokio::io::duplex(8);
        let mut patient = Patient::new(ours);
        patient.write_all(b"12345678").await.unwrap();
        let error = patient.write_all(b"9").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        // Progress gives new patience.
        let mut patient = Patient::new(patient.stream);
        let write = patient.write_all(b"0123456789abcdef");
        let read = async {
            let mut buffer = [0; 24];
            for byte in &mut buffer {
                sleep(PATIENCE / 2).await;
                *byte = tokio::io::AsyncReadExt::read_u8(&mut theirs).await.unwrap();
            }
            buffer
        };
        let (written, read) = tokio::join!(write, read);
        written.unwrap();
        assert_eq!(&read, b"123456780123456789abcdef");
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_after_the_end_is_thrown_away() {
        let (ours, mut theirs) = tokio::io::duplex(8);
        let mut patient = Patient::new(ours);
        let send = async {
            theirs.write_all(&[0; 100]).await.unwrap();
            drop(theirs);
        };
        let (ended, ()) = tokio::join!(patient.shutdown(), send);
        ended.unwrap();
        assert_eq!(patient.scrap, 100);
        // Who neither sends nor ends is not waited for.
        let (ours, _theirs) = tokio::io::duplex(8);
        Patient::new(ours).shutdown().await.unwrap();
    }
}
