//! What the agent serves over HTTP: where, to whom, and what it asks for.

use super::error::Fault;
use crate::location;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, path::PathBuf};

/// What the agent serves beside its socket. A change needs a restart of the agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentPolicy {
    /// Where the MLflow-compatible HTTP API listens, as `address:port`. Not served when left out.
    #[serde(default)]
    pub http: Option<SocketAddr>,
    /// A file with the token that every HTTP client must send, relative to the workspace. Without
    /// one, only loopback addresses are served.
    #[serde(default)]
    pub http_token_file: Option<PathBuf>,
    /// A PEM file with the server's certificate and those above it, relative to the workspace.
    #[serde(default)]
    pub http_tls_cert: Option<PathBuf>,
    /// A PEM file with the certificate's private key, relative to the workspace.
    #[serde(default)]
    pub http_tls_key: Option<PathBuf>,
    /// Where artifacts of experiments go that MLflow clients make without saying where, each below it by its
    /// number: a folder, relative to the workspace, or a URI such as `s3://bucket/mlflow`, which clients reach
    /// themselves. Default: with the agent (`mlflow-artifacts:/`). Experiments that exist keep theirs.
    #[serde(default)]
    pub artifact_root: Option<String>,
    /// Names under which HTTP clients may address the server, beside loopback's and the address.
    #[serde(default)]
    pub http_hosts: Vec<String>,
}

impl AgentPolicy {
    /// What is wrong, each with the key it is wrong at.
    pub(super) fn faults(&self) -> Vec<(&'static str, Fault)> {
        let mut faults = Vec::new();
        match self.http {
            Some(http) if !http.ip().is_loopback() && self.http_token_file.is_none() => {
                faults.push((
                    "http",
                    Fault::new(
                        format!("the address {http}, which others can reach, but no token"),
                        "http_token_file = \"<file>\" beside it, or a loopback address such as \"127.0.0.1:5000\"",
                    ),
                ));
            }
            Some(_) => {}
            None => faults.extend(self.useless()),
        }
        for (key, path) in self.files() {
            if path.is_some_and(|p| p.as_os_str().is_empty()) {
                faults.push((key, Fault::new("an empty path", "the path of a file")));
            }
        }
        match (&self.http_tls_cert, &self.http_tls_key) {
            (Some(_), None) => faults.push((
                "http_tls_cert",
                Fault::new(
                    "a certificate without a key",
                    "http_tls_key = \"<file>\" beside it",
                ),
            )),
            (None, Some(_)) => faults.push((
                "http_tls_key",
                Fault::new(
                    "a key without a certificate",
                    "http_tls_cert = \"<file>\" beside it",
                ),
            )),
            _ => {}
        }
        if let Some(root) = &self.artifact_root {
            let why = match location::check(root) {
                _ if root.is_empty() => Some("an empty place".to_owned()),
                Ok(()) => None,
                Err(bad) => Some(format!("no place for artifacts: {bad}")),
            };
            faults.extend(why.map(|why| {
                let wanted = "a folder, or a URI such as \"s3://bucket/mlflow\"";
                ("artifact_root", Fault::new(why, wanted))
            }));
        }
        for host in self.http_hosts.iter().filter(|h| !host_name(h)) {
            faults.push((
                "http_hosts",
                Fault::new(
                    format!("the host name `{host}`"),
                    "a name or an address without scheme, port and path, such as \"mlflow.example.org\"",
                ),
            ));
        }
        faults
    }

    fn files(&self) -> [(&'static str, Option<&PathBuf>); 3] {
        [
            ("http_token_file", self.http_token_file.as_ref()),
            ("http_tls_cert", self.http_tls_cert.as_ref()),
            ("http_tls_key", self.http_tls_key.as_ref()),
        ]
    }

    /// Keys that say how to serve what is not served.
    fn useless(&self) -> Vec<(&'static str, Fault)> {
        let fault = |key: &'static str| {
            let found = format!("{key}, but no address to serve at");
            (
                key,
                Fault::new(found, "http = \"127.0.0.1:5000\" beside it"),
            )
        };
        let mut faults: Vec<_> = self
            .files()
            .into_iter()
            .filter(|(_, path)| path.is_some())
            .map(|(key, _)| fault(key))
            .collect();
        if !self.http_hosts.is_empty() {
            faults.push(fault("http_hosts"));
        }
        if self.artifact_root.is_some() {
            faults.push(fault("artifact_root"));
        }
        faults
    }
}

/// Whether a text can be the host of a URL: a DNS name, an IPv4 address or a bracketed IPv6 address.
fn host_name(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return inner.parse::<std::net::Ipv6Addr>().is_ok();
    }
    !host.is_empty()
        && host.len() <= 253
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
}
