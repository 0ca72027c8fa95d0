use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use aws_dynamic::{Credentials, Session, SessionOptions};
use serde_json::Value;

use crate::handler::{Context, Settings};
use crate::lane::Lanes;
use crate::resource::Region;

/// What the stub answers: an HTTP status and a body.
pub(super) type Answer = (u16, Value);

/// An answer that is an AWS error.
pub(super) fn failed(code: &str, message: &str) -> Answer {
    (400, serde_json::json!({ "__type": code, "message": message }))
}

/// A service on this machine that speaks AWS's JSON protocol, and remembers what it was asked.
#[derive(Clone)]
pub(super) struct Stub {
    url: String,
    calls: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Stub {
    /// Starts a service that answers as the function says: operation and input to answer.
    pub(super) fn start(answer: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let calls: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
        let (answer, seen) = (Arc::new(answer), calls.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, seen) = (answer.clone(), seen.clone());
                let Ok(stream) = stream else { return };
                std::thread::spawn(move || serve(stream, &*answer, &seen));
            }
        });
        Self { url, calls }
    }

    /// A context whose calls go to this service.
    pub(super) async fn context(&self, settings: &[&str]) -> Context {
        let options = SessionOptions {
            endpoint_url: Some(self.url.clone()),
            credentials: Some(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test")),
            ..SessionOptions::default()
        };
        let session = Session::load(options).await.expect("the options are valid");
        let settings: Settings = settings.iter().map(|name| (*name).to_owned()).collect();
        let account = "111122223333".parse().expect("an account id");
        Context::new(account, Region::from("eu-west-1"), Some(session), Lanes::default())
            .with_settings(Arc::new(settings))
    }

    /// The calls so far, each as its operation and its input.
    pub(super) fn calls(&self) -> Vec<(String, Value)> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The operations called so far.
    pub(super) fn operations(&self) -> Vec<String> {
        self.calls().into_iter().map(|(operation, _)| operation).collect()
    }
}

/// Answers the requests of one connection.
fn serve(stream: TcpStream, answer: &dyn Fn(&str, &Value) -> Answer, seen: &Mutex<Vec<(String, Value)>>) {
    let Ok(mut writer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    while let Some((operation, input)) = request(&mut reader) {
        seen.lock().unwrap_or_else(PoisonError::into_inner).push((operation.clone(), input.clone()));
        let (status, body) = answer(&operation, &input);
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        if writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(body.as_bytes())).is_err() {
            return;
        }
    }
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, Value)> {
    let (mut operation, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        match name.to_lowercase().as_str() {
            "x-amz-target" => operation = value.rsplit('.').next()?.trim().to_owned(),
            "content-length" => length = value.trim().parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((operation, serde_json::from_slice(&body).ok()?))
}
