//! The files of a log: found by pattern, told apart by a fingerprint.

use super::{LogError, Problem, glob};
use crate::frame::Format;
use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// One file of a log, as it was when it was listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its path below the workspace; what people see.
    pub name: String,
    /// How it is written, by its extension.
    pub format: Format,
    /// Bytes.
    pub size: u64,
    /// Last change, in nanoseconds since 1970.
    pub modified: u128,
}

impl LogFile {
    /// The same for as long as path, size and time of change are the same.
    pub fn fingerprint(&self) -> String {
        format!("{}:{}:{}", self.name, self.size, self.modified)
    }
}

/// What a pattern found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// Files that can be looked into, by name.
    pub files: Vec<LogFile>,
    /// What the pattern matched that cannot be used.
    pub problems: Vec<Problem>,
}

/// The files that a pattern matches, relative to the workspace's `root` or absolute.
///
/// # Errors
/// [`LogError::Pattern`] when the pattern itself is wrong. Files and folders that cannot be read
/// are problems in the listing.
pub fn list(root: &Path, pattern: &str) -> Result<Listing, LogError> {
    let matched = glob::expand(root, pattern)?;
    let mut listing = Listing {
        files: Vec::new(),
        problems: matched.problems,
    };
    for path in matched.files {
        match look(root, path) {
            Ok(file) => listing.files.push(file),
            Err(problem) => listing.problems.push(problem),
        }
    }
    Ok(listing)
}

/// One file by its path, which is no pattern.
///
/// # Errors
/// [`LogError::File`] when it is not there, empty, or its name does not say how it is written.
pub fn one(path: &Path) -> Result<LogFile, LogError> {
    look(Path::new(""), path.to_path_buf()).map_err(LogError::File)
}

fn look(root: &Path, path: PathBuf) -> Result<LogFile, Problem> {
    let name = super::shown(root, &path);
    let problem = |reason: String| Problem {
        file: name.clone(),
        reason,
        rows: 0,
    };
    let Some(format) = format_of(&name) else {
        return Err(problem(
            "The name says neither Parquet, CSV nor JSON lines (.parquet, .csv, .json, .ndjson, .jsonl, .gz)."
                .into(),
        ));
    };
    match fs::metadata(&path) {
        Ok(meta) if meta.is_dir() => Err(problem("It is a folder.".into())),
        Ok(meta) if meta.len() == 0 => Err(problem("The file is empty.".into())),
        Ok(meta) => {
            let modified = meta.modified().ok();
            let modified = modified.and_then(|t| t.duration_since(UNIX_EPOCH).ok());
            Ok(LogFile {
                format,
                size: meta.len(),
                modified: modified.map_or(0, |d| d.as_nanos()),
                name,
                path,
            })
        }
        Err(e) => Err(problem(format!("The file cannot be read: {e}."))),
    }
}

/// How a file is written, by its name; `None` for a name that does not say.
fn format_of(name: &str) -> Option<Format> {
    let name = name.to_ascii_lowercase();
    if name.ends_with(".parquet") {
        return Some(Format::Parquet);
    }
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    match name.rsplit_once('.')?.1 {
        "csv" => Some(Format::Csv),
        "json" | "ndjson" | "jsonl" => Some(Format::NdJson),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_the_format() {
        assert_eq!(format_of("a/b.PARQUET"), Some(Format::Parquet));
        assert_eq!(format_of("b.csv.gz"), Some(Format::Csv));
        assert_eq!(format_of("b.jsonl"), Some(Format::NdJson));
        assert_eq!(format_of("b.parquet.gz"), None);
        assert_eq!(format_of("README"), None);
    }

    #[test]
    fn empty_and_foreign_files_are_named() {
        let dir = tempfile::tempdir().unwrap();
        for (file, bytes) in [("a.csv", "x\n1\n"), ("b.csv", ""), ("c.txt", "hello")] {
            fs::write(dir.path().join(file), bytes).unwrap();
        }
        let listing = list(dir.path(), "*").unwrap();
        assert_eq!(listing.files.len(), 1);
        let named: Vec<_> = listing.problems.iter().map(|p| p.file.as_str()).collect();
        assert_eq!(named, ["b.csv", "c.txt"]);
    }

    #[test]
    fn a_rewritten_file_has_another_fingerprint() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        fs::write(&path, "x\n1\n").unwrap();
        let before = list(dir.path(), "*").unwrap().files.remove(0).fingerprint();
        assert_eq!(
            before,
            list(dir.path(), "*").unwrap().files.remove(0).fingerprint()
        );
        fs::write(&path, "x\n12\n").unwrap();
        assert_ne!(
            before,
            list(dir.path(), "*").unwrap().files.remove(0).fingerprint()
        );
    }
}
