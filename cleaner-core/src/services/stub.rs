//! An HTTP server on this machine that answers like AWS, for the tests of handlers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use aws_dynamic::{Credentials, Session, SessionOptions};

use crate::handler::{Context, DynHandler, Settings, Sink};
use crate::lane::{Lanes, Quotas};
use crate::resource::{Region, Resource};

/// One request as it came over the wire.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query, still percent-encoded.
    pub(super) target: String,
    /// Header lines, names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Request {
    /// The operation, of protocols that name it in a header or in the form.
    pub(super) fn operation(&self) -> &str {
        let target = self.header("x-amz-target").and_then(|target| target.rsplit('.').next());
        target.or_else(|| self.form("Action")).unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// A field of a form, still percent-encoded.
    pub(super) fn form(&self, name: &str) -> Option<&str> {
        pairs(&self.body).find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    /// A parameter of the query, still percent-encoded; empty for one without a value.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        pairs(self.target.split_once('?')?.1).find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// What to answer.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Answer {
    pub(super) fn ok(body: impl Into<String>) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.into() }
    }

    pub(super) fn status(status: u16, body: impl Into<String>) -> Self {
        Self { status, ..Self::ok(body) }
    }

    pub(super) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// An error as S3 writes it.
    pub(super) fn s3_error(status: u16, code: &str, message: &str) -> Self {
        Self::status(status, format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"))
    }

    /// An error as services with forms write it.
    pub(super) fn query_error(code: &str, message: &str) -> Self {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>r-1</RequestId></ErrorResponse>"
        );
        Self::status(400, body)
    }

    /// An error as services that speak JSON write it.
    pub(super) fn json_error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({ "__type": code, "message": message });
        Self::status(status, body.to_string()).with_header("x-amzn-errortype", code)
    }
}

/// The server. Its threads end with the process.
pub(super) struct Stub {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Stub {
    /// Starts a server that answers what the function says.
    pub(super) fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("the port it got"));
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let (seen, answer) = (requests.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (seen.clone(), answer.clone());
                thread::spawn(move || serve(stream, &seen, &*answer));
            }
        });
        Self { url, requests }
    }

    /// All requests so far.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The operations so far, of protocols that name them.
    pub(super) fn operations(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.operation().to_owned()).collect()
    }

    /// A context that calls this server, with these settings on.
    pub(super) async fn context(&self, settings: &[&str]) -> Context {
        let session = Session::load(SessionOptions {
            region: Some("eu-west-1".to_owned()),
            endpoint_url: Some(self.url.clone()),
            credentials: Some(Credentials::new("AKIDTEST", "secret", None, None, "test")),
            ..SessionOptions::default()
        })
        .await
        .expect("a session of fixed credentials");
        let lanes = Lanes::builder().quotas(Quotas::Adaptive).seed(1).build();
        let account = "111122223333".parse().expect("twelve digits");
        let settings: Settings = settings.iter().map(|name| (*name).to_owned()).collect();
        Context::new(account, Region::from("eu-west-1"), Some(session), lanes)
            .with_settings(Arc::new(settings))
    }
}

fn serve(stream: TcpStream, seen: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request) -> Answer) {
    let Ok(mut writer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        seen.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        let answer = answer(&request);
        let mut head = format!("HTTP/1.1 {} -\r\ncontent-length: {}\r\n", answer.status, answer.body.len());
        for (name, value) in &answer.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        let body = if request.method == "HEAD" { "" } else { answer.body.as_str() };
        if write!(writer, "{head}\r\n{body}").is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { method, target, headers, body: String::new() };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.body = String::from_utf8_lossy(&body).into_owned();
    Some(request)
}

/// All that a handler lists.
pub(super) async fn listed(
    handler: &dyn DynHandler,
    context: &Context,
) -> Result<Vec<Resource>, crate::error::Error> {
    let (mut sink, mut receiver) = Sink::channel(1000);
    handler.list(context, &mut sink).await?;
    drop(sink);
    let mut found = Vec::new();
    while let Some(resource) = receiver.recv().await {
        found.push(resource);
    }
    Ok(found)
}
