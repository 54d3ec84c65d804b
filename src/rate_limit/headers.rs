//! The header fields of draft-ietf-httpapi-ratelimit-headers-10. Pure.

/// `RateLimit-Policy`: the quota `limit` and the window in seconds.
pub fn policy(name: &str, limit: f64, window: f64) -> String {
    format!("{};q={};w={}", quoted(name), limit as u64, window as u64)
}

/// `RateLimit`: what remains, and in how many seconds the window ends.
pub fn state(name: &str, remaining: f64, reset_at: f64, now: f64) -> String {
    // As an integer: a float would say `-0` in the last millisecond.
    let seconds = ((reset_at - now) / 1_000.0).ceil() as u64;
    format!("{};r={};t={seconds}", quoted(name), remaining as u64)
}

/// The policy's name: what identifies it in the key prefix (`rl:login:` is `login`).
pub fn policy_name(key_prefix: &str) -> &str {
    let name = key_prefix.strip_prefix("rl:").unwrap_or(key_prefix);
    let name = name.trim_end_matches(':');
    if name.is_empty() { "default" } else { name }
}

// A string of RFC 9651: printable ASCII, with `"` and `\` escaped. Anything else would break the field.
fn quoted(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    text.push('"');
    for c in name.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            ' '..='~' => text.push(c),
            _ => text.push('_'),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        assert_eq!(
            policy(policy_name("rl:login:"), 5.0, 900.0),
            r#""login";q=5;w=900"#
        );
        assert_eq!(
            state("login", 4.0, 900_500.0, 1_000.0),
            r#""login";r=4;t=900"#
        );
        assert_eq!(state("login", 0.0, 1.0, 1_000.0), r#""login";r=0;t=0"#);
    }

    #[test]
    fn a_name_cannot_leave_its_quotes() {
        assert_eq!(
            policy(policy_name("a\"\r\nX: \\é:"), 1.0, 1.0),
            r#""a\"__X: \\_";q=1;w=1"#
        );
        assert_eq!(policy_name("rl::"), "default");
    }
}
