//! Dev-only: what tests of several crates share.
//!
//! Helpers here panic with what a reader of a failed test needs (the screen, the log's tail): they
//! are the one place outside tests where that is right. Nothing sleeps; everything waits on a
//! condition with a deadline.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test helper fails by panicking"
)]

pub mod builder;
pub mod clock;
pub mod frame;
pub mod keys;
mod program;
pub mod pty;
mod screen;
pub mod shot;
pub mod workspace;

pub use clock::FakeClock;
pub use program::Program;
pub use pty::{Exit, Pty, Signal};
pub use workspace::Workspace;
