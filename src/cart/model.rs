//! What a cart is: its lines and their keys, quantities, limits, merging. Pure.

use std::fmt::Write as _;

use thiserror::Error;

use crate::error::RoomError;

use crate::protocol::call_time::MEMORY_MS;

/// The most lines of a cart.
pub const MAX_LINES: u32 = 500;

/// The largest quantity of a line, and the largest step up or down.
pub const MAX_QUANTITY: i32 = 1_000_000;

/// The most bytes that the lines of a cart have as JSON, without the digits of their quantities.
pub const MAX_BYTES: u32 = 512 * 1024;

/// The longest key of a line, owner or idempotency key, in bytes of UTF-8.
pub const MAX_KEY_BYTES: usize = 512;

/// The longest TTL in seconds: ten years. What is longer was meant in milliseconds.
pub const MAX_TTL_SECONDS: f64 = 315_360_000.0;

/// How long an idempotency key is remembered, in ms.
pub const KEY_LIFE_MS: f64 = MEMORY_MS;

/// How long the end of a merge is remembered at least, in its source and in a target that gave it up, in ms:
/// longer than a call of it can be under way.
pub const ENDED_LIFE_MS: f64 = 3_600_000.0;

/// How many calls a cart remembers at least, within their time; one whose copies may still be accepted is no
/// matter of number.
pub const MAX_KEYS: u32 = 1_000;

/// How many merges into a cart are remembered.
pub const MAX_MERGES: u32 = 1_000;

/// What the moment of a merge is counted from, so that it is remembered as long as the cart.
pub const MERGES_FROM: f64 = 4e15;

/// How long a deleted cart remembers what was merged into it, in ms: 31 days.
pub const MERGE_LIFE_MS: f64 = 2_678_400_000.0;

/// Why a cart refuses a call. Nothing of it is quoted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CartError {
    /// Not an id.
    #[error("the id of a cart must have 1 to 512 bytes of UTF-8")]
    BadId,
    /// Not the key of a line.
    #[error("the key of a line must have 1 to 512 bytes of UTF-8")]
    BadLineKey,
    /// Not an idempotency key.
    #[error("an idempotency key must be a string of 1 to 512 bytes of UTF-8")]
    BadIdempotencyKey,
    /// Not an owner.
    #[error("an owner must be a string of 1 to 512 bytes of UTF-8")]
    BadOwner,
    /// Not a SKU.
    #[error("sku must be an object with a string id, and JSON must be able to say it")]
    BadSku,
    /// Not a line of a cart, or under another key than its own.
    #[error("a cart is {{ [sku.id, or sku.id:size]: {{ sku, qty, size?, rental? }} }}")]
    BadLine,
    /// Not a change.
    #[error(
        "a change is {{ op: 'increment', sku, qty, size?, rental? }}, {{ op: 'setQty', skuId, qty }} or {{ op: 'remove', skuId }}; mutate takes 1 to 500 of them"
    )]
    BadChange,
    /// Not a quantity.
    #[error("a quantity must be a whole number from -1000000 to 1000000")]
    BadQuantity,
    /// Not a policy.
    #[error("the policy of a merge must be sum, keep-target, replace or max")]
    BadPolicy,
    /// Not a version.
    #[error("ifVersion must be a version that getCartWithVersion answered")]
    BadVersion,
    /// Not a TTL.
    #[error("ttlSeconds must be a whole number from 1 to 315360000 (ten years)")]
    BadTtl,
    /// A merge of a cart with itself.
    #[error("a cart cannot be merged into itself")]
    SameCart,
    /// A line would have more than the largest quantity.
    #[error("a line of a cart has a quantity of at most 1000000")]
    TooMany,
    /// The cart would have too many lines.
    #[error("a cart has at most 500 lines")]
    TooManyLines,
    /// The cart would be too large.
    #[error("the lines of a cart have at most 512 KB as JSON")]
    TooLarge,
    /// The call carries another owner than the cart has.
    #[error("the cart belongs to another owner")]
    Forbidden,
    /// `ifVersion` is not the cart's version.
    #[error("the cart has changed since ifVersion. Read it again and decide anew")]
    Changed,
    /// The key was used for something else.
    #[error("the idempotency key was used for another call on this cart")]
    KeyReused,
    /// A copy of a call that was refused: with its code.
    #[error("the call was refused before, and stays so")]
    RefusedBefore(&'static str),
    /// The cart is being merged into another.
    #[error(
        "the cart is being merged into another: call mergeCart again with the same carts to finish that"
    )]
    Merging,
    /// Nothing was there and nothing came of the call; internal, so that no tables are made.
    #[error("nothing")]
    Nothing,
}

impl RoomError for CartError {
    fn code(&self) -> &'static str {
        match self {
            Self::BadId
            | Self::BadLineKey
            | Self::BadIdempotencyKey
            | Self::BadOwner
            | Self::KeyReused => "invalid_key",
            Self::RefusedBefore(code) => code,
            Self::BadTtl => "invalid_ttl",
            Self::TooMany | Self::TooManyLines | Self::TooLarge => "limit_exceeded",
            Self::Forbidden => "forbidden",
            Self::Changed | Self::Merging => "conflict",
            Self::Nothing => "nothing",
            _ => "invalid_value",
        }
    }

    fn retryable(&self) -> bool {
        matches!(self, Self::Changed | Self::Merging)
    }
}

/// A key: of a line, an owner, an idempotency key.
///
/// # Errors
/// `error` for an empty or too long one.
pub fn check_key(key: &str, error: CartError) -> Result<(), CartError> {
    let fits = !key.is_empty() && key.len() <= MAX_KEY_BYTES;
    fits.then_some(()).ok_or(error)
}

