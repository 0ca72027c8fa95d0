//! What may happen to an account: pure rules, from a record and an intent to the next record.
//!
//! A [`Step`] carries its own condition: it may only be written over the very record it was made from. So whatever these rules
//! refuse cannot happen, whoever writes at the same time.

use std::time::Duration;

use jiff::Timestamp;

use crate::account::{AccountId, Details};
use crate::clock::later;
use crate::history::Entry;
use crate::job::Cleaned;
use crate::record::{Counts, Holder, Quarantine, Record, RequestId, State, StateName, Tenure, Token, Why};
use crate::settings::Settings;

/// What somebody wants to happen to an account.
#[derive(Clone, Debug)]
pub enum Intent {
    /// Puts it into the pool as dirty, or changes what is known of it.
    Add(Details),
    /// Takes it out of the pool.
    Remove,
    /// Hands it out.
    Lease {
        /// To whom.
        holder: Holder,
        /// How long it lasts without a heartbeat.
        lease: Duration,
    },
    /// Renews a lease or a cleaning.
    Beat(Token),
    /// Gives it back.
    Release(Token),
    /// Ends a lease or a cleaning whose holder fell silent after this heartbeat.
    Expire(Token, u64),
    /// Begins to clean it.
    BeginCleaning {
        /// Who cleans.
        worker: Holder,
        /// How long it lasts without a heartbeat.
        lease: Duration,
    },
    /// Turns a lease into a cleaning by who holds it, under the same token.
    CleanOwn(Token),
    /// Ends its cleaning.
    FinishCleaning {
        /// The token of the cleaning.
        token: Token,
        /// How it went.
        cleaned: Cleaned,
        /// How long it took.
        took: Duration,
    },
    /// Takes it out of use. Who holds it is not renewed any more, and it is quarantined once nobody can believe to hold it.
    Quarantine(Quarantine),
    /// Takes it out of quarantine, to be cleaned.
    Restore {
        /// Who says so.
        by: String,
    },
}

/// One change: the next record, and what it may replace.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is to be written.
    pub record: Record,
    /// The version it replaces; none if nothing may be there.
    pub replaces: Option<u64>,
    /// What history keeps of it; heartbeats leave nothing.
    pub entry: Option<Entry>,
}

/// Why something may not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The pool does not know the account.
    #[error("the pool has no account {0}")]
    Unknown(AccountId),
    /// Whoever asks does not hold the account any more.
    #[error("token {held} no longer holds account {account}: it is {state}, with token {current}")]
    Lost {
        /// The account.
        account: AccountId,
        /// The token of who asked.
        held: Token,
        /// The token that counts.
        current: Token,
        /// The state it is in.
        state: StateName,
    },
    /// It would need another state.
    #[error("account {account} is {state}, not {needed}")]
    State {
        /// The account.
        account: AccountId,
        /// The state it is in.
        state: StateName,
        /// The state it would need.
        needed: &'static str,
    },
    /// Its last cleaning failed, and it rests.
    #[error("account {account} rests until {until}, as its cleaning failed")]
    Rests {
        /// The account.
        account: AccountId,
        /// Until when, by the clock of who wrote it.
        until: Timestamp,
    },
    /// It is to be quarantined, so nobody may hold it longer.
    #[error("account {account} is to be quarantined: {reason}")]
    Condemned {
        /// The account.
        account: AccountId,
        /// Why.
        reason: String,
    },
    /// Its holder showed a sign of life.
    #[error("the holder of account {0} showed a sign of life")]
    Alive(AccountId),
}

/// What belongs to every change.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// The name of the request.
    pub id: RequestId,
    /// The time, by the clock of who asks.
    pub now: Timestamp,
    /// How the pool behaves.
    pub settings: &'a Settings,
}

impl Intent {
    /// Its name in history.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "add",
            Self::Remove => "remove",
            Self::Lease { .. } => "lease",
            Self::Beat(_) => "beat",
            Self::Release(_) => "release",
            Self::Expire(..) => "expire",
            Self::BeginCleaning { .. } => "begin_cleaning",
            Self::CleanOwn(_) => "clean_own",
            Self::FinishCleaning { .. } => "finish_cleaning",
            Self::Quarantine(_) => "quarantine",
            Self::Restore { .. } => "restore",
        }
    }

    fn leaves_history(&self) -> bool {
        !matches!(self, Self::Beat(_))
    }

    fn who(&self, before: Option<&Record>) -> Option<String> {
        match self {
            Self::Lease { holder, .. } | Self::BeginCleaning { worker: holder, .. } => {
                Some(holder.to_string())
            }
            Self::Quarantine(quarantine) => Some(quarantine.by.clone()),
            Self::Restore { by } => Some(by.clone()),
            Self::Add(_) | Self::Remove => None,
            _ => before?.state.tenure().map(|tenure| tenure.holder.to_string()),
        }
    }
}

