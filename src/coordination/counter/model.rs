//! A counter's arithmetic and what it remembers. Pure.

use crate::coordination::error::CoordinationError;

/// How long an idempotency key is remembered, in ms: 10 minutes.
pub const KEY_MS: f64 = 600_000.0;

/// How many of the newest keys are remembered at least, within that time.
pub const MAX_KEYS: f64 = 1_000.0;

const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// What is stored beside the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counter {
    /// The value.
    pub value: f64,
    /// The number of the newest key.
    pub newest: f64,
    /// Keys up to this number have been forgotten.
    pub forgotten: f64,
}

/// Checks an amount.
///
/// # Errors
/// [`CoordinationError::Amount`] for what is no safe integer.
pub fn check_amount(by: f64) -> Result<f64, CoordinationError> {
    if by.abs() <= MAX_SAFE && by.fract() == 0.0 {
        // Never `-0`.
        Ok(by + 0.0)
    } else {
        Err(CoordinationError::Amount)
    }
}

impl Counter {
    /// Goes up, or down.
    ///
    /// # Errors
    /// [`CoordinationError::Overflow`] when the sum is no safe integer.
    pub fn add(&mut self, by: f64) -> Result<f64, CoordinationError> {
        let sum = self.value + by;
        if sum.abs() > MAX_SAFE {
            return Err(CoordinationError::Overflow);
        }
        self.value = sum;
        Ok(sum)
    }

    /// The number of another key; and up to which number keys are to be forgotten now, a thousand at a
    /// time, since that goes through all of them.
    pub fn next_key(&mut self) -> (f64, Option<f64>) {
        self.newest += 1.0;
        if self.newest - self.forgotten < 2.0 * MAX_KEYS {
            return (self.newest, None);
        }
        self.forgotten = self.newest - MAX_KEYS;
        (self.newest, Some(self.forgotten))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_safe_integers() {
        for bad in [0.5, f64::NAN, f64::INFINITY, MAX_SAFE + 1.0] {
            assert_eq!(check_amount(bad), Err(CoordinationError::Amount));
        }
        assert!(check_amount(-0.0).unwrap().is_sign_positive());
        let mut counter = Counter::default();
        assert_eq!(counter.add(MAX_SAFE), Ok(MAX_SAFE));
        assert_eq!(counter.add(1.0), Err(CoordinationError::Overflow));
        assert_eq!(counter.value, MAX_SAFE);
        assert_eq!(counter.add(-MAX_SAFE), Ok(0.0));
        assert_eq!(counter.add(-MAX_SAFE), Ok(-MAX_SAFE));
        assert_eq!(counter.add(-1.0), Err(CoordinationError::Overflow));
    }

    proptest! {
        #[test]
        fn the_newest_thousand_keys_stay_and_never_two(calls in 1_usize..10_000) {
            let mut counter = Counter::default();
            let mut kept = 0.0;
            for _ in 0..calls {
                let (newest, forget) = counter.next_key();
                kept += 1.0;
                if let Some(upto) = forget {
                    kept = newest - upto;
                }
                prop_assert!(kept >= newest.min(MAX_KEYS));
                prop_assert!(kept < 2.0 * MAX_KEYS);
            }
        }
    }
}
