//! Dates as texts. Pure.

/// Whether a date text is ISO 8601 as JavaScript writes it, so that it can be stored as it is.
pub fn is_iso(text: &str) -> bool {
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let digits = |part: &str, len| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = date.split('-');
    let dated = [4, 2, 2]
        .into_iter()
        .all(|len| parts.next().is_some_and(|part| digits(part, len)));
    // A time without a zone would be local time, which differs from place to place.
    let zoned = time.is_empty() || time.ends_with('Z') || time.contains(['+', '-']);
    dated && parts.next().is_none() && zoned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_is_what_means_the_same_everywhere() {
        for text in [
            "2027-01-01T00:00:00Z",
            "2027-01-01T00:00:00.000+02:00",
            "2027-01-01",
        ] {
            assert!(is_iso(text), "{text}");
        }
        for text in [
            "2027-01-01T00:00:00",
            "Fri, 01 Jan 2027 00:00:00 GMT",
            "1",
            "",
            "27-01-01",
        ] {
            assert!(!is_iso(text), "{text}");
        }
    }
}
