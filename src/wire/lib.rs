//! The console protocol: length-delimited MessagePack over any byte stream.
//!
//! A client says [`Hello`], the agent answers [`Welcome`] or a refusal; then requests get
//! replies by id, and subscriptions get a snapshot followed by deltas. DESIGN.md §2.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod codec;
pub mod dial;
mod handshake;
pub mod link;
mod message;
pub mod socket;
mod view;

pub use codec::{Framed, MAX_FRAME, WireError, framed};
pub use dial::{Dial, Stream};
pub use handshake::{greet, welcome};
pub use link::{Event, Link, LinkError, LinkState, Subscription};
pub use message::*;
pub use view::*;

/// The protocol's number; both sides must agree on it.
pub const PROTOCOL: u32 = 7;
