use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::SERVICE;
use crate::account::AccountId;
use crate::error::{Error, ErrorKind};
use crate::handler::Context;
use crate::resource::Region;

/// How often a deletion may fail for a reason that may pass, before that is the end of it.
const IN_VAIN: u32 = 2;

/// Remembers the deletions that AWS works on, and what it said of those it gave up.
///
/// Nothing but the token of its request tells how a deletion goes. Who has lost it sees only whether the resource is there.
#[derive(Debug, Default)]
pub(super) struct Requests(Mutex<HashMap<Key, Request>>);

type Key = (AccountId, Region, Arc<str>);

#[derive(Clone, Debug)]
enum Request {
    /// AWS works on it: the token, and how often it failed before.
    Running { token: String, failures: u32 },
    /// It failed, so often.
    Failed { error: Error, failures: u32, is_told: bool },
}

/// How far a deletion is.
#[derive(Clone, Debug)]
pub(super) enum Progress {
    /// Nobody knows of any.
    None,
    /// AWS works on it.
    Running,
    /// It is gone.
    Done,
    /// AWS gave it up.
    Failed(Error),
}

/// What an event of Cloud Control says of a request.
enum Event {
    Running(String),
    Done,
    Failed(Error),
}

impl Requests {
    /// Asks for a deletion.
    ///
    /// # Errors
    /// What AWS answered, or what a deletion failed of that was over at once.
    pub(super) async fn delete(
        &self,
        context: &Context,
        type_name: &str,
        id: &Arc<str>,
    ) -> Result<Progress, Error> {
        let key = key(context, id);
        let failures = match self.get(&key) {
            Some(Request::Failed { failures, .. } | Request::Running { failures, .. }) => failures,
            None => 0,
        };
        let client = context.session()?.client(SERVICE, context.call_region())?;
        // The client makes a token for each call that has none: with the one of a failed call, AWS would answer with that failure.
        let input = json!({ "TypeName": type_name, "Identifier": &**id });
        let asked = context.paced(SERVICE, "DeleteResource", || {
            let (client, input) = (client.clone(), input.clone());
            async move {
                let answer = client.call("DeleteResource", input).await?;
                match event(&answer)? {
                    Event::Failed(error) => Err(error),
                    event => Ok(event),
                }
            }
        });
        match asked.await? {
            Event::Running(token) => {
                self.set(key, Request::Running { token, failures });
                Ok(Progress::Running)
            }
            _ => {
                self.forget(&key);
                Ok(Progress::Done)
            }
        }
    }

    /// Asks how far a deletion is that was asked for here.
    ///
    /// # Errors
    /// A question that was not answered; the request is remembered then.
    pub(super) async fn progress(&self, context: &Context, id: &Arc<str>) -> Result<Progress, Error> {
        let key = key(context, id);
        let (token, failures) = match self.get(&key) {
            None => return Ok(Progress::None),
            Some(Request::Failed { error, .. }) => return Ok(Progress::Failed(error)),
            Some(Request::Running { token, failures }) => (token, failures),
        };
        let asked = context.call(SERVICE, "GetResourceRequestStatus", json!({ "RequestToken": token })).await;
        let answer = match asked {
            // AWS keeps them for a week.
            Err(error) if error.is_code("RequestTokenNotFoundException") => {
                self.forget(&key);
                return Ok(Progress::None);
            }
            answer => answer?,
        };
        match event(&answer)? {
            Event::Running(_) => Ok(Progress::Running),
            Event::Done => {
                self.forget(&key);
                Ok(Progress::Done)
            }
            Event::Failed(error) if error.kind == ErrorKind::Gone => {
                self.forget(&key);
                Ok(Progress::Done)
            }
            Event::Failed(error) => {
                let failed = Request::Failed { error: error.clone(), failures: failures + 1, is_told: false };
                self.set(key, failed);
                Ok(Progress::Failed(error))
            }
        }
    }

    /// Why it is of no use to ask for a deletion again, if that is so. It stays so until somebody lists.
    pub(super) fn refusal(&self, context: &Context, id: &Arc<str>) -> Option<Error> {
        let key = key(context, id);
        let Some(Request::Failed { error, failures, .. }) = self.get(&key) else { return None };
        let is_final = match error.kind {
            ErrorKind::Dependency | ErrorKind::Throttled => false,
            ErrorKind::Transient | ErrorKind::Unexpected => failures >= IN_VAIN,
            _ => true,
        };
        is_final.then(|| {
            self.set(key, Request::Failed { error: error.clone(), failures, is_told: true });
            error
        })
    }

    /// Forgets a failure that was told: what is listed from now on is looked at anew.
    pub(super) fn listed(&self, context: &Context, id: &Arc<str>) {
        let key = key(context, id);
        if matches!(self.get(&key), Some(Request::Failed { is_told: true, .. })) {
            self.forget(&key);
        }
    }

    fn get(&self, key: &Key) -> Option<Request> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn set(&self, key: Key, request: Request) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, request);
    }

    fn forget(&self, key: &Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

fn key(context: &Context, id: &Arc<str>) -> Key {
    (context.account().clone(), context.region().clone(), id.clone())
}

/// Reads the event that an answer holds.
fn event(answer: &Value) -> Result<Event, Error> {
    let event = answer.get("ProgressEvent").unwrap_or(&Value::Null);
    let text = |name: &str| event.get(name).and_then(Value::as_str);
    match (text("OperationStatus"), text("RequestToken")) {
        (Some("SUCCESS"), _) => Ok(Event::Done),
        (Some("FAILED"), _) => Ok(Event::Failed(failure(text("ErrorCode"), text("StatusMessage")))),
        (Some("CANCEL_COMPLETE"), _) => {
            Ok(Event::Failed(failure(Some("NotStabilized"), Some("somebody cancelled the deletion."))))
        }
        (Some("PENDING" | "IN_PROGRESS" | "CANCEL_IN_PROGRESS"), Some(token)) => {
            Ok(Event::Running(token.to_owned()))
        }
        (status, _) => {
            let message = format!("the state of the request is {}.", status.unwrap_or("missing"));
            Err(told(Error::new(ErrorKind::Unexpected, message)))
        }
    }
}

/// What a deletion failed of: the code of the type's own handler, and its words.
pub(super) fn failure(code: Option<&str>, message: Option<&str>) -> Error {
    let message = message.filter(|message| !message.is_empty()).unwrap_or("AWS gave no reason.");
    let kind = aws_dynamic::classify(SERVICE, "DeleteResource", code, message, None);
    let error = Error::new(kind.into(), message);
    told(match code {
        Some(code) => error.with_code(code),
        None => error,
    })
}

fn told(mut error: Error) -> Error {
    error.operation = Some(format!("{SERVICE}:DeleteResource"));
    error
}
