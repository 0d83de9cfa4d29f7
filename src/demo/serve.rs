//! The model server: answers from whatever version the production pointer names.
//!
//! A new version is read and checked beside the old one, then takes its place in one step.
//! A request keeps the version that it began with, so a change-over drops nothing and mixes
//! nothing; a version that cannot be read changes nothing but `/health`.

mod http;
mod slot;

pub use http::{Answer, Health, Query};

use crate::{Error, stop::Stop};
use slot::Slot;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::net::TcpListener;

/// How often the pointer is looked at, beside `/reload`.
const POLL: Duration = Duration::from_millis(250);

/// Serves what `link` (a symbolic link to a version's folder; it may appear later) names, until
/// SIGTERM, SIGINT, or with `with_parent` the end of standard input; requests under way are
/// answered first.
///
/// # Errors
/// The address cannot be had.
pub async fn run(link: &Path, listen: SocketAddr, with_parent: bool) -> Result<(), Error> {
    let mut stop = Stop::listen(with_parent)?;
    let bound = Bound::open(link.to_owned(), listen).await?;
    tracing::info!(address = %bound.address, "serving");
    bound.run(async move { stop.asked().await }).await
}

/// A server that has its port and does not answer yet.
pub struct Bound {
    /// The address it has.
    pub address: SocketAddr,
    listener: TcpListener,
    slot: Arc<Slot>,
}

impl Bound {
    /// Takes the port and reads the version that the pointer names, if any.
    ///
    /// # Errors
    /// The address cannot be had.
    pub async fn open(link: PathBuf, listen: SocketAddr) -> Result<Self, Error> {
        let failed = |e: std::io::Error| Error::Server {
            address: listen.to_string(),
            problem: format!("cannot listen there: {e}"),
        };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let slot = Arc::new(Slot::new(link));
        slot.refresh().await;
        Ok(Self {
            address,
            listener,
            slot,
        })
    }

    /// Answers until `stop` is done and the last request has its answer.
    ///
    /// # Errors
    /// The listener broke.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
        let follow = Arc::clone(&self.slot);
        let follower = tokio::spawn(async move {
            loop {
                tokio::time::sleep(POLL).await;
                follow.refresh().await;
            }
        });
        let address = self.address.to_string();
        let served = axum::serve(self.listener, http::router(self.slot))
            .with_graceful_shutdown(stop)
            .await;
        follower.abort();
        served.map_err(|e| Error::Server {
            address,
            problem: e.to_string(),
        })
    }
}

/// Asks the server at `address` how it is.
///
/// # Errors
/// It does not answer, or with something else.
pub async fn health(address: &str) -> Result<Health, Error> {
    let failed = |e: reqwest::Error| Error::Server {
        address: address.to_owned(),
        problem: e.without_url().to_string(),
    };
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(2))
        .build()
        .map_err(failed)?;
    let answer = client
        .get(format!("http://{address}/health"))
        .send()
        .await
        .map_err(failed)?;
    answer
        .error_for_status()
        .map_err(failed)?
        .json()
        .await
        .map_err(failed)
}

#[cfg(test)]
mod tests;
