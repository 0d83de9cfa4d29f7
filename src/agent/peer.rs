//! Who is at the other end of the socket: the audit's actor comes from the system, not from the client.

use rustix::process::geteuid;
use tokio::net::UnixStream;

/// The user name of a connected client.
pub(crate) fn of(stream: &UnixStream) -> String {
    match stream.peer_cred() {
        Ok(credentials) => name(credentials.uid()),
        Err(error) => {
            tracing::warn!(%error, "a client's credentials are unknown");
            "unknown".into()
        }
    }
}

/// The user this process runs as.
pub(crate) fn own() -> String {
    name(geteuid().as_raw())
}

/// A user's name, or `uid N` when the system has none.
fn name(uid: u32) -> String {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    lookup(&passwd, uid).unwrap_or_else(|| format!("uid {uid}"))
}

fn lookup(passwd: &str, uid: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid) && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_passwd() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\n# odd\nana:x:1000:1000::/home/ana:/bin/sh\n";
        assert_eq!(lookup(passwd, 1000).as_deref(), Some("ana"));
        assert_eq!(lookup(passwd, 7), None);
    }
}
