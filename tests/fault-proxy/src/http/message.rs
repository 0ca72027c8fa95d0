use std::io::Write as _;

/// The headers of a message, in order, names in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Headers(Vec<(String, Vec<u8>)>);

/// A whole request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query, as they came.
    pub(crate) target: String,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    /// Whether the client ends the connection after the answer.
    pub(crate) is_last: bool,
    /// How many bytes it took on the wire.
    pub(crate) size: u64,
}

/// A whole answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
}

/// Headers that are about one connection and not about the message.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl Headers {
    pub(crate) fn push(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.0.push((name.to_ascii_lowercase(), value.into()));
    }

    /// The first header of a name (in lower case); what is no text counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(own, _)| own == name)?;
        std::str::from_utf8(value).ok()
    }

    /// Whether a header that is a list of words has one of them.
    pub(crate) fn has_word(&self, name: &str, word: &str) -> bool {
        self.get(name).is_some_and(|value| value.split(',').any(|own| own.trim().eq_ignore_ascii_case(word)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        for (name, value) in self.0.iter().filter(|(name, _)| !HOP_BY_HOP.contains(&name.as_str())) {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            out.extend_from_slice(b"\r\n");
        }
    }
}

impl Request {
    /// The path without the query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The query, empty if there is none.
    pub(crate) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The bytes to forward.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        self.headers.write(&mut out);
        if !self.body.is_empty() || !matches!(self.method.as_str(), "GET" | "HEAD" | "DELETE") {
            write!(out, "content-length: {}\r\n", self.body.len()).expect("memory takes what is written");
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&self.body);
        out
    }
}

impl Response {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut headers = Headers::default();
        if !content_type.is_empty() {
            headers.push("content-type", content_type);
        }
        Self { status, headers, body: body.into() }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push(name, value);
        self
    }

    /// Whether it says that the call worked.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The bytes to send as the answer to a request of `method`, and where in them the body starts.
    pub(crate) fn encode(&self, method: &str) -> (Vec<u8>, usize) {
        // No reason phrase: no client reads it.
        let mut out = format!("HTTP/1.1 {} \r\n", self.status).into_bytes();
        self.headers.write(&mut out);
        let is_bodyless = method == "HEAD" || has_no_body(self.status);
        let length = match self.headers.get("content-length") {
            // What the body would be long, had it been asked for.
            Some(length) if method == "HEAD" => Some(length.to_owned()),
            _ if is_bodyless => None,
            _ => Some(self.body.len().to_string()),
        };
        if let Some(length) = length {
            write!(out, "content-length: {length}\r\n").expect("memory takes what is written");
        }
        out.extend_from_slice(b"\r\n");
        let start = out.len();
        if !is_bodyless {
            out.extend_from_slice(&self.body);
        }
        (out, start)
    }
}

/// Whether answers of a status never have a body.
pub(crate) fn has_no_body(status: u16) -> bool {
    matches!(status, 100..200 | 204 | 304)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_framed_by_their_length() {
        let mut request = Request {
            method: "POST".into(),
            target: "/a?b=c".into(),
            body: b"xy".to_vec(),
            ..Request::default()
        };
        request.headers.push("Host", "h");
        request.headers.push("Transfer-Encoding", "chunked");
        assert_eq!((request.path(), request.query()), ("/a", "b=c"));
        let text = String::from_utf8(request.encode()).expect("text");
        assert_eq!(text, "POST /a?b=c HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\nxy");
        let (bytes, start) = Response::new(200, "text/xml", "<a/>").encode("GET");
        assert_eq!(&bytes[start..], b"<a/>");
        assert!(String::from_utf8(bytes).expect("text").contains("content-length: 4\r\n"));
    }

    #[test]
    fn answers_without_a_body_have_none() {
        let (bytes, start) = Response::new(404, "text/xml", "<a/>").encode("HEAD");
        assert_eq!(bytes.len(), start);
        let (bytes, _) = Response::new(204, "", "").encode("DELETE");
        assert_eq!(bytes, b"HTTP/1.1 204 \r\n\r\n");
    }
}
