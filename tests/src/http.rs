//! Just enough HTTP to talk to the emulator's admin endpoints.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Posts JSON to a loopback address and returns the JSON answer; the text of the error otherwise.
pub(crate) fn post(url: &str, path: &str, body: &Value) -> Result<Value, String> {
    let address = loopback(url)?;
    let body = body.to_string();
    let wait = Duration::from_secs(60);
    let mut stream =
        TcpStream::connect_timeout(&address, wait).map_err(|error| format!("{url}: {error}."))?;
    let exchange = |stream: &mut TcpStream| -> std::io::Result<String> {
        stream.set_read_timeout(Some(wait))?;
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = exchange(&mut stream).map_err(|error| format!("{url}{path}: {error}."))?;
    let (head, body) =
        answer.split_once("\r\n\r\n").ok_or_else(|| format!("{url}{path}: no HTTP answer."))?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status != "200" {
        return Err(format!("{url}{path}: status {status}: {body}"));
    }
    serde_json::from_str(body).map_err(|error| format!("{url}{path}: {error} in {body}"))
}

/// Reads `http://127.0.0.1:PORT`; anything that is not loopback is refused, so that no test ever meets AWS.
pub(crate) fn loopback(url: &str) -> Result<SocketAddr, String> {
    let rest = url.strip_prefix("http://").ok_or_else(|| format!("{url} is no http:// address."))?;
    let address: SocketAddr = rest
        .trim_end_matches('/')
        .parse()
        .map_err(|_| format!("{url} is not an address of this machine, like http://127.0.0.1:4566."))?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(format!("{url} is not a loopback address; refused."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_talked_to() {
        assert!(loopback("http://127.0.0.1:4566").is_ok());
        assert!(loopback("http://127.0.0.1:4566/").is_ok());
        assert!(loopback("http://[::1]:4566").is_ok());
        for refused in
            ["https://sts.amazonaws.com", "http://192.0.2.1:80", "http://0.0.0.0:80", "http://example.com:80"]
        {
            assert!(loopback(refused).is_err(), "{refused}");
        }
    }
}
