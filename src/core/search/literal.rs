//! Quoted text: where it ends, how it is written, and lists of it.

use super::SearchError;

/// Where the text that opens at the start of `rest` ends (behind its closing quote). A doubled quote and one behind a
/// backslash do not close it, unless nothing else does (as in `'C:\'`).
pub(super) fn quoted_end(rest: &str) -> Option<usize> {
    let quote = rest.chars().next()?;
    let (mut doubtful, mut skip) = (None, true);
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if std::mem::take(&mut skip) {
            continue;
        }
        let next_is_quote = chars.peek().is_some_and(|(_, n)| *n == quote);
        if c == quote && next_is_quote {
            doubtful = Some(at + c.len_utf8());
            skip = true;
        } else if c == '\\' && next_is_quote && quote != '`' {
            doubtful = Some(at + c.len_utf8() + quote.len_utf8());
            skip = true;
        } else if c == quote {
            return Some(at + c.len_utf8());
        }
    }
    doubtful
}

/// Text as it is written in a clause. MLflow knows no escape here: text with both kinds of quote, or with a backslash
/// at its end, cannot be written and comes out in single quotes as it is.
pub(super) fn quote(text: &str) -> String {
    let written = |q: char| format!("{q}{text}{q}");
    // A second text behind it shows whether the first one really ends.
    let ends = |s: &String, q: char| quoted_end(&format!("{s} {q}{q}x{q}")) == Some(s.len());
    let (single, double) = (written('\''), written('"'));
    if !ends(&single, '\'') && ends(&double, '"') {
        double
    } else {
        single
    }
}

/// A list as it is written: Python's, because MLflow reads it with Python.
pub(super) fn write_list(values: &[String]) -> String {
    let items: Vec<String> = values
        .iter()
        .map(|v| {
            let escaped = v
                // Not doubled: in front of the closing quote it would seem to escape it.
                .replace('\\', "\\x5c")
                .replace('\'', "\\'")
                .replace('\n', "\\n")
                .replace('\r', "\\r");
            format!("'{escaped}'")
        })
        .collect();
    format!("({})", items.join(", "))
}

/// Reads a list of quoted texts, its parentheses included.
pub(super) fn read_list(text: &str) -> Result<Vec<String>, SearchError> {
    let inner = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
    let mut rest = inner.ok_or(SearchError::BadList)?.trim_start();
    let mut values = Vec::new();
    while !rest.is_empty() {
        if !rest.starts_with(['\'', '"']) {
            let number = rest.split(',').next().unwrap_or(rest).trim().parse::<f64>();
            return Err(match number {
                // A single thing in parentheses is a tuple to Python's printer.
                Ok(_) if !text.contains(',') => SearchError::MixedList(text.replace(')', ",)")),
                Ok(_) => SearchError::MixedList(text.to_owned()),
                Err(_) => SearchError::BadList,
            });
        }
        let (value, left) = python_string(rest).ok_or(SearchError::BadList)?;
        values.push(value);
        rest = left.trim_start();
        match rest.strip_prefix(',') {
            Some(left) => rest = left.trim_start(),
            None if rest.is_empty() => {}
            None => return Err(SearchError::BadList),
        }
    }
    if values.is_empty() {
        // `(,)` is no list at all.
        return Err(if inner.is_some_and(|t| t.trim().is_empty()) {
            SearchError::EmptyList
        } else {
            SearchError::BadList
        });
    }
    Ok(values)
}

/// Reads one Python string literal: the text, and what is left.
fn python_string(rest: &str) -> Option<(String, &str)> {
    let mut chars = rest.chars();
    let quote = chars.next()?;
    let mut text = String::new();
    loop {
        match chars.next()? {
            c if c == quote => return Some((text, chars.as_str())),
            '\n' | '\r' => return None,
            '\\' => match chars.next()? {
                c @ ('\\' | '\'' | '"') => text.push(c),
                'n' => text.push('\n'),
                'r' => text.push('\r'),
                't' => text.push('\t'),
                '\n' => {}
                'x' => text.push(code(&mut chars, 2)?),
                'u' => text.push(code(&mut chars, 4)?),
                'U' => text.push(code(&mut chars, 8)?),
                // Python leaves an escape that it does not know as it is.
                other => text.extend(['\\', other]),
            },
            c => text.push(c),
        }
    }
}

fn code(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let mut value = 0u32;
    for _ in 0..digits {
        value = value
            .checked_mul(16)?
            .checked_add(chars.next()?.to_digit(16)?)?;
    }
    char::from_u32(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("'a' b", Some(3))]
    #[case("'it''s' b", Some(7))]
    #[case(r"'a\'b' c", Some(6))]
    #[case(r"'C:\'", Some(5))]
    #[case("'a''", Some(3))]
    #[case("'a", None)]
    #[case("'", None)]
    #[case("''", Some(2))]
    #[case("`a``b` c", Some(6))]
    #[case(r"`a\` c", Some(4))]
    #[case("\"é\" c", Some(4))]
    fn texts_end_where_sqlparse_ends_them(#[case] text: &str, #[case] end: Option<usize>) {
        assert_eq!(quoted_end(text), end);
    }

    #[rstest]
    #[case("('a')", &["a"])]
    #[case("( 'a' , \"b'\", )", &["a", "b'"])]
    #[case(r"('it\'s', 'tab\t', 'é\x41\u00e9', '\d')", &["it's", "tab\t", "éAé", r"\d"])]
    fn lists_are_pythons(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(read_list(text).unwrap(), expected);
    }

    #[rstest]
    #[case("()", SearchError::EmptyList)]
    #[case("(  )", SearchError::EmptyList)]
    #[case("(,)", SearchError::BadList)]
    #[case("('a' 'b')", SearchError::BadList)]
    #[case("('a',, 'b')", SearchError::BadList)]
    #[case("(a)", SearchError::BadList)]
    #[case("('a)", SearchError::BadList)]
    #[case("(1)", SearchError::MixedList("(1,)".into()))]
    #[case("('a', 2.5)", SearchError::MixedList("('a', 2.5)".into()))]
    fn bad_lists(#[case] text: &str, #[case] expected: SearchError) {
        assert_eq!(read_list(text).unwrap_err(), expected);
    }

    proptest! {
        #[test]
        fn lists_read_back(values in prop::collection::vec(any::<String>(), 1..5)) {
            prop_assert_eq!(read_list(&write_list(&values)), Ok(values));
        }
    }
}
