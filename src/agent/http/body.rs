//! Bodies that are read whole: limited each, limited together, and not for ever.

use super::{
    connection::Seat,
    mlflow::{ApiError, ErrorCode},
};
use axum::{body::Body, http::StatusCode};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

/// What all bodies under way may take together, in bytes.
const TOGETHER: usize = 256 << 20;
/// How long a body may take to arrive: as long as the Python client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long it may stand still meanwhile.
const STILL: Duration = Duration::from_secs(30);

/// The most a route's body may have, in bytes: a layer of the route, where it differs from [`USUAL`].
#[derive(Clone, Copy, Debug)]
pub(super) struct BodyLimit(pub usize);

/// The most a body may have where the route does not say, in bytes.
///
/// MLflow's server knows no limit. A full `log-batch` of the longest keys and values, all escaped,
/// has 9 MB.
pub(super) const USUAL: BodyLimit = BodyLimit(16 << 20);

/// The memory that bodies share.
#[derive(Clone, Debug)]
pub(super) struct Memory(Arc<Semaphore>);

impl Default for Memory {
    fn default() -> Self {
        Self::of(TOGETHER)
    }
}

impl Memory {
    /// So many bytes.
    fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes)))
    }
}

/// What a request's body comes over: put into every request's extensions.
#[derive(Clone)]
pub(super) struct Line {
    /// The memory shared with all other bodies.
    pub memory: Memory,
    /// The connection's seat: who keeps us waiting can lose it.
    pub seat: Arc<Seat>,
    /// Whether it is encrypted.
    pub tls: bool,
}

impl Line {
    /// The next piece of a body; `None` at its end.
    ///
    /// # Errors
    /// 408 when nothing comes until `end` or for half a minute, 400 when the body breaks off.
    pub(super) async fn next(
        &self,
        body: &mut Body,
        end: Option<Instant>,
    ) -> Result<Option<Bytes>, ApiError> {
        let still = Instant::now() + STILL;
        let still = end.map_or(still, |end| end.min(still));
        loop {
            self.seat.waiting();
            let frame = timeout_at(still, body.frame()).await;
            self.seat.working();
            match frame {
                Err(_) => return Err(late()),
                Ok(None) => return Ok(None),
                Ok(Some(Err(error))) => return Err(broken_off(&error)),
                // Trailers mean nothing here.
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// Reads a body to its end.
    ///
    /// # Errors
    /// As [`Line::next`]; 413 over the limit, 503 when too much is under way.
    pub(super) async fn read(&self, mut body: Body, limit: BodyLimit) -> Result<Whole, ApiError> {
        let end = Instant::now() + PATIENCE;
        let mut share: Option<OwnedSemaphorePermit> = None;
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        while let Some(data) = self.next(&mut body, Some(end)).await? {
            let size = first.len().max(rest.len()) + data.len();
            if size > limit.0 {
                return Err(too_large(limit));
            }
            let more = u32::try_from(data.len()).map_err(|_| too_large(limit))?;
            let more = Arc::clone(&self.memory.0)
                .try_acquire_many_owned(more)
                .map_err(|_| busy())?;
            match &mut share {
                Some(share) => share.merge(more),
                None => share = Some(more),
            }
            if first.is_empty() {
                // Most bodies come in one piece, which is not copied.
                first = data;
            } else {
                if rest.is_empty() {
                    rest.extend_from_slice(&first);
                }
                rest.extend_from_slice(&data);
            }
        }
        Ok(Whole {
            bytes: if rest.is_empty() {
                first
            } else {
                rest.freeze()
            },
            _share: share,
        })
    }
}

/// A body, and its share of the memory for as long as it is kept.
#[derive(Debug)]
pub(super) struct Whole {
    /// What was sent.
    pub bytes: Bytes,
    _share: Option<OwnedSemaphorePermit>,
}

fn too_large(limit: BodyLimit) -> ApiError {
    ApiError::new(
        ErrorCode::InvalidParameterValue,
        format!("The request's body may have {} bytes at most.", limit.0),
    )
    .with_status(StatusCode::PAYLOAD_TOO_LARGE)
}

fn late() -> ApiError {
    ApiError::new(
        ErrorCode::BadRequest,
        "The request's body did not arrive in time.",
    )
    .with_status(StatusCode::REQUEST_TIMEOUT)
}

fn broken_off(error: &dyn std::error::Error) -> ApiError {
    ApiError::new(
        ErrorCode::BadRequest,
        format!("The request's body broke off: {error}."),
    )
}

fn busy() -> ApiError {
    ApiError::new(
        ErrorCode::TemporarilyUnavailable,
        "Too many large requests are under way; try again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::connection::Seat;
    use futures::stream;
    use std::io;

    async fn line(memory: usize) -> Line {
        Line {
            memory: Memory::of(memory),
            seat: Seat::only().await,
            tls: false,
        }
    }

    fn body(pieces: &[&'static str]) -> Body {
        let pieces: Vec<io::Result<&'static str>> = pieces.iter().map(|p| Ok(*p)).collect();
        Body::from_stream(stream::iter(pieces))
    }

    #[tokio::test]
    async fn a_body_is_limited_alone_and_with_others() {
        let line = line(9).await;
        let read = |pieces: &'static [&'static str], limit| {
            let line = line.clone();
            async move { line.read(body(pieces), BodyLimit(limit)).await }
        };
        let first = read(&["ab", "c", "de"], 5).await.unwrap();
        assert_eq!(first.bytes, "abcde");
        assert_eq!(read(&[], 5).await.unwrap().bytes, "");
        let error = read(&["abcd", "ef"], 5).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let error = read(&["abc", "de"], 5).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
        drop(first);
        assert_eq!(read(&["abc", "de"], 5).await.unwrap().bytes, "abcde");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let line = line(8).await;
        let never = Body::from_stream(stream::pending::<io::Result<&'static str>>());
        let error = line.read(never, USUAL).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::REQUEST_TIMEOUT);
        // Nor one that comes byte by byte.
        let drops = stream::unfold((), async |()| {
            tokio::time::sleep(STILL / 2).await;
            Some((Ok::<_, io::Error>("x"), ()))
        });
        let drops = Body::from_stream(Box::pin(drops));
        let error = line.read(drops, USUAL).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::REQUEST_TIMEOUT);
        let broken = Body::from_stream(stream::iter([Ok("a"), Err(io::Error::other("gone"))]));
        assert_eq!(
            line.read(broken, USUAL).await.unwrap_err().status(),
            StatusCode::BAD_REQUEST
        );
    }
}
