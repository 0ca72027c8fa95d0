//! Processes that run snippets of Python, reused: loading boto3 takes longer than most snippets.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::emulator::{Credentials, Emulator};

/// Those that have nothing to do.
static IDLE: Mutex<Vec<Worker>> = Mutex::new(Vec::new());

/// A process that runs one snippet after the other; it ends with its standard input, so with the tests.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Child,
    stdin: ChildStdin,
    answers: Receiver<String>,
}

impl Worker {
    /// Takes an idle process, or starts one.
    pub(crate) fn take(emulator: &Emulator) -> Result<Self, String> {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| Self::start(emulator), Ok)
    }

    fn start(emulator: &Emulator) -> Result<Self, String> {
        let mut command = emulator.venv().command("snippet.py");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| format!("failed to run Python: {error}."))?;
        let stdin = child.stdin.take().expect("it was piped");
        let stdout = child.stdout.take().expect("it was piped");
        let (sender, answers) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, stdin, answers })
    }

    /// Runs a snippet; afterwards the process is idle again.
    pub(crate) fn run(
        mut self,
        emulator: &Emulator,
        credentials: &Credentials,
        region: &str,
        code: &str,
        deadline: Duration,
    ) -> Result<Value, String> {
        let request = json!({
            "url": emulator.url(),
            "region": region,
            "access_key": credentials.access_key,
            "secret": credentials.secret,
            "account": credentials.account,
            "code": code,
        });
        writeln!(self.stdin, "{request}").map_err(|error| format!("Python does not listen: {error}."))?;
        let Ok(line) = self.answers.recv_timeout(deadline) else {
            drop(self.child.kill());
            drop(self.child.wait());
            return Err(format!("there was no answer within {deadline:?}."));
        };
        let mut answer: Value = serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))?;
        IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(self);
        match answer["error"].as_str() {
            Some(traceback) => Err(traceback.to_owned()),
            None => Ok(answer["value"].take()),
        }
    }
}