/// The next record, and the condition under which it may be written.
///
/// # Errors
/// Why the intent is refused.
pub fn step(before: Option<&Record>, intent: &Intent, request: Request<'_>) -> Result<Step, Refusal> {
    let Some(known) = before else {
        return match intent {
            Intent::Add(details) => Ok(seal(None, added(details, &request), intent, request)),
            _ => Err(Refusal::Unknown(request.account.clone())),
        };
    };
    if known.state == State::Removed && !matches!(intent, Intent::Add(_)) {
        return Err(Refusal::Unknown(request.account.clone()));
    }
    let mut next = known.clone();
    change(known, &mut next, intent, &request)?;
    if next.state.name() != known.state.name() {
        next.since = request.now;
    }
    Ok(seal(Some(known), next, intent, request))
}

/// Changes what the intent changes; `next` begins as what is known.
fn change(known: &Record, next: &mut Record, intent: &Intent, request: &Request<'_>) -> Result<(), Refusal> {
    match intent {
        Intent::Add(details) => {
            if known.state == State::Removed {
                let token = if mutated!(ForgetsTokens) { Token::default() } else { known.token };
                *next = Record { token, version: known.version, ..added(details, request) };
            } else {
                next.details = details.clone();
            }
        }
        Intent::Remove => {
            if known.state.tenure().is_some() {
                return Err(other_state(known, "free to be removed"));
            }
            next.state = State::Removed;
        }
        Intent::Lease { holder, lease } => {
            let is_clean = known.state == State::Available
                || (mutated!(HandsOutDirty) && known.state.name() == StateName::Dirty);
            if !is_clean {
                return Err(other_state(known, "available"));
            }
            next.state = State::Leased(Tenure::begin(holder.clone(), *lease, request.now));
            next.counts.leases += 1;
            if !mutated!(LeaseKeepsToken) {
                next.token = known.token.raised();
            }
        }
        Intent::Beat(token) => match held(known, *token)? {
            State::Leased(_) | State::Cleaning(_) if known.condemned.is_some() => {
                return Err(condemned(known));
            }
            State::Leased(tenure) => next.state = State::Leased(tenure.renewed(request.now)),
            State::Cleaning(tenure) => next.state = State::Cleaning(tenure.renewed(request.now)),
            _ => return Err(lost(known, *token)),
        },
        Intent::Release(token) => match held(known, *token)? {
            State::Leased(_) => next.state = dirty(Why::Released),
            _ => return Err(lost(known, *token)),
        },
        Intent::Expire(token, beat) => expire(known, next, *token, *beat, request)?,
        Intent::BeginCleaning { worker, lease } => {
            if !matches!(known.state, State::Dirty { .. }) {
                return Err(other_state(known, "dirty"));
            }
            let longest = 2 * request.settings.max_back_off;
            if let State::Dirty { not_before: Some(until), .. } = known.state
                && !known.is_due(request.now, longest)
            {
                return Err(Refusal::Rests { account: known.account.clone(), until });
            }
            next.state = State::Cleaning(Tenure::begin(worker.clone(), *lease, request.now));
            if !mutated!(CleaningKeepsToken) {
                next.token = known.token.raised();
            }
        }
        // The heartbeats go on counting: who watches them must not take this for an older one.
        Intent::CleanOwn(token) => match held(known, *token)? {
            State::Leased(_) if known.condemned.is_some() => return Err(condemned(known)),
            State::Leased(tenure) => next.state = State::Cleaning(tenure.renewed(request.now)),
            _ => return Err(lost(known, *token)),
        },
        Intent::FinishCleaning { token, cleaned, took } => match held(known, *token)? {
            State::Cleaning(_) => finish(next, cleaned, *took, request),
            _ => return Err(lost(known, *token)),
        },
        // Its holder may believe in it until its lease runs out: nobody may restore and clean it before.
        Intent::Quarantine(quarantine) if known.state.tenure().is_some() && !mutated!(QuarantinesAtOnce) => {
            next.condemned = Some(quarantine.clone());
        }
        Intent::Quarantine(quarantine) => {
            next.state = State::Quarantined(quarantine.clone());
            next.token = known.token.raised();
        }
        Intent::Restore { .. } => match known.state {
            State::Quarantined(_) => {
                next.state = dirty(Why::Restored);
                next.failures = 0;
            }
            _ if known.condemned.is_some() => next.condemned = None,
            _ => return Err(other_state(known, "quarantined")),
        },
    }
    if next.state.tenure().is_none()
        && let Some(quarantine) = next.condemned.take()
    {
        next.state = State::Quarantined(quarantine);
    }
    Ok(())
}

