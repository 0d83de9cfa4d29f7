//! `GET mlflow-artifacts/artifacts/PATH`: a file, or a part of it, as fast as it is taken.

use super::{
    ApiError, disposition, kind, path_of,
    range::{Part, part},
};
use crate::{Context, artifacts::Found, http::body::Line, service};
use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{
            ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
            IF_RANGE, LAST_MODIFIED, RANGE,
        },
    },
    response::{IntoResponse as _, Response},
};
use bytes::{Bytes, BytesMut};
use futures::stream;
use std::{
    io::{self, ErrorKind, SeekFrom},
    sync::Arc,
    time::UNIX_EPOCH,
};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

/// How much is read at once, in bytes: all the memory that a download takes.
const PIECE: u64 = 256 << 10;

pub(super) async fn download(
    State(ctx): State<Arc<Context>>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let (path, _) = path_of(&uri)?;
    let name = path.name().unwrap_or_default().to_owned();
    let found = service::artifacts::open(&ctx, path).await?;
    send(line, &headers, &name, found).await
}

/// Answers with a file, or with the part of it that a request's headers name.
pub(super) async fn send(
    line: Line,
    headers: &HeaderMap,
    name: &str,
    found: Found,
) -> Result<Response, ApiError> {
    let (tag, modified) = (tag(&found), last_modified(&found));
    let wanted = headers
        .get(RANGE)
        // A part of another file than the client has begun is of no use.
        .filter(|_| headers.get(IF_RANGE).is_none_or(|v| *v == tag))
        .and_then(|range| range.to_str().ok());
    let length = found.length;
    let (status, first, count) = match part(wanted, length) {
        Part::Whole => (StatusCode::OK, 0, length),
        Part::Bytes { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Part::Beyond => {
            let end = header(&format!("bytes */{length}"));
            let status = StatusCode::RANGE_NOT_SATISFIABLE;
            return Ok((status, [(CONTENT_RANGE, end)]).into_response());
        }
    };
    let mut response = (status, pour(found, first, count, line).await?).into_response();
    let out = response.headers_mut();
    out.insert(CONTENT_TYPE, kind::of(name));
    out.insert(CONTENT_DISPOSITION, disposition::attachment(name));
    out.insert(CONTENT_LENGTH, HeaderValue::from(count));
    out.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    out.insert(ETAG, tag);
    if let Some(modified) = modified {
        out.insert(LAST_MODIFIED, modified);
    }
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {first}-{}/{length}", first + count - 1);
        out.insert(CONTENT_RANGE, header(&range));
    }
    Ok(response)
}

/// Sends `count` bytes of a file, piece after piece.
async fn pour(found: Found, first: u64, count: u64, line: Line) -> Result<Body, ApiError> {
    let mut file = tokio::fs::File::from_std(found.file);
    if first > 0 {
        let sought = file.seek(SeekFrom::Start(first)).await;
        sought.map_err(crate::artifacts::ArtifactError::from)?;
    }
    let pieces = stream::try_unfold((file, count, line), async |(mut file, left, line)| {
        if left == 0 {
            return Ok::<_, io::Error>(None);
        }
        // The client has taken what was sent before.
        line.seat.waiting();
        let mut piece = BytesMut::with_capacity(usize::try_from(left.min(PIECE)).unwrap_or(0));
        let read = (&mut file)
            .take(left.min(PIECE))
            .read_buf(&mut piece)
            .await?;
        if read == 0 {
            // It was cut short meanwhile. Ending here would look like the file's end.
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(Some((piece.freeze(), (file, left - read as u64, line))))
    });
    let pieces: stream::BoxStream<'static, io::Result<Bytes>> = Box::pin(pieces);
    Ok(Body::from_stream(pieces))
}

/// What tells one state of a file from another.
fn tag(found: &Found) -> HeaderValue {
    let age = found
        .modified
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    header(&format!("\"{:x}-{:x}\"", age.as_nanos(), found.length))
}

/// When a file was last written, as HTTP writes dates.
fn last_modified(found: &Found) -> Option<HeaderValue> {
    let at = jiff::Timestamp::try_from(found.modified).ok()?;
    Some(header(
        &at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
    ))
}

/// A header of digits and punctuation.
fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
