//! Runs against an endpoint that is faster than the tool, or as slow as it is told to be.

use std::time::Duration;

use cleaner_tests::Credentials;
use serde_json::{Value, json};

use super::lab::Lab;
use super::machine;
use super::row::{Row, Sample};
use super::task::Benchmark;
use super::trace::Trace;

const LOG_GROUPS: usize = 100_000;
const VERSIONS: usize = 1_000_000;
/// How many batches of versions a second `s3-limited` allows, and at once.
const BATCHES: f64 = 20.0;
/// The lanes of `throttled`: their regions, and how many deletions a second each allows.
const LANES: [(&str, f64); 4] =
    [("us-east-1", 5.0), ("us-east-2", 10.0), ("us-west-2", 20.0), ("eu-west-1", 50.0)];
/// How long each of these lanes is busy at best, in seconds.
const BUSY: f64 = 60.0;

pub(super) fn log_groups(lab: &Lab, benchmark: &Benchmark) -> Result<Row, String> {
    let size = format!("us-east-1={LOG_GROUPS}");
    let arguments = ["--log-groups", size.as_str()];
    let capacity = capacity(lab, &arguments, "logs", LOG_GROUPS, "calls")?;
    let samples = (0..lab.runs).map(|_| {
        let stub = lab.stub(&arguments)?;
        let load = machine::load();
        let types = ["--type", "CloudWatchLogsLogGroup", "--region", "us-east-1"];
        let cleared = lab.clear(stub.url(), &credentials(), types)?;
        all_gone(cleared.deleted(), LOG_GROUPS)?;
        lab.nothing_left(&stub)?;
        let (calls, throttled) = cleared.calls();
        let made = count(calls.unwrap_or(0));
        let rate = made / cleared.ended.wall.as_secs_f64();
        Ok(Sample {
            wall: cleared.ended.wall,
            calls,
            throttled,
            bound: Some((
                Duration::from_secs_f64(made / capacity),
                "calls / what a plain loop reaches".to_owned(),
            )),
            peak_kib: cleared.ended.peak_kib,
            load,
            notes: vec![format!("{rate:.0} calls/s; a plain loop: {capacity:.0} calls/s")],
            details: cleared.details(),
        })
    });
    Ok(Row::new(
        benchmark.name,
        benchmark.what,
        "100,000 log groups",
        samples.collect::<Result<_, String>>()?,
    ))
}

pub(super) fn versions(lab: &Lab, benchmark: &Benchmark) -> Result<Row, String> {
    let size = VERSIONS.to_string();
    let arguments = ["--versions", size.as_str()];
    let capacity = capacity(lab, &arguments, "s3", VERSIONS, "items")?;
    let samples = (0..lab.runs).map(|_| {
        let stub = lab.stub(&arguments)?;
        let mut sample = empty_bucket(lab, stub.url())?;
        lab.nothing_left(&stub)?;
        let rate = count(VERSIONS) / sample.wall.as_secs_f64();
        let bound = Duration::from_secs_f64(count(VERSIONS) / capacity);
        sample.bound = Some((bound, "versions / what a plain loop reaches".to_owned()));
        sample.notes = vec![format!(
            "{rate:.0} versions/s; a plain loop: {capacity:.0}/s; share used {:.0}%",
            100.0 * rate / capacity
        )];
        Ok(sample)
    });
    Ok(Row::new(
        benchmark.name,
        benchmark.what,
        "1,000,000 versions",
        samples.collect::<Result<_, String>>()?,
    ))
}

pub(super) fn versions_limited(lab: &Lab, benchmark: &Benchmark) -> Result<Row, String> {
    let size = VERSIONS.to_string();
    let rules = json!([
        { "fault": "latency", "delay": "30ms" },
        { "fault": "throttle", "service": "s3", "operation": "DeleteObjects", "rate": BATCHES, "burst": BATCHES },
    ]);
    let samples = (0..lab.runs).map(|_| {
        let stub = lab.stub(&["--versions", &size])?;
        let proxy = lab.proxy(stub.url(), &rules)?;
        let mut sample = empty_bucket(lab, proxy.url())?;
        lab.nothing_left(&stub)?;
        let used = Used::of(&proxy.trace()?, "s3:DeleteObjects", None, BATCHES);
        let bound = Duration::from_secs_f64((used.allowed - BATCHES) / BATCHES);
        sample.bound = Some((bound, "calls / allowed rate".to_owned()));
        sample.notes = vec![format!("share used {:.0}%", used.share), used.throttled_note()];
        Ok(sample)
    });
    Ok(Row::new(
        benchmark.name,
        benchmark.what,
        "1,000,000 versions",
        samples.collect::<Result<_, String>>()?,
    ))
}

