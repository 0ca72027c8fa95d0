use std::time::Duration;

/// A number and what is counted: `1 resource`, `2 resources`.
pub(crate) fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// A duration for people, from milliseconds.
pub(crate) fn millis(millis: u64) -> String {
    let seconds = millis / 1_000;
    match seconds {
        0..60 => format!("{seconds}.{} s", millis % 1_000 / 100),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// A duration for people, in whole seconds.
pub(crate) fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => millis(seconds * 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_grow_coarser() {
        for (given, expected) in [
            (0, "0.0 s"),
            (12_345, "12.3 s"),
            (59_999, "59.9 s"),
            (60_000, "1 min 00 s"),
            (754_000, "12 min 34 s"),
            (3_900_000, "1 h 05 min"),
        ] {
            assert_eq!(millis(given), expected);
        }
        assert_eq!(seconds(Duration::from_millis(4_900)), "4 s");
        assert_eq!(seconds(Duration::from_secs(61)), "1 min 01 s");
    }

    #[test]
    fn only_one_is_singular() {
        assert_eq!([0, 1, 2].map(|number| count(number, "list")), ["0 lists", "1 list", "2 lists"]);
    }
}
