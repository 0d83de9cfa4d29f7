//! Tokens of a filter.

use super::{ExprError, Wrong};
use std::{borrow::Cow, ops::Range};

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// Text without quotes; what follows a dot in quotes, to the end of the token, is in the second field.
    Word(&'a str, Option<Cow<'a, str>>),
    /// Text in quotes, without them.
    Quoted(Cow<'a, str>),
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`, `~`, `!~`.
    Sign(&'static str),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
}

/// A token and the bytes it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) at: Range<usize>,
}

impl<'a> Token<'a> {
    /// The word, if it is one without any quotes.
    pub(super) fn word(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Word(word, None) => Some(word),
            _ => None,
        }
    }
}

/// Longer signs first. The second column is the sign meant.
const SIGNS: [(&str, &str); 11] = [
    ("!=", "!="),
    ("<>", "!="),
    ("!~", "!~"),
    ("==", "="),
    ("=~", "~"),
    ("<=", "<="),
    (">=", ">="),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    ("~", "~"),
];

/// Cuts a text into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, ExprError> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (kind, len) = cut(c, &text[at..])
            .ok_or_else(|| ExprError::new(text, at..text.len(), Wrong::OpenQuote))?;
        found.push(Token {
            kind,
            at: at..at + len,
        });
        at += len;
    }
    Ok(found)
}

/// The token at the start and its length; `None` for a quote that is not closed.
fn cut(c: char, rest: &str) -> Option<(Kind<'_>, usize)> {
    if let Some((written, sign)) = SIGNS.iter().find(|(s, _)| rest.starts_with(s)) {
        return Some((Kind::Sign(sign), written.len()));
    }
    Some(match c {
        '(' => (Kind::Open, 1),
        ')' => (Kind::Close, 1),
        ',' => (Kind::Comma, 1),
        '"' | '\'' | '`' => {
            let (text, len) = quoted(rest)?;
            (Kind::Quoted(text), len)
        }
        _ => {
            let len = bare(rest);
            let word = &rest[..len];
            match rest[len..].chars().next() {
                Some('"' | '\'' | '`') if word.ends_with('.') => {
                    let (key, more) = quoted(&rest[len..])?;
                    (Kind::Word(word, Some(key)), len + more)
                }
                _ => (Kind::Word(word, None), len),
            }
        }
    })
}

/// How long the bare word at the start is. At least one character: whatever begins nothing else is a word.
pub(super) fn bare(rest: &str) -> usize {
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let ends = c.is_whitespace()
            || "(),\"'`<>=~".contains(c)
            || (c == '!' && matches!(next, Some('=' | '~')));
        if ends && at > 0 {
            return at;
        }
    }
    rest.len()
}

/// The text in the quotes at the start, and how many bytes it takes. A backslash escapes the quote and itself, and
/// stands for itself elsewhere, so that regular expressions need no second one.
fn quoted(rest: &str) -> Option<(Cow<'_, str>, usize)> {
    let quote = rest.chars().next()?;
    let inner = &rest[1..];
    let mut owned: Option<String> = None;
    let mut chars = inner.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let escaped = match chars.peek() {
            Some((_, n)) if c == '\\' && (*n == quote || *n == '\\') => Some(*n),
            _ => None,
        };
        if let Some(escaped) = escaped {
            owned
                .get_or_insert_with(|| inner[..at].to_owned())
                .push(escaped);
            chars.next();
        } else if c == quote {
            let text = owned.map_or(Cow::Borrowed(&inner[..at]), Cow::Owned);
            return Some((text, at + 2));
        } else if let Some(owned) = &mut owned {
            owned.push(c);
        }
    }
    None
}

/// Text in quotes that reads back.
pub(super) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
