//! `Content-Disposition`: the name under which a browser keeps a file (RFC 6266).

use axum::http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 5987 wants encoded: all but its `attr-char`.
const ENCODED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Always an attachment: what was uploaded is never shown as a page of this server.
pub(super) fn attachment(name: &str) -> HeaderValue {
    let ascii: String = name
        .chars()
        .filter(|c| c.is_ascii() && !c.is_ascii_control())
        .collect();
    let value = if ascii == name {
        format!("attachment; filename={}", quoted(name))
    } else {
        let short = if ascii.is_empty() { "download" } else { &ascii };
        format!(
            "attachment; filename={}; filename*=UTF-8''{}",
            quoted(short),
            utf8_percent_encode(name, &ENCODED)
        )
    };
    // It is printable ASCII by now.
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

/// A token as it is, anything else in quotes.
fn quoted(text: &str) -> String {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if !text.is_empty() && text.bytes().all(token) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_mlflow_writes_it() {
        for (name, value) in [
            ("a.txt", "attachment; filename=a.txt"),
            (
                "na me\".parquet",
                "attachment; filename=\"na me\\\".parquet\"",
            ),
            (
                "日本.txt",
                "attachment; filename=.txt; filename*=UTF-8''%E6%97%A5%E6%9C%AC.txt",
            ),
            (
                "日本",
                "attachment; filename=download; filename*=UTF-8''%E6%97%A5%E6%9C%AC",
            ),
            ("a\nb", "attachment; filename=ab; filename*=UTF-8''a%0Ab"),
        ] {
            assert_eq!(attachment(name), value, "{name}");
        }
    }
}
