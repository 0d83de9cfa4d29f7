//! File patterns: `log/**/*.parquet`, matched name by name.
//!
//! DuckDB could expand them itself, but then one unreadable folder fails the whole pattern, and
//! what counts as hidden or as a link would be DuckDB's choice.

use super::{LogError, Problem};
use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

/// What a pattern matched, and the folders that could not be looked into.
pub(super) struct Matched {
    pub(super) files: Vec<PathBuf>,
    pub(super) problems: Vec<Problem>,
}

/// The files under `root` that `pattern` matches, in the order of their names.
///
/// `*` and `?` stay within a name and pass over names that begin with a dot; `[a-z]` and `[!a-z]`
/// are one character; `**` is any number of folders. A relative pattern cannot leave `root`.
///
/// # Errors
/// [`LogError::Pattern`] when it is empty or leaves the root.
pub(super) fn expand(root: &Path, pattern: &str) -> Result<Matched, LogError> {
    let wrong = |why: &str| LogError::Pattern {
        pattern: pattern.to_owned(),
        why: why.to_owned(),
    };
    if pattern.is_empty() {
        return Err(wrong("it is empty"));
    }
    let path = Path::new(pattern);
    let mut base = root.to_path_buf();
    let mut names = Vec::new();
    for part in path.components() {
        match part {
            Component::RootDir | Component::Prefix(_) => base = PathBuf::from("/"),
            Component::CurDir => {}
            Component::ParentDir if path.is_absolute() => names.push("..".into()),
            Component::ParentDir => {
                return Err(wrong(
                    "it leaves the workspace; name files outside by an absolute path",
                ));
            }
            Component::Normal(name) => names.push(name.to_string_lossy().into_owned()),
        }
    }
    let mut matched = Matched {
        files: Vec::new(),
        problems: Vec::new(),
    };
    walk(&base, &names, root, &mut matched);
    matched.files.sort();
    matched.files.dedup();
    Ok(matched)
}

fn walk(dir: &Path, names: &[String], root: &Path, matched: &mut Matched) {
    let Some((name, rest)) = names.split_first() else {
        return;
    };
    if !name.contains(['*', '?', '[']) {
        let path = dir.join(name);
        if !rest.is_empty() {
            walk(&path, rest, root, matched);
        } else if path.is_file() {
            matched.files.push(path);
        }
        return;
    }
    if name == "**" && !rest.is_empty() {
        walk(dir, rest, root, matched);
    }
    let entries = match fs::read_dir(dir).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
        Ok(entries) => entries,
        // A folder that is not there yet is no fault: the log may begin tomorrow.
        Err(e)
            if matches!(
                e.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return;
        }
        Err(e) => {
            matched.problems.push(Problem {
                file: super::shown(root, dir),
                reason: format!("The folder cannot be read: {e}."),
                rows: 0,
            });
            return;
        }
    };
    for entry in entries {
        let found = entry.file_name().to_string_lossy().into_owned();
        if found.starts_with('.') && !name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        if name == "**" {
            // Links to folders are not followed, so that a loop ends.
            let folder = entry.file_type().is_ok_and(|t| t.is_dir());
            if folder {
                walk(&path, names, root, matched);
            } else if rest.is_empty() && path.is_file() {
                matched.files.push(path);
            }
        } else if fits(name, &found) {
            if !rest.is_empty() {
                walk(&path, rest, root, matched);
            } else if path.is_file() {
                matched.files.push(path);
            }
        }
    }
}

/// Whether one name fits one pattern without slashes.
fn fits(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    // Where to go on when what follows the last star does not fit: one character further.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p + 1, n));
            p += 1;
            continue;
        }
        match one(&pattern[p..], name[n]) {
            Some(used) => {
                p += used;
                n += 1;
            }
            None => match star {
                Some((after, from)) => {
                    p = after;
                    n = from + 1;
                    star = Some((after, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

/// How many characters of the pattern fit this one character; `None` when it does not fit.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => {
            let negated = pattern.get(1) == Some(&'!');
            let first = if negated { 2 } else { 1 };
            // A bracket right after the opening is a member, as in shells.
            let close = (first + 1..pattern.len()).find(|&i| pattern[i] == ']');
            let Some(close) = close else {
                return (c == '[').then_some(1);
            };
            let set = &pattern[first..close];
            let mut inside = false;
            let mut i = 0;
            while i < set.len() {
                if i + 2 < set.len() && set[i + 1] == '-' {
                    inside |= (set[i]..=set[i + 2]).contains(&c);
                    i += 3;
                } else {
                    inside |= set[i] == c;
                    i += 1;
                }
            }
            (inside != negated).then_some(close + 1)
        }
        other => (*other == c).then_some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(root: &Path, pattern: &str) -> Vec<String> {
        let matched = expand(root, pattern).unwrap();
        assert_eq!(matched.problems, []);
        matched
            .files
            .iter()
            .map(|f| super::super::shown(root, f))
            .collect()
    }

    #[test]
    fn folders_stars_and_sets() {
        let dir = tempfile::tempdir().unwrap();
        for file in [
            "log/week=1/part-0.parquet",
            "log/week=2/part-0.parquet",
            "log/week=2/.part-1.parquet",
            "log/top.parquet",
            "log/a[1].csv",
            ".trimtab/log/x.parquet",
        ] {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let root = dir.path();
        let weeks = ["log/week=1/part-0.parquet", "log/week=2/part-0.parquet"];
        assert_eq!(names(root, "log/*/*.parquet"), weeks);
        assert_eq!(names(root, "log/week=[12]/part-?.parquet"), weeks);
        assert_eq!(names(root, "log/week=[!1]/*"), &weeks[1..]);
        assert_eq!(
            names(root, "**/*.parquet"),
            ["log/top.parquet", weeks[0], weeks[1]],
            "hidden names are passed over"
        );
        assert_eq!(names(root, "log/**").len(), 4);
        assert_eq!(names(root, "./log/top.parquet"), ["log/top.parquet"]);
        assert_eq!(names(root, "nowhere/**/*.parquet"), Vec::<String>::new());
        let absolute = root.join("log/*.csv");
        assert_eq!(names(Path::new("/"), absolute.to_str().unwrap()).len(), 1);
    }

    #[test]
    fn a_relative_pattern_stays_inside() {
        for pattern in ["../x", "log/../../x", ""] {
            assert!(
                matches!(
                    expand(Path::new("/tmp"), pattern),
                    Err(LogError::Pattern { .. })
                ),
                "{pattern:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_name_fits_itself_and_any_starred_split(name in "[a-z=.0-9-]{0,12}", at in 0usize..13) {
            let at = at.min(name.len());
            prop_assert!(fits(&name, &name));
            let head = format!("{}*", &name[..at]);
            let tail = format!("*{}", &name[at..]);
            let questions = "?".repeat(name.len());
            for pattern in [head, tail, questions] {
                prop_assert!(fits(&pattern, &name));
            }
        }

        #[test]
        fn nothing_panics(pattern in ".{0,16}", name in ".{0,16}") {
            let _ = fits(&pattern, &name);
        }
    }
}
