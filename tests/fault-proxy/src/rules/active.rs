use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::bucket::Bucket;
use super::fault::{Dimension, Fault, Limit, Words};
use super::rule::{Rule, Rules};
use crate::answer::Refusing;
use crate::call::Call;
use crate::http::{Request, Response};

/// The rules in force, and what they have counted.
#[derive(Debug, Default)]
pub(crate) struct Active {
    rules: Vec<Counted>,
    /// Which rules these are: what an answer is remembered for must still be in force.
    generation: u64,
    seed: u64,
}

/// What becomes of one call.
#[derive(Debug)]
pub(crate) struct Decision {
    /// The wait before anything else.
    pub(crate) delay: Duration,
    pub(crate) bytes_per_second: Option<u64>,
    pub(crate) action: Action,
    /// The name of the fault that decided.
    pub(crate) fault: Option<&'static str>,
    /// Where the answer is to be remembered if it is the true one.
    pub(crate) remember: Vec<Place>,
    /// Places among the calls under way; given back when the call is over.
    pub(crate) slots: Vec<Arc<()>>,
}

#[derive(Debug)]
pub(crate) enum Action {
    Forward,
    Refuse {
        refusing: Refusing,
        code: Option<String>,
        status: Option<u16>,
        message: Option<String>,
        has_body: bool,
    },
    Redirect {
        home: String,
    },
    Repeat(Response),
    Reset,
    Truncate,
    Hang(Option<Duration>),
    LoseReply,
    Vanish,
    Defer(Duration),
}

/// What makes two requests the same: everything but the signature.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    who: String,
    target: String,
    body: Vec<u8>,
}

/// A rule that remembers answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    generation: u64,
    index: usize,
}

#[derive(Debug)]
struct Counted {
    rule: Rule,
    random: fastrand::Rng,
    /// Matching calls; per access key where that counts, else under an empty name.
    seen: HashMap<String, u64>,
    hits: u64,
    limits: HashMap<String, Level>,
    remembered: HashMap<Key, (Instant, Response)>,
}

/// How far one limit is used up.
#[derive(Debug)]
struct Level {
    bucket: Option<Bucket>,
    in_flight: Arc<()>,
}

impl Key {
    pub(crate) fn of(call: &Call, request: &Request) -> Self {
        let json = request.headers.get("x-amz-target").unwrap_or_default();
        Self {
            who: format!("{}/{}/{}", call.access_key, call.region, call.service),
            target: format!("{} {} {json}", request.method, request.target),
            body: request.body.clone(),
        }
    }
}

impl Active {
    /// Puts rules in force; all counts start anew.
    pub(crate) fn replace(&mut self, rules: Rules) {
        self.generation += 1;
        let seed = rules.seed;
        self.seed = seed;
        let seeds = (0_u64..).map(|index| seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(index));
        let rules = rules.rules.into_iter().zip(seeds);
        self.rules = rules.map(|(rule, seed)| Counted::new(rule, seed)).collect();
    }

    /// Starts all counts anew.
    pub(crate) fn reset(&mut self) {
        let rules = std::mem::take(&mut self.rules).into_iter().map(|counted| counted.rule).collect();
        self.replace(Rules { seed: self.seed, rules });
    }

    /// Decides what becomes of a call.
    pub(crate) fn decide(&mut self, call: &Call, request: &Request, now: Instant) -> Decision {
        let mut decision = Decision {
            delay: Duration::ZERO,
            bytes_per_second: None,
            action: Action::Forward,
            fault: None,
            remember: Vec::new(),
            slots: Vec::new(),
        };
        let generation = self.generation;
        let mut is_decided = false;
        for (index, counted) in self.rules.iter_mut().enumerate() {
            let is_shaping = matches!(counted.rule.fault, Fault::Latency { .. } | Fault::Bandwidth { .. });
            if (is_decided && !is_shaping) || !counted.rule.matches(call) || !counted.is_due(call) {
                continue;
            }
            match counted.meet(call, request, now) {
                Met::Nothing => {}
                Met::Delay(delay) => decision.delay += delay,
                Met::Slow(rate) => {
                    let slowest = decision.bytes_per_second.map_or(rate, |own| own.min(rate));
                    decision.bytes_per_second = Some(slowest);
                }
                Met::Slot(slot) => decision.slots.push(slot),
                Met::Remember => decision.remember.push(Place { generation, index }),
                Met::Act(action) => {
                    decision.action = action;
                    decision.fault = Some(counted.rule.fault.name());
                    is_decided = true;
                }
            }
        }
        decision
    }

    /// Keeps an answer to give it again.
    pub(crate) fn remember(&mut self, places: &[Place], key: &Key, answer: &Response, now: Instant) {
        for place in places.iter().filter(|place| place.generation == self.generation) {
            if let Some(counted) = self.rules.get_mut(place.index) {
                counted.remembered.insert(key.clone(), (now, answer.clone()));
            }
        }
    }
}

