//! Everything of a cart but its lines: its version, its TTL, how much it holds. Pure.

use super::error::CartError;

/// The most lines of a cart.
pub const MAX_LINES: u32 = 500;

/// The most bytes that the lines of a cart have as JSON, without the digits of their quantities.
pub const MAX_BYTES: u32 = 512 * 1024;

/// The longest TTL in seconds: ten years. What is longer was meant in milliseconds.
pub const MAX_TTL_SECONDS: f64 = 315_360_000.0;

/// Everything of a cart but its lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// Grows with every change; 0 before the first.
    pub version: f64,
    /// The TTL in seconds as last given.
    pub ttl_seconds: f64,
    /// When the cart is gone, in ms since the epoch.
    pub expires_at: f64,
    /// When `expires_at` was last moved.
    pub renewed_at: f64,
    /// Whom the cart belongs to.
    pub owner: Option<String>,
    /// How many lines there are.
    pub lines: u32,
    /// The sum of the bytes of all lines.
    pub bytes: u32,
    /// The merge this cart is the source of: its id, and the target's.
    pub merge: Option<(String, String)>,
}

impl Header {
    /// Whether it has not expired.
    pub fn is_live(&self, now: f64) -> bool {
        self.expires_at > now
    }

    /// Moves the expiry if it is time; returns whether it did.
    pub fn renew(&mut self, now: f64, ttl_seconds: f64) -> bool {
        let renews = ttl_seconds != self.ttl_seconds || renews(now, self.renewed_at, ttl_seconds);
        if renews {
            self.ttl_seconds = ttl_seconds;
            self.renewed_at = now;
            self.expires_at = now + ttl_seconds * 1_000.0;
        }
        renews
    }

    /// Counts a line of `new` bytes that takes the place of one of `old` bytes, or of none.
    ///
    /// # Errors
    /// [`CartError`] when the cart would be too large.
    pub fn add_line(&mut self, old: Option<u32>, new: u32) -> Result<(), CartError> {
        let lines = self.lines + u32::from(old.is_none());
        let bytes = self.bytes - old.unwrap_or(0) + new;
        if lines > MAX_LINES {
            return Err(CartError::TooManyLines);
        }
        if bytes > MAX_BYTES {
            return Err(CartError::TooLarge);
        }
        self.lines = lines;
        self.bytes = bytes;
        Ok(())
    }

    /// Counts a line less, of so many bytes.
    pub fn subtract_line(&mut self, bytes: u32) {
        self.lines -= 1;
        self.bytes -= bytes;
    }
}

/// A TTL in whole seconds.
///
/// # Errors
/// [`CartError::BadTtl`].
pub fn check_ttl(seconds: f64) -> Result<f64, CartError> {
    let whole = seconds.fract() == 0.0 && (1.0..=MAX_TTL_SECONDS).contains(&seconds);
    whole.then_some(seconds).ok_or(CartError::BadTtl)
}

// When at least 1 % of the TTL has gone by, so that not every read is a billed write.
fn renews(now: f64, renewed_at: f64, ttl_seconds: f64) -> bool {
    now - renewed_at >= ttl_seconds * 10.0 || now < renewed_at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ttl_is_renewed_after_one_percent() {
        assert!(!renews(999.0, 0.0, 100.0));
        assert!(renews(1_000.0, 0.0, 100.0));
        assert!(renews(0.0, 5_000.0, 100.0), "a clock that went back");
    }
}
