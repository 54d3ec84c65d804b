//! A line of a cart: its key, its quantity, and its JSON. Pure.

use std::fmt::Write as _;

use super::error::CartError;

/// The largest quantity of a line, and the largest step up or down.
pub const MAX_QUANTITY: i32 = 1_000_000;

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
}
