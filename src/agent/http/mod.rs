//! The HTTP API: who may call (guard), how long and how much (limits), and what is answered (mlflow).
//!
//! ```text
//! accept ─ TLS ─ HTTP/1.1 ─ guard ─ a task of its own ─ router ─ handler ─ service
//! ```
//! Handlers know the service and never the store. One slow or malicious client delays nobody: every
//! wait has an end, and what is buffered for all of them together has a limit.

mod answer;
mod body;
mod caller;
mod connection;
mod guard;
mod mlflow;
mod secret;
mod tls;

pub(crate) use caller::Caller;

use crate::{AgentError, Context};
use answer::Api;
use guard::Guard;
use std::{io::ErrorKind, net::SocketAddr, path::Path, sync::Arc};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use trimtab_core::policy::AgentPolicy;

/// The bound address of the API. Clients that come before [`Server::run`] wait in the system's queue.
pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    guard: Guard,
    tls: Option<TlsAcceptor>,
}

impl Server {
    /// Binds where policy says; `None` when it says nothing. Paths of files start at `root`.
    ///
    /// # Errors
    /// [`AgentError::Http`] when the address is taken, the token or a TLS file cannot be used.
    pub(crate) async fn bind(
        policy: &AgentPolicy,
        root: &Path,
    ) -> Result<Option<Self>, AgentError> {
        let Some(wanted) = policy.http else {
            return Ok(None);
        };
        let wrong = |reason: String| AgentError::Http {
            address: wanted,
            reason,
        };
        let token = match &policy.http_token_file {
            Some(file) => Some(secret::Token::read(&root.join(file)).map_err(wrong)?),
            None => None,
        };
        let tls = match (&policy.http_tls_cert, &policy.http_tls_key) {
            (Some(cert), Some(key)) => {
                Some(tls::acceptor(&root.join(cert), &root.join(key)).map_err(wrong)?)
            }
            _ => None,
        };
        let listener = TcpListener::bind(wanted)
            .await
            .map_err(|error| wrong(refusal(&error)))?;
        let address = listener
            .local_addr()
            .map_err(|error| wrong(refusal(&error)))?;
        if !address.ip().is_loopback() && tls.is_none() {
            tracing::warn!(%address, "the token crosses the network in the clear: set http_tls_cert, or put a proxy with TLS before it");
        }
        Ok(Some(Self {
            listener,
            address,
            guard: Guard::new(token, address.ip(), &policy.http_hosts),
            tls,
        }))
    }

    /// Where clients reach it.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Serves until the agent stops, then lets what is in flight end.
    pub(crate) async fn run(self, ctx: Arc<Context>) {
        let stop = ctx.stop.clone();
        let api = Arc::new(Api::new(
            self.guard,
            mlflow::router(Arc::clone(&ctx)),
            ctx.work.clone(),
        ));
        let limits = connection::Limits::default();
        connection::serve(self.listener, self.tls, api, limits, stop).await;
    }
}

/// Why an address cannot be had, and what to do.
fn refusal(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => "another program listens there; stop it, or choose another port in trimtab.toml ([agent] http)".into(),
        ErrorKind::AddrNotAvailable => "this host has no such address; correct trimtab.toml ([agent] http)".into(),
        ErrorKind::PermissionDenied => "the system does not allow this port; choose one above 1023 in trimtab.toml ([agent] http)".into(),
        _ => error.to_string(),
    }
}
