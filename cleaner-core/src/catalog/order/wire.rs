use std::collections::BTreeSet;
use std::time::Duration;

use aws_dynamic::codec::{self, WireResponse};
use aws_dynamic::model::{Models, OperationModel, Protocol};
use aws_dynamic::{Credentials, Session, SessionOptions};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use super::account::Account;
use super::family::Refusal;

/// How long a call takes: as much as another, so that what could go at once is asked for at once.
const LATENCY: Duration = Duration::from_millis(20);

/// An account as its services: requests in, answers out, in their own protocols.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    account: Account,
    operations: Vec<OperationModel>,
}

impl Wire {
    /// The services of an account. Tags in bulk are read of every account.
    pub(super) fn new(account: Account, services: &[String]) -> Self {
        let services = services.iter().map(String::as_str).chain(["resourcegroupstaggingapi"]);
        let operations = services.flat_map(|name| {
            let service = Models::builtin().service(name).unwrap_or_else(|| panic!("{name} is no service"));
            service.operations().filter_map(move |name| service.operation(name))
        });
        Self { operations: operations.collect(), account }
    }

    /// A session whose calls stay in memory.
    pub(super) async fn session(&self) -> Session {
        let options = SessionOptions {
            region: Some("eu-west-1".to_owned()),
            endpoint_url: Some("http://127.0.0.1:9".to_owned()),
            credentials: Some(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test")),
            ..SessionOptions::default()
        };
        let config = Session::load(options).await.expect("the options are valid").sdk_config("", "eu-west-1");
        let wire = self.clone();
        let client = http_client_fn(move |_, _| SharedHttpConnector::new(wire.clone()));
        Session::from_config(config.to_builder().http_client(client).build(), None).expect("a session")
    }

    fn answer(&self, request: &HttpRequest) -> WireResponse {
        let request = Request::of(request);
        // Of several paths the one that says most: `/plans/{id}` fits `/plans/templates`, too.
        let fitting = self.operations.iter().filter(|operation| request.is(**operation));
        let operation = fitting.min_by_key(|operation| operation.uri().matches('{').count());
        let operation = operation.unwrap_or_else(|| panic!("no operation of the family: {request:?}"));
        match self.account.answer(*operation, &request.texts) {
            Ok(output) => {
                let answer = codec::answer(*operation, &output)
                    .unwrap_or_else(|error| panic!("{}: {error}", operation.name()));
                let read = codec::response(*operation, answer.clone()).expect("readable");
                assert_eq!(read, Ok(output), "{} does not answer like this", operation.name());
                answer
            }
            Err(refusal) => refused(*operation, &refusal),
        }
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let wire = self.clone();
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(LATENCY).await;
            let answer = wire.answer(&request);
            let status = answer.status.try_into().expect("a status");
            let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
            for (name, value) in answer.headers {
                response.headers_mut().insert(name, value);
            }
            Ok(response)
        })
    }
}

/// An error as the service writes it.
fn refused(operation: OperationModel, refusal: &Refusal) -> WireResponse {
    let Refusal { code, message } = refusal;
    let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    let body = match operation.service().protocol() {
        Some(Protocol::Ec2) => format!("<Response><Errors>{error}</Errors></Response>"),
        Some(Protocol::Query | Protocol::RestXml) => format!("<ErrorResponse>{error}</ErrorResponse>"),
        _ => serde_json::json!({ "__type": code, "message": message }).to_string(),
    };
    WireResponse { status: 400, headers: Vec::new(), body: body.into_bytes() }
}

/// A request, as far as it matters.
#[derive(Debug)]
struct Request {
    method: String,
    /// Without the query; not decoded.
    path: String,
    /// What a header or the form says of the operation.
    operation: Option<String>,
    /// All texts in it, wherever they are.
    texts: BTreeSet<String>,
}

impl Request {
    fn of(request: &HttpRequest) -> Self {
        let target = request.uri().split_once("://").map_or(request.uri(), |(_, rest)| rest);
        let target = target.find('/').map_or("/", |slash| &target[slash..]);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let header = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
        let mut texts: BTreeSet<String> = path.split('/').map(decoded).collect();
        // What has slashes in it may be meant by its parts.
        let parts: Vec<String> = texts.iter().flat_map(|text| text.split('/').map(str::to_owned)).collect();
        texts.extend(parts);
        texts.extend(values(query));
        texts.extend(request.headers().iter().map(|(_, value)| value.to_owned()));
        if let Ok(json) = serde_json::from_str(&body) {
            gather(&json, &mut texts);
        } else if body.starts_with('<') {
            texts.extend(body.split('<').filter_map(|tag| Some(tag.split_once('>')?.1.to_owned())));
        } else {
            texts.extend(values(&body));
        }
        let form = body.split('&').find_map(|pair| pair.strip_prefix("Action="));
        Self {
            method: request.method().to_owned(),
            path: path.to_owned(),
            operation: header.or(form).map(str::to_owned),
            texts,
        }
    }

    fn is(&self, operation: OperationModel) -> bool {
        let service = operation.service();
        match service.protocol() {
            Some(Protocol::Json10 | Protocol::Json11) => self.operation.as_deref() == Some(operation.name()),
            // Two services may have an operation of one name; their versions differ.
            Some(Protocol::Query | Protocol::Ec2) => {
                self.operation.as_deref() == Some(operation.name())
                    && self.texts.contains(service.api_version())
            }
            _ => self.operation.is_none() && self.method == operation.method() && self.is_at(operation.uri()),
        }
    }

    /// Whether the path is one of a template such as `/clusters/{name}`.
    fn is_at(&self, template: &str) -> bool {
        let template = template.split('?').next().unwrap_or_default();
        let (mut wanted, mut given) = (template.split('/'), self.path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(label), Some(_)) if label.ends_with("+}") => return true,
                (Some(label), Some(part)) if label.starts_with('{') && !part.is_empty() => {}
                (Some(one), Some(other)) if one == other => {}
                _ => return false,
            }
        }
    }
}

/// The values of a form or query.
fn values(form: &str) -> impl Iterator<Item = String> {
    form.split('&').filter_map(|pair| Some(decoded(pair.split_once('=')?.1)))
}

fn gather(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            texts.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, texts)),
        Value::Object(members) => members.values().for_each(|member| gather(member, texts)),
        _ => {}
    }
}

/// Undoes percent encoding.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        match byte {
            b'%' => {
                let code = digit(rest.next()).zip(digit(rest.next())).expect("two digits");
                bytes.push(u8::try_from(code.0 * 16 + code.1).expect("two digits make a byte"));
            }
            b'+' => bytes.push(b' '),
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