/// What one rule does to a call that it hits.
enum Met {
    Nothing,
    Delay(Duration),
    Slow(u64),
    Slot(Arc<()>),
    Remember,
    Act(Action),
}

impl Counted {
    fn new(rule: Rule, seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        let (seen, limits, remembered) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { rule, random, seen, hits: 0, limits, remembered }
    }

    /// Counts a matching call and says whether it is one of those to be hit.
    fn is_due(&mut self, call: &Call) -> bool {
        // Credentials expire one by one: fresh ones get their calls.
        let own = matches!(self.rule.fault, Fault::Expired(_)).then(|| call.access_key.clone());
        let seen = self.seen.entry(own.unwrap_or_default()).or_default();
        *seen += 1;
        let moment = &self.rule.moment;
        let Some(number) = seen.checked_sub(moment.after).filter(|number| *number > 0) else { return false };
        if moment.every.is_some_and(|every| number % every != 0) {
            return false;
        }
        // Drawn for every call that comes so far, so that the draws do not depend on what other rules do.
        if moment.probability.is_some_and(|chance| self.random.f64() >= chance) {
            return false;
        }
        moment.times.is_none_or(|times| self.hits < times)
    }

    fn meet(&mut self, call: &Call, request: &Request, now: Instant) -> Met {
        let met = match &self.rule.fault {
            Fault::Latency { delay, jitter } => {
                Met::Delay(*delay + jitter.mul_f64(if jitter.is_zero() { 0.0 } else { self.random.f64() }))
            }
            Fault::Bandwidth { bytes_per_second } => Met::Slow(*bytes_per_second),
            Fault::Throttle { limit, words } => match take(&mut self.limits, limit, call, now) {
                Taken::Free => Met::Nothing,
                Taken::Slot(slot) => Met::Slot(slot),
                Taken::Over => refuse(Refusing::Throttle, words, true),
            },
            Fault::ServerError { has_body, words } => refuse(Refusing::ServerError, words, *has_body),
            Fault::Deny(words) => refuse(Refusing::Deny, words, true),
            Fault::Expired(words) => refuse(Refusing::Expired, words, true),
            Fault::OptIn(words) => refuse(Refusing::OptIn, words, true),
            Fault::Reset => Met::Act(Action::Reset),
            Fault::Truncate => Met::Act(Action::Truncate),
            Fault::Hang { delay } => Met::Act(Action::Hang(*delay)),
            Fault::WrongRegion { home, .. } => Met::Act(Action::Redirect { home: home.clone() }),
            Fault::Stale { lasts } => match self.remembered.get(&Key::of(call, request)) {
                Some((since, answer)) if now.saturating_duration_since(*since) < *lasts => {
                    Met::Act(Action::Repeat(answer.clone()))
                }
                _ => Met::Remember,
            },
            Fault::Defer { delay } => Met::Act(Action::Defer(*delay)),
            Fault::LostReply => Met::Act(Action::LoseReply),
            Fault::Vanish => Met::Act(Action::Vanish),
        };
        // What a limit lets pass, and what is only learned, is no hit.
        if !matches!(met, Met::Nothing | Met::Slot(_) | Met::Remember) {
            self.hits += 1;
        }
        met
    }
}

fn refuse(refusing: Refusing, words: &Words, has_body: bool) -> Met {
    let Words { code, status, message } = words.clone();
    Met::Act(Action::Refuse { refusing, code, status, message, has_body })
}

enum Taken {
    Free,
    Slot(Arc<()>),
    Over,
}

/// Asks a limit for room.
fn take(levels: &mut HashMap<String, Level>, limit: &Limit, call: &Call, now: Instant) -> Taken {
    if limit.rate.is_none() && limit.in_flight.is_none() {
        return Taken::Over;
    }
    let words = limit.per.iter().map(|dimension| match dimension {
        Dimension::AccessKey => call.access_key.as_str(),
        Dimension::Service => &call.service,
        Dimension::Operation => &call.operation,
        Dimension::Region => &call.region,
    });
    let level = levels.entry(words.collect::<Vec<_>>().join("/")).or_insert_with(|| Level {
        bucket: limit.rate.map(|(rate, burst)| Bucket::new(rate, burst, now)),
        in_flight: Arc::new(()),
    });
    let under_way = Arc::strong_count(&level.in_flight) - 1;
    if limit.in_flight.is_some_and(|most| under_way >= most) {
        return Taken::Over;
    }
    if level.bucket.as_mut().is_some_and(|bucket| !bucket.take(now)) {
        return Taken::Over;
    }
    if limit.in_flight.is_some() { Taken::Slot(Arc::clone(&level.in_flight)) } else { Taken::Free }
}

#[cfg(test)]
mod tests;
