//! The key of a client's address. Pure.

use std::net::{IpAddr, Ipv6Addr};

/// Who an address belongs to: an IPv6 network of 64 bits is one customer (RFC 6177), so its hosts
/// share a limit; an IPv4-mapped address is the IPv4 one. What is no address stays as it is.
pub fn client_key(address: &str) -> String {
    let bare = address.trim();
    let host = bare.split_once('%').map_or(bare, |(host, _zone)| host);
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => v4.to_string(),
        Ok(IpAddr::V6(v6)) => v6
            .to_ipv4_mapped()
            .map_or_else(|| network(v6), |v4| v4.to_string()),
        Err(_) => bare.to_owned(),
    }
}

fn network(address: Ipv6Addr) -> String {
    let [a, b, c, d, ..] = address.segments();
    format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_customer_one_key() {
        let cases = [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:DB8:1:2::ffff", "2001:db8:1:2::/64"),
            ("fe80::1%eth0", "fe80::/64"),
            ("::1", "::/64"),
            (" 203.0.113.7 ", "203.0.113.7"),
            ("unknown", "unknown"),
        ];
        for (address, key) in cases {
            assert_eq!(client_key(address), key, "{address}");
        }
    }
}
