//! Contents of files as lines.

use std::fmt::Write as _;

/// Bytes in rows of sixteen: offset, numbers, characters.
#[must_use]
pub fn hex(bytes: &[u8]) -> Vec<String> {
    let row = |(at, row): (usize, &[u8])| {
        let mut out = format!("{:08x} ", at * 16);
        for i in 0..16 {
            let gap = if i == 8 { "  " } else { " " };
            match row.get(i) {
                Some(b) => drop(write!(out, "{gap}{b:02x}")),
                None => drop(write!(out, "{gap}  ")),
            }
        }
        out.push_str("  ");
        let plain = |b: &u8| {
            if (0x20..0x7f).contains(b) {
                *b as char
            } else {
                '.'
            }
        };
        out.extend(row.iter().map(plain));
        out
    };
    bytes.chunks(16).enumerate().map(row).collect()
}

/// JSON with each value on a line of its own, its words and their order untouched. What is no JSON comes out as it
/// is.
#[must_use]
pub fn pretty_json(text: &str) -> String {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    let mut chars = text
        .chars()
        .filter(|c| !c.is_control() || *c == ' ')
        .peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        // Whoever nests deeper is shown no further to the right.
        out.push_str(&"  ".repeat(depth.min(64)));
    };
    while let Some(c) = chars.next() {
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            ' ' => {}
            '"' => {
                quoted = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while chars.next_if(|c| *c == ' ').is_some() {}
                if let Some(end) = chars.next_if(|c| matches!(c, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn json_is_set_out() {
        let text = r#"{"b":[1,2,{}], "a": "x,\"}" ,"c":[ ]}"#;
        let expected =
            "{\n  \"b\": [\n    1,\n    2,\n    {}\n  ],\n  \"a\": \"x,\\\"}\",\n  \"c\": []\n}";
        assert_eq!(pretty_json(text), expected);
        assert_eq!(pretty_json("{nope"), "{nope");
    }

    proptest! {
        #[test]
        fn set_out_json_means_the_same(text in "[\\[\\]{}\",:0-9a \\\\]{0,24}", key in "\\PC{0,8}") {
            let made = serde_json::json!({ &key: [text.clone(), { "x": key.clone() }] }).to_string();
            let back: serde_json::Value = serde_json::from_str(&pretty_json(&made)).unwrap();
            prop_assert_eq!(back.to_string(), made);
            let _ = pretty_json(&text);
        }
    }
}
