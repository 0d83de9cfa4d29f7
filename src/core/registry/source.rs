//! Where a version's files are, as MLflow's clients say it: URIs, and what may be said (`server/handlers.py`).

use std::{borrow::Cow, fmt};

/// Schemes that name a host which the server would have to connect to.
const HOSTS: [&str; 9] = [
    "http", "https", "ftp", "sftp", "hdfs", "viewfs", "r2", "b2", "abfss",
];
/// The path under which HTTP serves artifacts.
const ROUTE: [&str; 4] = ["api", "2.0", "mlflow-artifacts", "artifacts"];

/// Why a source is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSource(String);

impl BadSource {
    /// What is said is not within what `parameter` names.
    pub fn elsewhere(source: &str, parameter: &str) -> Self {
        Self(format!(
            "Invalid model version source: '{source}'. The {parameter} request parameter must identify \
             the resource that contains the source."
        ))
    }
    /// A path on this host that is not within the artifacts of the run or model that `parameter` names.
    pub fn local(source: impl fmt::Display, parameter: &str) -> Self {
        Self(format!(
            "Invalid model version source: '{source}'. To use a local path as a model version source, the \
             {parameter} request parameter has to be specified and the local path has to be contained within \
             the artifact directory of the run specified by the {parameter}."
        ))
    }
    /// Any other reason.
    pub fn other(source: &str, why: &str) -> Self {
        Self(format!("Invalid model version source: '{source}'. {why}"))
    }
}

/// A URI's parts, as Python's `urlparse` finds them. No part is decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uri<'a> {
    /// In small letters; empty for a path.
    pub scheme: String,
    /// User, host and port.
    pub authority: &'a str,
    /// Without query and fragment.
    pub path: &'a str,
    /// Behind the `?`.
    pub query: &'a str,
    /// Behind the `#`.
    pub fragment: &'a str,
}

impl<'a> Uri<'a> {
    /// Takes a text apart. Every text is a URI of some sort.
    pub fn of(text: &'a str) -> Self {
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
            _ => (String::new(), text),
        };
        let (authority, rest) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len())),
            None => ("", rest),
        };
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Self {
            scheme,
            authority,
            path,
            query,
            fragment,
        }
    }

    /// Whether it is a path on some host's own disk.
    pub fn is_local(&self) -> bool {
        matches!(self.scheme.as_str(), "" | "file")
    }

    /// Whether its host is this one, as `is_local_uri` of MLflow's `utils/uri.py` sees it.
    pub fn is_this_host(&self) -> bool {
        let host = self.authority.rsplit('@').next().unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default();
        let host = host.to_ascii_lowercase();
        host.is_empty()
            || host == "."
            || host.starts_with("localhost")
            || host.starts_with("127.0.0.1")
    }

    /// The parts of its path, decoded.
    fn parts(&self) -> Vec<String> {
        let parts = self.path.split('/').filter(|p| !p.is_empty());
        parts.map(|p| unquoted(p, false)).collect()
    }
}

fn is_scheme(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic())
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// Decodes `%41` until nothing changes. `plus` also makes blanks of `+`.
pub fn unquoted(text: &str, plus: bool) -> String {
    let mut now = Cow::Borrowed(text);
    loop {
        let next = String::from_utf8_lossy(&decoded(&now, plus)).into_owned();
        if next == *now {
            return next;
        }
        now = Cow::Owned(next);
    }
}

