//! Small files that others read while we write them: whole or not at all.

use crate::Error;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

/// Replaces a file in one step, durably; makes its folder.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(Error::io("making the folder of", path))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let draft = path.with_file_name(format!(".{name}.{}-{number}.draft", std::process::id()));
    let put = || {
        let mut file = File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    put().map_err(|source| {
        // Half a file helps nobody; the failure itself is what is reported.
        let _ = fs::remove_file(&draft);
        Error::io("writing", path)(source)
    })
}

/// Replaces a JSON file in one step.
pub fn write_json<T: Serialize>(
    path: &Path,
    expected: &'static str,
    value: &T,
) -> Result<(), Error> {
    let bytes = serde_json::to_vec(value).map_err(|source| Error::Json {
        path: path.to_owned(),
        expected,
        source,
    })?;
    write(path, &bytes)
}

/// Reads a JSON file; `expected` says what it should hold, for the error.
pub fn read_json<T: DeserializeOwned>(path: &Path, expected: &'static str) -> Result<T, Error> {
    let bytes = fs::read(path).map_err(Error::io("reading", path))?;
    serde_json::from_slice(&bytes).map_err(|source| Error::Json {
        path: path.to_owned(),
        expected,
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_replaced_whole_and_errors_name_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sub/state.json");
        write_json(&path, "numbers", &[1, 2]).unwrap();
        write_json(&path, "numbers", &[3]).unwrap();
        assert_eq!(read_json::<Vec<i32>>(&path, "numbers").unwrap(), [3]);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        let error = read_json::<String>(&path, "a word")
            .unwrap_err()
            .to_string();
        assert!(error.contains("state.json is not a word"), "{error}");
        assert!(write(&dir.path().join("sub"), b"").is_err());
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            1,
            "no draft is left"
        );
    }
}
