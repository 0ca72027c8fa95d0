//! What AWS means when it refuses to delete a stack: one code, many sentences.

use crate::error::{Error, ErrorKind};

/// The switch that lets protected stacks go.
pub(super) const UNPROTECT: &str = "disable_termination_protection";
/// The switch that makes a missing service role again.
pub(super) const RECREATE_ROLE: &str = "recreate_missing_role";

/// Gives an error of `DeleteStack` the kind its sentence means.
pub(super) fn read(error: Error) -> Error {
    if !error.is_code("ValidationError") {
        return error;
    }
    let says = |text: &str| error.message.contains(text);
    if says("does not exist") {
        error.with_kind(ErrorKind::Gone)
    } else if says("TerminationProtection is enabled") {
        protected(error)
    } else if says("as it is in use by") || says("_IN_PROGRESS state") || says("operation in progress") {
        error.with_kind(ErrorKind::Dependency)
    } else {
        error
    }
}

/// The error of a stack under termination protection.
pub(super) fn protected(mut error: Error) -> Error {
    error.message =
        format!("{}. The setting `{UNPROTECT}` turns it off.", error.message.trim_end_matches('.'));
    error.with_kind(ErrorKind::Protected)
}

/// Whether AWS refuses because the stack's service role is gone.
pub(super) fn is_missing_role(error: &Error) -> bool {
    error.is_code("ValidationError") && error.message.contains("is invalid or cannot be assumed")
}

/// The error of a stack whose service role is gone and may not be made again.
pub(super) fn missing_role(mut error: Error) -> Error {
    error.message = format!(
        "{}. The setting `{RECREATE_ROLE}` makes the role again for as long as the deletion takes.",
        error.message.trim_end_matches('.')
    );
    error.with_kind(ErrorKind::Unexpected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_have_kinds() {
        for (message, kind) in [
            ("Stack with id app does not exist", ErrorKind::Gone),
            ("Stack [app] cannot be deleted while TerminationProtection is enabled", ErrorKind::Protected),
            ("Export net cannot be deleted as it is in use by app", ErrorKind::Dependency),
            ("Stack:arn is in UPDATE_IN_PROGRESS state and can not be deleted.", ErrorKind::Dependency),
            ("Template error", ErrorKind::Invalid),
        ] {
            let error = Error::new(ErrorKind::Invalid, message).with_code("ValidationError");
            assert_eq!(read(error).kind, kind, "{message}");
        }
        let other = Error::new(ErrorKind::Denied, "does not exist").with_code("AccessDenied");
        assert_eq!(read(other).kind, ErrorKind::Denied);
    }

    #[test]
    fn errors_name_the_setting_that_helps() {
        let role = Error::new(ErrorKind::Invalid, "Role r is invalid or cannot be assumed")
            .with_code("ValidationError");
        assert!(is_missing_role(&role));
        assert!(missing_role(role).message.contains(RECREATE_ROLE));
        let protection =
            Error::new(ErrorKind::Invalid, "TerminationProtection is enabled").with_code("ValidationError");
        assert!(read(protection).message.contains(UNPROTECT));
    }
}
