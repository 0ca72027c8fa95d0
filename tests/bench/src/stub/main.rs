//! An endpoint that knows next to nothing of AWS and is fast: log groups by the hundred thousand, a bucket with millions
//! of versions. The emulator is the judge of what is right; this one only stays out of the way of measurements.
//!
//! ```text
//! fast-stub serve --log-groups us-east-1=100000 --versions 1000000     prints READY <url>
//! fast-stub load --url URL --count N logs|s3                           a plain loop of the same calls: what it can take
//! fast-stub left --url URL                                             what nobody has deleted
//! ```

mod control;
mod load;
mod logs;
mod message;
mod s3;
mod serve;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Parser};

/// A fast endpoint for benchmarks, and a loop that measures it
#[derive(Debug, Parser)]
#[command(name = "fast-stub", version, max_term_width = 120)]
enum Command {
    Serve(Serve),
    Load(load::Load),
    Left(load::Left),
}

/// Answer calls on a free port of this machine
#[derive(Debug, Args)]
struct Serve {
    /// How many log groups a region has, as REGION=COUNT; repeats
    #[arg(long, value_name = "REGION=COUNT", value_parser = region)]
    log_groups: Vec<(String, usize)>,
    /// How many versions the only bucket has; two of each key, a thousand keys to a folder
    #[arg(long, default_value_t = 0)]
    versions: usize,
    /// End when standard input is closed
    #[arg(long)]
    exit_with_stdin: bool,
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Serve(arguments) => serve(arguments),
        Command::Load(arguments) => arguments.run(),
        Command::Left(arguments) => arguments.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "error: {error}"));
            ExitCode::from(2)
        }
    }
}

fn serve(arguments: Serve) -> Result<(), String> {
    let groups: BTreeMap<String, usize> = arguments.log_groups.into_iter().collect();
    let world = serve::World { logs: logs::Logs::new(&groups), s3: s3::Bucket::new(arguments.versions) };
    serve::serve(world, arguments.exit_with_stdin).map_err(|error| format!("failed to serve: {error}."))
}

fn region(text: &str) -> Result<(String, usize), String> {
    let (region, count) = text.split_once('=').ok_or("expected REGION=COUNT")?;
    let count = count.parse().map_err(|_| format!("`{count}` is no number"))?;
    Ok((region.to_owned(), count))
}
