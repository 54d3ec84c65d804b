//! What stands in KV under a limit's key. Pure.

/// One window, as plain code would store it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stored {
    /// What was admitted in the window.
    pub count: f64,
    /// When the window ends, ms since the epoch.
    pub reset_at: f64,
}

impl Stored {
    /// The stored pair, unless it is not one or its window has ended.
    pub fn live(count: f64, reset_at: f64, now: f64) -> Option<Self> {
        let sane = count.is_finite() && count >= 0.0 && reset_at.is_finite();
        (sane && reset_at > now).then_some(Self { count, reset_at })
    }

    /// The stored text, as a hand-written limiter would have it.
    pub fn to_json(self) -> String {
        // As integers: formatting floats would add 20 KB to the module.
        format!(
            "{{\"count\":{},\"resetAt\":{}}}",
            self.count as u64, self.reset_at as u64
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_ended_at_its_reset() {
        assert!(Stored::live(1.0, 1_000.0, 999.0).is_some());
        assert!(Stored::live(1.0, 1_000.0, 1_000.0).is_none());
    }

    #[test]
    fn the_stored_text_is_what_plain_code_writes() {
        let text = Stored {
            count: 3.0,
            reset_at: 1_790_000_000_123.0,
        }
        .to_json();
        assert_eq!(text, r#"{"count":3,"resetAt":1790000000123}"#);
    }
}
