//! Paths of artifacts: relative, forward slashes, never upwards.

use super::ArtifactError;
use percent_encoding::percent_decode_str;
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// How often a path may be encoded over itself before it is refused, as in MLflow.
const LAYERS: usize = 10;

/// A safe relative path, without empty parts and dots. Empty for the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ArtifactPath(Vec<String>);

impl ArtifactPath {
    /// Reads a path as a client wrote it, percent-decoded once.
    ///
    /// Refuses what MLflow's `validate_path_is_safe` refuses: `..` in whatever encoding, absolute paths,
    /// Windows' too, `file:` and `#`; and further backslashes before or after `..`, NUL and line ends. What
    /// only looks like an encoded character is none: older clients put `%step%1%timestamp%17…` in images' names.
    ///
    /// # Errors
    /// [`ArtifactError::Invalid`].
    pub(crate) fn parse(text: &str) -> Result<Self, ArtifactError> {
        if text.contains(['\0', '\n', '\r']) {
            return Err(ArtifactError::Invalid);
        }
        let mut plain = text.to_owned();
        for layer in 0.. {
            if !fair(&plain) || layer == LAYERS {
                return Err(ArtifactError::Invalid);
            }
            let decoded = percent_decode_str(&plain).decode_utf8_lossy();
            if decoded == plain {
                break;
            }
            plain = decoded.into_owned();
        }
        Ok(Self(
            text.split('/')
                .filter(|part| !matches!(*part, "" | "."))
                .map(Into::into)
                .collect(),
        ))
    }

    /// The path relative to the root.
    pub(super) fn relative(&self) -> PathBuf {
        self.0.iter().collect()
    }

    /// The folder of the path, relative to the root.
    pub(super) fn folder(&self) -> PathBuf {
        let parts = self.0.len().saturating_sub(1);
        self.0[..parts].iter().collect()
    }

    /// A path below this one.
    pub(crate) fn join(&self, below: &Self) -> Self {
        Self([self.0.as_slice(), below.0.as_slice()].concat())
    }

    /// The last part; `None` for the root.
    pub(crate) fn name(&self) -> Option<&str> {
        self.0.last().map(String::as_str)
    }
}

impl fmt::Display for ArtifactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("/"))
    }
}

/// Whether one layer of a path's encoding is harmless.
fn fair(text: &str) -> bool {
    let drive = text.as_bytes();
    let windows = drive.len() >= 3
        && drive[0].is_ascii_alphabetic()
        && drive[1] == b':'
        && matches!(drive[2], b'/' | b'\\');
    let scheme = text
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("file:"));
    !windows
        && !scheme
        && !Path::new(text).is_absolute()
        && !text.starts_with('\\')
        && !text.contains('#')
        && !text.split(['/', '\\']).any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Component;

    #[test]
    fn good_paths_are_taken_as_they_are() {
        for (text, path) in [
            ("a/b.txt", "a/b.txt"),
            ("a//b/./c", "a/b/c"),
            ("a/", "a"),
            ("", ""),
            ("日本/ü 1.txt", "日本/ü 1.txt"),
            ("...", "..."),
            ("a..b", "a..b"),
            ("100%", "100%"),
            ("a%20b", "a%20b"),
            ("a\\b", "a\\b"),
            ("a\tb\u{1f}\u{7f}", "a\tb\u{1f}\u{7f}"),
            ("a%00b%0Ac%1Fd", "a%00b%0Ac%1Fd"),
            (
                "images/k%step%1%timestamp%1795303180789%h1d03c54.png",
                "images/k%step%1%timestamp%1795303180789%h1d03c54.png",
            ),
        ] {
            assert_eq!(
                ArtifactPath::parse(text).unwrap().to_string(),
                path,
                "{text}"
            );
        }
    }

    #[test]
    fn what_leads_out_is_refused() {
        for text in [
            "..",
            "../x",
            "a/../b",
            "a/..",
            "%2e%2e/x",
            "a/%2E%2e/x",
            "a%2f..%2fb",
            "%252e%252e%252fx",
            "%25252e%25252e/x",
            "..\\x",
            "a\\..\\b",
            "%5c%5chost",
            "\\\\host\\share",
            "/etc/passwd",
            "%2fetc/passwd",
            "C:/x",
            "c:\\x",
            "file:///etc/passwd",
            "FILE:x",
            "a#b",
            "a\0b",
            "a\nb",
            "a\rb",
        ] {
            assert!(ArtifactPath::parse(text).is_err(), "{text:?}");
        }
        let deep = format!("%{}2e%2e/x", "25".repeat(40));
        assert!(ArtifactPath::parse(&deep).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_taken_stays_below(text in "[a.%2fFeE5cC/\\\\:#~ ]{0,24}") {
            if let Ok(path) = ArtifactPath::parse(&text) {
                for path in [path.relative(), path.folder()] {
                    prop_assert!(path.components().all(|c| matches!(c, Component::Normal(_))), "{path:?}");
                }
            }
        }
    }
}
