//! The console protocol: requests, replies, deltas, codec, handshake, link.
