use serde_json::json;

use super::shared::Shared;
use crate::http::{Request, Response};
use crate::rules::Rules;

/// What the paths of the proxy itself start with.
pub(super) const PREFIX: &str = "/_proxy/";

/// Answers what is for the proxy itself: `POST /_proxy/rules`, `GET /_proxy/trace`, `POST /_proxy/reset`.
pub(super) fn answer(shared: &Shared, request: &Request) -> Response {
    match (request.method.as_str(), request.path()) {
        ("POST", "/_proxy/rules") => {
            let text = String::from_utf8_lossy(&request.body);
            match Rules::parse_json("rules", &text) {
                Ok(rules) => {
                    let count = rules.len();
                    shared.rules().replace(rules);
                    reply(200, &json!({ "rules": count }))
                }
                Err(problems) => {
                    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                    reply(400, &json!({ "problems": problems }))
                }
            }
        }
        ("GET", "/_proxy/trace") => {
            let lines = shared.trace.calls().iter().map(|call| call.to_line() + "\n").collect::<String>();
            Response::new(200, "application/x-ndjson", lines)
        }
        ("POST", "/_proxy/reset") => {
            shared.reset();
            reply(200, &json!({}))
        }
        (_, "/_proxy/rules" | "/_proxy/reset") => problem(405, &format!("{} takes POST.", request.path())),
        (_, "/_proxy/trace") => problem(405, "/_proxy/trace takes GET."),
        (_, path) => {
            problem(404, &format!("there is no {path}, only /_proxy/rules, /_proxy/trace and /_proxy/reset."))
        }
    }
}

fn problem(status: u16, message: &str) -> Response {
    reply(status, &json!({ "problems": [message] }))
}

fn reply(status: u16, value: &serde_json::Value) -> Response {
    Response::new(status, "application/json", value.to_string())
}
