//! Plain words and regular expressions: what the console's grammar looks for and MLflow's does not know.

use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder};

/// Memory that one compiled expression may take, in bytes: a hostile one must not take all there is.
const PATTERN_SIZE: usize = 1 << 20;

/// Letters that a word needs to be looked for in pieces: the pieces of a shorter one are everywhere.
const FEWEST: usize = 3;

/// A plain word, found in any case.
#[derive(Clone, Debug)]
pub struct Word {
    text: String,
    finder: Finder<'static>,
    fuzzy: bool,
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.fuzzy) == (&other.text, other.fuzzy)
    }
}

impl Word {
    /// A word as it was typed.
    pub fn new(text: &str) -> Self {
        let text = text.to_lowercase();
        let finder = Finder::new(text.as_bytes()).into_owned();
        Self {
            text,
            finder,
            fuzzy: false,
        }
    }

    /// The word, lower-case.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same word, found too where its letters stand close together in their order.
    pub(super) fn fuzzily(&self) -> Self {
        Self {
            fuzzy: true,
            ..self.clone()
        }
    }

    /// Whether a record's text (lower-case lines) has it.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.finder.find(text.as_bytes()).is_some()
            || (self.fuzzy
                && self.text.len() >= FEWEST
                && text.lines().any(|line| scattered(&self.text, line)))
    }
}

/// Whether the letters of a word stand in a line in their order, within twice its length.
fn scattered(word: &str, line: &str) -> bool {
    if word.is_ascii() && line.is_ascii() {
        return scattered_bytes(word.as_bytes(), line.as_bytes());
    }
    let Some(first) = word.chars().next() else {
        return true;
    };
    let span = word.chars().count() * 2;
    line.char_indices()
        .filter(|(_, c)| *c == first)
        .any(|(at, _)| {
            let mut near = line[at..].chars().take(span);
            word.chars().all(|wanted| near.any(|c| c == wanted))
        })
}

/// The same for plain ASCII, which nearly all lines are: many times as fast, and done over every run's text.
fn scattered_bytes(word: &[u8], line: &[u8]) -> bool {
    let Some(first) = word.first() else {
        return true;
    };
    memchr::memchr_iter(*first, line).any(|at| {
        let end = line.len().min(at + 2 * word.len());
        let mut near = line[at..end].iter();
        word.iter().all(|wanted| near.any(|c| c == wanted))
    })
}

/// A regular expression. One without capital letters is found in any case.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    regex: Regex,
    any_case: bool,
}

/// A regular expression that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadPattern(pub String);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.any_case) == (&other.text, other.any_case)
    }
}

impl Pattern {
    /// Reads an expression (the `regex` crate's syntax).
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn new(text: &str) -> Result<Self, BadPattern> {
        Self::build(text, !has_capital(text))
    }

    /// Reads an expression that is found in any case, whatever its letters.
    ///
    /// # Errors
    /// As for [`Pattern::new`].
    pub fn in_any_case(text: &str) -> Result<Self, BadPattern> {
        Self::build(text, true)
    }

    fn build(text: &str, any_case: bool) -> Result<Self, BadPattern> {
        let regex = RegexBuilder::new(text)
            .case_insensitive(any_case)
            .size_limit(PATTERN_SIZE)
            .dfa_size_limit(PATTERN_SIZE)
            .build()
            .map_err(|error| BadPattern(reason(&error)))?;
        Ok(Self {
            text: text.to_owned(),
            regex,
            any_case,
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is found in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

/// Whether an expression has a capital letter that stands for itself: `\S` and `\D` are classes.
fn has_capital(pattern: &str) -> bool {
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c.is_uppercase() {
            return true;
        }
    }
    false
}

/// The last line of the engine's message says what is wrong; those before it draw where.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case_and_in_pieces_when_asked() {
        let text = "deep-trees\nab12\ndepth=8\nmodel=gradient boosting";
        assert!(Word::new("Trees").is_in(text) && Word::new("depth=8").is_in(text));
        assert!(!Word::new("dptrees").is_in(text));
        assert!(Word::new("dptrees").fuzzily().is_in(text));
        assert!(Word::new("grdnt").fuzzily().is_in(text));
        // Text beyond ASCII is searched alike.
        let odd = "größe=8\ndepth=8";
        assert!(Word::new("grße").fuzzily().is_in(odd) && Word::new("dpth").fuzzily().is_in(odd));
        // Two letters are too few, and letters of different lines, or far apart, are no word.
        assert!(!Word::new("dp").fuzzily().is_in(text));
        assert!(!Word::new("treesab").fuzzily().is_in(text));
        assert!(!Word::new("mbg").fuzzily().is_in(text));
    }

    #[test]
    fn capitals_make_patterns_strict() {
        assert!(Pattern::new("^fin").unwrap().is_in("FINISHED"));
        assert!(!Pattern::new("^Fin").unwrap().is_in("FINISHED"));
        // Classes and escapes are no capitals; a capital behind an escaped backslash is one.
        for free in [r"fin\S+", r"\Afin", r"^\D*fin\Dsh", r"\\?fin"] {
            assert!(Pattern::new(free).unwrap().is_in("FINISHED"), "{free}");
        }
        for strict in [r"\S+Ish", r"\\?Fin", r"^\p{Lu}in"] {
            assert!(!Pattern::new(strict).unwrap().is_in("finished"), "{strict}");
        }
        let error = Pattern::new("a(b").unwrap_err();
        assert_eq!(error.to_string(), "unclosed group");
        assert_eq!(
            Pattern::new("(a{1000}){1000}").unwrap_err().to_string(),
            "it is too large"
        );
    }
}
