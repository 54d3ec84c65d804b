//! Who is counted: under which key of KV, and by which object. Whoever is counted may have chosen the identifier, so
//! none is refused for its length, and none reaches into another prefix or another's count.

use js_sys::JsString;

use crate::kv::key::{self, KeyError, MAX_KEY_BYTES};
use crate::session::token::sha256_hex;

// Begins what stands for an identifier that is too long. No encoded identifier has it, and no object is named so but by
// a hash.
const HASHED: &str = "%sha256-";

// How many UTF-16 units of an identifier are hashed: no more is copied.
const MAX_HASHED: u32 = 65_536;

/// The key of a limit in KV: the prefix, and the identifier, in which `:` and `%` are encoded.
///
/// # Errors
/// [`KeyError`] for a prefix that leaves no room, or where there is nothing to count under.
pub fn kv_key(prefix: &str, identifier: &JsString) -> Result<String, KeyError> {
    let key = short(identifier).map(|text| encoded(prefix, &text));
    match key.map(|key| key::check_text(&key).map(|()| key)) {
        Some(Err(KeyError::Empty)) => Err(KeyError::Empty),
        Some(Ok(key)) => Ok(key),
        _ => {
            let key = [prefix, &hashed(identifier)].concat();
            key::check_text(&key).map(|()| key)
        }
    }
}

/// The name of an identifier's object: the identifier itself, as long as it can be one.
pub fn object_name(identifier: &JsString) -> String {
    short(identifier)
        .filter(|text| text.len() <= MAX_KEY_BYTES && !text.starts_with(HASHED))
        .unwrap_or_else(|| hashed(identifier))
}

// Measured before it is copied: a UTF-16 unit is a byte of UTF-8 at least.
fn short(identifier: &JsString) -> Option<String> {
    (identifier.length() as usize <= MAX_KEY_BYTES).then(|| String::from(identifier))
}

fn encoded(prefix: &str, identifier: &str) -> String {
    let mut key = String::with_capacity(prefix.len() + identifier.len());
    key.push_str(prefix);
    for c in identifier.chars() {
        match c {
            ':' => key.push_str("%3A"),
            '%' => key.push_str("%25"),
            c => key.push(c),
        }
    }
    key
}

// Of a longer one its beginning and its length: who sends millions of characters is not to cost as much time.
fn hashed(identifier: &JsString) -> String {
    let mut text = String::from(identifier.slice(0, MAX_HASHED));
    let length = identifier.length();
    if length > MAX_HASHED {
        text.push_str(&length.to_string());
    }
    [HASHED, &sha256_hex(&text)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_has_neither_colon_nor_percent_sign_is_the_key_that_plain_code_has() {
        assert_eq!(encoded("rl:login:", "203.0.113.7"), "rl:login:203.0.113.7");
        assert_eq!(encoded("rl:", "a b/c?d=é"), "rl:a b/c?d=é");
        assert_eq!(encoded("", ""), "");
    }

    #[test]
    fn colons_and_percent_signs_are_encoded() {
        assert_eq!(encoded("rl:", "login:a"), "rl:login%3Aa");
        assert_eq!(encoded("rl:", "2001:db8::/64"), "rl:2001%3Adb8%3A%3A/64");
        assert_eq!(encoded("rl:", "%3A::%"), "rl:%253A%3A%3A%25");
    }

    proptest! {
        #[test]
        fn it_can_be_taken_apart(one in "[a:%35A]{0,6}", other in "[a:%35A]{0,6}", prefix in "[a:]{0,3}:", longer in "[a:]{0,3}:") {
            let key = encoded(&prefix, &one);
            let last = key.rsplit_once(':').map(|(_, last)| last.replace("%3A", ":").replace("%25", "%"));
            prop_assert_eq!(last, Some(one.clone()));
            prop_assert!(!key.contains(HASHED));
            let same = (&prefix, &one) == (&longer, &other);
            prop_assert_eq!(key == encoded(&longer, &other), same);
        }
    }
}
