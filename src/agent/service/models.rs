//! Models: listed, and given new versions.

use super::{Actor, Audited};
use crate::{
    Context, Workspace, clock,
    error::{OrFail as _, broken, invalid, missing},
    files,
};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};
use trimtab_core::registry::{ModelVersion, NewVersion, Version};
use trimtab_store::{Applied, Change};
use trimtab_wire::{Failure, FailureKind, Reply};

pub(super) async fn list(ctx: &Context) -> Result<Reply, Failure> {
    Ok(Reply::Models(ctx.store.models().await.or_fail()?))
}

pub(super) async fn register(
    ctx: &Context,
    actor: &Actor,
    new: NewVersion,
) -> Result<Reply, Failure> {
    let act = Audited::begin(ctx, actor, "version.register", new.model.clone(), "").await?;
    let result = place_and_record(ctx, &act, new).await;
    let version = act.close(result).await?;
    Ok(Reply::Version(Box::new(version)))
}

async fn place_and_record(
    ctx: &Context,
    act: &Audited<'_>,
    new: NewVersion,
) -> Result<ModelVersion, Failure> {
    check_name(&new.model)?;
    let metrics = match &new.run {
        Some(id) => {
            let run = ctx.store.run(id).await.or_fail()?;
            let run = run.ok_or_else(|| missing("run", id, "See `trimtab runs list`."))?;
            run.metrics
                .into_iter()
                .map(|(key, m)| (key, m.latest.value))
                .collect()
        }
        None => BTreeMap::new(),
    };
    let source = ctx.workspace.root().join(&new.source);
    if !source.is_dir() {
        return Err(invalid(
            format!("{} is not a folder.", source.display()),
            "Name the folder with the model's files.",
        ));
    }
    let _turn = ctx.registering.lock().await;
    let model = ctx.store.model(&new.model).await.or_fail()?;
    let version = Version(model.map_or(0, |m| m.newest) + 1);
    let folder = free_folder(ctx, &new.model, version).await?;
    let place = ctx.workspace.root().join(&folder);
    let placed = tokio::task::spawn_blocking(move || place_files(&source, &place)).await;
    match placed {
        Ok(Ok(())) => {}
        Ok(Err(e)) => {
            return Err(Failure::new(
                FailureKind::Store,
                format!("The model's files were not copied: {e}."),
                "",
            ));
        }
        Err(e) => return Err(broken("The model's files were not copied", &e)),
    }
    let run = new
        .run
        .as_ref()
        .map_or_else(String::new, |run| format!(" from run {}", run.short()));
    let applied = ctx
        .record(vec![
            Change::RegisterVersion {
                model: new.model.clone(),
                run: new.run,
                source: folder.to_string_lossy().into_owned(),
                author: act.actor.0.clone(),
                tags: new.tags,
                metrics,
                at: clock::now(),
            },
            act.done(&format!("{} {version}{run}", new.model)),
        ])
        .await?;
    match applied.into_iter().next() {
        Some(Applied::Version(v)) if v.version == version => Ok(*v),
        other => Err(Failure::new(
            FailureKind::Internal,
            format!("Expected {version}, the store recorded {other:?}."),
            "",
        )),
    }
}

/// Where a new version's files go: not where those of another lie, which was registered under this name
/// before its model was renamed.
async fn free_folder(ctx: &Context, model: &str, version: Version) -> Result<PathBuf, Failure> {
    let models = ctx.store.models().await.or_fail()?;
    let used = |folder: &Path| {
        let mut versions = models.iter().flat_map(|m| &m.versions);
        versions.any(|v| Path::new(&v.source) == folder)
    };
    let first = Workspace::version(model, version);
    let mut folder = first.clone();
    let mut try_next = 2;
    while used(&folder) {
        folder.clone_from(&first);
        folder.as_mut_os_string().push(format!(".{try_next}"));
        try_next += 1;
    }
    Ok(folder)
}

/// Copies a version's files beside their place and renames them into it.
fn place_files(source: &Path, place: &Path) -> io::Result<()> {
    let mut draft = place.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    // Left by an agent that was killed before it recorded the version: nobody can know of these.
    for leftover in [&draft, &place.to_owned()] {
        match fs::remove_dir_all(leftover) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    files::copy_folder(source, &draft)?;
    fs::rename(&draft, place)?;
    files::sync_parent(place)
}

/// A model's name is also a folder's.
fn check_name(name: &str) -> Result<(), Failure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 100 || name.starts_with('.') || !name.chars().all(plain) {
        return Err(invalid(
            format!("{name:?} cannot be a model's name."),
            "Use up to 100 letters, digits, dashes, underscores and dots; not a dot first.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_their_folder() {
        for bad in ["", "..", ".x", "a/b", "a b", "é"] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
        check_name("late15-v2_x.y").unwrap();
    }

    #[test]
    fn files_are_whole_and_leftovers_go() {
        let dir = tempfile::tempdir().unwrap();
        let source = dir.path().join("source");
        fs::create_dir_all(source.join("deep")).unwrap();
        fs::write(source.join("deep/model.json"), "{}").unwrap();
        let place = dir.path().join("models/m/1");
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("orphan"), "").unwrap();
        place_files(&source, &place).unwrap();
        assert_eq!(
            fs::read_to_string(place.join("deep/model.json")).unwrap(),
            "{}"
        );
        assert!(!place.join("orphan").exists());
    }
}
