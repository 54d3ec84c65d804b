//! Pairs of whole numbers as the text of a column: `1790000000123,1;1790000000456,3`. Pure.

use std::fmt::Write;

/// The text of pairs.
pub fn text(pairs: impl Iterator<Item = (f64, f64)>) -> String {
    let mut text = String::new();
    for (a, b) in pairs {
        if !text.is_empty() {
            text.push(';');
        }
        // As integers: formatting and parsing floats would add 20 KB to the module. A String takes all.
        let _ = write!(text, "{},{}", a as u64, b as u64);
    }
    text
}

/// The pairs of such a text; what is none is left out.
pub fn parse(text: &str) -> impl Iterator<Item = (f64, f64)> + '_ {
    let number = |text: &str| text.parse::<u64>().ok().map(|number| number as f64);
    text.split(';').filter_map(move |pair| {
        let (a, b) = pair.split_once(',')?;
        Some((number(a)?, number(b)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let pairs = vec![(1_790_000_000_123.0, 1.0), (9_007_199_254_740_991.0, 0.0)];
        let text = text(pairs.iter().copied());
        assert_eq!(text, "1790000000123,1;9007199254740991,0");
        assert_eq!(parse(&text).collect::<Vec<_>>(), pairs);
        assert_eq!(parse("").count(), 0);
        assert_eq!(parse("1;x,2;3,4;,").collect::<Vec<_>>(), [(3.0, 4.0)]);
    }
}
