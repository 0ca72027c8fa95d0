use std::io::{self, ErrorKind, Write as _};

use serde::Serialize;

use crate::failure::Failure;

/// Prints data. Nobody reading any more is no failure.
///
/// # Errors
/// The data could not be written for another reason, such as a full disk.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::unexpected(format!("standard output cannot be written: {error}.")))
        }
        _ => Ok(()),
    }
}

/// Prints data as one JSON document.
///
/// # Errors
/// As [`print()`].
pub(crate) fn print_json(data: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(data)
        .map_err(|error| Failure::unexpected(format!("the data cannot be written as JSON: {error}.")))?;
    text.push('\n');
    print(&text)
}

/// Says something on standard error. If nobody can hear it, so be it.
pub(crate) fn say(text: &str) {
    let mut stderr = io::stderr().lock();
    drop(writeln!(stderr, "{text}"));
}
