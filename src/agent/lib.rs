//! The agent: the one process that owns a workspace's store. It serves consoles and trainers over a
//! Unix socket, watches inference logs, launches training, and moves production.
//!
//! [`run`] is its life; clients find it with [`probe`] and start it with [`ensure_running`].
//! Inside, every fact is written through `Context::record`, which also tells subscribers; every
//! act goes through `service`, which authorises it and writes the audit.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod artifacts;
mod clock;
mod context;
#[cfg(test)]
mod contract;
mod demo;
mod error;
mod files;
mod fleet;
mod http;
mod hub;
mod ingest;
mod jobs;
mod lifecycle;
mod listen;
mod lock;
pub mod monitors;
mod notices;
mod paths;
mod peer;
mod policy;
mod random;
mod recover;
mod releases;
mod schedule;
mod service;
mod serving;
mod session;
mod start;
mod targets;
mod triggers;
mod watch;
mod webhooks;

pub use error::AgentError;
pub use jobs::job_exec;
pub use lifecycle::{AgentOptions, Listener, run};
pub use lock::end_holder;
pub use paths::Workspace;
pub use start::{Probe, ensure_running, probe};

pub(crate) use context::Context;