fn expire(
    known: &Record,
    next: &mut Record,
    token: Token,
    beat: u64,
    request: &Request<'_>,
) -> Result<(), Refusal> {
    match held(known, token)? {
        State::Leased(tenure) | State::Cleaning(tenure) if tenure.beat != beat => {
            Err(Refusal::Alive(known.account.clone()))
        }
        State::Leased(_) => {
            next.counts.expired += 1;
            next.state = dirty(Why::Expired);
            Ok(())
        }
        State::Cleaning(tenure) => {
            // An account that kills its workers must not go round for ever.
            let cause = format!("the worker {} fell silent", tenure.holder);
            fail(next, Why::WorkerLost, &[cause], request);
            Ok(())
        }
        _ => Err(lost(known, token)),
    }
}

fn finish(next: &mut Record, cleaned: &Cleaned, took: Duration, request: &Request<'_>) {
    match cleaned {
        Cleaned::Clean => {
            next.state = State::Available;
            next.failures = 0;
            next.causes.clear();
            next.counts.cleans += 1;
            next.counts.clean_time += took;
            next.counts.last_clean = took;
        }
        Cleaned::Failed(_) if mutated!(FailedIsClean) => next.state = State::Available,
        Cleaned::Failed(causes) => fail(next, Why::CleaningFailed, causes, request),
        Cleaned::Refused(causes) => {
            next.counts.failed_cleans += 1;
            next.failures += 1;
            next.causes.clone_from(causes);
            next.state = quarantined("the account may not be cleaned".to_owned());
        }
        Cleaned::Interrupted => next.state = dirty(Why::Interrupted),
    }
}

/// Counts a failed cleaning: the account rests, or is taken out of use.
fn fail(next: &mut Record, why: Why, causes: &[String], request: &Request<'_>) {
    next.counts.failed_cleans += 1;
    next.causes = causes.to_vec();
    if !mutated!(ForgetsFailures) {
        next.failures += 1;
    }
    next.state = if next.failures >= request.settings.max_failures {
        quarantined(format!("{} cleanings failed in a row", next.failures))
    } else {
        let rest = request.settings.rest(next.failures);
        State::Dirty { why, not_before: Some(later(request.now, rest)) }
    };
}

fn quarantined(reason: String) -> State {
    State::Quarantined(Quarantine { reason, by: "the pool".to_owned() })
}

fn dirty(why: Why) -> State {
    State::Dirty { why, not_before: None }
}

/// The state, if the token still counts.
fn held(known: &Record, token: Token) -> Result<&State, Refusal> {
    if known.token == token || mutated!(IgnoresTokens) { Ok(&known.state) } else { Err(lost(known, token)) }
}

fn lost(known: &Record, held: Token) -> Refusal {
    Refusal::Lost { account: known.account.clone(), held, current: known.token, state: known.state.name() }
}

fn condemned(known: &Record) -> Refusal {
    let reason = known.condemned.as_ref().map(|why| why.reason.clone()).unwrap_or_default();
    Refusal::Condemned { account: known.account.clone(), reason }
}

fn other_state(known: &Record, needed: &'static str) -> Refusal {
    Refusal::State { account: known.account.clone(), state: known.state.name(), needed }
}

fn added(details: &Details, request: &Request<'_>) -> Record {
    Record {
        account: request.account.clone(),
        details: details.clone(),
        state: dirty(Why::Added),
        since: request.now,
        token: Token::default(),
        version: 0,
        request: request.id,
        condemned: None,
        failures: 0,
        causes: Vec::new(),
        counts: Counts::default(),
    }
}

fn seal(known: Option<&Record>, mut next: Record, intent: &Intent, request: Request<'_>) -> Step {
    next.version = known.map_or(0, |known| known.version) + 1;
    next.request = request.id;
    let entry = (intent.leaves_history() && !mutated!(LosesHistory)).then(|| Entry {
        account: request.account.clone(),
        version: next.version,
        at: request.now,
        what: intent.name().to_owned(),
        from: known.map(|known| known.state.name()),
        to: next.state.name(),
        token: next.token,
        who: intent.who(known),
        causes: causes(intent, &next),
        request: request.id,
        expires: later(request.now, request.settings.history).as_second(),
    });
    Step { record: next, replaces: known.map(|known| known.version), entry }
}

fn causes(intent: &Intent, next: &Record) -> Vec<String> {
    let mut causes = match intent {
        Intent::FinishCleaning { .. } | Intent::Expire(..) => next.causes.clone(),
        _ => Vec::new(),
    };
    if let State::Quarantined(quarantine) = &next.state {
        causes.insert(0, quarantine.reason.clone());
    }
    causes
}

#[cfg(test)]
mod tests;
