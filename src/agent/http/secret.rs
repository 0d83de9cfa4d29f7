//! The token: read from a file, compared in constant time, never shown.

use axum::http::{HeaderMap, header::AUTHORIZATION};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};
use std::{fmt, io::Read as _, path::Path};

/// The shortest token accepted, in bytes: what is shorter is guessed.
const SHORTEST: usize = 16;
/// The longest token accepted, in bytes. It must fit in a header.
const LONGEST: u64 = 4096;

/// A token, kept as its digest: comparing digests tells nothing of the token, its length included.
#[derive(Clone)]
pub(super) struct Token([u8; 32]);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// How a client presented itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// With the token, and the user name it gave beside it.
    Right(Option<String>),
    /// With something else.
    Wrong,
    /// Not at all.
    Nothing,
}

impl Token {
    /// Reads the token: the file's text without white space around it.
    ///
    /// # Errors
    /// Why the file cannot be used, with its path and never its content.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let wrong = |what: &str| format!("the token file {} {what}", path.display());
        let mut text = String::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text))
            .map_err(|error| wrong(&format!("cannot be read: {error}")))?;
        let token = text.trim();
        if text.len() as u64 > LONGEST {
            return Err(wrong("is longer than 4096 bytes"));
        }
        if token.len() < SHORTEST {
            return Err(wrong(
                "holds less than 16 characters; make one with `openssl rand -hex 32`",
            ));
        }
        if !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(wrong("must be one word of printable ASCII"));
        }
        warn_if_shared(path);
        Ok(Self::of(token))
    }

    fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    fn is(&self, shown: &[u8]) -> bool {
        let shown: [u8; 32] = Sha256::digest(shown).into();
        let difference = self
            .0
            .iter()
            .zip(&shown)
            .fold(0, |sum, (a, b)| sum | (a ^ b));
        std::hint::black_box(difference) == 0
    }

    /// What a client's `Authorization` shows: `Bearer TOKEN`, or `Basic` with the token as password
    /// (what mlflow sends for `MLFLOW_TRACKING_TOKEN`, and for `…_USERNAME` with `…_PASSWORD`).
    pub(super) fn judge(&self, headers: &HeaderMap) -> Shown {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (value, None) = (
            match values.next() {
                Some(value) => value.as_bytes(),
                None => return Shown::Nothing,
            },
            values.next(),
        ) else {
            return Shown::Wrong;
        };
        let Some(space) = value.iter().position(|b| *b == b' ') else {
            return Shown::Wrong;
        };
        let (scheme, rest) = (&value[..space], value[space + 1..].trim_ascii());
        if scheme.eq_ignore_ascii_case(b"bearer") {
            return match self.is(rest) {
                true => Shown::Right(None),
                false => Shown::Wrong,
            };
        }
        if scheme.eq_ignore_ascii_case(b"basic")
            && let Ok(pair) = STANDARD.decode(rest)
            && let Some(colon) = pair.iter().position(|b| *b == b':')
            && self.is(&pair[colon + 1..])
        {
            return Shown::Right(Some(String::from_utf8_lossy(&pair[..colon]).into_owned()));
        }
        Shown::Wrong
    }
}

/// Says so when others on this host may read the token.
fn warn_if_shared(path: &Path) {
    use std::os::unix::fs::MetadataExt as _;
    if std::fs::metadata(path).is_ok_and(|meta| meta.mode() & 0o077 != 0) {
        tracing::warn!(path = %path.display(), "others on this host may read the token: chmod 600");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef:with-colon";

    fn judge(authorization: &str) -> Shown {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization.parse().unwrap());
        Token::of(TOKEN).judge(&headers)
    }

    #[test]
    fn bearer_and_basic_are_understood() {
        assert_eq!(judge(&format!("Bearer {TOKEN}")), Shown::Right(None));
        assert_eq!(judge(&format!("bearer  {TOKEN}")), Shown::Right(None));
        let basic = |text: String| format!("Basic {}", STANDARD.encode(text));
        assert_eq!(
            judge(&basic(format!("ana:{TOKEN}"))),
            Shown::Right(Some("ana".into()))
        );
        assert_eq!(
            judge(&basic(format!(":{TOKEN}"))),
            Shown::Right(Some(String::new()))
        );
        for wrong in [
            "Bearer",
            "Bearer ",
            "Bearer 0123456789abcdef",
            "Basic !!!",
            "Basic",
            "Digest x",
            TOKEN,
        ] {
            assert_eq!(judge(wrong), Shown::Wrong, "{wrong}");
        }
        assert_eq!(judge(&basic("ana".into())), Shown::Wrong);
        assert_eq!(judge(&basic("ana:".into())), Shown::Wrong);
        assert_eq!(Token::of(TOKEN).judge(&HeaderMap::new()), Shown::Nothing);
        let mut twice = HeaderMap::new();
        for value in [format!("Bearer {TOKEN}"), "Bearer x".into()] {
            twice.append(AUTHORIZATION, value.parse().unwrap());
        }
        assert_eq!(Token::of(TOKEN).judge(&twice), Shown::Wrong);
    }

    #[test]
    fn it_is_never_shown() {
        assert_eq!(format!("{:?}", Token::of(TOKEN)), "Token(…)");
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        for (text, why) in [
            ("short", "less than 16"),
            ("two words of enough length", "one word"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = Token::read(&path).unwrap_err();
            assert!(error.contains(why) && !error.contains(text), "{error}");
        }
        std::fs::write(&path, format!("{TOKEN}\n")).unwrap();
        assert!(Token::read(&path).unwrap().is(TOKEN.as_bytes()));
        std::fs::remove_file(&path).unwrap();
        assert!(Token::read(&path).unwrap_err().contains("cannot be read"));
    }
}
