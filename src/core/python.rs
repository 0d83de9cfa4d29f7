//! Texts as Python prints them: MLflow's messages quote what a client said so.

use std::fmt::Write as _;

/// A string as `repr` prints it.
pub fn quoted(text: &str) -> String {
    let quote = match text.contains('\'') && !text.contains('"') {
        true => '"',
        false => '\'',
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            // Writing to a string cannot fail.
            c if c.is_ascii_control() => drop(write!(out, "\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// A list of strings as `repr` prints it.
pub fn list<T: AsRef<str>>(texts: &[T]) -> String {
    let quoted: Vec<String> = texts.iter().map(|t| quoted(t.as_ref())).collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_pythons() {
        for (text, printed) in [
            ("a", "'a'"),
            ("it's", "\"it's\""),
            ("a'b\"c", "'a\\'b\"c'"),
            ("say \"x\"", "'say \"x\"'"),
            ("a\\\n\u{7f}é", "'a\\\\\\n\\x7fé'"),
        ] {
            assert_eq!(quoted(text), printed);
        }
        assert_eq!(list(&["1", "b"]), "['1', 'b']");
    }
}
