//! A counter's arithmetic. Pure.

use crate::coordination::error::CoordinationError;

const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

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

/// The value after that.
///
/// # Errors
/// [`CoordinationError::Overflow`] when the sum is no safe integer.
pub fn add(value: f64, by: f64) -> Result<f64, CoordinationError> {
    let sum = value + by;
    if sum.abs() > MAX_SAFE {
        return Err(CoordinationError::Overflow);
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_integers() {
        for bad in [0.5, f64::NAN, f64::INFINITY, MAX_SAFE + 1.0] {
            assert_eq!(check_amount(bad), Err(CoordinationError::Amount));
        }
        assert!(check_amount(-0.0).unwrap().is_sign_positive());
        assert_eq!(add(0.0, MAX_SAFE), Ok(MAX_SAFE));
        assert_eq!(add(MAX_SAFE, 1.0), Err(CoordinationError::Overflow));
        assert_eq!(add(MAX_SAFE, -MAX_SAFE), Ok(0.0));
        assert_eq!(add(0.0, -MAX_SAFE), Ok(-MAX_SAFE));
        assert_eq!(add(-MAX_SAFE, -1.0), Err(CoordinationError::Overflow));
    }
}
