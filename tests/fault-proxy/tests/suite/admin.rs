//! The proxy's own endpoints.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::scene::Scene;

/// Asks the proxy itself something and returns status and body.
pub(crate) fn ask(url: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("it listens");
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status"), body.to_owned())
}

#[tokio::test]
async fn rules_trace_and_reset_have_endpoints() {
    let scene = Scene::new(&json!([])).await;
    let url = scene.proxy.url();
    let rules = json!({ "seed": 1, "rules": [{ "fault": "deny", "after": 1 }] }).to_string();
    assert_eq!(ask(url, "POST", "/_proxy/rules", &rules), (200, json!({ "rules": 1 }).to_string()));
    scene.list().await.expect("the first one passes");
    scene.list().await.expect_err("the second one is denied");
    let (status, text) = ask(url, "GET", "/_proxy/trace", "");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let faults: Vec<_> = lines.iter().map(|line| &line["fault"]).collect();
    assert_eq!((status, faults), (200, vec![&Value::Null, &json!("deny")]));
    assert_eq!(ask(url, "POST", "/_proxy/reset", "").0, 200);
    assert_eq!(ask(url, "GET", "/_proxy/trace", ""), (200, String::new()));
    scene.list().await.expect("counted anew");
}

#[tokio::test]
async fn bad_rules_leave_the_old_ones_in_force() {
    let scene = Scene::new(&json!([{ "fault": "deny" }])).await;
    let url = scene.proxy.url();
    let (status, text) = ask(url, "POST", "/_proxy/rules", r#"[{"fault": "dney"}, {"fault": "stale"}]"#);
    assert_eq!(status, 400);
    for part in ["did you mean `deny`?", "missing key `for`", "rules:1:12"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    scene.list().await.expect_err("still denied");
    assert_eq!(ask(url, "GET", "/_proxy/rules", "").0, 405);
    assert_eq!(ask(url, "POST", "/_proxy/nothing", "").0, 404);
}
