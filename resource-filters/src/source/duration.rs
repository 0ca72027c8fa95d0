//! Durations as people write them: `90s`, `15m`, `1h30m`, `2d`, `3w`.

use std::time::Duration;

const UNITS: [(&str, u64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// Parses a duration of one or more parts, each a whole number and one of the units s, m, h, d, w.
///
/// # Errors
/// A message that names the part that is wrong.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use resource_filters::source::parse_duration;
///
/// assert_eq!(parse_duration("1h30m"), Ok(Duration::from_secs(5_400)));
/// assert_eq!(parse_duration("2d"), Ok(Duration::from_secs(172_800)));
/// assert!(parse_duration("5x").is_err_and(|message| message.contains("unit `x`")));
/// ```
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    if text.is_empty() {
        return Err("the duration is empty, expected for example `90s`, `15m`, `1h30m` or `2d`".into());
    }
    let mut seconds = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits_end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(digits_end);
        let unit_end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_end);
        if digits.is_empty() {
            return Err(format!("invalid duration `{text}`: expected a whole number before `{unit}`"));
        }
        if unit.is_empty() {
            return Err(format!(
                "invalid duration `{text}`: `{digits}` has no unit, expected one of s, m, h, d, w"
            ));
        }
        let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(format!(
                "invalid duration `{text}`: unknown unit `{unit}` after `{digits}`, expected one of s, m, h, d, w"
            ));
        };
        seconds = digits
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(*factor))
            .and_then(|part| seconds.checked_add(part))
            .ok_or_else(|| format!("invalid duration `{text}`: `{digits}{unit}` is too long"))?;
        rest = next;
    }
    Ok(Duration::from_secs(seconds))
}

/// Writes a duration the way [`parse_duration`] reads it, whole seconds only.
///
/// # Examples
/// ```
/// use resource_filters::source::{format_duration, parse_duration};
///
/// assert_eq!(parse_duration("90m").map(format_duration).as_deref(), Ok("1h30m"));
/// ```
pub fn format_duration(duration: Duration) -> String {
    let mut seconds = duration.as_secs();
    let mut text = String::new();
    for (unit, factor) in UNITS {
        if seconds >= factor {
            text.push_str(&(seconds / factor).to_string());
            text.push_str(unit);
            seconds %= factor;
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written() {
        for (text, seconds, written) in [
            ("90s", 90, "1m30s"),
            ("15m", 900, "15m"),
            ("1h", 3_600, "1h"),
            ("2d", 172_800, "2d"),
            ("3w", 1_814_400, "3w"),
            ("1h30m", 5_400, "1h30m"),
            ("0s", 0, "0s"),
        ] {
            let duration = Duration::from_secs(seconds);
            assert_eq!(parse_duration(text), Ok(duration), "{text}");
            assert_eq!(format_duration(duration), written, "{text}");
        }
    }

    #[test]
    fn the_bad_part_is_named() {
        for (text, part) in [
            ("", "empty"),
            ("5", "`5` has no unit"),
            ("1h30", "`30` has no unit"),
            ("5x", "unknown unit `x`"),
            ("1h 30m", "unknown unit `h `"),
            ("h", "expected a whole number before `h`"),
            ("-1h", "expected a whole number before `-`"),
            ("1.5h", "unknown unit `.`"),
            ("99999999999999999999s", "is too long"),
            ("99999999999999999w", "is too long"),
        ] {
            let message = parse_duration(text).expect_err(text);
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
