//! Laying out the demonstration's workspace.

use crate::{
    Error,
    dataset::{self, FEATURES, Paths},
    files,
    model::{self, Model},
    world::Control,
};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};
use trimtab_core::time::Millis;
use trimtab_store::frame::{Column, Frame, write_parquet};

/// The production pointer, relative to the workspace.
pub const POINTER: &str = "serving/late15";
/// What marks a folder as ours; it also keeps the server's address.
const MARKER: &str = "demo/workspace.json";
/// Milliseconds between weeks until somebody says otherwise.
const FIRST_SPEED_MS: u64 = 4000;
/// The year's rows.
static YEAR: &[u8] = include_bytes!("../../assets/demo/flights-2013.parquet");
/// The policy file, without the server's address.
static POLICY: &str = include_str!("../../assets/demo/trimtab.toml");

#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    /// Where the model server listens, `127.0.0.1:PORT`.
    server: String,
}

/// Lays out a workspace in `dir`, or completes one that was begun there, and returns the
/// model server's address. What somebody changed in it stays. Blocking.
///
/// # Errors
/// The folder holds something else, or cannot be written.
pub fn prepare(dir: &Path) -> Result<String, Error> {
    let marker = dir.join(MARKER);
    let server = if marker.exists() {
        address(dir)?
    } else {
        if fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Error::Foreign(dir.to_owned()));
        }
        let server = free_address()?;
        // First, so that a layout that was cut short is known as ours and completed.
        files::write_json(
            &marker,
            "the workspace's marker",
            &Marker {
                server: server.clone(),
            },
        )?;
        server
    };
    let paths = Paths::new(dir);
    // Ours alone, and replaced when this build ships another year.
    if fs::read(paths.year()).ok().as_deref() != Some(YEAR) {
        files::write(&paths.year(), YEAR)?;
    }
    if !paths.reference().exists() {
        write_parquet(&paths.reference(), &january(dir)?)?;
    }
    let control = Control::path(dir);
    if !control.exists() {
        let first = Control {
            speed_ms: FIRST_SPEED_MS,
            paused: true,
            until: None,
        };
        files::write_json(&control, "the clock's control", &first)?;
    }
    let pointers = dir.join(POINTER);
    let pointers = pointers.parent().unwrap_or(dir);
    fs::create_dir_all(pointers).map_err(Error::io("making", pointers))?;
    let policy = dir.join("trimtab.toml");
    if !policy.exists() {
        files::write(&policy, POLICY.replace("{server}", &server).as_bytes())?;
    }
    Ok(server)
}

/// The model server's address in a prepared workspace.
///
/// # Errors
/// The folder is not a demonstration workspace.
pub fn address(root: &Path) -> Result<String, Error> {
    Ok(
        files::read_json::<Marker>(&root.join(MARKER), "a demonstration workspace's marker")?
            .server,
    )
}

/// The model that the production pointer names.
///
/// # Errors
/// Nothing is in production, or its file is not a model.
pub fn production(root: &Path) -> Result<Model, Error> {
    Model::load(&production_file(root))
}

/// The model file behind the production pointer.
pub fn production_file(root: &Path) -> PathBuf {
    root.join(POINTER).join(model::FILE)
}

/// Writes the reference again, with what the production model says of it, so that scores and
/// predictions have a reference too. Blocking.
///
/// # Errors
/// Nothing is in production, or the reference cannot be written.
pub fn score_reference(root: &Path) -> Result<(), Error> {
    let model = production(root)?;
    let frame = january(root)?;
    let scores = model.score(&frame)?;
    let said = scores
        .iter()
        .map(|p| Some(i64::from(model.positive(*p))))
        .collect();
    let scored = frame.with("prediction", Column::Integer(said))?.with(
        "probability",
        Column::Number(scores.into_iter().map(Some).collect()),
    )?;
    Ok(write_parquet(&Paths::new(root).reference(), &scored)?)
}

/// The reference month: every row is labelled, and the labels were known from the start.
fn january(root: &Path) -> Result<Frame, Error> {
    let year = dataset::year(root, None, Millis::parse(dataset::REPLAY_FROM))?;
    let mut frame = Frame::new();
    for name in ["timestamp", "request_id"].into_iter().chain(FEATURES) {
        frame.push(name, year.column(name)?.clone())?;
    }
    frame.push(dataset::TRAINED_LABEL, year.column("label")?.clone())?;
    Ok(frame)
}

fn free_address() -> Result<String, Error> {
    let taken = TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr());
    let address = taken.map_err(Error::io("finding a port on", Path::new("127.0.0.1")))?;
    Ok(address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use trimtab_core::policy::Policy;
    use trimtab_store::frame::{Select, read_parquet};

    #[test]
    fn a_workspace_is_laid_out_once_and_completed_again() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("demo space");
        let server = prepare(&root).unwrap();
        let policy = fs::read_to_string(root.join("trimtab.toml")).unwrap();
        assert!(policy.contains(&format!("http://{server}/reload")));
        assert!(
            !policy.contains(dir.path().to_str().unwrap()),
            "nothing absolute"
        );
        Policy::parse(&policy, "trimtab.toml").unwrap();

        fs::write(root.join("trimtab.toml"), "# mine").unwrap();
        fs::remove_file(root.join("reference.parquet")).unwrap();
        assert_eq!(prepare(&root).unwrap(), server);
        assert_eq!(
            fs::read_to_string(root.join("trimtab.toml")).unwrap(),
            "# mine"
        );
        let january = read_parquet(&Select::all(
            root.join("reference.parquet").to_str().unwrap(),
        ))
        .unwrap();
        assert_eq!(january.rows(), 26_398);
        assert_eq!(january.columns().count(), 24);
        assert!((0..january.rows()).all(|r| {
            january
                .column(dataset::TRAINED_LABEL)
                .unwrap()
                .number(r)
                .is_some()
        }));
    }

    #[test]
    fn a_foreign_folder_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.tex"), "x").unwrap();
        assert!(matches!(prepare(dir.path()), Err(Error::Foreign(_))));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
