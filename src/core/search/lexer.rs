//! Tokens of a filter, cut as MLflow's `sqlparse` cuts them where that matters.

use super::literal::quoted_end;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, with its prefix and all its dots; also text in double quotes.
    Name,
    /// Text in single quotes.
    Text,
    /// A whole number.
    Int,
    /// A number with a point or an exponent.
    Float,
    /// `=`, `LIKE`, and whatever looks like one of them.
    Comparator,
    /// A pair of parentheses with all that is between them.
    Parens,
    /// `AND`, `OR`, `IN`, `IS`, `NOT`, `NULL`.
    Keyword(Keyword),
    /// `+`, `-`, `*`, `/`.
    Arithmetic,
    /// `;`
    Semicolon,
    /// One character that means nothing, or a comment.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    And,
    Or,
    In,
    Is,
    Not,
    Null,
}

/// A token, with its place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Cuts a text into tokens. Never fails: what means nothing is [`Kind::Other`].
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer {
        text,
        at: 0,
        parens_close: true,
    };
    std::iter::from_fn(|| lexer.next()).collect()
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// False once an open parenthesis was found unclosed: none behind it is worth a search.
    parens_close: bool,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn next(&mut self) -> Option<Token<'a>> {
        self.at = self.text.len() - self.rest().trim_start().len();
        let rest = self.rest();
        let c = rest.chars().next()?;
        let (kind, len) = self.cut(c, rest);
        let start = self.at;
        self.at += len;
        Some(Token {
            kind,
            text: &rest[..len],
            start,
        })
    }

    fn cut(&mut self, c: char, rest: &str) -> (Kind, usize) {
        if rest.starts_with("--") {
            return (Kind::Other, rest.find(['\n', '\r']).unwrap_or(rest.len()));
        }
        if let Some(number) = number(rest) {
            return number;
        }
        if let Some(len) = name(rest) {
            return word(&rest[..len], rest);
        }
        match c {
            '\'' => quoted_end(rest).map_or((Kind::Other, 1), |len| (Kind::Text, len)),
            '<' | '>' | '=' | '~' | '!' => {
                let len = rest.find(|c| !"<>=~!".contains(c)).unwrap_or(rest.len());
                (Kind::Comparator, len)
            }
            '(' if self.parens_close => match parens(rest) {
                Some(len) => (Kind::Parens, len),
                None => {
                    self.parens_close = false;
                    (Kind::Other, 1)
                }
            },
            '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' => (Kind::Arithmetic, 1),
            ';' => (Kind::Semicolon, 1),
            other => (Kind::Other, other.len_utf8()),
        }
    }
}

/// A number at the start: `1`, `-1.5`, `.5`, `1e-3`. Not `1x`, which is a name.
fn number(rest: &str) -> Option<(Kind, usize)> {
    let digits = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
    let byte = |at: usize| rest.as_bytes().get(at).copied();
    let mut at = usize::from(byte(0) == Some(b'-'));
    let whole = digits(at);
    at += whole;
    let (mut kind, mut fraction) = (Kind::Int, 0);
    if byte(at) == Some(b'.') {
        fraction = digits(at + 1);
        at += 1 + fraction;
        kind = Kind::Float;
    }
    if whole + fraction == 0 {
        return None;
    }
    if matches!(byte(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(byte(at + 1), Some(b'-' | b'+')));
        let exponent = digits(at + 1 + sign);
        if exponent > 0 {
            at += 1 + sign + exponent;
            kind = Kind::Float;
        }
    }
    let goes_on = rest[at..]
        .chars()
        .next()
        .is_some_and(|c| c.is_alphanumeric() || c == '_');
    (!goes_on).then_some((kind, at))
}

/// A name at the start: words and quoted parts with dots between them.
fn name(rest: &str) -> Option<usize> {
    let mut at = part(rest, false)?;
    while let Some(behind) = rest[at..].strip_prefix('.') {
        match part(behind, true) {
            Some(len) => at += 1 + len,
            None => break,
        }
    }
    Some(at)
}

fn part(rest: &str, behind_dot: bool) -> Option<usize> {
    match rest.chars().next()? {
        '`' | '"' => quoted_end(rest),
        '\'' if behind_dot => quoted_end(rest),
        c if c.is_alphanumeric() || c == '_' => {
            let ends = |c: char| !(c.is_alphanumeric() || "_$#".contains(c));
            Some(rest.find(ends).unwrap_or(rest.len()))
        }
        _ => None,
    }
}

/// A name, or one of the words that are none.
fn word(name: &str, rest: &str) -> (Kind, usize) {
    let len = name.len();
    let kind = match name.to_ascii_uppercase().as_str() {
        "AND" => Kind::Keyword(Keyword::And),
        "OR" => Kind::Keyword(Keyword::Or),
        "IN" => Kind::Keyword(Keyword::In),
        "IS" => Kind::Keyword(Keyword::Is),
        "NULL" => Kind::Keyword(Keyword::Null),
        "LIKE" | "ILIKE" | "RLIKE" | "REGEXP" => Kind::Comparator,
        "NOT" => {
            let behind = &rest[len..];
            let blank = behind.len() - behind.trim_start().len();
            let next = self::name(&behind[blank..]).map_or(0, |l| l);
            let negates = matches!(
                behind[blank..blank + next].to_ascii_uppercase().as_str(),
                "LIKE" | "ILIKE" | "RLIKE" | "REGEXP"
            );
            if blank > 0 && negates {
                return (Kind::Comparator, len + blank + next);
            }
            Kind::Keyword(Keyword::Not)
        }
        _ => Kind::Name,
    };
    (kind, len)
}

/// Where the parenthesis at the start closes.
fn parens(rest: &str) -> Option<usize> {
    let (mut depth, mut at) = (0usize, 0);
    while let Some(c) = rest[at..].chars().next() {
        at += match c {
            '\'' | '"' | '`' => quoted_end(&rest[at..]).unwrap_or(1),
            other => other.len_utf8(),
        };
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}
