//! Why a cart refuses a call. Pure.

use thiserror::Error;

use crate::error::RoomError;

/// Why a cart refuses a call. Nothing of it is quoted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CartError {
    /// Not an id.
    #[error("The id of a cart must have 1 to 512 bytes of UTF-8")]
    BadId,
    /// Not the key of a line.
    #[error(
        "The key of a line (sku.id, or sku.id:size) must be a string of 1 to 512 bytes of UTF-8"
    )]
    BadLineKey,
    /// Not an idempotency key.
    #[error("An idempotency key must be a string of 1 to 512 bytes of UTF-8")]
    BadIdempotencyKey,
    /// Not an owner.
    #[error("An owner must be a string of 1 to 512 bytes of UTF-8")]
    BadOwner,
    /// Not a SKU.
    #[error("sku must be an object with a string id, and valid JSON")]
    BadSku,
    /// Not a line of a cart, or under another key than its own.
    #[error("A cart is {{ [sku.id, or sku.id:size]: {{ sku, qty, size?, rental? }} }}")]
    BadLine,
    /// The line under that key is another one. `js/cart/object.ts` knows the message.
    #[error("The cart has a line under that key, of another SKU, size or rental")]
    OtherLine,
    /// Not a change.
    #[error(
        "A change is {{ op: 'increment', sku, qty, size?, rental? }}, {{ op: 'setQty', skuId, qty }} or {{ op: 'remove', skuId }}; mutate takes 1 to 500 of them"
    )]
    BadChange,
    /// Not a quantity.
    #[error("qty must be a whole number from -1000000 to 1000000")]
    BadQuantity,
    /// Not a policy.
    #[error("The policy of a merge must be sum, keep-target, replace or max")]
    BadPolicy,
    /// Not a version.
    #[error("ifVersion must be a version that getCartWithVersion returned")]
    BadVersion,
    /// Not a TTL.
    #[error("ttlSeconds must be a whole number from 1 to 315360000 (ten years)")]
    BadTtl,
    /// A merge of a cart with itself.
    #[error("A cart cannot be merged into itself")]
    SameCart,
    /// A line would have more than the largest quantity.
    #[error("A line of a cart has a quantity of at most 1000000")]
    TooMany,
    /// The cart would have too many lines.
    #[error("A cart has at most 500 lines")]
    TooManyLines,
    /// The cart would be too large.
    #[error("The lines of a cart have at most 512 KB as JSON")]
    TooLarge,
    /// The call carries another owner than the cart has.
    #[error("The cart belongs to another owner")]
    Forbidden,
    /// `ifVersion` is not the cart's version.
    #[error("The cart has changed since ifVersion. Read it again and decide again")]
    Changed,
    /// The key was used for something else.
    #[error("The idempotency key was used for another call on this cart")]
    KeyReused,
    /// A copy of a call that was refused: with its code.
    #[error("The call was refused before, and stays so")]
    RefusedBefore(&'static str),
    /// The cart is being merged into another.
    #[error(
        "The cart is being merged into another: call mergeCart again with the same carts to finish that"
    )]
    Merging,
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
            _ => "invalid_value",
        }
    }

    fn retryable(&self) -> bool {
        matches!(self, Self::Changed | Self::Merging)
    }
}
