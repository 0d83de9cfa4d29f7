//! A run's artifacts as a console sees them: folders, pieces of files, the first rows of tables.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// The most bytes of a file that one answer carries.
pub const PART: u64 = 256 << 10;
/// The most rows of a table that one answer carries.
pub const ROWS: u32 = 2_000;

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactEntry {
    /// Its name in the folder.
    pub name: String,
    /// Its size in bytes; `None` for a folder.
    pub size: Option<u64>,
}

/// A folder of a run's artifacts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactFolder {
    /// The address that the run's artifacts are below.
    pub uri: String,
    /// What lies in the folder, by name; nothing when there is no such folder.
    pub entries: Vec<ArtifactEntry>,
}

/// A piece of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactPart {
    /// Bytes of the file before the piece.
    pub offset: u64,
    /// The file's length in bytes when the piece was read.
    pub total: u64,
    /// The piece; empty at the end of the file.
    pub bytes: Blob,
}

/// The first rows of a table in a file, each value as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableHead {
    /// Names and types of the columns, in the file's order.
    pub columns: Vec<(String, String)>,
    /// Rows; `None` is null.
    pub rows: Vec<Vec<Option<String>>>,
    /// Rows of the whole file; `None` when counting them would take reading all of a large one.
    pub total: Option<u64>,
}

/// Bytes that travel as bytes and not as a list of numbers.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Blob;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Blob, E> {
                Ok(Blob(bytes.to_vec()))
            }
            fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Blob, E> {
                Ok(Blob(bytes))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Blob, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = seq.next_element()? {
                    bytes.push(byte);
                }
                Ok(Blob(bytes))
            }
        }
        from.deserialize_byte_buf(Visitor)
    }
}

/// How a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArtifactKind {
    /// Lines of text.
    Text,
    /// Markdown.
    Markdown,
    /// One JSON document.
    Json,
    /// Values separated by commas, with a header.
    Csv,
    /// Values separated by tabs, with a header.
    Tsv,
    /// Apache Parquet.
    Parquet,
    /// A picture: PNG, JPEG, GIF or WebP.
    Image,
    /// Anything else.
    Other,
}

impl ArtifactKind {
    /// The kind that a file's name promises.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let plain = name.strip_suffix(".gz").unwrap_or(&name);
        let packed = plain.len() < name.len();
        let Some((stem, extension)) = plain.rsplit_once('.') else {
            return Self::Other;
        };
        match extension {
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            _ if packed => Self::Other,
            "parquet" => Self::Parquet,
            "json" => Self::Json,
            "md" | "markdown" => Self::Markdown,
            "png" | "jpg" | "jpeg" | "gif" | "webp" => Self::Image,
            "txt" | "log" | "yaml" | "yml" | "toml" | "py" | "sh" | "cfg" | "ini" | "html"
            | "xml" | "jsonl" | "ndjson" | "sql" | "rs" | "r" | "diff" | "patch" => Self::Text,
            // `MLmodel.`, `.env`: the name alone says nothing.
            _ if stem.is_empty() => Self::Other,
            _ => Self::Other,
        }
    }

    /// The kind of a file, its name being no help: text when its beginning is text.
    #[must_use]
    pub fn of(name: &str, beginning: &[u8]) -> Self {
        match Self::of_name(name) {
            Self::Other if is_text(beginning) => Self::Text,
            kind => kind,
        }
    }

    /// Whether it is a table that DuckDB reads.
    #[must_use]
    pub const fn is_table(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv | Self::Parquet)
    }

    /// The word shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "Markdown",
            Self::Json => "JSON",
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Parquet => "Parquet",
            Self::Image => "image",
            Self::Other => "binary",
        }
    }
}

/// Whether bytes are the beginning of a text: UTF-8, its last character perhaps cut, without control characters
/// that texts do not have.
#[must_use]
pub fn is_text(bytes: &[u8]) -> bool {
    let good = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) if e.error_len().is_none() => {
            std::str::from_utf8(&bytes[..e.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}');
    !good.contains(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_beginnings_tell_the_kind() {
        use ArtifactKind as K;
        for (name, bytes, kind) in [
            ("a/loss.PNG", &b"x"[..], K::Image),
            ("eval.csv.gz", b"\x1f\x8b", K::Csv),
            ("eval.parquet.gz", b"\x1f\x8b", K::Other),
            ("MLmodel", b"artifact_path: model\n", K::Text),
            ("model.bin", b"\x00\x01", K::Other),
            ("model.txt", b"", K::Text),
            (".env", b"A=1\n", K::Text),
            ("notes.md", b"# x", K::Markdown),
        ] {
            assert_eq!(K::of(name, bytes), kind, "{name}");
        }
        assert!(is_text("naïve".as_bytes()) && is_text(&"naï".as_bytes()[..3]));
        assert!(!is_text(b"\xff\xfe") && !is_text(b"a\0b"));
    }
}
