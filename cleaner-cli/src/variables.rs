//! The variables of the environment that belong to pools. Those of the configuration are the library's business.

use std::env;
use std::time::Duration;

use cleaner_pool::Settings;
use resource_filters::source::parse_duration;

use crate::failure::Failure;

/// The account of a command that runs in one.
pub(crate) const ACCOUNT: &str = "AWS_CLEANER_POOL_ACCOUNT";
/// The fencing token of a command that runs in an account.
pub(crate) const TOKEN: &str = "AWS_CLEANER_POOL_TOKEN";
/// The pool's table.
const TABLE: &str = "AWS_CLEANER_POOL_TABLE";
/// Its name where nobody gives it another.
const USUAL_TABLE: &str = "aws-cleaner-pool";
/// How long leases and cleanings last without a heartbeat.
const LEASE: &str = "AWS_CLEANER_POOL_LEASE";
/// How long a place in the queue lasts without a heartbeat.
const TICKET: &str = "AWS_CLEANER_POOL_TICKET";
/// How long an account rests after a failed cleaning.
const REST: &str = "AWS_CLEANER_POOL_REST";
/// How many failed cleanings in a row lead to quarantine.
const MAX_FAILURES: &str = "AWS_CLEANER_POOL_MAX_FAILURES";

/// All of them.
pub(crate) const POOL: &[&str] = &[ACCOUNT, TOKEN, TABLE, LEASE, TICKET, REST, MAX_FAILURES];

/// The pool's table, as the environment names it, or by its usual name.
pub(crate) fn table() -> String {
    named(env::var(TABLE).ok())
}

fn named(table: Option<String>) -> String {
    given(table).unwrap_or_else(|| USUAL_TABLE.to_owned())
}

/// CI systems set what is not given to nothing.
fn given(value: Option<String>) -> Option<String> {
    value.filter(|text| !text.is_empty())
}

/// How the pool behaves, as far as the environment says so.
///
/// # Errors
/// A value that does not do.
pub(crate) fn settings() -> Result<Settings, Failure> {
    read(|name| env::var(name).ok())
}

fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Settings, Failure> {
    let variable = |name: &str| given(variable(name));
    let duration = |name, least: Duration, default| match variable(name) {
        None => Ok(default),
        Some(text) => match parse_duration(&text) {
            Ok(given) if given >= least => Ok(given),
            Ok(_) => Err(Failure::usage(format!("{name}: `{text}` is too short, at least 1s."))),
            Err(error) => Err(Failure::usage(format!("{name}: {error}."))),
        },
    };
    let usual = Settings::default();
    let second = Duration::from_secs(1);
    Ok(Settings {
        lease: duration(LEASE, second, usual.lease)?,
        ticket: duration(TICKET, second, usual.ticket)?,
        back_off: duration(REST, Duration::ZERO, usual.back_off)?,
        max_failures: match variable(MAX_FAILURES) {
            None => usual.max_failures,
            Some(text) => match text.parse::<u32>() {
                Ok(given) if given > 0 => given,
                _ => {
                    let message = format!("{MAX_FAILURES}: `{text}` is no number from 1 on.");
                    return Err(Failure::usage(message));
                }
            },
        },
        ..usual
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: &str) -> Result<Settings, String> {
        read(|asked| (asked == name).then(|| value.to_owned())).map_err(|failure| failure.message)
    }

    #[test]
    fn what_is_not_given_is_as_usual() {
        for name in POOL {
            assert_eq!(of(name, ""), Ok(Settings::default()), "{name}");
        }
        assert_eq!(named(None), USUAL_TABLE);
        assert_eq!(named(Some(String::new())), USUAL_TABLE);
        assert_eq!(named(Some("other".to_owned())), "other");
    }

    #[test]
    fn values_are_read_and_wrong_ones_are_errors() {
        assert_eq!(of(LEASE, "3m").expect("it does").lease, Duration::from_secs(180));
        assert_eq!(of(TICKET, "5s").expect("it does").ticket, Duration::from_secs(5));
        assert_eq!(of(REST, "0s").expect("it does").back_off, Duration::ZERO);
        assert_eq!(of(MAX_FAILURES, "2").expect("it does").max_failures, 2);
        for (name, value) in [
            (LEASE, "0s"),
            (LEASE, "soon"),
            (TICKET, "0s"),
            (REST, "5x"),
            (MAX_FAILURES, "0"),
            (MAX_FAILURES, "x"),
        ] {
            let message = of(name, value).expect_err(value);
            assert!(message.starts_with(&format!("error: {name}: ")) && message.contains(value), "{message}");
        }
    }
}
