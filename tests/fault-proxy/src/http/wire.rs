use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::message::has_no_body;
use super::{Headers, Request, Response};

/// The longest head that is read.
const MAX_HEAD: usize = 1 << 20;
/// The longest body that is read.
const MAX_BODY: usize = 1 << 30;
const MAX_HEADERS: usize = 256;

/// One connection, to a client or to the emulator.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    /// What arrived and was not looked at yet.
    buffer: Vec<u8>,
    /// How many bytes arrived in all.
    arrived: u64,
}

/// What the head of a message says.
struct Head<T> {
    first: T,
    headers: Headers,
    size: usize,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> Self {
        // Without this, a message written in two parts waits for a delayed acknowledgement.
        drop(stream.set_nodelay(true));
        Self { stream, buffer: Vec::with_capacity(8192), arrived: 0 }
    }

    /// How many bytes arrived so far.
    pub(crate) fn arrived(&self) -> u64 {
        self.arrived
    }

    /// Reads the next request; none if the client is done.
    pub(crate) async fn request(&mut self) -> io::Result<Option<Request>> {
        let head = loop {
            if let Some(head) = request_head(&self.buffer)? {
                break head;
            }
            if self.fill().await? == 0 {
                let clean = self.buffer.is_empty();
                return if clean { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        };
        let before = self.arrived - self.buffer.len() as u64;
        self.buffer.drain(..head.size);
        let (method, target, version) = head.first;
        let headers = head.headers;
        if headers.has_word("expect", "100-continue") {
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        let body = match framing(&headers)? {
            Framing::Chunked => self.chunks().await?,
            Framing::Length(length) => self.exactly(length).await?,
            Framing::None => Vec::new(),
        };
        let is_last = headers.has_word("connection", "close") || version == 0;
        let size = self.arrived - self.buffer.len() as u64 - before;
        Ok(Some(Request { method, target, headers, body, is_last, size }))
    }

    /// Reads the answer to a request of `method`, and says whether the connection can take another one.
    pub(crate) async fn response(&mut self, method: &str) -> io::Result<(Response, bool)> {
        let (status, headers) = loop {
            match response_head(&self.buffer)? {
                Some(head) => {
                    self.buffer.drain(..head.size);
                    // An interim answer.
                    if !matches!(head.first, 100..200) {
                        break (head.first, head.headers);
                    }
                }
                None => {
                    if self.fill().await? == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
            }
        };
        let mut keeps = !headers.has_word("connection", "close");
        let body = if method == "HEAD" || has_no_body(status) {
            Vec::new()
        } else {
            match framing(&headers)? {
                Framing::Chunked => self.chunks().await?,
                Framing::Length(length) => self.exactly(length).await?,
                Framing::None => {
                    keeps = false;
                    while self.fill().await? > 0 {}
                    std::mem::take(&mut self.buffer)
                }
            }
        };
        Ok((Response { status, headers, body }, keeps))
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Waits until the other end is gone.
    pub(crate) async fn gone(&mut self) {
        while self.fill().await.is_ok_and(|count| count > 0) {
            self.buffer.clear();
        }
    }

    /// Breaks the connection, so that the other end sees a reset.
    pub(crate) fn reset(self) {
        // With a linger of zero the close becomes a reset.
        drop(self.stream.set_zero_linger());
    }

    async fn fill(&mut self) -> io::Result<usize> {
        self.buffer.reserve(8192);
        let count = self.stream.read_buf(&mut self.buffer).await?;
        self.arrived += count as u64;
        Ok(count)
    }

    async fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            if self.fill().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    /// Reads a body in chunks; trailers are dropped.
    async fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let (head, size) = loop {
                match httparse::parse_chunk_size(&self.buffer) {
                    Ok(httparse::Status::Complete((head, size))) => break (head, size),
                    Ok(httparse::Status::Partial) => {
                        if self.fill().await? == 0 {
                            return Err(io::ErrorKind::UnexpectedEof.into());
                        }
                    }
                    Err(_) => return Err(invalid("invalid chunk size")),
                }
            };
            self.buffer.drain(..head);
            if size == 0 {
                while self.line().await? > 2 {}
                return Ok(body);
            }
            let size = usize::try_from(size).ok().filter(|size| body.len() + size <= MAX_BODY);
            let size = size.ok_or_else(|| invalid("the body is too long"))?;
            body.extend_from_slice(&self.exactly(size).await?);
            self.exactly(2).await?;
        }
    }

    /// Drops one line and says how long it was, its end included.
    async fn line(&mut self) -> io::Result<usize> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                self.buffer.drain(..=end);
                return Ok(end + 1);
            }
            if self.fill().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

enum Framing {
    Chunked,
    Length(usize),
    None,
}

fn framing(headers: &Headers) -> io::Result<Framing> {
    if headers.has_word("transfer-encoding", "chunked") {
        return Ok(Framing::Chunked);
    }
    let Some(length) = headers.get("content-length") else { return Ok(Framing::None) };
    let length = length.trim().parse().ok().filter(|length| *length <= MAX_BODY);
    length.map(Framing::Length).ok_or_else(|| invalid("invalid content-length"))
}

fn request_head(buffer: &[u8]) -> io::Result<Option<Head<(String, String, u8)>>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let size = complete(parsed.parse(buffer), buffer)?;
    let first = || Some((parsed.method?.to_owned(), parsed.path?.to_owned(), parsed.version?));
    Ok(size.and_then(|size| Some(Head { first: first()?, headers: read(parsed.headers), size })))
}

fn response_head(buffer: &[u8]) -> io::Result<Option<Head<u16>>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Response::new(&mut headers);
    let size = complete(parsed.parse(buffer), buffer)?;
    Ok(size.and_then(|size| Some(Head { first: parsed.code?, headers: read(parsed.headers), size })))
}

fn complete(status: httparse::Result<usize>, buffer: &[u8]) -> io::Result<Option<usize>> {
    match status {
        Ok(httparse::Status::Complete(size)) => Ok(Some(size)),
        Ok(httparse::Status::Partial) if buffer.len() < MAX_HEAD => Ok(None),
        Ok(httparse::Status::Partial) => Err(invalid("the head is too long")),
        Err(error) => Err(invalid(&error.to_string())),
    }
}

fn read(headers: &[httparse::Header<'_>]) -> Headers {
    let mut all = Headers::default();
    for header in headers {
        all.push(header.name, header.value);
    }
    all
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn pair() -> (Wire, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let far = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("connected");
        (Wire::new(listener.accept().await.expect("accepted").0), far)
    }

    #[tokio::test]
    async fn requests_come_whole_however_they_are_cut() {
        let (mut wire, mut far) = pair().await;
        let text = "POST /q HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n\
                    GET /last HTTP/1.1\r\nConnection: close\r\n\r\n";
        let writer = tokio::spawn(async move {
            for piece in text.as_bytes().chunks(7) {
                far.write_all(piece).await.expect("written");
                far.flush().await.expect("flushed");
                tokio::task::yield_now().await;
            }
            far
        });
        let first = wire.request().await.expect("readable").expect("a request");
        assert_eq!(
            (first.method.as_str(), first.target.as_str(), first.body.as_slice()),
            ("POST", "/q", b"abcde".as_slice())
        );
        let second = wire.request().await.expect("readable").expect("a request");
        assert!(second.is_last && !first.is_last && second.target == "/last");
        assert_eq!(first.size + second.size, text.len() as u64);
        drop(writer.await.expect("it ends"));
        assert!(wire.request().await.expect("readable").is_none());
    }

    #[tokio::test]
    async fn clients_that_wait_are_told_to_go_on() {
        let (mut wire, mut far) = pair().await;
        let client = tokio::spawn(async move {
            far.write_all(b"PUT /b HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
                .await
                .expect("written");
            let mut told = [0; 25];
            far.read_exact(&mut told).await.expect("told");
            assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
            far.write_all(b"ok").await.expect("written");
            far
        });
        assert_eq!(wire.request().await.expect("readable").expect("a request").body, b"ok");
        drop(client.await.expect("it ends"));
    }

    #[tokio::test]
    async fn answers_are_read_in_every_framing() {
        for (text, method, body, keeps) in [
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
                "GET",
                "ab",
                true,
            ),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", "GET", "x", true),
            ("HTTP/1.1 200 OK\r\n\r\nto the end", "GET", "to the end", false),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n", "HEAD", "", false),
            ("HTTP/1.1 204 No Content\r\n\r\n", "DELETE", "", true),
        ] {
            let (mut wire, mut far) = pair().await;
            far.write_all(text.as_bytes()).await.expect("written");
            drop(far);
            let (response, kept) = wire.response(method).await.expect("readable");
            assert_eq!((String::from_utf8_lossy(&response.body).as_ref(), kept), (body, keeps), "{text}");
        }
        let (mut wire, mut far) = pair().await;
        far.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").await.expect("written");
        drop(far);
        assert!(wire.response("GET").await.is_err(), "an answer that is cut is no answer");
    }
}
