use std::net::SocketAddr;

use super::StartError;

/// Refuses every address that is not this machine's own.
pub(super) fn check(address: SocketAddr) -> Result<SocketAddr, StartError> {
    if address.ip().is_loopback() { Ok(address) } else { Err(StartError::NotLoopback(address.to_string())) }
}

/// Reads `http://127.0.0.1:PORT`.
pub(super) fn parse(url: &str) -> Result<SocketAddr, StartError> {
    let refuse = || StartError::BadUpstream(url.to_owned());
    let rest = url.strip_prefix("http://").ok_or_else(refuse)?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let address = match rest.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}").parse(),
        None => rest.parse(),
    };
    check(address.map_err(|_| refuse())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_talked_to() {
        for (url, expected) in [
            ("http://127.0.0.1:4566", "127.0.0.1:4566"),
            ("http://127.0.0.1:4566/", "127.0.0.1:4566"),
            ("http://localhost:80", "127.0.0.1:80"),
            ("http://[::1]:4566", "[::1]:4566"),
        ] {
            assert_eq!(parse(url).expect(url).to_string(), expected);
        }
        for url in [
            "https://127.0.0.1:443",
            "http://192.0.2.1:80",
            "http://0.0.0.0:80",
            "http://sqs.us-east-1.amazonaws.com",
            "http://127.0.0.1",
            "127.0.0.1:80",
        ] {
            assert!(parse(url).is_err(), "{url}");
        }
    }
}
