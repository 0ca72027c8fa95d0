//! A service that is played: answers in the order they were prepared, under every host name.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use aws_dynamic::{CallObserver, CallRecord, SdkConfig, Session};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use aws_types::region::Region;

pub(crate) const SECRET: &str = "wJalrXUtnFEMI";
pub(crate) const TOKEN: &str = "session-token-1";

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// A successful answer.
pub(crate) fn ok(body: &str) -> Answer {
    status(200, body)
}

pub(crate) fn status(status: u16, body: &str) -> Answer {
    Answer { status, headers: Vec::new(), body: body.to_owned() }
}

impl Answer {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) uri: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Fake {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    records: Arc<Mutex<Vec<CallRecord>>>,
    resolved: Arc<AtomicUsize>,
}

impl Fake {
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let fake = Self::default();
        fake.answers.lock().expect("no test panics here").extend(answers);
        fake
    }

    pub(crate) fn http_client(&self) -> SharedHttpClient {
        let fake = self.clone();
        http_client_fn(move |_, _| SharedHttpConnector::new(fake.clone()))
    }

    fn config(&self) -> aws_types::sdk_config::Builder {
        SdkConfig::builder()
            .http_client(self.http_client())
            .credentials_provider(SharedCredentialsProvider::new(Provider(self.clone())))
            .region(Region::from_static("eu-west-1"))
    }

    /// A session whose calls go to AWS's own host names, or would.
    pub(crate) fn session(&self) -> Session {
        Session::from_config(self.config().build(), Some(Arc::new(self.clone()))).expect("a session")
    }

    pub(crate) fn session_at(&self, url: &str) -> Session {
        let config = self.config().endpoint_url(url).build();
        Session::from_config(config, Some(Arc::new(self.clone()))).expect("a session")
    }

    pub(crate) fn session_without_credentials(&self) -> Session {
        let config =
            self.config().credentials_provider(SharedCredentialsProvider::new(NoCredentials)).build();
        Session::from_config(config, Some(Arc::new(self.clone()))).expect("a session")
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no test panics here").clone()
    }

    pub(crate) fn records(&self) -> Vec<CallRecord> {
        self.records.lock().expect("no test panics here").clone()
    }

    /// How often credentials were asked for.
    pub(crate) fn resolved(&self) -> usize {
        self.resolved.load(Ordering::SeqCst)
    }
}

impl HttpConnector for Fake {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers =
            request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let seen = Seen { uri: request.uri().to_owned(), headers, body };
        self.seen.lock().expect("no test panics here").push(seen);
        let answer = self.answers.lock().expect("no test panics here").pop_front();
        let answer = answer.expect("an answer is prepared for every request");
        let mut response =
            HttpResponse::new(answer.status.try_into().expect("a status"), SdkBody::from(answer.body));
        for (name, value) in answer.headers {
            response.headers_mut().insert(name, value);
        }
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl CallObserver for Fake {
    fn finished(&self, record: &CallRecord) {
        self.records.lock().expect("no test panics here").push(record.clone());
    }
}

struct Provider(Fake);

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Provider")
    }
}

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        self.0.resolved.fetch_add(1, Ordering::SeqCst);
        let credentials = Credentials::new("AKIDEXAMPLE", SECRET, Some(TOKEN.to_owned()), None, "test");
        future::ProvideCredentials::ready(Ok(credentials))
    }
}

#[derive(Debug)]
struct NoCredentials;

impl ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let error = CredentialsError::not_loaded("the SSO session has expired");
        future::ProvideCredentials::ready(Err(error))
    }
}
