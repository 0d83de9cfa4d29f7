//! Frames on a stream: four bytes of length, big-endian, then MessagePack.

use crate::Stream;
use bytes::{Bytes, BytesMut};
use serde::{Serialize, de::DeserializeOwned};
use tokio_util::codec::LengthDelimitedCodec;

/// The largest frame either side accepts, in bytes.
pub const MAX_FRAME: usize = 64 << 20;

/// A stream that carries frames.
pub type Framed = tokio_util::codec::Framed<Box<dyn Stream>, LengthDelimitedCodec>;

/// What can go wrong with a frame.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The stream broke.
    #[error("the connection broke: {0}")]
    Io(#[from] std::io::Error),
    /// The stream ended.
    #[error("the other side closed the connection")]
    Closed,
    /// The bytes are not a frame of this protocol.
    #[error("a frame could not be read: {0}")]
    Decode(#[from] rmp_serde::decode::Error),
    /// A value could not be written as MessagePack.
    #[error("a frame could not be written: {0}")]
    Encode(#[from] rmp_serde::encode::Error),
    /// The handshake was refused.
    #[error("{0}")]
    Refused(crate::Failure),
    /// The other side said something out of turn.
    #[error("expected {expected} first")]
    OutOfTurn {
        /// What should have come.
        expected: &'static str,
    },
    /// The deadline passed.
    #[error("no answer within {0:?}")]
    Deadline(std::time::Duration),
}

/// Wraps a byte stream.
pub fn framed(stream: Box<dyn Stream>) -> Framed {
    LengthDelimitedCodec::builder()
        .max_frame_length(MAX_FRAME)
        .new_framed(stream)
}

/// Writes a value as one frame's bytes.
pub fn encode<T: Serialize>(value: &T) -> Result<Bytes, WireError> {
    Ok(rmp_serde::to_vec(value)?.into())
}

/// Reads a value from one frame's bytes.
pub fn decode<T: DeserializeOwned>(bytes: &BytesMut) -> Result<T, WireError> {
    Ok(rmp_serde::from_slice(bytes)?)
}
