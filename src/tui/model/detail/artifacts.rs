//! A run's files as a tree, each folder listed when it is opened.

use std::collections::{BTreeMap, BTreeSet};

use trimtab_core::artifact::{ArtifactEntry, ArtifactFolder};

use super::viewer::Viewer;
use crate::model::pager::matches_any;
use crate::msg::Trouble;

/// What is known of a folder.
#[derive(Debug, Clone, PartialEq)]
pub enum Folder {
    /// It is asked for.
    Loading,
    /// What lies in it.
    Here(Vec<ArtifactEntry>),
    /// It cannot be listed.
    Failed(Trouble),
}

/// One line of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The path below the run's artifacts.
    pub path: String,
    /// The last part of it.
    pub name: String,
    /// How many folders it is in.
    pub depth: usize,
    /// Its size in bytes; `None` for a folder.
    pub size: Option<u64>,
    /// Whether it is an open folder.
    pub open: bool,
    /// What is to be said of an open folder that shows nothing.
    pub note: Option<String>,
}

/// The tree, and the file that is looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Artifacts {
    /// Where they are.
    pub uri: String,
    /// Folders by path; the root's is empty.
    folders: BTreeMap<String, Folder>,
    open: BTreeSet<String>,
    /// The file that is looked at.
    pub viewer: Option<Viewer>,
}

impl Artifacts {
    /// The root, as far as it is known.
    #[must_use]
    pub fn root(&self) -> Option<&Folder> {
        self.folders.get("")
    }

    /// Opens a folder, or closes it.
    pub fn toggle(&mut self, path: &str) {
        if !self.open.remove(path) {
            self.open.insert(path.to_owned());
        }
    }

    /// Closes a folder.
    pub fn close(&mut self, path: &str) {
        self.open.remove(path);
    }

    /// A folder that is open, or the root, and has not been asked for.
    #[must_use]
    pub fn unlisted(&self) -> Option<String> {
        let open = std::iter::once(String::new()).chain(self.open.iter().cloned());
        open.into_iter()
            .find(|path| !self.folders.contains_key(path))
    }

    /// Notes that a folder is asked for.
    pub fn ask(&mut self, path: &str) {
        self.folders.insert(path.to_owned(), Folder::Loading);
    }

    /// Takes an answer in.
    pub fn take(&mut self, path: &str, result: Result<ArtifactFolder, Trouble>) {
        let folder = match result {
            Ok(found) => {
                self.uri = found.uri;
                let mut entries = found.entries;
                // Folders first, as people look for them.
                entries
                    .sort_by(|a, b| (a.size.is_some(), &a.name).cmp(&(b.size.is_some(), &b.name)));
                Folder::Here(entries)
            }
            Err(trouble) => Folder::Failed(trouble),
        };
        self.folders.insert(path.to_owned(), folder);
    }

    /// Lets every folder be asked for anew; what is here stands until then.
    pub fn refresh(&mut self) {
        self.folders.clear();
    }

    /// The lines of the tree; with a filter, files and folders whose path matches.
    #[must_use]
    pub fn nodes(&self, filter: &str) -> Vec<Node> {
        let mut out = Vec::new();
        self.below("", 0, &mut out);
        if !filter.is_empty() {
            out.retain(|n| matches_any(&n.path, filter));
        }
        out
    }

    fn below(&self, folder: &str, depth: usize, out: &mut Vec<Node>) {
        let Some(Folder::Here(entries)) = self.folders.get(folder) else {
            return;
        };
        for entry in entries {
            let path = if folder.is_empty() {
                entry.name.clone()
            } else {
                format!("{folder}/{}", entry.name)
            };
            let open = entry.size.is_none() && self.open.contains(&path);
            let note = open.then(|| self.note(&path)).flatten();
            out.push(Node {
                name: entry.name.clone(),
                depth,
                size: entry.size,
                open,
                note,
                path: path.clone(),
            });
            // Object storage has no links that lead in a circle, and disks' are found out by the agent; still.
            if open && depth < 64 {
                self.below(&path, depth + 1, out);
            }
        }
    }

    fn note(&self, path: &str) -> Option<String> {
        match self.folders.get(path) {
            None | Some(Folder::Loading) => Some("loading".into()),
            Some(Folder::Here(entries)) if entries.is_empty() => Some("empty".into()),
            Some(Folder::Here(_)) => None,
            Some(Folder::Failed(trouble)) => Some(trouble.message.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, size: Option<u64>) -> ArtifactEntry {
        ArtifactEntry {
            name: name.into(),
            size,
        }
    }

    #[test]
    fn folders_are_listed_when_they_are_opened() {
        let mut tree = Artifacts::default();
        assert_eq!(tree.unlisted(), Some(String::new()));
        tree.ask("");
        assert_eq!(tree.unlisted(), None);
        let root = ArtifactFolder {
            uri: "mlflow-artifacts:/1".into(),
            entries: vec![entry("a.txt", Some(3)), entry("model", None)],
        };
        tree.take("", Ok(root));
        let names = |tree: &Artifacts| -> Vec<(String, usize)> {
            let nodes = tree.nodes("");
            nodes.into_iter().map(|n| (n.path, n.depth)).collect()
        };
        assert_eq!(names(&tree), [("model".into(), 0), ("a.txt".into(), 0)]);
        tree.toggle("model");
        assert_eq!(tree.nodes("")[0].note.as_deref(), Some("loading"));
        assert_eq!(tree.unlisted().as_deref(), Some("model"));
        let inside = ArtifactFolder {
            uri: "mlflow-artifacts:/1".into(),
            entries: vec![entry("MLmodel", Some(9))],
        };
        tree.take("model", Ok(inside));
        assert_eq!(names(&tree)[1], ("model/MLmodel".into(), 1));
        assert_eq!(tree.nodes("mlmodel").len(), 1);
        tree.toggle("model");
        assert_eq!(tree.nodes("").len(), 2);
    }
}
