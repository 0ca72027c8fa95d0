//! Requests and answers, as bytes on a connection.

use std::io::{self, Read, Write};

/// A request, as far as it matters here.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    /// What `X-Amz-Target` says: the operation, in protocols that speak JSON.
    pub(crate) target: String,
    /// The region of the signature.
    pub(crate) region: String,
    pub(crate) body: Vec<u8>,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: String,
}

/// One side of a connection, with what was read ahead.
pub(crate) struct Wire<S> {
    pub(crate) stream: S,
    ahead: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self { status: 200, kind: "application/x-amz-json-1.1", body: body.into() }
    }

    pub(crate) fn xml(body: impl Into<String>) -> Self {
        Self { status: 200, kind: "text/xml", body: body.into() }
    }

    pub(crate) fn with(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

impl Request {
    /// A parameter of the query, decoded.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        parameter(&self.query, name)
    }

    pub(crate) fn asks(&self, name: &str) -> bool {
        self.query.split('&').any(|pair| pair.split('=').next() == Some(name))
    }
}

/// A parameter of a form or a query, decoded.
pub(crate) fn parameter(form: &str, name: &str) -> Option<String> {
    form.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then(|| decode(value))
    })
}

fn decode(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match byte {
            b'+' => decoded.push(b' '),
            b'%' => match (digit(bytes.next()), digit(bytes.next())) {
                (Some(high), Some(low)) => decoded.push(u8::try_from(high * 16 + low).unwrap_or(b'?')),
                _ => decoded.push(b'?'),
            },
            byte => decoded.push(byte),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

impl<S: Read + Write> Wire<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, ahead: Vec::with_capacity(16 * 1024) }
    }

    /// Reads a request; none if the other side has closed.
    pub(crate) fn request(&mut self) -> io::Result<Option<Request>> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; 64];
            let mut head = httparse::Request::new(&mut headers);
            if let httparse::Status::Complete(length) = head.parse(&self.ahead).map_err(io::Error::other)? {
                let header = |name: &str| {
                    let found = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
                    std::str::from_utf8(found.value).ok()
                };
                let body: usize =
                    header("content-length").and_then(|value| value.trim().parse().ok()).unwrap_or(0);
                let (path, query) =
                    head.path.unwrap_or("/").split_once('?').unwrap_or((head.path.unwrap_or("/"), ""));
                let scope = header("authorization").and_then(|value| value.split("Credential=").nth(1));
                let region = scope.and_then(|scope| scope.split('/').nth(2)).unwrap_or("us-east-1");
                let mut request = Request {
                    method: head.method.unwrap_or_default().to_owned(),
                    path: path.to_owned(),
                    query: query.to_owned(),
                    target: header("x-amz-target").unwrap_or_default().to_owned(),
                    region: region.to_owned(),
                    body: Vec::new(),
                };
                if header("expect").is_some() && self.ahead.len() < length + body {
                    self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
                }
                request.body = self.take(length, body)?;
                return Ok(Some(request));
            }
            if self.read_more()? == 0 {
                return Ok(None);
            }
        }
    }

    pub(crate) fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        let reason = if answer.status < 300 { "OK" } else { "Error" };
        let mut bytes = Vec::with_capacity(answer.body.len() + 160);
        // A 204 has no body and must not speak of its length.
        if answer.status == 204 {
            write!(bytes, "HTTP/1.1 204 No Content\r\nx-amz-request-id: 1\r\n\r\n")?;
        } else {
            write!(
                bytes,
                "HTTP/1.1 {} {reason}\r\nContent-Type: {}\r\nContent-Length: {}\r\nx-amzn-requestid: 1\r\n\r\n",
                answer.status,
                answer.kind,
                answer.body.len()
            )?;
            bytes.extend_from_slice(answer.body.as_bytes());
        }
        self.stream.write_all(&bytes)
    }

    /// Sends a request and reads its answer: the status and the body.
    pub(crate) fn call(&mut self, head: &str, body: &str) -> io::Result<(u16, String)> {
        let mut bytes = Vec::with_capacity(head.len() + body.len() + 64);
        write!(bytes, "{head}\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
        self.stream.write_all(&bytes)?;
        loop {
            let mut headers = [httparse::EMPTY_HEADER; 32];
            let mut head = httparse::Response::new(&mut headers);
            if let httparse::Status::Complete(length) = head.parse(&self.ahead).map_err(io::Error::other)? {
                let status = head.code.unwrap_or(0);
                let found =
                    head.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
                let size = found
                    .and_then(|header| std::str::from_utf8(header.value).ok())
                    .and_then(|value| value.trim().parse().ok())
                    .unwrap_or(0);
                let body = self.take(length, size)?;
                return Ok((status, String::from_utf8_lossy(&body).into_owned()));
            }
            if self.read_more()? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Takes a body of this size out of what was read, after a head of that length.
    fn take(&mut self, head: usize, size: usize) -> io::Result<Vec<u8>> {
        while self.ahead.len() < head + size {
            if self.read_more()? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let rest = self.ahead.split_off(head + size);
        let mut message = std::mem::replace(&mut self.ahead, rest);
        message.drain(..head);
        Ok(message)
    }

    fn read_more(&mut self) -> io::Result<usize> {
        let mut chunk = [0; 64 * 1024];
        let read = self.stream.read(&mut chunk)?;
        self.ahead.extend_from_slice(&chunk[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        assert_eq!(parameter("a=1&key-marker=f%2F0+x", "key-marker").as_deref(), Some("f/0 x"));
        assert_eq!(parameter("versions&a=1", "versions").as_deref(), Some(""));
        assert_eq!(parameter("a=1", "b"), None);
    }

    #[test]
    fn requests_follow_each_other_on_a_connection() {
        let text = "POST /?x=1 HTTP/1.1\r\nContent-Length: 3\r\nX-Amz-Target: T.Op\r\n\
                    Authorization: AWS4-HMAC-SHA256 Credential=AK/20260101/eu-west-1/logs/aws4_request\r\n\r\nabc\
                    GET /b HTTP/1.1\r\n\r\n";
        let mut wire = Wire::new(std::io::Cursor::new(text.as_bytes().to_vec()));
        let first = wire.request().expect("it is well formed").expect("there is one");
        assert_eq!((first.target.as_str(), first.region.as_str()), ("T.Op", "eu-west-1"));
        assert_eq!((first.body.as_slice(), first.query.as_str()), (b"abc".as_slice(), "x=1"));
        let second = wire.request().expect("it is well formed").expect("there is one");
        assert_eq!((second.method.as_str(), second.path.as_str()), ("GET", "/b"));
    }
}
