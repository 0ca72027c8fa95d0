use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::upstream::Upstream;
use crate::rules::{Active, Key, Rules};
use crate::trace::Trace;

/// What all connections have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) upstream: Upstream,
    pub(super) trace: Trace,
    rules: Mutex<Active>,
    /// Calls that were answered and are still to be carried out.
    deferred: Mutex<HashSet<Key>>,
    answers: AtomicU64,
}

impl Shared {
    pub(super) fn new(upstream: SocketAddr, rules: Rules, trace: Trace) -> Self {
        let mut active = Active::default();
        active.replace(rules);
        Self {
            upstream: Upstream::new(upstream),
            trace,
            rules: Mutex::new(active),
            deferred: Mutex::default(),
            answers: AtomicU64::new(1),
        }
    }

    pub(super) fn rules(&self) -> MutexGuard<'_, Active> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn deferred(&self) -> MutexGuard<'_, HashSet<Key>> {
        self.deferred.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what was seen and counted; the rules stay.
    pub(super) fn reset(&self) {
        self.rules().reset();
        self.trace.clear();
    }

    /// A number for the request id of an answer that is made up here.
    pub(super) fn next_id(&self) -> u64 {
        self.answers.fetch_add(1, Ordering::Relaxed)
    }
}
