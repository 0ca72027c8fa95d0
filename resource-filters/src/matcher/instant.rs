//! Moments as people and AWS write them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Parses RFC 3339, or a bare date, which is its first moment in UTC.
pub(super) fn parse_instant(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    // `Date` alone would also read the date out of a time without an offset, which is not one certain moment.
    let date = (text.len() == "2024-01-02".len()).then(|| text.parse::<Date>().ok())??;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_certain_moments_are_read() {
        for (text, expected) in [
            ("2024-01-02", Some("2024-01-02T00:00:00Z")),
            ("2024-01-02T03:04:05Z", Some("2024-01-02T03:04:05Z")),
            ("2024-01-02T03:04:05+02:00", Some("2024-01-02T01:04:05Z")),
            ("2024-01-02T03:04:05.678+0000", Some("2024-01-02T03:04:05.678Z")),
            ("2024-01-02T03:04:05", None),
            ("2024-13-02", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(parse_instant(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        }
    }
}
