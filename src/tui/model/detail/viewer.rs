//! One file of a run, as far as it is here, in the form it is looked at.

use std::sync::Arc;

use trimtab_core::artifact::{ArtifactKind, ArtifactPart, PART, TableHead};

use super::form::{hex, pretty_json};
use crate::glyphs::Glyphs;
use crate::model::list::List;
use crate::model::pager::{Pager, Room};
use crate::msg::Trouble;
use crate::picture::Picture;
use crate::widget::markdown;
use crate::widget::text::clean;

/// Bytes of a picture that is shown at most.
const PICTURE: u64 = 32 << 20;
/// Bytes of a JSON document that is set out anew at most.
const JSON: u64 = 4 << 20;
/// Bytes of a Markdown file that are set.
const MARKDOWN: u64 = 512 << 10;
/// Bytes of a text that are fetched while somebody goes down in it.
const TEXT: u64 = 16 << 20;
/// Bytes that are shown as such.
const BYTES: usize = 64 << 10;

/// The form in which a file is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Its lines.
    Text,
    /// Markdown, set.
    Markdown,
    /// JSON, set out.
    Json,
    /// Rows and columns.
    Table,
    /// A picture.
    Image,
    /// Its first bytes.
    Bytes,
}

impl Show {
    /// The word shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "Markdown",
            Self::Json => "JSON",
            Self::Table => "table",
            Self::Image => "image",
            Self::Bytes => "bytes",
        }
    }

    /// The forms that suit a kind, the best first.
    #[must_use]
    pub const fn of(kind: ArtifactKind) -> &'static [Self] {
        match kind {
            ArtifactKind::Text => &[Self::Text, Self::Bytes],
            ArtifactKind::Markdown => &[Self::Markdown, Self::Text, Self::Bytes],
            ArtifactKind::Json => &[Self::Json, Self::Text, Self::Bytes],
            ArtifactKind::Csv | ArtifactKind::Tsv => &[Self::Table, Self::Text, Self::Bytes],
            ArtifactKind::Parquet => &[Self::Table, Self::Bytes],
            ArtifactKind::Image => &[Self::Image, Self::Bytes],
            ArtifactKind::Other => &[Self::Bytes],
        }
    }
}

/// What is to be asked for next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The bytes from here on.
    Part(u64),
    /// The first rows.
    Table,
}

/// Markdown, set.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    columns: usize,
    /// Bytes that are in it.
    bytes: usize,
    /// The lines.
    pub lines: Vec<markdown::Line>,
    /// Their text.
    pub plain: Vec<String>,
}

/// A file that is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Viewer {
    /// Its path below the run's artifacts.
    pub path: String,
    /// What it is.
    pub kind: ArtifactKind,
    /// How it is shown.
    pub show: Show,
    /// Its beginning.
    pub bytes: Arc<Vec<u8>>,
    /// Its length, once known.
    pub total: Option<u64>,
    /// Its lines in the form shown.
    pub lines: Vec<String>,
    /// Bytes that are in the lines, of a text.
    lined: usize,
    /// Where in the lines.
    pub pager: Pager,
    /// Whether lines have their numbers before them.
    pub numbers: bool,
    /// Its lines as Markdown, set for so many columns.
    pub set: Option<Set>,
    /// Its rows.
    pub table: Option<TableHead>,
    /// The selected row.
    pub list: List,
    /// The first column shown.
    pub column: usize,
    /// It as a picture.
    pub picture: Option<Picture>,
    /// The columns and rows for which it is being made.
    pub decoding: Option<(u16, u16)>,
    /// Why it is not shown.
    pub trouble: Option<Trouble>,
}

impl Viewer {
    /// A file of which nothing is here yet.
    #[must_use]
    pub fn new(path: &str, size: Option<u64>) -> Self {
        let kind = ArtifactKind::of_name(path);
        Self {
            path: path.to_owned(),
            kind,
            show: Show::of(kind)[0],
            bytes: Arc::default(),
            total: size,
            lines: Vec::new(),
            lined: 0,
            pager: Pager {
                wrap: matches!(kind, ArtifactKind::Markdown),
                ..Pager::default()
            },
            numbers: false,
            set: None,
            table: None,
            list: List::default(),
            column: 0,
            picture: None,
            decoding: None,
            trouble: None,
        }
    }

