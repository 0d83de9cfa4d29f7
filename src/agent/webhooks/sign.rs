//! HMAC-SHA-256 (RFC 2104), and the signature made of it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

/// The block of SHA-256, in bytes.
const BLOCK: usize = 64;

/// The signature of a delivery as MLflow has it (`webhooks/delivery.py`): `v1,` and the HMAC in base64
/// over `ID.TIMESTAMP.BODY`.
pub(super) fn signature(secret: &str, id: &str, timestamp: &str, body: &str) -> String {
    let mac = hmac(secret.as_bytes(), &[id, ".", timestamp, ".", body]);
    format!("v1,{}", STANDARD.encode(mac))
}

fn hmac(key: &[u8], message: &[&str]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let pad = |with: u8| block.map(|b| b ^ with);
    let mut inner = Sha256::new();
    inner.update(pad(0x36));
    for part in message {
        inner.update(part.as_bytes());
    }
    let mut outer = Sha256::new();
    outer.update(pad(0x5c));
    outer.update(inner.finalize());
    outer.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(mac: [u8; 32]) -> String {
        mac.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// RFC 4231, cases 1, 2 and 6.
    #[test]
    fn known_answers() {
        assert_eq!(
            hex(hmac(&[0x0b; 20], &["Hi There"])),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            hex(hmac(b"Jefe", &["what do ya want ", "for nothing?"])),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(hmac(
                &[0xaa; 131],
                &["Test Using Larger Than Block-Size Key - Hash Key First"]
            )),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
