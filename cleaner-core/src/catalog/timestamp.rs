use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jmespath::Variable;

use super::json::share;
use crate::resource::Fact;

/// Numbers above this are milliseconds: as seconds they would lie beyond the year 5000, as milliseconds before 1974.
const MILLISECONDS_FROM: f64 = 1e11;

/// Reads a creation time: RFC 3339 text, or the seconds or milliseconds of the epoch as a number or as text.
pub(super) fn timestamp(value: &Variable) -> Fact<Timestamp> {
    let read = match value {
        Variable::Null => return Fact::Absent,
        Variable::String(text) if text.is_empty() => return Fact::Absent,
        Variable::String(text) => written(text),
        Variable::Number(number) => number.as_f64().and_then(epoch),
        _ => None,
    };
    read.map_or_else(|| Fact::Unreadable(format!("{value} is no time").into()), Fact::Known)
}

/// The same of plain JSON.
pub(crate) fn time_of(value: &serde_json::Value) -> Fact<Timestamp> {
    timestamp(&share(value.clone()))
}

fn written(text: &str) -> Option<Timestamp> {
    if let Ok(number) = text.parse::<f64>() {
        return epoch(number);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    // Some services leave out the zone, or give the day only; they mean UTC.
    let civil = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(DateTime::from)).ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn epoch(number: f64) -> Option<Timestamp> {
    if !number.is_finite() {
        return None;
    }
    let milliseconds = if number.abs() >= MILLISECONDS_FROM { number } else { number * 1000.0 };
    // Out of range saturates, and what saturates is out of the range of a timestamp as well.
    Timestamp::from_millisecond(milliseconds.round() as i64).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::json::share;

    #[test]
    fn every_form_aws_uses_is_read() {
        for (value, expected) in [
            (json!("2024-05-06T07:08:09Z"), "2024-05-06T07:08:09Z"),
            (json!("2024-05-06T07:08:09.123Z"), "2024-05-06T07:08:09.123Z"),
            (json!("2024-05-06T09:08:09+02:00"), "2024-05-06T07:08:09Z"),
            (json!("2024-05-06T07:08:09.123+0000"), "2024-05-06T07:08:09.123Z"),
            (json!("2024-05-06T07:08:09"), "2024-05-06T07:08:09Z"),
            (json!("2024-05-06"), "2024-05-06T00:00:00Z"),
            (json!(1_714_979_289), "2024-05-06T07:08:09Z"),
            (json!(1_714_979_289.5), "2024-05-06T07:08:09.5Z"),
            (json!(1_714_979_289_123_i64), "2024-05-06T07:08:09.123Z"),
            (json!("1714979289"), "2024-05-06T07:08:09Z"),
            (json!("1714979289123"), "2024-05-06T07:08:09.123Z"),
        ] {
            let expected = expected.parse().expect("a timestamp");
            assert_eq!(timestamp(&share(value.clone())), Fact::Known(expected), "{value}");
        }
    }

    #[test]
    fn what_is_no_time_is_unreadable_and_nothing_is_absent() {
        for value in [json!("yesterday"), json!(true), json!(["2024-05-06"]), json!(1e300), json!("NaN")] {
            assert!(matches!(timestamp(&share(value.clone())), Fact::Unreadable(_)), "{value}");
        }
        assert_eq!(timestamp(&share(json!(null))), Fact::Absent);
        assert_eq!(timestamp(&share(json!(""))), Fact::Absent);
    }
}