/// What tells two calls apart that carry the same key: FNV-1a of what is done. Preconditions are no part of it.
pub fn fingerprint(operation: &str, payload: &str) -> String {
    let bytes = operation.bytes().chain([0]).chain(payload.bytes());
    format!("{:016x}", fnv_1a(bytes))
}

/// Whether the call of this key has the cart forget old ones, as one in 256 does: that goes through all keys.
/// Not the version says it, since calls that find nothing, or are refused, do not move that.
pub fn forgets(key: &str) -> bool {
    fnv_1a(key.bytes()).is_multiple_of(256)
}

fn fnv_1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A TTL in whole seconds.
///
/// # Errors
/// [`CartError::BadTtl`].
pub fn check_ttl(seconds: f64) -> Result<f64, CartError> {
    let whole = seconds.fract() == 0.0 && (1.0..=MAX_TTL_SECONDS).contains(&seconds);
    whole.then_some(seconds).ok_or(CartError::BadTtl)
}

/// A quantity, or a step of one.
///
/// # Errors
/// [`CartError::BadQuantity`].
pub fn check_quantity(quantity: f64) -> Result<i32, CartError> {
    let whole = quantity.fract() == 0.0 && quantity.abs() <= f64::from(MAX_QUANTITY);
    whole
        .then_some(quantity as i32)
        .ok_or(CartError::BadQuantity)
}

/// The key of a line: `sku.id`, or `sku.id:size`.
pub fn line_key(sku_id: &str, size: Option<&str>) -> String {
    match size {
        Some(size) if !size.is_empty() => [sku_id, ":", size].concat(),
        _ => sku_id.to_owned(),
    }
}

/// A line as it is stored: the JSON before and after its quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `"key":{"sku":…,"qty":`
    pub head: String,
    /// The quantity, at least 1.
    pub qty: i32,
    /// `,"size":…,"rental":…}` or `}`.
    pub tail: String,
}

impl Line {
    /// A line of JSON texts: `sku` and `rest`, an object with the other fields.
    pub fn new(key: &str, sku: &str, qty: i32, rest: &str) -> Self {
        let head = [&quoted(key), ":{\"sku\":", sku, ",\"qty\":"].concat();
        let rest = rest.strip_prefix('{').filter(|rest| *rest != "}");
        let tail = rest.map_or_else(|| "}".to_owned(), |rest| [",", rest].concat());
        Self { head, qty, tail }
    }

    /// How many bytes of JSON it has, without the quantity and the comma after it.
    pub fn bytes(&self) -> u32 {
        u32::try_from(self.head.len() + self.tail.len()).unwrap_or(u32::MAX)
    }
}

// A JSON string. JavaScript has taken care that the text is well-formed.
fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\0'..='\x1f' => {
                let _ = write!(json, "\\u{:04x}", c as u32);
            }
            _ => json.push(c),
        }
    }
    json.push('"');
    json
}

/// What happens to a line that both carts of a merge have. Lines of one alone are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The sum of both quantities.
    Sum,
    /// The target's line stays.
    KeepTarget,
    /// The source's line takes its place.
    Replace,
    /// The larger quantity.
    Max,
}

impl Policy {
    /// The policy of a public name.
    ///
    /// # Errors
    /// [`CartError::BadPolicy`].
    pub fn named(name: &str) -> Result<Self, CartError> {
        match name {
            "sum" => Ok(Self::Sum),
            "keep-target" => Ok(Self::KeepTarget),
            "replace" => Ok(Self::Replace),
            "max" => Ok(Self::Max),
            _ => Err(CartError::BadPolicy),
        }
    }

    /// The quantity of a line that both have.
    pub fn quantity(self, target: i32, source: i32) -> i32 {
        match self {
            Self::Sum => target + source,
            Self::KeepTarget => target,
            Self::Replace => source,
            Self::Max => target.max(source),
        }
    }
}

/// Whether a TTL is renewed now: when at least 1 % of it has gone by, so that not every read is a
/// billed write.
pub fn renews(now: f64, renewed_at: f64, ttl_seconds: f64) -> bool {
    now - renewed_at >= ttl_seconds * 10.0 || now < renewed_at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_of_the_shop() {
        assert_eq!(line_key("a", None), "a");
        assert_eq!(line_key("a", Some("")), "a");
        assert_eq!(line_key("a", Some("L")), "a:L");
    }

    #[test]
    fn a_line_is_json() {
        let line = Line::new("a\"\\\n:L", r#"{"id":"a"}"#, 3, r#"{"size":"L"}"#);
        assert_eq!(line.head, r#""a\"\\\u000a:L":{"sku":{"id":"a"},"qty":"#);
        assert_eq!(line.tail, r#","size":"L"}"#);
        assert_eq!(Line::new("a", "{}", 1, "{}").tail, "}");
    }

    #[test]
    fn quantities_are_whole_and_bounded() {
        for good in [0.0, 1.0, -1.0, 1e6, -1e6] {
            assert!(check_quantity(good).is_ok(), "{good}");
        }
        for bad in [0.5, f64::NAN, f64::INFINITY, 1e6 + 1.0, -1e6 - 1.0, 1e300] {
            assert!(check_quantity(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_ttl_is_renewed_after_one_percent() {
        assert!(!renews(999.0, 0.0, 100.0));
        assert!(renews(1_000.0, 0.0, 100.0));
        assert!(renews(0.0, 5_000.0, 100.0), "a clock that went back");
    }
}
