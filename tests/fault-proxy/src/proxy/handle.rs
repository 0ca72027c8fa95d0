//! One call: what the rules say about it is done, and written down.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::time::sleep;

use super::deferred;
use super::shared::Shared;
use crate::answer::{error, success};
use crate::call::{Call, identify};
use crate::http::{Request, Response, Wire};
use crate::rules::{Action, Decision, Key};
use crate::trace::Traced;

/// How often in a second bytes are let through while the bandwidth is limited.
const TICKS: u64 = 50;

/// When a call arrived.
pub(super) struct Timing {
    t: f64,
    started: Instant,
}

impl Timing {
    pub(super) fn start() -> Self {
        let t = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        Self { t, started: Instant::now() }
    }
}

/// How a call ends for the client.
enum End {
    Answer(Response),
    Cut(Response),
    Reset,
    Silence(Option<Duration>),
}

/// Serves one call and gives the connection back if it can take another one.
pub(super) async fn handle(shared: &Arc<Shared>, mut wire: Wire, request: Request) -> Option<Wire> {
    let timing = Timing::start();
    let call = identify(&request);
    let decision = shared.rules().decide(&call, &request, timing.started);
    let upload = decision.bytes_per_second.map_or(Duration::ZERO, |rate| travel(request.size, rate));
    let delay = decision.delay + upload;
    if !delay.is_zero() {
        sleep(delay).await;
    }
    let mut upstream = Duration::ZERO;
    let Decision { action, mut fault, remember, bytes_per_second, slots, .. } = decision;
    let end = match action {
        Action::Forward => {
            let answer = forward(shared, &request, &mut upstream).await;
            match &answer {
                Ok(answer) if answer.is_success() && !remember.is_empty() => {
                    let key = Key::of(&call, &request);
                    shared.rules().remember(&remember, &key, answer, Instant::now());
                }
                Ok(_) => {}
                Err(_) => fault = Some("upstream"),
            }
            End::Answer(answer.unwrap_or_else(|answer| answer))
        }
        Action::Truncate => {
            End::Cut(forward(shared, &request, &mut upstream).await.unwrap_or_else(|answer| answer))
        }
        Action::LoseReply => {
            drop(forward(shared, &request, &mut upstream).await);
            End::Reset
        }
        Action::Vanish => {
            drop(forward(shared, &request, &mut upstream).await);
            End::Answer(forward(shared, &request, &mut upstream).await.unwrap_or_else(|answer| answer))
        }
        Action::Defer(delay) => {
            deferred::carry_out(shared, &call, &request, delay);
            End::Answer(success(&call, shared.next_id()))
        }
        Action::Repeat(answer) => End::Answer(answer),
        Action::Refuse { refusing, code, status, message, has_body } => {
            let (own_code, own_status) = refusing.shape(&call);
            let (code, status) = (code.as_deref().unwrap_or(own_code), status.unwrap_or(own_status));
            let message = message.unwrap_or_else(|| refusing.message(&call));
            End::Answer(if has_body {
                error(&call, code, status, &message, shared.next_id())
            } else {
                Response::new(status, "", "")
            })
        }
        Action::Redirect { home } => End::Answer(redirect(&call, &home, shared.next_id())),
        Action::Reset => End::Reset,
        Action::Hang(delay) => End::Silence(delay),
    };
    let mut entry = traced(&call, &timing, upstream);
    entry.fault = fault;
    entry.bytes_in = request.size;
    let kept = finish(shared, &mut wire, &request.method, end, bytes_per_second, entry, &timing).await;
    drop(slots);
    match kept {
        Some(true) => Some(wire),
        Some(false) => None,
        None => {
            wire.reset();
            None
        }
    }
}

/// Ends a call; says whether the connection stays, and nothing if it is to be reset.
async fn finish(
    shared: &Shared,
    wire: &mut Wire,
    method: &str,
    end: End,
    bytes_per_second: Option<u64>,
    mut entry: Traced,
    timing: &Timing,
) -> Option<bool> {
    let (mut bytes, body, status, is_cut) = match end {
        End::Answer(answer) => (answer.encode(method).0, 0, answer.status, false),
        End::Cut(answer) => {
            let (bytes, body) = answer.encode(method);
            (bytes, body, answer.status, true)
        }
        End::Reset | End::Silence(_) => {
            if let End::Silence(delay) = end {
                match delay {
                    Some(delay) => drop(tokio::time::timeout(delay, wire.gone()).await),
                    None => wire.gone().await,
                }
            }
            entry.ms = millis(timing.started.elapsed());
            shared.trace.record(entry);
            return if matches!(end, End::Reset) { None } else { Some(false) };
        }
    };
    if is_cut {
        // Half of the body; without one, half of the head.
        let length = if bytes.len() > body { body + (bytes.len() - body) / 2 } else { bytes.len() / 2 };
        bytes.truncate(length);
    }
    let piece = bytes_per_second
        .map_or(bytes.len(), |rate| usize::try_from((rate / TICKS).max(1)).unwrap_or(usize::MAX));
    let mut pieces = bytes.chunks(piece.max(1)).peekable();
    while let Some(piece) = pieces.next() {
        if let Some(rate) = bytes_per_second {
            sleep(travel(piece.len() as u64, rate)).await;
        }
        if pieces.peek().is_none() {
            // Before the client has all of it: who has an answer finds it in the trace.
            entry.status = status;
            entry.ms = millis(timing.started.elapsed());
            entry.bytes_out = bytes.len() as u64;
            shared.trace.record(entry.clone());
        }
        if wire.write(piece).await.is_err() {
            return Some(false);
        }
    }
    Some(!is_cut)
}

/// Lets the emulator answer; one that does not is an answer too, in the wrong hand.
async fn forward(shared: &Shared, request: &Request, took: &mut Duration) -> Result<Response, Response> {
    let sent = Instant::now();
    let answer = shared.upstream.send(request).await;
    *took += sent.elapsed();
    answer.map_err(|error| {
        Response::new(502, "text/plain", format!("the upstream does not answer: {error}.\n"))
    })
}

/// What S3 says about a bucket that is in another region.
fn redirect(call: &Call, home: &str, id: u64) -> Response {
    let message = "The bucket you are attempting to access must be addressed using the specified endpoint. \
                   Please send all future requests to this endpoint.";
    error(call, "PermanentRedirect", 301, message, id).with("x-amz-bucket-region", home)
}

/// What is known of a call before it has ended.
pub(super) fn traced(call: &Call, timing: &Timing, upstream: Duration) -> Traced {
    Traced {
        t: timing.t,
        service: call.service.clone(),
        region: call.region.clone(),
        operation: call.operation.clone(),
        access_key: call.access_key.clone(),
        status: 0,
        ms: millis(timing.started.elapsed()),
        upstream_ms: millis(upstream),
        fault: None,
        bytes_in: 0,
        bytes_out: 0,
        background: false,
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "sizes beyond 2^53 bytes do not fit into memory")]
fn travel(bytes: u64, rate: u64) -> Duration {
    Duration::from_secs_f64(bytes as f64 / rate as f64)
}
