//! Tokens that Python's `json` module writes and JSON does not know: `NaN`, `Infinity`, `-Infinity`.

use std::borrow::Cow;

/// The tokens, the longest first where one begins another.
const TOKENS: [&[u8]; 3] = [b"NaN", b"Infinity", b"-Infinity"];

/// The text with bare tokens made strings; borrowed when there are none.
pub(super) fn quote(text: &[u8]) -> Cow<'_, [u8]> {
    let mut out: Vec<u8> = Vec::new();
    let mut copied = 0;
    let mut in_string = false;
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b'N' | b'I' | b'-' if !in_string => {
                if let Some(token) = TOKENS.iter().find(|t| text[at..].starts_with(t)) {
                    out.extend_from_slice(&text[copied..at]);
                    out.push(b'"');
                    out.extend_from_slice(token);
                    out.push(b'"');
                    at += token.len();
                    copied = at;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.extend_from_slice(&text[copied..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_tokens_become_strings_and_strings_stay() {
        for (text, quoted) in [
            (r#"{"a":NaN}"#, r#"{"a":"NaN"}"#),
            (
                r#"[-Infinity, Infinity,-1]"#,
                r#"["-Infinity", "Infinity",-1]"#,
            ),
            (r#"{"NaN":"x NaN \" NaN"}"#, r#"{"NaN":"x NaN \" NaN"}"#),
            (r#"{"a\\":NaN}"#, r#"{"a\\":"NaN"}"#),
            (r#"{"a":"#, r#"{"a":"#),
            (r#""\"#, r#""\"#),
            ("N", "N"),
        ] {
            assert_eq!(quote(text.as_bytes()).as_ref(), quoted.as_bytes(), "{text}");
        }
    }
}
