//! Where deliveries may go. An agent that others reach must not become their way into its own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use trimtab_core::policy::AgentPolicy;

/// Whether deliveries go to public addresses only: as soon as somebody on another host can ask for them,
/// directly or through a proxy that gives this one a name.
pub(crate) fn public_only(policy: &AgentPolicy) -> bool {
    let served = policy.http.filter(|a| !a.ip().is_loopback());
    served.is_some() || !policy.http_hosts.is_empty()
}

/// Whether an address belongs to the internet.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        // "This" network; shared by carriers; protocols; benchmarks; reserved.
        || a == 0
        || (a == 100 && b & 0xc0 == 64)
        || (a, b, c) == (192, 0, 0)
        || (a == 198 && b & 0xfe == 18)
        || a >= 240)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    // Addresses of the older sort in newer clothes: mapped, 6to4, NAT64.
    let inner = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            inner(high, low)
        }
        [0x2002, high, low, ..] => inner(high, low),
        // What is given out at all, less documentation and tunnels.
        [0x2001, 0xdb8, ..] | [0x2001, 0, ..] | [0x3fff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_internet_is_public() {
        for ip in [
            "8.8.8.8",
            "1.1.1.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "100.128.0.1",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        let mut policy = AgentPolicy::default();
        assert!(!public_only(&policy));
        policy.http = Some(([127, 0, 0, 1], 1).into());
        assert!(!public_only(&policy));
        policy.http_hosts = vec!["mlflow.example.org".into()];
        assert!(public_only(&policy));
    }
}
