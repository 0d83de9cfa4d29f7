//! A query in pieces, as far as completing and colouring need them. What a query means is the engine's affair.

use std::ops::Range;

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A bare word: a keyword, a name.
    Word,
    /// A name in double quotes.
    Quoted,
    /// A text in single quotes.
    Text,
    /// A number.
    Number,
    /// A remark.
    Remark,
    /// Any other character.
    Sign,
}

/// A piece of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Which bytes of the query.
    pub at: Range<usize>,
    /// Whether its closing quote or mark is there.
    pub closed: bool,
}

/// The pieces of a query, in order, without blanks. Whatever is typed has some.
pub fn tokens(sql: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(first) = sql[from..].chars().next() {
        if first.is_whitespace() {
            from += first.len_utf8();
            continue;
        }
        let rest = &sql[from..];
        let (kind, length, closed) = match first {
            '\'' => enclosed(rest, '\'', TokenKind::Text),
            '"' => enclosed(rest, '"', TokenKind::Quoted),
            '-' if rest.starts_with("--") => {
                let length = rest.find('\n').unwrap_or(rest.len());
                (TokenKind::Remark, length, length < rest.len())
            }
            '/' if rest.starts_with("/*") => {
                let end = rest[2..].find("*/");
                let length = end.map_or(rest.len(), |at| at + 4);
                (TokenKind::Remark, length, end.is_some())
            }
            c if c.is_ascii_digit() => {
                let more = |c: char| c.is_alphanumeric() || c == '.' || c == '_';
                (TokenKind::Number, run(rest, more), true)
            }
            c if is_word(c) => (TokenKind::Word, run(rest, is_word), true),
            c => (TokenKind::Sign, c.len_utf8(), true),
        };
        out.push(Token {
            kind,
            at: from..from + length,
            closed,
        });
        from += length;
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn run(text: &str, fits: impl Fn(char) -> bool) -> usize {
    text.find(|c| !fits(c)).unwrap_or(text.len())
}

/// Up to the closing quote; a doubled one is a character.
fn enclosed(text: &str, quote: char, kind: TokenKind) -> (TokenKind, usize, bool) {
    let mut at = 1;
    while let Some(found) = text[at..].find(quote) {
        at += found + 1;
        if !text[at..].starts_with(quote) {
            return (kind, at, true);
        }
        at += 1;
    }
    (kind, text.len(), false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(sql: &str) -> Vec<(TokenKind, &str)> {
        let all = tokens(sql);
        all.into_iter().map(|t| (t.kind, &sql[t.at])).collect()
    }

    #[test]
    fn pieces_are_told_apart() {
        use TokenKind::{Number, Quoted, Remark, Sign, Text, Word};
        assert_eq!(
            read("a.\"b \"\"c\" = 'it''s' + 1.5e3 -- why\n/* x"),
            [
                (Word, "a"),
                (Sign, "."),
                (Quoted, "\"b \"\"c\""),
                (Sign, "="),
                (Text, "'it''s'"),
                (Sign, "+"),
                (Number, "1.5e3"),
                (Remark, "-- why"),
                (Remark, "/* x"),
            ]
        );
        assert!(!tokens("'open").last().unwrap().closed);
    }

    proptest! {
        #[test]
        fn pieces_cover_all_but_blanks(sql in "[a-z'\"/*\\- \n.0-9é]{0,40}") {
            let mut end = 0;
            for token in tokens(&sql) {
                prop_assert!(sql[end..token.at.start].trim().is_empty());
                prop_assert!(token.at.end > token.at.start);
                end = token.at.end;
            }
            prop_assert!(sql[end..].trim().is_empty());
        }
    }
}
