//! The files of a logged model, where they lie with the agent.

use super::find;
use crate::{
    Context,
    artifacts::{ArtifactError, ArtifactPath, Entry},
    service,
};
use trimtab_wire::{Failure, FailureKind};

/// Where a model's files are, and what lies in one folder of them; entries are named from there.
///
/// # Errors
/// There is no such model, the path leads out, or the files lie elsewhere, where only clients look.
pub(crate) async fn artifacts(
    ctx: &Context,
    id: &str,
    folder: &str,
) -> Result<(String, Vec<Entry>), ArtifactError> {
    // The path by itself first: what leads out of it is refused, wherever that would be.
    let within = ArtifactPath::parse(folder)?;
    let model = find(ctx, id, false).map_err(ArtifactError::Refused)?;
    let uri = model.artifact_uri;
    let root = proxied(&uri).ok_or_else(|| {
        ArtifactError::Refused(Failure::new(
            FailureKind::Invalid,
            format!("The files of the model lie at {uri}, which clients list themselves."),
            "",
        ))
    })?;
    let path = ArtifactPath::parse(&format!("{root}/{within}"))?;
    let mut entries = service::artifacts::list(ctx, path).await?;
    if within.name().is_some() {
        for entry in &mut entries {
            entry.name = format!("{within}/{}", entry.name);
        }
    }
    Ok((uri, entries))
}

/// The path behind a `mlflow-artifacts:` address, whichever host it names.
fn proxied(uri: &str) -> Option<&str> {
    let rest = uri.strip_prefix("mlflow-artifacts:")?;
    let path = match rest.strip_prefix("//") {
        Some(host) => host.split_once('/').map_or("", |(_, path)| path),
        None => rest,
    };
    Some(path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_paths() {
        for (uri, path) in [
            ("mlflow-artifacts:/1/models/m", Some("1/models/m")),
            ("mlflow-artifacts://host:5000/1/m", Some("1/m")),
            ("mlflow-artifacts:1", Some("1")),
            ("mlflow-artifacts://host", Some("")),
            ("file:///tmp/x", None),
            ("s3://bucket/x", None),
        ] {
            assert_eq!(proxied(uri), path, "{uri}");
        }
    }
}
