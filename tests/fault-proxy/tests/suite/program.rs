//! The program.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::admin::ask;
use crate::cloud::Cloud;
use crate::scene::session;

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fault-proxy"));
    command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[tokio::test]
async fn it_says_where_it_listens_and_ends_with_its_input() {
    let (cloud, dir) = (Cloud::start(), tempfile::tempdir().expect("a directory"));
    let (rules, trace) = (dir.path().join("rules.toml"), dir.path().join("trace.ndjson"));
    std::fs::write(&rules, "[[rules]]\nfault = \"throttle\"\nafter = 1\n").expect("written");
    let mut child = program()
        .args(["--upstream", &cloud.url, "--exit-with-stdin", "--rules"])
        .arg(&rules)
        .arg("--trace")
        .arg(&trace)
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    let url = line.trim().strip_prefix("READY ").expect("READY").to_owned();
    let client = session(&url, "AK").await.client("sqs", "eu-west-1").expect("a client");
    client.call("ListQueues", json!({})).await.expect("the first one passes");
    client.call("ListQueues", json!({})).await.expect_err("the second one is throttled");
    let written = std::fs::read_to_string(&trace).expect("a trace");
    assert_eq!(written, ask(&url, "GET", "/_proxy/trace", "").1);
    assert_eq!(written.lines().count(), 2);
    drop(child.stdin.take());
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn what_is_wrong_is_said() {
    let dir = tempfile::tempdir().expect("a directory");
    let bad = dir.path().join("bad.json");
    std::fs::write(&bad, "[{\"fault\": \"deny\", \"servcie\": \"sqs\"}]").expect("written");
    let bad = bad.to_str().expect("text");
    for (arguments, parts) in [
        (
            ["--upstream", "http://127.0.0.1:1", "--rules", bad],
            ["bad.json:1:20: unknown key `servcie`", "`service`"],
        ),
        (["--upstream", "http://127.0.0.1:1", "--rules", "none.json"], ["none.json", "failed to read"]),
        (
            ["--upstream", "http://127.0.0.1:1", "--listen", "0.0.0.0:0"],
            ["0.0.0.0:0", "not a loopback address"],
        ),
        (["--upstream", "http://192.0.2.1:80", "--listen", "127.0.0.1:0"], ["192.0.2.1:80", "refused"]),
        (
            ["--upstream", "https://sqs.amazonaws.com", "--listen", "127.0.0.1:0"],
            ["https://sqs", "no address of this machine"],
        ),
    ] {
        let output = program().args(arguments).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        for part in parts {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