/// The bytes that a text means when `%41` is decoded once. `plus` also makes blanks of `+`.
pub fn decoded(text: &str, plus: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let pair = more.get(..2).and_then(|p| std::str::from_utf8(p).ok());
        let code = pair.filter(|p| p.bytes().all(|b| b.is_ascii_hexdigit()));
        match (first, code.and_then(|p| u8::from_str_radix(p, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            (b'+', _) if plus => {
                bytes.push(b' ');
                rest = more;
            }
            _ => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    bytes
}

/// Refuses schemes that make the server connect to a host that a client chose in `field`.
///
/// # Errors
/// In MLflow's words; they name a setting of its own, which this server does not have.
pub fn no_foreign_host(source: &str, field: &str) -> Result<(), BadSource> {
    let Uri {
        scheme, authority, ..
    } = Uri::of(source);
    let other_server = scheme == "mlflow-artifacts" && !authority.is_empty();
    match HOSTS.contains(&scheme.as_str()) || other_server {
        false => Ok(()),
        true => Err(BadSource(format!(
            "'{field}' cannot use the '{scheme}' scheme: the '{scheme}' scheme addresses a host other than the \
             tracking server's configured artifact storage, so the server would connect to the host named in \
             the URI. Set the MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES environment variable on the server \
             to allow it."
        ))),
    }
}

/// Refuses what climbs out of where it stands, in whatever encoding.
///
/// # Errors
/// It has `..`, `.`, a trailing blank part or a zero byte in it, or no path at all.
pub fn plain(source: &str) -> Result<(), BadSource> {
    let whole = unquoted(source, true);
    let path = Uri::of(&whole).path.trim_end_matches('/').to_owned();
    let mut merged = String::with_capacity(path.len());
    for c in path.chars() {
        if !(c == '/' && merged.ends_with('/')) {
            merged.push(c);
        }
    }
    let above = whole.split('/').any(|p| p == "..");
    let dots = merged.split('/').any(|p| p == ".");
    if merged.contains('\0') || above || dots || !merged.starts_with('/') {
        return Err(BadSource::other(
            source,
            "If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts \
             uri, an absolute path must be provided without relative path references present. Please provide \
             an absolute path.",
        ));
    }
    Ok(())
}

/// Whether it names artifacts that this server keeps.
pub fn is_served(source: &str) -> bool {
    let uri = Uri::of(source);
    let parts = uri.parts();
    uri.scheme == "mlflow-artifacts"
        || (matches!(uri.scheme.as_str(), "http" | "https")
            && parts.windows(ROUTE.len()).any(|w| w == ROUTE))
}

/// Whether a source lies at or below another place.
pub fn within(source: &str, root: &str) -> bool {
    let (source, root) = (Uri::of(source), Uri::of(root));
    let (inner, outer) = (source.parts(), root.parts());
    source.scheme == root.scheme
        && source.authority.eq_ignore_ascii_case(root.authority)
        && !outer.is_empty()
        && inner.starts_with(&outer)
}

/// `runs:/RUN/path`: the run and the path.
pub fn run_uri(source: &str) -> Option<(&str, &str)> {
    let uri = Uri::of(source);
    let path = uri
        .path
        .strip_prefix('/')
        .filter(|_| uri.scheme == "runs")?;
    let (run, path) = path.split_once('/').unwrap_or((path, ""));
    (!run.is_empty() && uri.authority.is_empty()).then_some((run, path))
}

/// What a `models:/` URI names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelUri {
    /// A logged model by its id: `models:/m-…`.
    Logged(String),
    /// A version of a registered model: `models:/churn/3`.
    Version(String, String),
    /// The newest version: `models:/churn/latest`.
    Newest(String),
    /// The newest version of a stage: `models:/churn/Staging`.
    Stage(String, String),
    /// The version that an alias names: `models:/churn@best`.
    Alias(String, String),
}

/// Reads a `models:/` URI; `None` when it is none, or names a host.
pub fn model_uri(source: &str) -> Option<ModelUri> {
    let uri = Uri::of(source);
    if uri.scheme != "models" || !uri.authority.is_empty() || !uri.path.starts_with('/') {
        return None;
    }
    let path = uri.path.trim_start_matches('/');
    let filled = |text: &str| !text.trim().is_empty();
    match path.split_once('/') {
        Some((name, suffix)) if filled(name) && filled(suffix) && !suffix.contains('/') => {
            let name = name.to_owned();
            Some(if suffix.chars().all(char::is_numeric) {
                ModelUri::Version(name, suffix.to_owned())
            } else if suffix.eq_ignore_ascii_case("latest") {
                ModelUri::Newest(name)
            } else {
                ModelUri::Stage(name, suffix.to_owned())
            })
        }
        Some(_) => None,
        None => match path.rsplit_once('@') {
            Some((name, alias)) if filled(alias) => {
                Some(ModelUri::Alias(name.to_owned(), alias.to_owned()))
            }
            Some(_) => None,
            None => filled(path).then(|| ModelUri::Logged(path.to_owned())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_climbs_out_is_refused() {
        for good in [
            "s3://bucket/1",
            "s3://bucket/x?y=../z",
            "nosuch:/x",
            "mlflow-artifacts:/1/r/artifacts/model",
            "s3://b/a b/ä",
            "dbfs:/x/",
            "s3://b//x",
        ] {
            assert_eq!(plain(good), Ok(()), "{good}");
        }
        for bad in [
            "s3://bucket/../x",
            "mlflow-artifacts:/1/%2e%2e/x",
            "s3://b/%252e%252e/x",
            "runs:/",
            "s3://b/x%00",
            "s3://b/./x",
            "s3:x",
        ] {
            assert!(plain(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn places_are_told_apart() {
        assert!(within(
            "mlflow-artifacts:/1/r/artifacts/model",
            "mlflow-artifacts:/1/r/artifacts"
        ));
        assert!(!within(
            "mlflow-artifacts:/1/r/artifactsX",
            "mlflow-artifacts:/1/r/artifacts"
        ));
        assert!(!within("s3://b/x", "s3://b"));
        assert!(
            is_served("http://h/api/2.0/mlflow-artifacts/artifacts/x") && !is_served("s3://b/x")
        );
        assert_eq!(run_uri("runs:/abc/a/b"), Some(("abc", "a/b")));
        assert_eq!(run_uri("runs:/"), None);
        assert!(
            no_foreign_host("http://h/x", "source").is_err()
                && no_foreign_host("s3://b/x", "source").is_ok()
        );
    }

    #[test]
    fn model_uris_are_read() {
        let text = |s: &str| s.to_owned();
        for (uri, meant) in [
            ("models:/m-1", Some(ModelUri::Logged(text("m-1")))),
            ("models:/a/3", Some(ModelUri::Version(text("a"), text("3")))),
            ("models:/a/Latest", Some(ModelUri::Newest(text("a")))),
            (
                "models:/a/staging",
                Some(ModelUri::Stage(text("a"), text("staging"))),
            ),
            (
                "models:/a@b@c",
                Some(ModelUri::Alias(text("a@b"), text("c"))),
            ),
            ("models:/a@", None),
            ("models:/a/b/c", None),
            ("models:/", None),
            ("models://h/a", None),
            ("s3:/a", None),
        ] {
            assert_eq!(model_uri(uri), meant, "{uri}");
        }
    }
}
