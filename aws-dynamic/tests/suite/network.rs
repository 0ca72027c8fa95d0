//! Over real sockets, to this machine only.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_dynamic::{Error, ErrorKind, SdkConfig, Session};
use aws_smithy_types::timeout::TimeoutConfig;
use serde_json::{Value, json};

/// What the stub does with each request on a connection.
#[derive(Clone, Copy)]
pub(crate) enum Play {
    Answer,
    /// Reads, and says nothing.
    Silence,
    /// Breaks off in the middle of the body.
    Break,
}

pub(crate) struct Stub {
    pub(crate) url: String,
    connections: Arc<AtomicUsize>,
}

impl Stub {
    pub(crate) fn start(play: Play) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        // The thread ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || serve(stream, play));
            }
        });
        Self { url, connections }
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn serve(stream: TcpStream, play: Play) {
    let mut out = stream.try_clone().expect("a second handle");
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        let answer = match play {
            Play::Answer => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
            Play::Silence => continue,
            Play::Break => "HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\n{\"Resource",
        };
        out.write_all(answer.as_bytes()).expect("written");
        if matches!(play, Play::Break) {
            return;
        }
    }
}

fn session(url: &str) -> Session {
    let short = Duration::from_millis(200);
    let config = SdkConfig::builder()
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "AKID", "s", None, None, "test",
        )))
        .timeout_config(TimeoutConfig::builder().connect_timeout(short).read_timeout(short).build())
        .build();
    Session::from_config(config, None).expect("a session")
}

async fn list(session: &Session, region: &str) -> Result<Value, Error> {
    session.client("resourcegroupstaggingapi", region)?.call("GetResources", json!({})).await
}

#[tokio::test]
async fn nobody_there_is_transient_and_names_the_endpoint() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let url = format!("http://{port}");
    let error = list(&session(&url), "eu-west-1").await.expect_err("nobody");
    assert_eq!(error.kind(), ErrorKind::Transient);
    assert!(error.message().starts_with(&format!("cannot connect to {url}: ")), "{error}");
    assert!(error.message().contains("refused"), "{error}");
}

#[tokio::test]
async fn silence_is_transient() {
    let error = list(&session(&Stub::start(Play::Silence).url), "eu-west-1").await.expect_err("silence");
    assert_eq!((error.kind(), error.message()), (ErrorKind::Transient, "no answer within the time allowed"));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_transient() {
    let error = list(&session(&Stub::start(Play::Break).url), "eu-west-1").await.expect_err("half an answer");
    assert_eq!(error.kind(), ErrorKind::Transient, "{error}");
}

#[tokio::test]
async fn a_host_that_does_not_exist_at_a_custom_endpoint_is_transient() {
    let error = list(&session("http://no-such-host.invalid"), "eu-west-1").await.expect_err("no host");
    assert_eq!(error.kind(), ErrorKind::Transient, "{error}");
}

#[tokio::test]
async fn connections_are_used_again_by_all_clients() {
    let stub = Stub::start(Play::Answer);
    let session = session(&stub.url);
    for region in ["eu-west-1", "us-east-1", "eu-west-1", "us-west-2"] {
        list(&session, region).await.expect("an answer");
    }
    assert_eq!(stub.connections(), 1);
}