    /// Its name without folders.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether all of it is here.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.total.is_some_and(|t| self.bytes.len() as u64 >= t)
    }

    /// What to ask for, when the text has so much room.
    #[must_use]
    pub fn need(&self, room: Room) -> Option<Need> {
        if self.trouble.is_some() {
            return None;
        }
        if self.show == Show::Table {
            return self.table.is_none().then_some(Need::Table);
        }
        let here = self.bytes.len() as u64;
        let total = self.total.unwrap_or(u64::MAX);
        if here > 0 && self.is_whole() {
            return None;
        }
        let more = match self.show {
            _ if here == 0 => total > 0,
            Show::Image => total <= PICTURE,
            Show::Json => total <= JSON,
            Show::Bytes => here < BYTES as u64,
            Show::Markdown => here < MARKDOWN,
            Show::Text => {
                let near = self.pager.top + 3 * room.rows.max(1) >= self.lines.len();
                near && here < TEXT
            }
            Show::Table => false,
        };
        more.then_some(Need::Part(here))
    }

    /// Whether a part of it is left out because it is too large, once what is shown of it is here.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        let here = self.bytes.len() as u64;
        let total = self.total.unwrap_or(0);
        match self.show {
            Show::Image => total > PICTURE,
            Show::Json => total > JSON,
            Show::Text => here >= TEXT && here < total,
            Show::Markdown => here >= MARKDOWN && here < total,
            Show::Bytes => total > BYTES as u64,
            Show::Table => self
                .table
                .as_ref()
                .is_some_and(|t| t.total.is_none_or(|all| all > t.rows.len() as u64)),
        }
    }

    /// Takes a part in.
    pub fn take_part(&mut self, part: &ArtifactPart) {
        self.total = Some(part.total);
        if part.offset != self.bytes.len() as u64 {
            return;
        }
        if part.bytes.0.is_empty() && part.offset < part.total {
            self.trouble = Some(Trouble {
                message: format!("{} became shorter while it was read.", self.path),
                hint: "f5 reads it anew.".into(),
            });
            return;
        }
        let first = self.bytes.is_empty();
        Arc::make_mut(&mut self.bytes).extend_from_slice(&part.bytes.0);
        if first && self.kind == ArtifactKind::Other {
            self.kind = ArtifactKind::of(&self.path, &self.bytes);
            self.show = Show::of(self.kind)[0];
        }
        self.relined(first);
    }

    /// Shows it in the next form that suits it.
    pub fn next_form(&mut self) {
        let forms = Show::of(self.kind);
        let at = forms.iter().position(|f| *f == self.show).unwrap_or(0);
        self.show = forms[(at + 1) % forms.len()];
        self.trouble = None;
        (self.pager.top, self.pager.part, self.pager.hit) = (0, 0, None);
        self.relined(true);
    }

    /// Sets it anew where its room or what is here of it changed.
    pub fn set(&mut self, columns: usize, glyphs: &'static Glyphs) {
        let bytes = self.bytes.len();
        let stands = |s: &Set| s.columns == columns && s.bytes == bytes;
        if self.show != Show::Markdown || self.set.as_ref().is_some_and(stands) {
            return;
        }
        let lines = markdown::set(&self.lines.join("\n"), columns, glyphs);
        self.set = Some(Set {
            columns,
            bytes,
            plain: lines.iter().map(markdown::Line::plain).collect(),
            lines,
        });
    }

    /// The lines that are in sight in the form shown.
    #[must_use]
    pub fn shown(&self) -> &[String] {
        match &self.set {
            Some(set) if self.show == Show::Markdown => &set.plain,
            _ => &self.lines,
        }
    }

    /// Makes the lines of what is here: anew, or of what came.
    fn relined(&mut self, anew: bool) {
        let grows = matches!(self.show, Show::Text | Show::Markdown);
        if anew || !grows {
            (self.lined, self.lines) = (0, Vec::new());
        }
        match self.show {
            Show::Text | Show::Markdown => self.append_lines(),
            Show::Json => {
                if self.is_whole() {
                    let text = String::from_utf8_lossy(&self.bytes);
                    self.lines = pretty_json(&text).lines().map(clean).collect();
                } else {
                    self.append_lines();
                }
            }
            Show::Bytes => self.lines = hex(&self.bytes[..self.bytes.len().min(BYTES)]),
            Show::Table | Show::Image => {}
        }
    }

    fn append_lines(&mut self) {
        let rest = &self.bytes[self.lined..];
        let end = match rest.iter().rposition(|b| *b == b'\n') {
            Some(at) => at + 1,
            None if self.is_whole() => rest.len(),
            // A single line longer than a part is shown as far as it is here.
            None if rest.len() as u64 >= PART => rest.len(),
            None => 0,
        };
        let end = if self.is_whole() { rest.len() } else { end };
        let text = String::from_utf8_lossy(&rest[..end]);
        self.lines.extend(text.lines().map(clean));
        self.lined += end;
    }
}

#[cfg(test)]
mod tests {
    use trimtab_core::artifact::Blob;

    use super::*;

    const ROOM: Room = Room {
        columns: 80,
        rows: 20,
    };

    fn part(offset: u64, total: u64, bytes: &[u8]) -> ArtifactPart {
        ArtifactPart {
            offset,
            total,
            bytes: Blob(bytes.to_vec()),
        }
    }

    #[test]
    fn a_text_comes_in_parts() {
        let mut v = Viewer::new("logs/train.log", Some(14));
        assert_eq!(v.need(ROOM), Some(Need::Part(0)));
        v.take_part(&part(0, 14, b"one\ntw"));
        assert_eq!(v.lines, ["one"]);
        assert_eq!(v.need(ROOM), Some(Need::Part(6)));
        v.take_part(&part(6, 14, b"o\nthr\xc3\xa9\n"));
        assert_eq!(v.lines, ["one", "two", "thré"]);
        assert_eq!(v.need(ROOM), None);
    }

    #[test]
    fn forms_suit_the_kind() {
        let mut v = Viewer::new("MLmodel", Some(4));
        assert_eq!(v.show, Show::Bytes);
        v.take_part(&part(0, 4, b"a: 1"));
        assert_eq!((v.kind, v.show), (ArtifactKind::Text, Show::Text));
        assert_eq!(v.lines, ["a: 1"]);
        v.next_form();
        assert_eq!(v.show, Show::Bytes);
        assert!(
            v.lines[0].starts_with("00000000  61 3a 20 31"),
            "{:?}",
            v.lines
        );
        let table = Viewer::new("eval.parquet", Some(4));
        assert_eq!(table.need(ROOM), Some(Need::Table));
        let empty = Viewer::new("empty.txt", Some(0));
        assert_eq!(empty.need(ROOM), None);
    }
}
