//! Addresses of artifacts, as runs and models carry them.

use super::{ArtifactError, ArtifactPath};
use std::path::PathBuf;

/// The path under which MLflow serves artifacts over HTTP.
const SERVED: &str = "/api/2.0/mlflow-artifacts/artifacts/";

/// Where artifacts lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// With this agent.
    Depot(ArtifactPath),
    /// In a folder of this host.
    Folder(PathBuf),
    /// In object storage that speaks S3: the bucket, and what the names there begin with.
    Bucket(String, ArtifactPath),
    /// Somewhere else.
    Elsewhere,
}

impl Address {
    /// Reads an address. What is served over HTTP is taken for ours, as by MLflow's server.
    ///
    /// # Errors
    /// [`ArtifactError::Invalid`] when it leads out of the depot.
    pub(crate) fn parse(uri: &str) -> Result<Self, ArtifactError> {
        if uri.starts_with('/') {
            return Ok(Self::Folder(uri.into()));
        }
        let Some((scheme, rest)) = uri.split_once(':') else {
            return Ok(Self::Elsewhere);
        };
        let (host, path) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => ("", rest),
        };
        let depot = |path: &str| {
            let path = path.trim_start_matches('/');
            ArtifactPath::parse(path).map(Self::Depot)
        };
        match scheme.to_ascii_lowercase().as_str() {
            "mlflow-artifacts" => depot(path),
            "http" | "https" => match path.split_once(SERVED) {
                Some((_, path)) => depot(path),
                None => Ok(Self::Elsewhere),
            },
            "file" if matches!(host, "" | "localhost") && path.starts_with('/') => {
                Ok(Self::Folder(path.into()))
            }
            "s3" if !host.is_empty() => {
                let prefix = ArtifactPath::parse(path.trim_start_matches('/'))?;
                Ok(Self::Bucket(host.to_owned(), prefix))
            }
            _ => Ok(Self::Elsewhere),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        let depot = |path| Address::Depot(ArtifactPath::parse(path).unwrap());
        let bucket =
            |name: &str, path| Address::Bucket(name.into(), ArtifactPath::parse(path).unwrap());
        for (uri, address) in [
            ("mlflow-artifacts:/1/r/artifacts", depot("1/r/artifacts")),
            ("mlflow-artifacts://host:80/1/r", depot("1/r")),
            ("mlflow-artifacts://host", depot("")),
            (
                "http://h:5000/api/2.0/mlflow-artifacts/artifacts/1/r",
                depot("1/r"),
            ),
            ("https://example.org/x", Address::Elsewhere),
            ("file:///data/x", Address::Folder("/data/x".into())),
            ("file:/data/x", Address::Folder("/data/x".into())),
            ("file://localhost/data", Address::Folder("/data".into())),
            ("file://other/data", Address::Elsewhere),
            ("/data/x", Address::Folder("/data/x".into())),
            ("s3://b/x/y", bucket("b", "x/y")),
            ("s3://b", bucket("b", "")),
            ("s3:/x", Address::Elsewhere),
            ("mlruns/x", Address::Elsewhere),
            ("", Address::Elsewhere),
        ] {
            assert_eq!(Address::parse(uri).unwrap(), address, "{uri}");
        }
        assert!(Address::parse("mlflow-artifacts:/../x").is_err());
    }
}
