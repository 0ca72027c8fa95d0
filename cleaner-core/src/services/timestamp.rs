//! Times, from the forms AWS sends them in.

use aws_smithy_types::DateTime;
use jiff::fmt::strtime;
use jiff::{Timestamp, Unit};

use crate::resource::Fact;

/// Reads a time that AWS may leave out; one that cannot be read is unreadable, not absent.
pub(crate) fn fact(time: Option<&DateTime>) -> Fact<Timestamp> {
    let Some(time) = time else { return Fact::Absent };
    let nanos = i32::try_from(time.subsec_nanos()).unwrap_or_default();
    // Services that send floats send more digits than they know.
    match Timestamp::new(time.secs(), nanos).and_then(|time| time.round(Unit::Microsecond)) {
        Ok(timestamp) => Fact::Known(timestamp),
        Err(error) => Fact::Unreadable(error.to_string().into()),
    }
}

/// Reads a time as Lambda writes it: `2018-11-27T15:10:45.123+0000`, which is not quite RFC 3339.
pub(crate) fn lambda_fact(text: Option<&str>) -> Fact<Timestamp> {
    let Some(text) = text else { return Fact::Absent };
    let lambda = || strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).and_then(|time| time.to_timestamp());
    match text.parse::<Timestamp>().or_else(|_| lambda()) {
        Ok(timestamp) => Fact::Known(timestamp),
        Err(error) => Fact::Unreadable(error.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> Fact<Timestamp> {
        Fact::Known(text.parse().expect("a time in RFC 3339"))
    }

    #[test]
    fn times_are_read_in_all_their_forms() {
        let time = DateTime::from_secs_and_nanos(1_543_331_445, 123_000_000);
        assert_eq!(fact(Some(&time)), known("2018-11-27T15:10:45.123Z"));
        let float = DateTime::from_secs_f64(1_543_331_445.366);
        assert_eq!(fact(Some(&float)), known("2018-11-27T15:10:45.366Z"));
        assert_eq!(fact(None), Fact::Absent);
        for text in
            ["2018-11-27T15:10:45.123+0000", "2018-11-27T15:10:45.123Z", "2018-11-27T16:10:45.123+0100"]
        {
            assert_eq!(lambda_fact(Some(text)), known("2018-11-27T15:10:45.123Z"), "{text}");
        }
        assert_eq!(lambda_fact(Some("2018-11-27T15:10:45+0000")), known("2018-11-27T15:10:45Z"));
        assert!(matches!(lambda_fact(Some("yesterday")), Fact::Unreadable(_)));
        assert_eq!(lambda_fact(None), Fact::Absent);
    }
}
