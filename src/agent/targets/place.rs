//! Where a version's files lie on this host's disk.

use crate::{Workspace, artifacts::ArtifactPath};
use std::path::{Path, PathBuf};
use trimtab_core::{
    registry::{
        ModelVersion,
        source::{Uri, run_uri},
    },
    run::RunId,
};
use trimtab_store::Store;

/// The folder of a version's files: relative to the workspace where it lies in it.
///
/// Its own folder, or what an MLflow client said: `mlflow-artifacts:/…` and `runs:/…` are kept by this
/// agent, `file:` is on this host. Anything else is not at hand.
pub(super) fn folder(
    root: &Path,
    store: &Store,
    version: &ModelVersion,
) -> Result<PathBuf, String> {
    let said = version.location.as_deref().unwrap_or(&version.source);
    let not_at_hand = |why: &str| {
        format!(
            "the files of {} {} are at {said}, {why}",
            version.model, version.version
        )
    };
    let of_run = of_run(store, said);
    let place = of_run.as_deref().unwrap_or(said);
    let uri = Uri::of(place);
    match uri.scheme.as_str() {
        "" => Ok(PathBuf::from(place)),
        "file" => Ok(PathBuf::from(uri.path)),
        "mlflow-artifacts" if uri.authority.is_empty() => {
            let path = ArtifactPath::parse(uri.path.trim_start_matches('/'));
            let path = path.map_err(|_| not_at_hand("which is no path of an artifact"))?;
            let folder = Workspace::new(root).artifact_root().join(path.to_string());
            match folder.is_dir() {
                true => Ok(folder
                    .strip_prefix(root)
                    .map_or(folder.clone(), Path::to_owned)),
                false => Err(not_at_hand("where nothing was uploaded")),
            }
        }
        "runs" => Err(not_at_hand("and there is no such run")),
        _ => Err(not_at_hand(
            "which is not on this host: fetch them, and register their folder as a version",
        )),
    }
}

/// `runs:/RUN/path` as the place it stands for.
fn of_run(store: &Store, said: &str) -> Option<String> {
    let (run, path) = run_uri(said)?;
    let id: RunId = run.parse().ok()?;
    let record = store.record(&id)?;
    let experiment = store.experiment(record.experiment)?;
    Some(format!("{}/{path}", experiment.artifact_uri(&id)))
}
