//! Settings from the environment and from profiles, each in a process of its own.

use std::{env, fs, path::Path, process::Command};

use aws_dynamic::{Session, SessionOptions};

/// Runs one of the ignored tests below with nothing but these variables.
fn run(test: &str, home: &Path, variables: &[(&str, &str)]) {
    let output = Command::new(env::current_exe().expect("this program"))
        .args([&format!("environment::{test}"), "--exact", "--ignored", "--nocapture"])
        .env_clear()
        .env("HOME", home)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", home.join("config"))
        .env("AWS_SHARED_CREDENTIALS_FILE", home.join("credentials"))
        .envs(variables.iter().copied())
        .output()
        .expect("run");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

const CONFIG: &str = "\
[default]
region = eu-west-3
[profile dev]
region = eu-north-1
endpoint_url = http://127.0.0.1:9
services = local
aws_access_key_id = AKIDPROFILE
aws_secret_access_key = s
[services local]
elastic_load_balancing_v2 =
  endpoint_url = http://127.0.0.1:8
";

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("config"), CONFIG).expect("written");
    fs::write(home.path().join("credentials"), "").expect("written");
    home
}

fn urls(session: &Session) -> [String; 2] {
    ["elbv2", "sqs"]
        .map(|service| session.client(service, "eu-west-1").expect("a client").endpoint_url().to_owned())
}

async fn load(profile: Option<&str>, url: Option<&str>) -> Session {
    let options = SessionOptions {
        profile: profile.map(str::to_owned),
        endpoint_url: url.map(str::to_owned),
        ..SessionOptions::default()
    };
    Session::load(options).await.expect("a session")
}

#[test]
fn endpoints_of_the_environment() {
    let own = ("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "http://127.0.0.1:7");
    run("child_endpoints", home().path(), &[own, ("AWS_ENDPOINT_URL", "http://127.0.0.1:6")]);
}

#[tokio::test]
#[ignore = "runs as a child of another test"]
async fn child_endpoints() {
    let session = load(None, None).await;
    assert_eq!(urls(&session), ["http://127.0.0.1:7", "http://127.0.0.1:6"]);
    assert!(session.endpoint_overridden("elbv2"));
    // The option beats them all.
    assert_eq!(
        urls(&load(None, Some("http://127.0.0.1:5")).await),
        ["http://127.0.0.1:5", "http://127.0.0.1:5"]
    );
}

#[test]
fn endpoints_of_a_profile() {
    run("child_profile", home().path(), &[("AWS_PROFILE", "dev")]);
}

#[tokio::test]
#[ignore = "runs as a child of another test"]
async fn child_profile() {
    let session = load(None, None).await;
    assert_eq!(urls(&session), ["http://127.0.0.1:8", "http://127.0.0.1:9"]);
    assert_eq!(session.region(), Some("eu-north-1"));
}

#[test]
fn configured_endpoints_can_be_ignored() {
    let url = ("AWS_ENDPOINT_URL", "http://127.0.0.1:6");
    run("child_ignored", home().path(), &[url, ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")]);
}

#[tokio::test]
#[ignore = "runs as a child of another test"]
async fn child_ignored() {
    let session = load(None, None).await;
    assert_eq!(urls(&session)[1], "https://sqs.eu-west-1.amazonaws.com");
    assert!(!session.endpoint_overridden("sqs"));
    assert_eq!(session.region(), Some("eu-west-3"));
}

#[test]
fn a_named_profile_beats_credentials_of_the_environment() {
    run("child_named", home().path(), &[("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "s")]);
}

#[tokio::test]
#[ignore = "runs as a child of another test"]
async fn child_named() {
    let credentials = load(Some("dev"), None).await.credentials().await.expect("credentials");
    assert_eq!(credentials.access_key_id(), "AKIDPROFILE");
    let credentials = load(None, None).await.credentials().await.expect("credentials");
    assert_eq!(credentials.access_key_id(), "AKIDENV");
}

#[test]
fn without_credentials_there_is_an_error_of_its_kind() {
    run("child_none", home().path(), &[]);
}

#[tokio::test]
#[ignore = "runs as a child of another test"]
async fn child_none() {
    let error = load(None, None).await.check_credentials().await.expect_err("none");
    assert_eq!(error.kind(), aws_dynamic::ErrorKind::Credentials);
    let options = SessionOptions { profile: Some("nonsense".to_owned()), ..SessionOptions::default() };
    let error = Session::load(options).await.expect_err("no such profile");
    assert_eq!(error.kind(), aws_dynamic::ErrorKind::Invalid);
    assert!(error.to_string().contains("`nonsense`") && error.to_string().contains("`dev`"), "{error}");
}

#[tokio::test]
async fn an_endpoint_must_be_a_url() {
    let options =
        SessionOptions { endpoint_url: Some("localhost:5000".to_owned()), ..SessionOptions::default() };
    let error = Session::load(options).await.expect_err("no URL");
    assert_eq!(error.kind(), aws_dynamic::ErrorKind::Invalid);
    assert!(error.to_string().contains("http://127.0.0.1:5000"), "{error}");
}
