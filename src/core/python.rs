//! Texts as Python prints them, and paths as it reads them: MLflow's messages quote what a client said so.

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

/// A path without empty parts and dots, as Python's `posixpath.normpath` has it.
pub fn normpath(path: &str) -> String {
    let slashes = path.len() - path.trim_start_matches('/').len();
    let root = match slashes {
        0 => "",
        2 => "//",
        _ => "/",
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => drop(parts.pop()),
            ".." if !root.is_empty() => {}
            _ => parts.push(part),
        }
    }
    let whole = format!("{root}{}", parts.join("/"));
    match whole.is_empty() {
        true => ".".into(),
        false => whole,
    }
}

/// A text as Python's `json.dumps` writes it: ASCII.
pub fn json(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='\u{7f}' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
    out
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

    #[test]
    fn paths_are_written_plainly() {
        for (path, plain) in [
            ("", "."),
            ("a/b", "a/b"),
            ("a//b", "a/b"),
            ("a/./b/", "a/b"),
            ("a/../b", "b"),
            ("../a", "../a"),
            ("a/../../b", "../b"),
            ("/a", "/a"),
            ("//a", "//a"),
            ("///a", "/a"),
            ("/..", "/"),
            (".", "."),
            ("a/..", "."),
        ] {
            assert_eq!(normpath(path), plain, "{path:?}");
        }
    }

    #[test]
    fn json_is_ascii() {
        for (text, written) in [
            ("a\"\\", r#""a\"\\""#),
            ("\n\t\u{8}\u{1}", r#""\n\t\b\u0001""#),
            ("\u{7f}ä😀", "\"\u{7f}\\u00e4\\ud83d\\ude00\""),
        ] {
            assert_eq!(json(text), written);
        }
    }
}
