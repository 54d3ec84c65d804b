//! Under which keys cached sessions and the index of a user's sessions stand. Pure.

use std::fmt::Write as _;

/// The key of a session under its plain token begins so, and so did that of a hash in version 0.1.
pub const SESSION_PREFIX: &str = "session:";

/// The key of a session under its token's hash begins so. A client without `hashTokens` reads under
/// [`SESSION_PREFIX`] whatever it is given as a token, so no listed hash is a token there.
pub const HASHED_PREFIX: &str = "session-hash:";

/// Index entries of sessions under hashes end so: those of a plain token are others.
pub const HASHED_SUFFIX: &str = ":h";

/// Every entry of the index of a user's sessions begins so.
pub const USER_PREFIX: &str = "session-user:";

/// The prefix under which a user's index entries stand. The id is percent-encoded, so that no id can
/// reach into another's: `a` and `a:b` share no prefix.
pub fn user_prefix(user_id: &str) -> String {
    let mut prefix = String::with_capacity(USER_PREFIX.len() + user_id.len() + 1);
    prefix.push_str(USER_PREFIX);
    for byte in user_id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            prefix.push(char::from(byte));
        } else {
            let _ = write!(prefix, "%{byte:02X}");
        }
    }
    prefix.push(':');
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_hash_is_a_plain_token() {
        assert!(!HASHED_PREFIX.starts_with(SESSION_PREFIX));
    }

    proptest! {
        #[test]
        fn no_user_reaches_into_anothers_entries(a in ".{0,40}", b in ".{0,40}") {
            prop_assume!(a != b);
            prop_assert!(!user_prefix(&a).starts_with(&user_prefix(&b)));
        }
    }
}
