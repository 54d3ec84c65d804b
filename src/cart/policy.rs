//! What a merge does with a line that both carts have. Pure.

use super::error::CartError;

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
