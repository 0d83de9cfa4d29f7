//! The console: model, update, view, commands.
//!
//! `update` is pure and returns effects as data; `view` draws the model and decides nothing; effects run
//! on tokio and come back as messages. See ARCHITECTURE.md.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod backend;
pub mod caps;
pub mod command;
pub mod format;
pub mod glyphs;
pub mod key;
pub mod model;
pub mod msg;
pub mod term;
#[cfg(test)]
mod testing;
pub mod theme;
pub mod update;
pub mod view;
pub mod widget;
