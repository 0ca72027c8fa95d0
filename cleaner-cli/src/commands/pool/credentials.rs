use std::fmt::Write as _;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use aws_dynamic::Session;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The longest request that is read.
const REQUEST: usize = 8 * 1024;
/// When credentials that say nothing of their end are asked for again.
const AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// Serves credentials to one command and those it starts, as containers get them: fresh ones whenever they ask.
///
/// Only on the loopback interface, and only to who knows the token. Nothing is written to any file.
pub(super) struct CredentialServer {
    url: String,
    token: Arc<str>,
    task: JoinHandle<()>,
}

impl CredentialServer {
    /// Starts to serve.
    pub(super) async fn start(session: Session) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://127.0.0.1:{}/credentials", listener.local_addr()?.port());
        let token: Arc<str> = secret()?.into();
        let known = token.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (session, token) = (session.clone(), known.clone());
                // Whoever breaks off has no further wish.
                drop(tokio::spawn(async move { drop(answer(stream, &session, &token).await) }));
            }
        });
        Ok(Self { url, token, task })
    }

    /// Where to ask.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// What to show.
    pub(super) fn token(&self) -> &str {
        &self.token
    }
}

impl Drop for CredentialServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A token that nobody guesses.
fn secret() -> io::Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    let mut text = String::new();
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

async fn answer(mut stream: TcpStream, session: &Session, token: &str) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut part = [0; 1024];
        let read = stream.read(&mut part).await?;
        if read == 0 || request.len() > REQUEST {
            return Ok(());
        }
        request.extend_from_slice(&part[..read]);
    }
    let (status, body) = match check(&String::from_utf8_lossy(&request), token) {
        Err(status) => (status, json!({ "code": status, "message": status })),
        Ok(()) => match session.credentials().await {
            Ok(credentials) => {
                let until = credentials.expiry().and_then(|until| Timestamp::try_from(until).ok());
                let until = until.unwrap_or_else(|| Timestamp::now() + AGAIN);
                let content = json!({
                    "AccessKeyId": credentials.access_key_id(),
                    "SecretAccessKey": credentials.secret_access_key(),
                    "Token": credentials.session_token().unwrap_or_default(),
                    "Expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                });
                ("200 OK", content)
            }
            Err(error) => {
                ("500 Internal Server Error", json!({ "code": "Credentials", "message": error.to_string() }))
            }
        },
    };
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}

/// Whether a request is one for credentials, by somebody who may have them.
fn check(request: &str, token: &str) -> Result<(), &'static str> {
    let mut lines = request.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let is_ours = words.next() == Some("GET") && words.next() == Some("/credentials");
    let shown = lines
        .filter_map(|line| line.split_once(':'))
        .find_map(|(name, value)| name.eq_ignore_ascii_case("authorization").then_some(value.trim()));
    match shown {
        Some(shown) if shown == token && is_ours => Ok(()),
        Some(shown) if shown == token => Err("404 Not Found"),
        _ => Err("403 Forbidden"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_knows_the_token_gets_credentials() {
        for (request, expected) in [
            ("GET /credentials HTTP/1.1\r\nHost: x\r\nauthorization: t\r\n\r\n", Ok(())),
            ("GET /credentials HTTP/1.1\r\nAuthorization: u\r\n\r\n", Err("403 Forbidden")),
            ("GET /credentials HTTP/1.1\r\n\r\n", Err("403 Forbidden")),
            ("GET /other HTTP/1.1\r\nAuthorization: t\r\n\r\n", Err("404 Not Found")),
            ("POST /credentials HTTP/1.1\r\nAuthorization: t\r\n\r\n", Err("404 Not Found")),
        ] {
            assert_eq!(check(request, "t"), expected, "{request}");
        }
    }
}
