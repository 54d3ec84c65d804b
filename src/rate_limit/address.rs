//! The key of a client's address. Pure.

use std::net::{IpAddr, Ipv6Addr};

/// Who an address belongs to: an IPv6 network of 64 bits is one customer (RFC 6177), so its hosts
/// share a limit; an IPv4-mapped address is the IPv4 one. A port, and the brackets of IPv6, are no part of it. What is
/// no address stays as it is.
pub fn client_key(address: &str) -> String {
    let bare = address.trim();
    let host = without_port(bare).unwrap_or(bare);
    let host = cut(host, '%').map_or(host, |(host, _zone)| host);
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => v4.to_string(),
        Ok(IpAddr::V6(v6)) => v6
            .to_ipv4_mapped()
            .map_or_else(|| network(v6), |v4| v4.to_string()),
        Err(_) => bare.to_owned(),
    }
}

// `[address]`, with a port or without, or an address of one colon, with a port.
fn without_port(text: &str) -> Option<&str> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => match cut(rest, ']')? {
            (host, "") => return Some(host),
            (host, port) => (host, port.strip_prefix(':')?),
        },
        None => cut(text, ':')?,
    };
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    is_port.then_some(host)
}

// Compiled once.
#[inline(never)]
fn cut(text: &str, at: char) -> Option<(&str, &str)> {
    text.split_once(at)
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
            ("1.2.3.4:5678", "1.2.3.4"),
            ("[2001:db8::1]:443", "2001:db8::/64"),
            ("[2001:db8::1]", "2001:db8::/64"),
            (" [::ffff:203.0.113.7]:80 ", "203.0.113.7"),
            ("[fe80::1%eth0]:80", "fe80::/64"),
            ("2001:db8::1:443", "2001:db8::/64"),
            ("::443", "::/64"),
            ("[2001:db8::1]xy", "[2001:db8::1]xy"),
            ("[2001:db8::1]:", "[2001:db8::1]:"),
            ("[2001:db8::1", "[2001:db8::1"),
            ("1.2.3.4:", "1.2.3.4:"),
            ("1.2.3.4:5a", "1.2.3.4:5a"),
            ("localhost:80", "localhost:80"),
            ("[unknown]", "[unknown]"),
            ("", ""),
        ];
        for (address, key) in cases {
            assert_eq!(client_key(address), key, "{address}");
        }
    }
}
