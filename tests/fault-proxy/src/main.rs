//! The proxy as a program: prints `READY <url>` and serves until it is ended.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use fault_proxy::{FaultProxy, Rules, Setup};

/// Makes an AWS emulator behave like AWS on a bad day: limits, delays, failures, denials, late consistency
#[derive(Debug, Parser)]
#[command(name = "fault-proxy", version, max_term_width = 120)]
struct Args {
    /// The emulator, such as http://127.0.0.1:4566
    #[arg(long, value_name = "URL")]
    upstream: String,
    /// Listen at this address of this machine; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Start with the rules of this file, JSON or TOML; POST /_proxy/rules replaces them
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Write every call to this file, as one line of JSON; GET /_proxy/trace returns them too
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// End when standard input is closed
    #[arg(long)]
    exit_with_stdin: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            drop(writeln!(std::io::stderr(), "{message}"));
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<(), String> {
    let rules = match &args.rules {
        Some(file) => Rules::load(file).map_err(|error| error.to_string())?,
        None => Rules::none(),
    };
    let setup = Setup { listen: args.listen, trace: args.trace.clone() };
    let proxy = FaultProxy::start_with(&args.upstream, rules, setup).map_err(|error| error.to_string())?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "READY {}", proxy.url())
        .and_then(|()| stdout.flush())
        .map_err(|error| format!("failed to print: {error}."))?;
    if args.exit_with_stdin {
        drop(std::io::stdin().read_to_end(&mut Vec::new()));
        return Ok(());
    }
    loop {
        std::thread::park();
    }
}
