//! `LIKE` and `ILIKE` patterns: `%` is any text, `_` any one character, nothing escapes them.

/// A pattern, taken apart once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Like {
    source: String,
    any_case: bool,
    /// What stands between the `%` signs; one piece when there is none.
    pieces: Vec<Piece>,
}

/// Literal text between two `%` signs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    text: String,
    /// No `_` and case matters: bytes can be compared.
    plain: bool,
}

impl Like {
    /// Takes a pattern apart; `any_case` for `ILIKE`.
    pub fn new(pattern: &str, any_case: bool) -> Self {
        let piece = |text: &str| Piece {
            text: if any_case {
                text.chars().map(fold).collect()
            } else {
                text.to_owned()
            },
            plain: !any_case && !text.contains('_'),
        };
        Self {
            source: pattern.to_owned(),
            any_case,
            pieces: pattern.split('%').map(piece).collect(),
        }
    }

    /// The pattern as it was written.
    pub fn pattern(&self) -> &str {
        &self.source
    }

    /// Whether case does not matter.
    pub fn any_case(&self) -> bool {
        self.any_case
    }

    /// Whether the whole text matches. Allocates nothing.
    pub fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.pieces.split_first() else {
            return false;
        };
        let Some(mut left) = self.strip_start(first, text) else {
            return false;
        };
        let Some((last, middle)) = rest.split_last() else {
            return left.is_empty();
        };
        for piece in middle {
            // The leftmost place is enough: whatever follows has the most text left to it.
            match self.find(piece, left) {
                Some(after) => left = after,
                None => return false,
            }
        }
        self.ends_with(last, left)
    }

    /// What is left of `text` after the piece at its start.
    fn strip_start<'t>(&self, piece: &Piece, text: &'t str) -> Option<&'t str> {
        if piece.plain {
            return text.strip_prefix(piece.text.as_str());
        }
        let mut chars = text.chars();
        for want in piece.text.chars() {
            if !self.same(want, chars.next()?) {
                return None;
            }
        }
        Some(chars.as_str())
    }

    /// What is left of `text` after the first place where the piece stands.
    fn find<'t>(&self, piece: &Piece, text: &'t str) -> Option<&'t str> {
        if piece.plain {
            return text
                .find(&piece.text)
                .map(|at| &text[at + piece.text.len()..]);
        }
        let mut chars = text.chars();
        loop {
            if let Some(left) = self.strip_start(piece, chars.as_str()) {
                return Some(left);
            }
            chars.next()?;
        }
    }

    fn ends_with(&self, piece: &Piece, text: &str) -> bool {
        if piece.plain {
            return text.ends_with(&piece.text);
        }
        let mut chars = text.chars();
        piece
            .text
            .chars()
            .rev()
            .all(|want| chars.next_back().is_some_and(|c| self.same(want, c)))
    }

    fn same(&self, want: char, found: char) -> bool {
        want == '_' || want == found || (self.any_case && want == fold(found))
    }
}

/// One character without its case. One to one, so that `_` stays one character; letters whose other case is several
/// characters (`ß`) stand for themselves.
fn fold(c: char) -> char {
    fn single(mut chars: impl Iterator<Item = char>, or: char) -> char {
        match (chars.next(), chars.next()) {
            (Some(one), None) => one,
            _ => or,
        }
    }
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let upper = single(c.to_uppercase(), c);
    single(upper.to_lowercase(), upper)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("abc", "abc", true)]
    #[case("abc", "abcd", false)]
    #[case("abc", "ABC", false)]
    #[case("a%", "a", true)]
    #[case("%c", "abc", true)]
    #[case("%b%", "abc", true)]
    #[case("a_c", "abc", true)]
    #[case("a_c", "aéc", true)]
    #[case("a_c", "ac", false)]
    #[case("%a%a", "a", false)]
    #[case("a%a", "a", false)]
    #[case("%_b%_", "xaby", true)]
    #[case("%", "", true)]
    #[case("", "", true)]
    #[case("", "a", false)]
    #[case("a.c", "abc", false)]
    #[case("line%two", "line one\nline two", true)]
    fn like(#[case] pattern: &str, #[case] text: &str, #[case] expected: bool) {
        assert_eq!(Like::new(pattern, false).matches(text), expected);
    }

    #[rstest]
    #[case("ABC", "abc", true)]
    #[case("a_C%", "AbcDEF", true)]
    #[case("straße", "STRAßE", true)]
    #[case("ΣΊΣΥΦΟΣ", "σίσυφος", true)]
    #[case("É%", "école", true)]
    #[case("_", "İ", true)]
    #[case("a", "b", false)]
    fn ilike(#[case] pattern: &str, #[case] text: &str, #[case] expected: bool) {
        assert_eq!(Like::new(pattern, true).matches(text), expected);
    }

    /// The definition, by recursion over characters.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('%', rest)) => (0..=text.len()).any(|skip| naive(rest, &text[skip..])),
            Some((want, rest)) => text
                .split_first()
                .is_some_and(|(c, left)| (*want == '_' || want == c) && naive(rest, left)),
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[abé%_]{0,7}", text in "[abé]{0,8}") {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            let expected = naive(&chars(&pattern), &chars(&text));
            prop_assert_eq!(Like::new(&pattern, false).matches(&text), expected);
            prop_assert_eq!(Like::new(&pattern, true).matches(&text.to_uppercase()), expected);
        }
    }
}
