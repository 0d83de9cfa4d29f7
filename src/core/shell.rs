//! Texts as a POSIX shell reads them: commands are printed to be pasted, and ssh hands them to a shell.

/// A text as one word of a shell; quoted only where it must be.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_read_otherwise_is_quoted() {
        for plain in ["a", "--set=key=1.5", "/srv/ml", "-x"] {
            assert_eq!(word(plain), plain);
        }
        for (text, quoted) in [
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(rm) `x` \\", "'$(rm) `x` \\'"),
            ("~", "'~'"),
            ("a\nb", "'a\nb'"),
            ("größe", "'größe'"),
        ] {
            assert_eq!(word(text), quoted);
        }
    }
}
