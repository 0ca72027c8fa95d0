//! DynamoDB Local as a child process: the emulator of DynamoDB that AWS itself makes, from Maven Central.
//!
//! Its conditions and transactions are DynamoDB's own, which is what a pool rests on. It takes Java 17 and Maven, which nothing
//! else here does, so that it is no part of `cargo test`: `cargo xtask dynamodb-local` starts it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::{http, tree, venv};

/// Names the DynamoDB that the tests of pools use instead of the emulator's.
pub const VARIABLE: &str = "POOL_TEST_DYNAMODB";

/// How long it may take to start on a busy machine.
const START: Duration = Duration::from_secs(120);

/// A running DynamoDB Local without tables; it ends when this value is dropped.
#[derive(Debug)]
pub struct DynamoDbLocal {
    child: Child,
    url: String,
    _dir: TempDir,
}

impl DynamoDbLocal {
    /// Starts one, fetching it the first time.
    ///
    /// # Errors
    /// If Java or Maven is missing, it cannot be fetched, or it does not come up in time.
    pub fn try_start() -> Result<Self, String> {
        let jars = jars()?;
        let dir = TempDir::new().map_err(|error| format!("no temporary directory: {error}."))?;
        let noise = dir.path().join("output.txt");
        let file = File::create(&noise).map_err(|error| format!("no file for messages: {error}."))?;
        // It cannot pick a port by itself.
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let address = free.map_err(|error| format!("no free port: {error}."))?;
        let mut library_path = std::ffi::OsString::from("-Djava.library.path=");
        library_path.push(&jars);
        let child = Command::new("java")
            .arg(library_path)
            .arg("-cp")
            .arg(jars.join("*"))
            .arg("com.amazonaws.services.dynamodbv2.local.main.ServerRunner")
            // It would tell AWS that it is used.
            .args(["-inMemory", "-disableTelemetry", "-port", &address.port().to_string()])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DDB_LOCAL_TELEMETRY", "0")
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stdout(file.try_clone().map_err(|error| format!("no file for messages: {error}."))?)
            .stderr(file)
            .spawn()
            .map_err(|error| format!("failed to run Java: {error}."))?;
        let mut started = Self { child, url: format!("http://{address}"), _dir: dir };
        started.wait_for(address).map_err(|why| {
            format!("DynamoDB Local {why}:\n{}", fs::read_to_string(&noise).unwrap_or_default())
        })?;
        Ok(started)
    }

    /// Returns the endpoint, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    fn wait_for(&mut self, address: SocketAddr) -> Result<(), String> {
        let end = Instant::now() + START;
        while TcpStream::connect_timeout(&address, START).is_err() {
            match self.child.try_wait() {
                Ok(None) if Instant::now() < end => thread::park_timeout(Duration::from_millis(50)),
                Ok(None) => return Err("never answered".to_owned()),
                Ok(Some(status)) => return Err(format!("ended with {status}")),
                Err(error) => return Err(format!("cannot be watched: {error}")),
            }
        }
        Ok(())
    }
}

impl Drop for DynamoDbLocal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Returns the endpoint of the DynamoDB on this machine that tests of pools are to use, if the environment names one.
///
/// # Panics
/// If it names one that is not on this machine.
#[must_use]
pub fn named() -> Option<String> {
    let url = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty())?;
    http::loopback(&url).unwrap_or_else(|error| panic!("{VARIABLE}: {error}"));
    Some(url)
}

/// Returns the folder with the program, fetching it if it is not there yet or of another version.
fn jars() -> Result<PathBuf, String> {
    let pom = tree::root().join("tests/dynamodb-local/pom.xml");
    let wanted =
        fs::read_to_string(&pom).map_err(|error| format!("failed to read {}: {error}.", pom.display()))?;
    let folder = tree::target().join("dynamodb-local");
    let stamp = folder.join("pom.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(folder);
    }
    drop(fs::remove_dir_all(&folder));
    fetch(&pom, &folder)?;
    fs::write(&stamp, &wanted).map_err(|error| format!("failed to write the stamp: {error}."))?;
    Ok(folder)
}

fn fetch(pom: &Path, folder: &Path) -> Result<(), String> {
    let mut output = std::ffi::OsString::from("-DoutputDirectory=");
    output.push(folder);
    let mut maven = Command::new("mvn");
    maven.args(["--quiet", "--batch-mode", "--file"]).arg(pom);
    maven.args(["dependency:copy-dependencies", "-DincludeScope=runtime"]).arg(output).stdin(Stdio::null());
    venv::run(&mut maven, "fetch DynamoDB Local with Maven")
}
