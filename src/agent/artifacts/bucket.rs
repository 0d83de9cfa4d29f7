//! Artifacts in object storage: what lies below an `s3:` address.
//!
//! Clients read and write there themselves; the agent lists it for them, as MLflow's server does. Where
//! the storage is, and with which keys, the agent's environment says, by the names that AWS's tools and
//! MLflow use: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION`,
//! `AWS_ENDPOINT_URL`, and `MLFLOW_S3_ENDPOINT_URL` before that one. Without keys, an instance's or a
//! container's role is asked for them.

mod connect;

use super::{ArtifactError, ArtifactPath, Entry};
use connect::Hyper;
use object_store::{
    ClientOptions, ObjectStore as _, ObjectStoreExt as _, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    path::Path,
};
use std::time::Duration;

/// What names MLflow's clients and servers by the storage's address.
const ENDPOINT: &str = "MLFLOW_S3_ENDPOINT_URL";
/// How long the storage may be asked again.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is asked again after an error that may pass.
const RETRIES: usize = 2;

/// The entries by name of what counts as a folder; none when nothing lies there.
///
/// # Errors
/// [`ArtifactError::Remote`] with what the storage said.
pub(crate) async fn list(bucket: &str, folder: &ArtifactPath) -> Result<Vec<Entry>, ArtifactError> {
    let folder = folder.to_string();
    // Taken as it is: names in object storage are not percent-encoded.
    let prefix = Path::parse(&folder).map_err(|_| ArtifactError::Invalid)?;
    let found = open(bucket)?
        .list_with_delimiter(Some(&prefix))
        .await
        .map_err(remote)?;
    let name = |path: &Path| path.filename().unwrap_or_default().to_owned();
    let folders = found.common_prefixes.iter().map(|path| Entry {
        name: name(path),
        size: None,
    });
    let files = found.objects.iter().map(|object| Entry {
        name: name(&object.location),
        size: Some(object.size),
    });
    // The mark that some tools leave for an empty folder has its name.
    let mut entries: Vec<_> = folders
        .chain(files)
        .filter(|e| !e.name.is_empty())
        .collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// A piece of a file, and how long the file is; empty at its end.
///
/// # Errors
/// [`ArtifactError::Missing`], or [`ArtifactError::Remote`] with what the storage said.
pub(crate) async fn read(
    bucket: &str,
    file: &ArtifactPath,
    offset: u64,
    max: u64,
) -> Result<(Vec<u8>, u64), ArtifactError> {
    let name = Path::parse(file.to_string()).map_err(|_| ArtifactError::Invalid)?;
    let told = |error| match error {
        object_store::Error::NotFound { .. } => ArtifactError::Missing(file.to_string()),
        other => remote(other),
    };
    let storage = open(bucket)?;
    // Storage refuses a range behind the end, and an empty file has no other.
    let total = storage.head(&name).await.map_err(told)?.size;
    let end = offset.saturating_add(max).min(total);
    if offset >= end {
        return Ok((Vec::new(), total));
    }
    let bytes = storage.get_range(&name, offset..end).await.map_err(told)?;
    Ok((bytes.to_vec(), total))
}

/// A connection to a bucket. The environment is read each time: it is a few variables.
fn open(bucket: &str) -> Result<AmazonS3, ArtifactError> {
    // Only where the environment names such an address.
    let options = ClientOptions::new().with_allow_http(true);
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_client_options(options)
        .with_http_connector(Hyper)
        .with_retry(RetryConfig {
            max_retries: RETRIES,
            retry_timeout: PATIENCE,
            ..RetryConfig::default()
        });
    if let Ok(endpoint) = std::env::var(ENDPOINT) {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
    }
    builder.build().map_err(remote)
}

fn remote(error: object_store::Error) -> ArtifactError {
    // The innermost error says most; those around it repeat it with addresses and counts of tries.
    let mut inner: &dyn std::error::Error = &error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    let told = inner.to_string();
    ArtifactError::Remote(message(&told).trim_end_matches('.').to_owned())
}

/// The sentence in an answer of S3's, which is XML; the whole text where there is none.
fn message(told: &str) -> &str {
    let (start, end) = ("<Message>", "</Message>");
    let sentence = told.split_once(start).and_then(|(_, m)| m.split_once(end));
    sentence.map_or(told, |(message, _)| message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_storages_own_words_are_told() {
        let xml = "404 Not Found: <Error><Code>NoSuchBucket</Code><Message>The specified bucket does not \
                   exist</Message></Error>";
        assert_eq!(message(xml), "The specified bucket does not exist");
        assert_eq!(message("connection refused"), "connection refused");
    }

    #[tokio::test]
    async fn a_bucket_without_a_name_is_refused_before_anybody_is_asked() {
        let wrong = list("", &ArtifactPath::default()).await;
        assert!(matches!(wrong, Err(ArtifactError::Remote(_))), "{wrong:?}");
    }
}
