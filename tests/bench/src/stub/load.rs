//! A plain loop of the calls that a run makes: no signatures, no pacing, no decisions. What it reaches is what the
//! endpoint and this machine can take.

use std::io::Write as _;
use std::net::TcpStream;
use std::thread;
use std::time::Instant;

use clap::{Args, ValueEnum};

use crate::message::Wire;
use crate::s3::{NAME, between, key, version};

/// Measure an endpoint with a plain loop of the calls that a run makes
#[derive(Debug, Args)]
pub(crate) struct Load {
    /// The endpoint
    #[arg(long)]
    url: String,
    /// How many connections are used at once
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// How many there are: log groups, or versions
    #[arg(long)]
    count: usize,
    #[arg(value_enum)]
    what: What,
}

/// Say what nobody has deleted
#[derive(Debug, Args)]
pub(crate) struct Left {
    /// The endpoint
    #[arg(long)]
    url: String,
}

impl Left {
    pub(crate) fn run(&self) -> Result<(), String> {
        let failed = |error: std::io::Error| error.to_string();
        let stream = TcpStream::connect(address(&self.url)?).map_err(failed)?;
        let (_, left) = Wire::new(stream).call("GET /_stub HTTP/1.1", "").map_err(failed)?;
        writeln!(std::io::stdout(), "{left}").map_err(failed)
    }
}

fn address(url: &str) -> Result<&str, String> {
    url.strip_prefix("http://").ok_or_else(|| format!("{url} does not begin with http://"))
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    Logs,
    S3,
}

impl Load {
    pub(crate) fn run(&self) -> Result<(), String> {
        let address = address(&self.url)?;
        let started = Instant::now();
        let share = self.count.div_ceil(self.connections);
        let failed = |error: std::io::Error| error.to_string();
        let calls = thread::scope(|scope| {
            let workers: Vec<_> = (0..self.connections)
                .map(|worker| {
                    let (from, to) = (worker * share, ((worker + 1) * share).min(self.count));
                    scope.spawn(move || -> std::io::Result<u64> {
                        let stream = TcpStream::connect(address)?;
                        stream.set_nodelay(true)?;
                        let mut wire = Wire::new(stream);
                        match self.what {
                            What::Logs => logs(&mut wire, from, to),
                            What::S3 => s3(&mut wire, from, to),
                        }
                    })
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().expect("it does not panic").map_err(failed))
                .sum::<Result<u64, _>>()
        })?;
        let took = started.elapsed().as_secs_f64();
        let mut stdout = std::io::stdout();
        writeln!(stdout, "{}", serde_json::json!({ "seconds": took, "calls": calls, "items": self.count }))
            .map_err(failed)
    }
}

/// Lists and deletes a share of the log groups.
fn logs(wire: &mut Wire<TcpStream>, from: usize, to: usize) -> std::io::Result<u64> {
    let post = |operation: &str| format!("POST / HTTP/1.1\r\nX-Amz-Target: Logs_20140328.{operation}");
    let mut calls = 0;
    for group in from..to {
        if (group - from).is_multiple_of(50) {
            wire.call(&post("DescribeLogGroups"), &format!(r#"{{"nextToken":"{group}"}}"#))?;
            calls += 1;
        }
        wire.call(&post("DeleteLogGroup"), &format!(r#"{{"logGroupName":"/bench/group-{group:07}"}}"#))?;
        calls += 1;
    }
    Ok(calls)
}

/// Lists and deletes a share of the versions, a page after the other.
fn s3(wire: &mut Wire<TcpStream>, from: usize, to: usize) -> std::io::Result<u64> {
    let mut calls = 0;
    let mut next = from;
    while next < to {
        let mark = if next == 0 {
            String::new()
        } else {
            format!("&key-marker={}&version-id-marker={}", key(next - 1), version(next - 1))
        };
        let most = (to - next).min(999);
        let (_, page) = wire.call(&format!("GET /{NAME}?versions&max-keys={most}{mark} HTTP/1.1"), "")?;
        let mut delete = String::with_capacity(page.len());
        let mut rest = page.as_str();
        while let Some((entry, further)) = between(rest, "<Version>", "</Version>") {
            rest = further;
            if let Some((name, tail)) = between(entry, "<Key>", "</Key>")
                && let Some((id, _)) = between(tail, "<VersionId>", "</VersionId>")
            {
                delete.push_str("<Object><Key>");
                delete.push_str(name);
                delete.push_str("</Key><VersionId>");
                delete.push_str(id);
                delete.push_str("</VersionId></Object>");
            }
        }
        wire.call(
            &format!("POST /{NAME}?delete HTTP/1.1"),
            &format!("<Delete>{delete}<Quiet>true</Quiet></Delete>"),
        )?;
        calls += 2;
        next += most;
    }
    Ok(calls)
}
