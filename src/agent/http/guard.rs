//! Who may call: `Host` against DNS rebinding, `Origin` against foreign pages, the token against all others.

use super::{
    Caller,
    mlflow::{ApiError, ErrorCode, PARTS},
    secret::{Shown, Token},
};
use axum::{
    http::{
        HeaderMap, HeaderValue, Method, Request, StatusCode, Uri,
        header::{CONTENT_TYPE, HOST, ORIGIN, WWW_AUTHENTICATE},
    },
    response::{IntoResponse as _, Response},
};
use std::net::{IpAddr, Ipv6Addr};

/// What MLflow's server says to a wrong `Host`.
const INVALID_HOST: &str = "Invalid Host header - possible DNS rebinding attack detected";
/// What it says to a page of another origin.
const FOREIGN_ORIGIN: &str = "Cross-origin request blocked";
/// What probes ask; answered to whatever name they use, without a token.
const PROBES: [&str; 2] = ["/health", "/version"];
/// What a client asks before it logs in, as at MLflow's server.
const OPEN: [&str; 3] = [
    "/api/3.0/mlflow/server-info",
    "/api/2.0/mlflow/server-info",
    "/ajax-api/3.0/mlflow/server-info",
];

/// Decides who is let in.
#[derive(Debug)]
pub(super) struct Guard {
    token: Option<Token>,
    bound: IpAddr,
    hosts: Vec<String>,
}

impl Guard {
    /// A guard of a server at the address `bound`, also known as `hosts`.
    pub(super) fn new(token: Option<Token>, bound: IpAddr, hosts: &[String]) -> Self {
        Self {
            token,
            bound,
            hosts: hosts.iter().map(|h| plain(h)).collect(),
        }
    }

    /// Who calls, or the answer that turns them away.
    #[allow(
        clippy::result_large_err,
        reason = "the answer is sent at once, and made once a request"
    )]
    pub(super) fn admit<B>(&self, request: &Request<B>, peer: IpAddr) -> Result<Caller, Response> {
        let path = request.uri().path();
        let probe = PROBES.contains(&path);
        let part = request.method() == Method::PUT && path.starts_with(PARTS);
        if !probe && !self.knows_host(request.uri(), request.headers()) {
            tracing::warn!(%peer, "a request with a foreign Host header was refused");
            return Err(forbidden(INVALID_HOST));
        }
        if changes(request.method()) && !self.knows_origins(request.headers()) {
            tracing::warn!(%peer, "a request from a foreign page was refused");
            return Err(forbidden(FOREIGN_ORIGIN));
        }
        match &self.token {
            Some(token) if !probe && !part && !OPEN.contains(&path) => {
                match token.judge(request.headers()) {
                    Shown::Right(user) => Ok(Caller::named(user.as_deref(), peer)),
                    shown => {
                        if shown == Shown::Wrong {
                            tracing::warn!(%peer, path, "a request with a wrong token was refused");
                        }
                        Err(unauthenticated())
                    }
                }
            }
            _ => Ok(Caller::anonymous()),
        }
    }

    /// Whether a request is addressed to us. Exactly one name counts: two would be read differently by a proxy.
    fn knows_host(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let mut named = headers.get_all(HOST).iter();
        let (Some(host), None) = (named.next(), named.next()) else {
            return false;
        };
        let known = |authority: &str| host_of(authority).is_some_and(|h| self.knows(&h));
        host.to_str().is_ok_and(known) && uri.authority().is_none_or(|a| known(a.as_str()))
    }

    /// Whether a page that sends a request, if one does, comes from here.
    fn knows_origins(&self, headers: &HeaderMap) -> bool {
        headers.get_all(ORIGIN).iter().all(|origin| {
            origin
                .to_str()
                .ok()
                .and_then(|o| o.strip_prefix("http://").or(o.strip_prefix("https://")))
                .and_then(host_of)
                .is_some_and(|host| self.knows(&host))
        })
    }

    /// Whether a host, without port and brackets, is one of ours.
    ///
    /// At the unspecified address every literal address is: rebinding needs a name.
    fn knows(&self, host: &str) -> bool {
        match host.parse::<IpAddr>() {
            Ok(ip) => {
                ip.is_loopback()
                    || ip.is_unspecified()
                    || ip == self.bound
                    || self.bound.is_unspecified()
                    || self.hosts.iter().any(|h| h == host)
            }
            Err(_) => host == "localhost" || self.hosts.iter().any(|h| h == host),
        }
    }
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The host of `host[:port]`, lower-case; `None` when it is none.
fn host_of(authority: &str) -> Option<String> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (inner, port) = rest.split_once(']')?;
            inner.parse::<Ipv6Addr>().ok()?;
            (inner, port)
        }
        None => match authority.find(':') {
            Some(colon) => authority.split_at(colon),
            None => (authority, ""),
        },
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    let fair =
        (port.is_empty() || port.starts_with(':')) && digits.bytes().all(|b| b.is_ascii_digit());
    let named = host
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-._:".contains(&b));
    (fair && named && !host.is_empty()).then(|| plain(host))
}

