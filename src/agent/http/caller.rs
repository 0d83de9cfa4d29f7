//! Who calls: the actor that the audit names.

use crate::service::Actor;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::{convert::Infallible, net::IpAddr};

/// The longest user name taken from a client, in characters.
const LONGEST: usize = 64;

/// Who sent a request, as far as HTTP shows it.
///
/// Written `http:NAME@ADDRESS`. The name is the client's own word (basic authentication's user, or
/// `token` for a bearer token): only that the token was known is proven. Without a token it is `http`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller(pub Actor);

impl Caller {
    /// Somebody on this host; nothing was asked for.
    pub(super) fn anonymous() -> Self {
        Self(Actor("http".into()))
    }

    /// Somebody who knows the token.
    pub(super) fn named(user: Option<&str>, address: IpAddr) -> Self {
        let user: String = user
            .unwrap_or_default()
            .chars()
            .filter(|c| !c.is_control() && !c.is_whitespace())
            .take(LONGEST)
            .collect();
        let user = if user.is_empty() { "token" } else { &user };
        Self(Actor(format!("http:{user}@{}", address.to_canonical())))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // The guard puts it there before any handler runs.
        Ok(parts
            .extensions
            .get()
            .cloned()
            .unwrap_or_else(Self::anonymous))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_forge_the_audit() {
        let ip = "127.0.0.1".parse().unwrap();
        let name = |user| Caller::named(user, ip).0.0;
        assert_eq!(name(Some("ana")), "http:ana@127.0.0.1");
        assert_eq!(name(None), "http:token@127.0.0.1");
        assert_eq!(name(Some("\n\t ")), "http:token@127.0.0.1");
        assert_eq!(name(Some("a\nb\u{7}c d")), "http:abcd@127.0.0.1");
        assert_eq!(
            name(Some(&"x".repeat(500))).len(),
            "http:@127.0.0.1".len() + 64
        );
    }
}
