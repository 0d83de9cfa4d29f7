//! Where an experiment's artifacts go: what may be said, and what lies below it.
//!
//! MLflow's rules (`_validate_storage_location_uri` in `server/handlers.py`; `resolve_uri_if_local` and
//! `append_to_uri_path` in `utils/uri.py`), so that a location means the same to its clients.

use crate::registry::source::{Uri, decoded, no_foreign_host, unquoted};
use std::path::Path;

/// The longest location, in characters.
const LONGEST: usize = 2048;
/// Schemes after which Python's `urlparse` takes what follows a `;` in the last part for parameters. The others
/// of its list name a host, and are refused before.
const WITH_PARAMS: [&str; 1] = [""];

/// Why a location is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadLocation(String);

/// Whether a client may name this place for artifacts.
///
/// # Errors
/// In MLflow's words and its order.
pub fn check(location: &str) -> Result<(), BadLocation> {
    let refused = |why: String| Err(BadLocation(why));
    let uri = Uri::of(location);
    let last = uri.path.rsplit('/').next().unwrap_or_default();
    let params = WITH_PARAMS.contains(&&*uri.scheme)
        && last.split_once(';').is_some_and(|(_, p)| !p.is_empty());
    if !uri.fragment.is_empty() || params {
        return refused("'artifact_location' URL can't include fragments or params.".into());
    }
    if unquoted(uri.query, false).contains("..") {
        return refused("Invalid query string".into());
    }
    no_foreign_host(location, "artifact_location").map_err(|e| BadLocation(e.to_string()))?;
    if location.starts_with("runs:") {
        return refused(format!(
            "Artifact location cannot be a runs:/ URI. Given: '{location}'"
        ));
    }
    if location.chars().count() > LONGEST {
        return refused(format!(
            "Invalid artifact path length. The length of the artifact path cannot be greater than {LONGEST} \
             characters. To configure this limit, please set the MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH \
             environment variable."
        ));
    }
    // MLflow's server answers 500 here, which clients repeat.
    if uri.scheme == "file" && !uri.is_this_host() {
        return refused(format!("{location} is not a valid remote uri."));
    }
    Ok(())
}

/// A path on this host made to begin at its root; all else as it is.
pub fn resolve(location: &str, here: &Path) -> String {
    let uri = Uri::of(location);
    if !uri.is_local() {
        return location.to_owned();
    }
    let said = if uri.scheme.is_empty() {
        location
    } else {
        uri.path
    };
    if said.starts_with('/') {
        return location.to_owned();
    }
    let Some(here) = here.to_str() else {
        return location.to_owned();
    };
    // What is no text when decoded stays as it is.
    let decoded = String::from_utf8(decoded(said, false)).unwrap_or_else(|_| said.to_owned());
    let path = append_path(here, &decoded);
    if uri.scheme.is_empty() {
        return path;
    }
    let query = match uri.query {
        "" => String::new(),
        query => format!("?{query}"),
    };
    format!("{}://{}{query}", uri.scheme, path.trim_end_matches('/'))
}

/// A place below another one: the path grows, the query stays behind it.
pub fn append(location: &str, below: &str) -> String {
    let uri = Uri::of(location);
    if uri.scheme.is_empty() {
        return append_path(location, below);
    }
    let path = append_path(uri.path, below);
    let tail = match (uri.query, uri.fragment) {
        ("", "") => String::new(),
        (query, "") => format!("?{query}"),
        ("", fragment) => format!("#{fragment}"),
        (query, fragment) => format!("?{query}#{fragment}"),
    };
    let scheme = &uri.scheme;
    match uri.authority {
        "" if scheme == "file" && path.starts_with('/') => format!("file://{path}{tail}"),
        "" => format!("{scheme}:{path}{tail}"),
        host if path.starts_with('/') => format!("{scheme}://{host}{path}{tail}"),
        host => format!("{scheme}://{host}/{path}{tail}"),
    }
}

fn append_path(path: &str, below: &str) -> String {
    match path {
        "" => below.to_owned(),
        path if path.ends_with('/') => format!("{path}{below}"),
        path => format!("{path}/{below}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_mlflow_refuses_is_refused() {
        for bad in [
            "hdfs:x",
            "viewfs:/x",
            "r2://b",
            "B2://b",
            "abfss:/x",
            "mlflow-artifacts://host/x",
            "HTTP://x",
            "sftp://x",
            "runs:/x",
            "/a?b#c",
            "mysql+driver://u@h/p/#fragment",
            "/a;b",
            "#a",
            "s3://b/x?a=../b",
            "s3://b/x?a=%2e%2e",
            "s3://b/x?a=%252e%252e",
            "file://otherhost/a",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert!(check(&"x".repeat(2049)).is_err());
        for good in [
            "",
            "a",
            "/a",
            "Modèle/x",
            "ü/ö",
            "s3://b/x?y=z",
            "s3://b/a;b",
            "S3://B",
            "file:///a",
            "file:a",
            "file://localhost/a",
            "mlflow-artifacts:",
            "mlflow-artifacts:/x",
            "mlflow-artifacts:///x",
            "a b",
            "/a;",
            "dbfs:/x",
            ":x",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert_eq!(check(&"ü".repeat(2048)), Ok(()));
    }

    #[test]
    fn paths_begin_at_the_root() {
        let here = Path::new("/home/me");
        for (said, meant) in [
            ("a", "/home/me/a"),
            ("Modèle/x", "/home/me/Modèle/x"),
            ("a%20b", "/home/me/a b"),
            (":x", "/home/me/:x"),
            ("-a:/x", "/home/me/-a:/x"),
            ("1http:/x", "/home/me/1http:/x"),
            ("/a%20b", "/a%20b"),
            ("file:a", "file:///home/me/a"),
            ("file:", "file:///home/me"),
            ("file://", "file:///home/me"),
            ("file:///a", "file:///a"),
            ("s3://b/x", "s3://b/x"),
            ("mlflow-artifacts:", "mlflow-artifacts:"),
        ] {
            assert_eq!(resolve(said, here), meant, "{said}");
        }
    }

    #[test]
    fn what_is_below_is_said_as_mlflow_says_it() {
        for (location, below) in [
            ("mlflow-artifacts:/1", "mlflow-artifacts:/1/r/artifacts"),
            ("mlflow-artifacts:", "mlflow-artifacts:r/artifacts"),
            ("mlflow-artifacts:///x", "mlflow-artifacts:/x/r/artifacts"),
            ("s3://b", "s3://b/r/artifacts"),
            ("s3://b/x/", "s3://b/x/r/artifacts"),
            ("s3://b/x?y=z", "s3://b/x/r/artifacts?y=z"),
            ("mysql://u@h/p?d=e", "mysql://u@h/p/r/artifacts?d=e"),
            ("S3://B/x", "s3://B/x/r/artifacts"),
            ("file:/a", "file:///a/r/artifacts"),
            ("file:///", "file:///r/artifacts"),
            ("/a b", "/a b/r/artifacts"),
            ("/", "/r/artifacts"),
        ] {
            assert_eq!(append(location, "r/artifacts"), below, "{location}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,24}") {
            let _ = check(&text);
            let _ = resolve(&text, Path::new("/x"));
            let _ = append(&text, "r/artifacts");
        }
    }
}