fn plain(host: &str) -> String {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .trim_end_matches('.')
        .to_ascii_lowercase()
}

fn forbidden(text: &'static str) -> Response {
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    (StatusCode::FORBIDDEN, [(CONTENT_TYPE, plain)], text).into_response()
}

fn unauthenticated() -> Response {
    let error = ApiError::new(
        ErrorCode::Unauthenticated,
        "You are not authenticated. Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD with the token as password.",
    );
    let ask = HeaderValue::from_static("Basic realm=\"mlflow\"");
    ([(WWW_AUTHENTICATE, ask)], error).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn guard(bound: &str, hosts: &[&str]) -> Guard {
        let hosts: Vec<String> = hosts.iter().map(|h| (*h).to_owned()).collect();
        Guard::new(None, bound.parse().unwrap(), &hosts)
    }

    fn status(guard: &Guard, method: Method, path: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer = IpAddr::from([127, 0, 0, 1]);
        match guard.admit(&request.body(()).unwrap(), peer) {
            Ok(_) => 200,
            Err(response) => response.status().as_u16(),
        }
    }

    #[test]
    fn only_our_names_are_hosts() {
        let local = guard("127.0.0.1", &["MLflow.Example.org"]);
        let host = |guard: &Guard, host| status(guard, Method::GET, "/x", &[("host", host)]);
        for good in [
            "localhost",
            "LOCALHOST:5000",
            "localhost.:5000",
            "127.0.0.1:1",
            "[::1]:5000",
            "[::1]",
            "mlflow.example.org:443",
            "0.0.0.0:5000",
        ] {
            assert_eq!(host(&local, good), 200, "{good}");
        }
        for bad in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "8.8.8.8",
            "",
            ":5000",
            "localhost:50x",
            "user@localhost",
            "localhost/",
            "[::1",
            "[evil]",
        ] {
            assert_eq!(host(&local, bad), 403, "{bad}");
        }
        assert_eq!(status(&local, Method::GET, "/x", &[]), 403);
        let two = [("host", "localhost"), ("host", "evil.example")];
        assert_eq!(status(&local, Method::GET, "/x", &two), 403);
        let other = "http://evil.example/x";
        assert_eq!(
            status(&local, Method::GET, other, &[("host", "localhost")]),
            403
        );
        assert_eq!(
            status(&local, Method::GET, "/health", &[("host", "probe")]),
            200
        );
        let open = guard("0.0.0.0", &[]);
        assert_eq!(host(&open, "192.168.1.7:5000"), 200);
        assert_eq!(host(&open, "evil.example"), 403);
    }

    #[test]
    fn foreign_pages_change_nothing() {
        let guard = guard("127.0.0.1", &["mlflow.example.org"]);
        let from = |method, origin| {
            status(
                &guard,
                method,
                "/x",
                &[("host", "localhost"), ("origin", origin)],
            )
        };
        for good in [
            "http://localhost:3000",
            "https://127.0.0.1",
            "http://[::1]:80",
            "https://mlflow.example.org",
        ] {
            assert_eq!(from(Method::POST, good), 200, "{good}");
        }
        for bad in [
            "https://evil.example",
            "null",
            "",
            "file://",
            "http://",
            "ftp://localhost",
        ] {
            assert_eq!(from(Method::POST, bad), 403, "{bad}");
            assert_eq!(from(Method::DELETE, bad), 403, "{bad}");
            assert_eq!(from(Method::GET, bad), 200, "{bad}");
        }
    }
}
