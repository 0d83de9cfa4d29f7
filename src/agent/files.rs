//! Files that are there whole or not at all: written beside their place, synced, renamed into it.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

/// Replaces a file's content.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("tmp");
    let mut file = File::create(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    sync_parent(path)
}

/// Makes a rename or creation in `path`'s folder durable.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// Copies a folder's files, synced. Links are followed; anything else than files and folders is refused.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, copy) = (entry.path(), to.join(entry.file_name()));
        let meta = fs::metadata(&source)?;
        if meta.is_dir() {
            copy_folder(&source, &copy)?;
        } else if meta.is_file() {
            fs::copy(&source, &copy)?;
            File::open(&copy)?.sync_all()?;
        } else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{} is neither a file nor a folder", source.display()),
            ));
        }
    }
    File::open(to)?.sync_all()
}

/// The last `bytes` of a file as text, from the start of a line; empty when it cannot be read.
pub(crate) fn tail(path: &Path, bytes: u64) -> String {
    tail_after(path, 0, bytes)
}

/// The same, of what was written behind the first `from` bytes.
pub(crate) fn tail_after(path: &Path, from: u64, bytes: u64) -> String {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let read = || -> io::Result<String> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let start = length.saturating_sub(bytes).max(from);
        file.seek(SeekFrom::Start(start))?;
        let mut raw = Vec::new();
        file.take(bytes).read_to_end(&mut raw)?;
        let text = String::from_utf8_lossy(&raw).into_owned();
        Ok(match text.split_once('\n') {
            Some((_, rest)) if start > from => rest.to_owned(),
            _ => text,
        })
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_is_whole_lines_of_what_was_asked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        fs::write(&path, "first\nsecond\nthird\n").unwrap();
        assert_eq!(tail(&path, 100), "first\nsecond\nthird\n");
        assert_eq!(tail(&path, 10), "third\n");
        // What stood there before is no beginning of a line that was cut.
        assert_eq!(tail_after(&path, 6, 100), "second\nthird\n");
        assert_eq!(tail_after(&path, 6, 8), "third\n");
        assert_eq!(tail_after(&path, 100, 8), "");
        assert_eq!(tail(&dir.path().join("none"), 8), "");
    }
}