pub(super) fn throttled(lab: &Lab, benchmark: &Benchmark) -> Result<Row, String> {
    let groups = |rate: f64| (rate * BUSY).round();
    let sizes: Vec<String> =
        LANES.iter().map(|(region, rate)| format!("{region}={}", groups(*rate))).collect();
    let arguments: Vec<&str> = sizes.iter().flat_map(|size| ["--log-groups", size]).collect();
    let limits = LANES.iter().map(|(region, rate)| {
        json!({ "fault": "throttle", "service": "logs", "operation": "DeleteLogGroup", "region": region, "rate": rate, "burst": rate })
    });
    let rules: Value =
        std::iter::once(json!({ "fault": "latency", "delay": "20ms" })).chain(limits).collect();
    let total: f64 = LANES.iter().map(|(_, rate)| groups(*rate)).sum();
    let samples = (0..lab.runs).map(|_| {
        let stub = lab.stub(&arguments)?;
        let proxy = lab.proxy(stub.url(), &rules)?;
        let load = machine::load();
        let regions = LANES.iter().flat_map(|(region, _)| ["--region", region]);
        let cleared = lab.clear(
            proxy.url(),
            &credentials(),
            ["--type", "CloudWatchLogsLogGroup"].into_iter().chain(regions),
        )?;
        lab.nothing_left(&stub)?;
        let trace = proxy.trace()?;
        let lanes: Vec<Used> = LANES
            .iter()
            .map(|(region, rate)| Used::of(&trace, "logs:DeleteLogGroup", Some(region), *rate))
            .collect();
        let gone = lanes.iter().map(|lane| lane.allowed).sum::<f64>();
        if count(usize::try_from(cleared.deleted()).unwrap_or(0)) < total || gone < total {
            return Err(format!("{} of {total} were deleted", cleared.deleted()));
        }
        let shares: Vec<String> = lanes.iter().map(|lane| format!("{:.0}%", lane.share)).collect();
        let refused: Vec<String> =
            lanes.iter().map(|lane| format!("{:.1}%", lane.refused_percent())).collect();
        let all = Used {
            allowed: gone,
            refused: lanes.iter().map(|lane| lane.refused).sum(),
            share: lanes.iter().map(|lane| lane.share).fold(f64::MAX, f64::min),
        };
        Ok(Sample {
            wall: cleared.ended.wall,
            calls: Some(trace.0.len()),
            throttled: Some(trace.throttled()),
            bound: Some((Duration::from_secs_f64(BUSY - 1.0), "calls / allowed rate".to_owned())),
            peak_kib: cleared.ended.peak_kib,
            load,
            notes: vec![
                format!("share of the allowed rate used, by lane: {}", shares.join(", ")),
                format!("throttled, by lane: {}", refused.join(", ")),
                all.throttled_note(),
                "nothing lost".to_owned(),
            ],
            details: cleared.details(),
        })
    });
    Ok(Row::new(
        benchmark.name,
        benchmark.what,
        format!("{total} log groups"),
        samples.collect::<Result<_, String>>()?,
    ))
}

/// How well a limit was used.
struct Used {
    /// How many calls were let through.
    allowed: f64,
    refused: f64,
    /// The calls let through beyond the first burst, as a part of those the limit allowed meanwhile, in percent.
    share: f64,
}

impl Used {
    fn of(trace: &Trace, operation: &str, region: Option<&str>, rate: f64) -> Self {
        let is_meant = |name: &str| region.is_none_or(|region| region == name);
        let calls: Vec<_> =
            trace.0.iter().filter(|call| call.operation == operation && is_meant(&call.region)).collect();
        let refused = count(calls.iter().filter(|call| call.throttled).count());
        let allowed = count(calls.len()) - refused;
        let from = calls.iter().map(|call| call.at).fold(f64::MAX, f64::min);
        let to = calls.iter().filter(|call| !call.throttled).map(|call| call.at).fold(0.0, f64::max);
        Self { allowed, refused, share: 100.0 * (allowed - rate) / ((to - from) * rate) }
    }

    fn refused_percent(&self) -> f64 {
        100.0 * self.refused / (self.allowed + self.refused)
    }

    fn throttled_note(&self) -> String {
        format!("{:.1}% of the calls with a limit were throttled", self.refused_percent())
    }
}

/// Clears the account of the bucket.
fn empty_bucket(lab: &Lab, url: &str) -> Result<Sample, String> {
    let load = machine::load();
    let cleared = lab.clear(url, &credentials(), ["--type", "S3Bucket", "--region", "us-east-1"])?;
    all_gone(cleared.deleted(), 1)?;
    let (calls, throttled) = cleared.calls();
    Ok(Sample {
        wall: cleared.ended.wall,
        calls,
        throttled,
        peak_kib: cleared.ended.peak_kib,
        load,
        details: cleared.details(),
        ..Sample::default()
    })
}

/// How many calls or items a second a plain loop reaches: the best of three.
fn capacity(lab: &Lab, arguments: &[&str], what: &str, size: usize, unit: &str) -> Result<f64, String> {
    let mut best = 0.0;
    for _ in 0..3 {
        let stub = lab.stub(arguments)?;
        let load = lab.load(&stub, what, size)?;
        lab.nothing_left(&stub)?;
        let rate = load[unit].as_f64().unwrap_or(0.0) / load["seconds"].as_f64().unwrap_or(f64::MAX);
        best = f64::max(best, rate);
    }
    Ok(best)
}

fn all_gone(deleted: u64, expected: usize) -> Result<(), String> {
    if deleted == expected as u64 { Ok(()) } else { Err(format!("{deleted} of {expected} were deleted")) }
}

/// The only account of the fast endpoint.
fn credentials() -> Credentials {
    Credentials {
        access_key: "AKIABENCH".to_owned(),
        secret: "secret".to_owned(),
        account: "123456789012".to_owned(),
        arn: String::new(),
    }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
