//! What the console remembers of a workspace between two starts, in the user's state folder.
//!
//! It belongs to a person: two people of one workspace have two files. A file that cannot be read is told once and
//! written over at the next change.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::run_table::WrittenView;
use crate::msg::Trouble;

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// The runs table as it was left.
    pub runs: WrittenView,
    /// Views of it, by name.
    pub views: BTreeMap<String, WrittenView>,
}

/// Where it is kept: `~/.local/state/trimtab` on Linux.
#[must_use]
pub fn default_folder() -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("", "", "trimtab")?;
    Some(
        dirs.state_dir()
            .unwrap_or_else(|| dirs.data_local_dir())
            .to_owned(),
    )
}

/// The file of a workspace, told apart by its agent's host and folder.
#[must_use]
pub fn file(folder: &Path, workspace: &str) -> PathBuf {
    let name: String = workspace
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .take(40)
        .collect();
    folder.join(format!("{name}-{:016x}.toml", fnv(workspace.as_bytes())))
}

/// FNV-1a, 64 bits: stable between versions, unlike the library's hashers.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Reads what is remembered; nothing when there is no file.
///
/// # Errors
/// A file that cannot be read.
pub fn load(path: &Path) -> Result<Remembered, Trouble> {
    let trouble = |why: String| Trouble {
        message: format!("{} cannot be read: {why}.", path.display()),
        hint: "Columns and views start as usual; the next change writes the file anew.".into(),
    };
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|e| trouble(e.message().to_owned())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Remembered::default()),
        Err(e) => Err(trouble(e.to_string())),
    }
}

/// Writes it: whole, or not at all.
///
/// # Errors
/// A folder that cannot be written.
pub fn save(path: &Path, state: &Remembered) -> Result<(), Trouble> {
    let trouble = |why: String| Trouble {
        message: format!("{} cannot be written: {why}.", path.display()),
        hint: "Columns and views are kept until the console ends.".into(),
    };
    let text = toml::to_string(state).map_err(|e| trouble(e.to_string()))?;
    let write = || -> io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // Two consoles may save at once.
        let draft = path.with_extension(format!("{}.draft", std::process::id()));
        let mut file = std::fs::File::create(&draft)?;
        file.write_all(text.as_bytes())?;
        std::fs::rename(&draft, path)
    };
    write().map_err(|e| trouble(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run_table::RunView;

    #[test]
    fn what_is_saved_is_loaded() {
        let dir = tempfile::tempdir().unwrap();
        let path = file(&dir.path().join("deep/er"), "/srv/flights");
        assert!(path.display().to_string().contains("flights-"), "{path:?}");
        assert_eq!(load(&path), Ok(Remembered::default()));
        let view = RunView {
            filter: "a \"b\"".into(),
            ..RunView::default()
        };
        let state = Remembered {
            runs: (&view).into(),
            views: BTreeMap::from([("mine".to_owned(), (&view).into())]),
        };
        save(&path, &state).unwrap();
        assert_eq!(load(&path), Ok(state));
        std::fs::write(&path, "runs = 3").unwrap();
        assert!(load(&path).unwrap_err().message.contains("cannot be read"));
        assert!(save(Path::new("/proc/nowhere/x.toml"), &Remembered::default()).is_err());
    }

    #[test]
    fn workspaces_have_files_of_their_own() {
        let folder = Path::new("/state");
        assert_ne!(file(folder, "/a/flights"), file(folder, "/b/flights"));
        assert_eq!(file(folder, "box:/a/../x y"), file(folder, "box:/a/../x y"));
        assert!(!file(folder, "/a/..").display().to_string().contains(".."));
    }
}
