//! The token of the next page, of operations whose generated client has no paginator that fits our pacing.

use crate::error::{Error, ErrorKind};

/// Tells where the next page starts; `None` after the last.
///
/// # Errors
/// Unexpected, if AWS sends the token it was sent: going on would never end, stopping would lose what follows.
pub(crate) fn following<T: PartialEq>(
    operation: &str,
    sent: Option<&T>,
    next: Option<T>,
) -> Result<Option<T>, Error> {
    match next {
        Some(next) if sent == Some(&next) => Err(Error::new(
            ErrorKind::Unexpected,
            format!("{operation} answered with the page token it was sent, so its list has no end."),
        )),
        next => Ok(next),
    }
}

/// Takes an empty token for none, as several services send it.
pub(crate) fn token(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_token_is_an_error_and_an_empty_one_is_the_end() {
        assert_eq!(following("ListX", None, token(Some("a"))).expect("a first token"), Some("a".to_owned()));
        assert_eq!(following("ListX", Some(&"a".to_owned()), token(Some(""))).expect("an end"), None);
        let error =
            following("ListX", Some(&"a".to_owned()), token(Some("a"))).expect_err("a repeated token");
        assert_eq!(error.kind, ErrorKind::Unexpected);
    }
}
