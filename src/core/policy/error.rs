//! Where a policy file is wrong: file, line, column, what stands there and what was expected.

use std::{fmt, ops::Range};

/// The first thing that is wrong in a policy file. `Display` prints it as a compiler would.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {fault}\n{}", self.excerpt())]
pub struct PolicyError {
    /// What the file is called.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong. Boxed to keep the error small beside the policy.
    pub fault: Box<Fault>,
    /// The line's text.
    source_line: String,
    /// How many characters of the line are meant; at least 1.
    width: usize,
}

/// What is wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
    /// The known word that was perhaps meant.
    pub meant: Option<String>,
}

impl Fault {
    /// A fault without a guess.
    pub(super) fn new(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            found: found.into(),
            expected: expected.into(),
            meant: None,
        }
    }

    /// A name that is none of the known ones: lists them and guesses which was meant.
    pub(super) fn unknown<'a>(
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.collect();
        let expected = match known.as_slice() {
            [] => "none, for none is defined".to_owned(),
            [one] => one.to_string(),
            many => format!("one of {}", many.join(", ")),
        };
        Self {
            found: format!("unknown {what} `{name}`"),
            expected,
            meant: nearest(name, &known),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; expected {}.", self.found, self.expected)?;
        match &self.meant {
            Some(word) => write!(f, " Did you mean `{word}`?"),
            None => Ok(()),
        }
    }
}

impl PolicyError {
    /// A fault at a range of bytes of the text.
    pub(super) fn new(file: &str, text: &str, at: Range<usize>, fault: Fault) -> Self {
        let start = floor_boundary(text, at.start);
        let end = floor_boundary(text, at.end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let source_line = text[line_start..line_end].trim_end_matches('\r').to_owned();
        Self {
            file: file.to_owned(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            fault: Box::new(fault),
            source_line,
            width: text[start..end.min(line_end)]
                .trim_end()
                .chars()
                .count()
                .max(1),
        }
    }

    /// The parser's error, in our words.
    pub(super) fn from_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let at = error.span().unwrap_or(0..0);
        Self::new(file, text, at, translate(error.message()))
    }

    /// The line with a caret under what is meant.
    fn excerpt(&self) -> String {
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        // A tab stays a tab, so that the caret stands under its word however wide tabs are.
        let pad: String = self
            .source_line
            .chars()
            .take(self.column - 1)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let carets = "^".repeat(self.width);
        format!(
            "{gutter} |\n{number} | {}\n{gutter} | {pad}{carets}",
            self.source_line
        )
    }
}

/// The greatest character boundary at or before `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Serde speaks of fields, variants and structs; a policy file has keys, values and tables.
fn translate(message: &str) -> Fault {
    let message = message.trim().replace('\n', ", ");
    let ticked = |text: &str| -> Vec<String> {
        text.split('`').skip(1).step_by(2).map(Into::into).collect()
    };
    for (prefix, what) in [("unknown field ", "key"), ("unknown variant ", "value")] {
        if message.starts_with(prefix) {
            let mut words = ticked(&message).into_iter();
            let name = words.next().unwrap_or_default();
            let known: Vec<String> = words.collect();
            return Fault::unknown(what, &name, known.iter().map(String::as_str));
        }
    }
    if message.starts_with("missing field ") {
        let name = ticked(&message).into_iter().next().unwrap_or_default();
        return Fault::new(
            format!("no key `{name}`"),
            format!("{name} = … in this table"),
        );
    }
    match message.rsplit_once(", expected ") {
        Some((found, expected)) => {
            let found = found
                .trim_start_matches("invalid type: ")
                .trim_start_matches("invalid value: ");
            Fault::new(found, plain_type(expected))
        }
        None => Fault::new(message, "valid TOML"),
    }
}

/// The name of a Rust type, for somebody who writes TOML.
fn plain_type(expected: &str) -> String {
    match expected {
        "f64" => "a number".into(),
        "u32" | "u64" => "a whole number, 0 or more".into(),
        "i64" => "a whole number".into(),
        "a boolean" => "true or false".into(),
        "a sequence" => "an array".into(),
        "a map" => "a table".into(),
        "string only" | "str" => "a string".into(),
        // An enum's name says nothing; its words are listed when one of them is misspelt.
        other if other.starts_with("struct ") => "a table".into(),
        other if other.starts_with("enum ") || other.starts_with("variant ") => "a string".into(),
        other => other.to_owned(),
    }
}

/// The known word nearest to `name`, when it is near: at most a third of its letters differ.
fn nearest(name: &str, known: &[&str]) -> Option<String> {
    let (distance, word) = known.iter().map(|k| (edits(name, k), k)).min()?;
    let limit = (name.chars().count().max(word.chars().count()) / 3).max(1);
    (distance <= limit).then(|| (*word).to_string())
}

/// Edits between two words: insertion, deletion, substitution, swap of neighbours (optimal
/// string alignment).
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_offered_and_far_ones_not() {
        let known = ["psi", "alpha", "min_rows"];
        assert_eq!(nearest("psii", &known).as_deref(), Some("psi"));
        assert_eq!(nearest("aplha", &known).as_deref(), Some("alpha"));
        assert_eq!(nearest("minrows", &known).as_deref(), Some("min_rows"));
        assert_eq!(nearest("threshold", &known), None);
        assert_eq!(nearest("psi", &[]), None);
    }

    #[test]
    fn places_are_counted_in_characters_and_never_panic() {
        let text = "é = 1\r\n\tß = 2";
        let at = text.find('ß').unwrap();
        let e = PolicyError::new("t", text, at..at + 2, Fault::new("x", "y"));
        assert_eq!(
            (e.line, e.column, e.source_line.as_str()),
            (2, 2, "\tß = 2")
        );
        for i in 0..40 {
            let _ = PolicyError::new("t", text, i..i + 3, Fault::new("x", "y")).to_string();
        }
    }
}
