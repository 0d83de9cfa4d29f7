//! Connections: taken, seated, spoken with, and ended when they stand still or the agent stops.

mod patient;
mod seat;

#[cfg(test)]
mod tests;

pub(super) use seat::Seat;

use super::answer::{Api, service};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use patient::Patient;
use seat::Seats;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What connections may take of us.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Connections at once. A newcomer displaces who has kept us waiting longest.
    pub seats: usize,
    /// How long a client may take for a request's head, and stay silent between two requests.
    pub silence: Duration,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long answers in flight may take when the agent stops.
    pub farewell: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            seats: 512,
            silence: Duration::from_secs(30),
            handshake: Duration::from_secs(10),
            farewell: Duration::from_secs(10),
        }
    }
}

/// The most a request's head may have, in bytes. URIs end at 64 KiB.
const HEAD: usize = 128 << 10;

/// Takes connections until `stop`, then lets them end.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    api: Arc<Api>,
    limits: Limits,
    stop: CancellationToken,
) {
    let seats = Seats::new(limits.seats);
    let connections = TaskTracker::new();
    while let Some((stream, peer)) = next(&listener, &stop).await {
        let Some(seat) = stop.run_until_cancelled(seats.take()).await else {
            break;
        };
        let talk = Talk {
            api: Arc::clone(&api),
            peer,
            tls: tls.is_some(),
            seat,
            limits,
            stop: stop.clone(),
        };
        connections.spawn(talk.hold(stream, tls.clone()));
    }
    drop(listener);
    connections.close();
    if timeout(limits.farewell, connections.wait()).await.is_err() {
        tracing::warn!(left = connections.len(), "HTTP connections are cut off");
        seats.clear();
        connections.wait().await;
    }
}

/// The next connection; `None` at the end.
async fn next(listener: &TcpListener, stop: &CancellationToken) -> Option<(TcpStream, SocketAddr)> {
    loop {
        match stop.run_until_cancelled(listener.accept()).await? {
            Ok(accepted) => return Some(accepted),
            Err(error) => {
                // Out of descriptors, most likely: the next try must not spin.
                tracing::warn!(%error, "an HTTP client could not be accepted");
                let pause = tokio::time::sleep(Duration::from_millis(100));
                stop.run_until_cancelled(pause).await?;
            }
        }
    }
}

/// One connection.
struct Talk {
    api: Arc<Api>,
    peer: SocketAddr,
    tls: bool,
    seat: Arc<Seat>,
    limits: Limits,
    stop: CancellationToken,
}

impl Talk {
    async fn hold(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        let seat = Arc::clone(&self.seat);
        // Only latency is lost without it.
        let _ = stream.set_nodelay(true);
        let talk = async move {
            match tls {
                None => self.speak(stream).await,
                Some(tls) => match timeout(self.limits.handshake, tls.accept(stream)).await {
                    Ok(Ok(stream)) => self.speak(stream).await,
                    Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                    Err(_) => tracing::debug!("a TLS handshake took too long"),
                },
            }
        };
        if seat.taken_away(talk).await.is_none() {
            tracing::debug!("an HTTP connection was displaced");
        }
    }

    async fn speak<S: AsyncRead + AsyncWrite + Unpin>(self, stream: S) {
        let Self {
            api,
            peer,
            tls,
            seat,
            limits,
            stop,
        } = self;
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.silence)
            .max_header_size(HEAD)
            .serve_connection(
                TokioIo::new(Patient::new(stream)),
                service(api, peer.ip(), tls, seat),
            );
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, %peer, "an HTTP connection broke");
        }
    }
}
