//! Reading a job's log by byte offset.

use super::{files::Folder, times};
use crate::{
    Context,
    error::{OrFail as _, broken, missing},
};
use std::{
    fs::File,
    io::{self, ErrorKind, Read as _, Seek as _, SeekFrom},
    path::Path,
};
use trimtab_core::{
    job::{JobId, LogChunk},
    time::Millis,
};
use trimtab_wire::Failure;

/// The most that one answer carries, in bytes.
const MOST: u64 = 1 << 20;

/// The last `bytes` of a log, from the start of a character.
pub(crate) async fn tail(ctx: &Context, job: JobId, bytes: u64) -> Result<LogChunk, Failure> {
    let bytes = bytes.min(MOST);
    at(ctx, job, move |length| {
        (length.saturating_sub(bytes), bytes)
    })
    .await
}

/// A piece of a log from `offset` on; empty at its end.
pub(crate) async fn read(
    ctx: &Context,
    job: JobId,
    offset: u64,
    max: u64,
) -> Result<LogChunk, Failure> {
    let max = if max == 0 { MOST } else { max.min(MOST) };
    at(ctx, job, move |_| (offset, max)).await
}

/// Where in a log something was written at a moment: what came last by then, or the beginning of what has a time.
/// `None` when nothing has.
pub(crate) async fn offset_at(
    ctx: &Context,
    job: JobId,
    at: Millis,
) -> Result<Option<u64>, Failure> {
    let folder = Folder(ctx.workspace.job(job));
    let found = tokio::task::spawn_blocking(move || times::at(&folder.times(), at)).await;
    match found {
        Ok(Ok(offset)) => Ok(offset),
        Ok(Err(e)) => Err(broken("Reading the times of the job's log failed", &e)),
        Err(e) => Err(broken("Reading the times of the job's log failed", &e)),
    }
}

/// The offset that follows a piece. Its text is as long as the bytes it was read from.
pub(crate) fn after(chunk: &LogChunk) -> u64 {
    chunk.offset + chunk.text.len() as u64
}

async fn at(
    ctx: &Context,
    job: JobId,
    place: impl FnOnce(u64) -> (u64, u64) + Send + 'static,
) -> Result<LogChunk, Failure> {
    let folder = Folder(ctx.workspace.job(job));
    let read = tokio::task::spawn_blocking(move || {
        let mut chunk = read_file(&folder.log(), place)?;
        // A log without its times is still a log.
        chunk.stamps = times::within(&folder.times(), chunk.offset, after(&chunk))
            .inspect_err(|error| tracing::warn!(%error, "the times of a job's log"))
            .unwrap_or_default();
        Ok::<_, io::Error>(chunk)
    });
    let read = read.await;
    match read {
        Ok(Ok(chunk)) => Ok(chunk),
        Ok(Err(e)) if e.kind() == ErrorKind::NotFound => {
            match ctx.store.job(job).await.or_fail()? {
                // Queued: it has said nothing yet.
                Some(_) => Ok(LogChunk::default()),
                None => Err(missing("job", job, "See `trimtab retrain list`.")),
            }
        }
        Ok(Err(e)) => Err(broken("Reading the job's log failed", &e)),
        Err(e) => Err(broken("Reading the job's log failed", &e)),
    }
}

fn read_file(path: &Path, place: impl FnOnce(u64) -> (u64, u64)) -> io::Result<LogChunk> {
    let mut file = File::open(path)?;
    let end = file.metadata()?.len();
    let (offset, max) = place(end);
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(max).read_to_end(&mut bytes)?;
    Ok(LogChunk {
        offset,
        text: text(&bytes),
        end,
        stamps: Vec::new(),
    })
}

/// Bytes as text of the same length: each byte that is no UTF-8 becomes a question mark. A
/// character cut off at the end is left for the next piece.
fn text(mut bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    loop {
        match std::str::from_utf8(bytes) {
            Ok(rest) => {
                out.push_str(rest);
                return out;
            }
            Err(error) => {
                let (good, bad) = bytes.split_at(error.valid_up_to());
                out.push_str(&String::from_utf8_lossy(good));
                let Some(length) = error.error_len() else {
                    return out;
                };
                out.extend(std::iter::repeat_n('?', length));
                bytes = &bad[length..];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn odd_bytes_keep_their_length_and_cut_characters_wait() {
        assert_eq!(text(b"a\xffb"), "a?b");
        assert_eq!(text("é".as_bytes()), "é");
        assert_eq!(text(&"aé".as_bytes()[..2]), "a");
        assert_eq!(text(b"\xe2\x28\xa1x"), "?(?x");
    }

    proptest! {
        #[test]
        fn the_next_offset_is_within_three_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let length = text(&bytes).len();
            prop_assert!(length <= bytes.len() && length + 3 >= bytes.len());
        }
    }
}
