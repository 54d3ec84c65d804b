//! What a call on a cart carries. Pure.

use super::error::CartError;
use super::header::check_ttl;
use super::remembered::{Key, Retention, fingerprint};
use super::storage::About;
use crate::protocol::call_time::{OWN_KEY, key_until};

/// The longest key of a line, owner or idempotency key, in bytes of UTF-8.
pub const MAX_KEY_BYTES: usize = 512;

/// A call on a cart.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The time in ms since the epoch.
    pub now: f64,
    /// The TTL in seconds.
    pub ttl_seconds: f64,
    /// What makes it the same call when it comes again.
    pub key: Option<Key>,
    /// What it does: see [`fingerprint`]. Empty where its client has made the key: no other call has it.
    pub fingerprint: String,
    /// When it was made, in ms on the object's clock as the caller knows it.
    pub sent: Option<f64>,
    /// What must be so.
    pub preconditions: Preconditions,
}

/// What must be so for a call to be admitted.
#[derive(Clone, Debug, Default)]
pub struct Preconditions {
    /// The version the caller has read; 0 for no cart.
    pub if_version: Option<f64>,
    /// Whom the caller acts for.
    pub owner: Option<String>,
}

/// What became of a mutation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The cart's version now; 0 for none.
    pub version: f64,
    /// False when the only change was of a line that is not there.
    pub found: bool,
}

impl Call {
    /// A call as a caller makes it, at `now`.
    ///
    /// # Errors
    /// [`CartError`] for an invalid TTL, key, version or owner.
    pub fn new(
        now: f64,
        ttl_seconds: f64,
        key: Option<String>,
        if_version: Option<f64>,
        owner: Option<String>,
    ) -> Result<Self, CartError> {
        if let Some(key) = &key {
            check_key(key, CartError::BadIdempotencyKey)?;
        }
        if let Some(owner) = &owner {
            check_key(owner, CartError::BadOwner)?;
        }
        if if_version.is_some_and(|version| version.fract() != 0.0 || version < 0.0) {
            return Err(CartError::BadVersion);
        }
        Ok(Self {
            now,
            ttl_seconds: check_ttl(ttl_seconds)?,
            key: key.map(Key::Call),
            preconditions: Preconditions { if_version, owner },
            ..Self::default()
        })
    }

    /// The same, made at `sent`.
    pub const fn sent(mut self, sent: Option<f64>) -> Self {
        self.sent = sent;
        self
    }

    /// The same, doing this.
    pub fn doing(mut self, operation: &str, payload: impl FnOnce() -> String) -> Self {
        let is_own = matches!(&self.key, Some(Key::Call(key)) if key.starts_with(OWN_KEY));
        if !is_own {
            self.fingerprint = fingerprint(operation, &payload());
        }
        self
    }

    /// The same as a merge, which is known by its id.
    pub fn of_merge(mut self, id: &str) -> Self {
        self.key = Some(Key::Merge(id.to_owned()));
        self
    }

    /// What has to be read for this call, and for the only line that it changes, if there is one.
    pub fn about<'a>(&self, line: Option<&'a str>) -> About<'a> {
        About {
            now: self.now,
            call_key: self.key.as_ref().map(Key::of_call),
            refusal_key: self.refusal_key(),
            line,
        }
    }

    /// The key of this call, should it be refused.
    pub fn refusal_key(&self) -> Option<String> {
        self.key.as_ref()?.of_refusal(self.sent?)
    }

    /// For how long it is remembered. A merge as long as the cart: its source may come again after days.
    pub fn retention(&self) -> Retention {
        match &self.key {
            Some(Key::Merge(_)) => Retention::WithCart(self.now),
            Some(Key::Call(key)) => Retention::Until(key_until(key, self.now, self.sent)),
            None => Retention::Until(self.now),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    // It is written with each of the calls that are remembered.
    #[test]
    fn only_a_key_that_a_caller_has_chosen_needs_a_fingerprint() {
        let doing = |key: &str| {
            let call = Call::new(0.0, 60.0, Some(key.to_owned()), None, None).unwrap();
            call.doing("change", || "[]".to_owned()).fingerprint
        };
        assert_eq!(doing("\u{1}made by chance"), "");
        assert_eq!(doing("chosen").len(), 8);
    }
}
