use std::sync::Arc;
use std::time::{Duration, Instant};

use super::handle::{Timing, traced};
use super::shared::Shared;
use crate::call::Call;
use crate::http::Request;
use crate::rules::Key;

/// Carries out a call later. The same call is not carried out again while it waits.
pub(super) fn carry_out(shared: &Arc<Shared>, call: &Call, request: &Request, delay: Duration) {
    let key = Key::of(call, request);
    if !shared.deferred().insert(key.clone()) {
        return;
    }
    let (shared, call, request) = (Arc::clone(shared), call.clone(), request.clone());
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        let (timing, sent) = (Timing::start(), Instant::now());
        let answer = shared.upstream.send(&request).await;
        let mut entry = traced(&call, &timing, sent.elapsed());
        entry.fault = Some("defer");
        entry.background = true;
        entry.status = answer.map_or(0, |answer| answer.status);
        shared.trace.record(entry);
        shared.deferred().remove(&key);
    });
}
