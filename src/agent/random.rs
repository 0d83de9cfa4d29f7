//! Randomness from the system.

use std::{fs::File, io::Read as _};
use trimtab_core::run::RunId;

/// Sixteen random bytes.
///
/// # Errors
/// The system has none to give.
pub(crate) fn bytes() -> std::io::Result<[u8; 16]> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// A random UUID (version 4).
pub(crate) fn uuid() -> std::io::Result<String> {
    let mut bytes = bytes()?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = RunId::from_bytes(bytes);
    let d = digits.as_str();
    Ok([&d[..8], &d[8..12], &d[12..16], &d[16..20], &d[20..]].join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_have_their_form() {
        let one = uuid().unwrap();
        assert_ne!(one, uuid().unwrap());
        let lengths: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&one.as_bytes()[19]));
    }
}
