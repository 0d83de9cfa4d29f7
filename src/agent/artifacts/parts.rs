//! Files that come in parts, several at once (multipart upload), and are put together at the end.
//!
//! Parts are kept among the drafts. They go with the upload's end, after a day in which nobody touched
//! it, and when the agent is started anew: the file is there whole or not at all, as with one stream.

use super::{
    ArtifactError, ArtifactPath, Depot, Loose, blocking,
    draft::{OwnFile, publish},
};
use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The most parts that a file may have, as with S3.
pub(super) const MOST_PARTS: i64 = 10_000;
/// Uploads under way at once.
const MOST_UPLOADS: usize = 1_000;
/// How long an upload may be left alone.
const IDLE: Duration = Duration::from_secs(24 * 60 * 60);

/// The uploads under way by id.
#[derive(Debug, Default)]
pub(super) struct Uploads(Mutex<HashMap<String, Upload>>);

#[derive(Debug)]
struct Upload {
    path: ArtifactPath,
    parts: BTreeMap<i64, Kept>,
    touched: Instant,
}

#[derive(Debug)]
struct Kept {
    own: OwnFile,
    etag: String,
}

/// A part as a client names it when it completes an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// From 1 on, without gaps being needed.
    pub number: i64,
    /// What was answered to the part itself.
    pub etag: String,
}

impl Uploads {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Upload>> {
        // A panic in between leaves the map whole: every change is one call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn touch(&self, id: &str) -> Result<(), ArtifactError> {
        let mut uploads = self.lock();
        let upload = uploads
            .get_mut(id)
            .ok_or_else(|| ArtifactError::NoUpload(id.into()))?;
        upload.touched = Instant::now();
        Ok(())
    }
}

impl Depot {
    /// Begins an upload in parts of a file under an id that nobody can guess.
    pub(crate) async fn begin_parts(
        &self,
        id: String,
        path: ArtifactPath,
        parts: i64,
    ) -> Result<(), ArtifactError> {
        if !(0..=MOST_PARTS).contains(&parts) {
            return Err(ArtifactError::Part(parts));
        }
        let depot = self.clone();
        blocking(move || {
            depot.target(&path)?;
            let mut old = Vec::new();
            let mut uploads = depot.0.uploads.lock();
            let gone: Vec<String> = uploads
                .iter()
                .filter(|(_, upload)| upload.touched.elapsed() > IDLE)
                .map(|(id, _)| id.clone())
                .collect();
            old.extend(gone.iter().filter_map(|id| uploads.remove(id)));
            if uploads.len() >= MOST_UPLOADS {
                return Err(ArtifactError::Crowded);
            }
            let upload = Upload {
                path,
                parts: BTreeMap::new(),
                touched: Instant::now(),
            };
            uploads.insert(id, upload);
            // Their files are removed when nobody waits for the map.
            drop(uploads);
            drop(old);
            Ok(())
        })
        .await
    }

    /// A place for a part of an upload.
    pub(crate) async fn begin_part(&self, id: &str, number: i64) -> Result<Loose, ArtifactError> {
        self.0.uploads.touch(id)?;
        if !(1..=MOST_PARTS).contains(&number) {
            return Err(ArtifactError::Part(number));
        }
        let depot = self.clone();
        blocking(move || Loose::create(depot.draft()?)).await
    }

    /// Takes a part that is written whole, in place of one that had its number; answers its `ETag`.
    pub(crate) async fn keep_part(
        &self,
        id: &str,
        number: i64,
        part: Loose,
    ) -> Result<String, ArtifactError> {
        let (_, own) = part.end().await?;
        // The draft's name is used once: another body is another ETag.
        let name = own.0.file_name().map(|name| name.to_string_lossy());
        let etag = format!("\"{number}-{}\"", name.unwrap_or_default());
        let kept = Kept {
            own,
            etag: etag.clone(),
        };
        let mut uploads = self.0.uploads.lock();
        let upload = uploads
            .get_mut(id)
            .ok_or_else(|| ArtifactError::NoUpload(id.into()))?;
        upload.touched = Instant::now();
        let old = upload.parts.insert(number, kept);
        drop(uploads);
        drop(old);
        Ok(etag)
    }

    /// Makes a file of the parts named. On an error all that was received stays.
    ///
    /// # Errors
    /// [`ArtifactError::NoUpload`], also when the upload is of another path; [`ArtifactError::Part`] for the
    /// first part that is not there, or not in order.
    pub(crate) async fn complete_parts(
        &self,
        id: String,
        path: ArtifactPath,
        parts: Vec<Part>,
    ) -> Result<(), ArtifactError> {
        let depot = self.clone();
        blocking(move || {
            let upload = depot.take(&id, &path)?;
            let made = upload
                .files(&parts)
                .and_then(|files| depot.join(&path, &files));
            if made.is_err() {
                depot.0.uploads.lock().insert(id, upload);
            }
            made
        })
        .await
    }

    /// Ends an upload, and removes what was received of it.
    pub(crate) async fn abort_parts(
        &self,
        id: String,
        path: ArtifactPath,
    ) -> Result<(), ArtifactError> {
        let depot = self.clone();
        blocking(move || depot.take(&id, &path).map(drop)).await
    }

    fn take(&self, id: &str, path: &ArtifactPath) -> Result<Upload, ArtifactError> {
        let mut uploads = self.0.uploads.lock();
        match uploads.get(id) {
            Some(upload) if upload.path == *path => uploads.remove(id),
            _ => None,
        }
        .ok_or_else(|| ArtifactError::NoUpload(id.into()))
    }

    /// One file of several, durably in its place.
    fn join(&self, path: &ArtifactPath, files: &[PathBuf]) -> Result<(), ArtifactError> {
        let target = self.target(path)?;
        let own = OwnFile(self.draft()?);
        let mut whole = File::options().write(true).create_new(true).open(&own.0)?;
        for file in files {
            // Within the kernel, and on file systems that can by reference.
            io::copy(&mut File::open(file)?, &mut whole)?;
        }
        publish(whole, &own, &target, self, path)
    }
}

impl Upload {
    /// Where the parts named lie.
    fn files(&self, parts: &[Part]) -> Result<Vec<PathBuf>, ArtifactError> {
        let mut before = 0;
        parts
            .iter()
            .map(|part| {
                let wrong = ArtifactError::Part(part.number);
                let kept = self.parts.get(&part.number);
                match kept.filter(|kept| kept.etag == part.etag && before < part.number) {
                    Some(kept) => {
                        before = part.number;
                        Ok(kept.own.0.clone())
                    }
                    None => Err(wrong),
                }
            })
            .collect()
    }
}
