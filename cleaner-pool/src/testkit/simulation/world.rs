use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use tokio::time::Instant;

use super::process::Process;
use super::rule::{Rule, Violation};
use super::scenario::Scenario;
use crate::account::AccountId;
use crate::history::Entry;
use crate::record::{Record, State, StateName, Token};
use crate::state::Step;
use crate::store::{DropIf, StoreError, StoreErrorKind};
use crate::ticket::Ticket;

/// The table and the accounts themselves, as they truly are.
#[derive(Debug)]
pub(in crate::testkit) struct World {
    records: BTreeMap<AccountId, Arc<Record>>,
    entries: BTreeMap<(AccountId, u64), Entry>,
    tickets: BTreeMap<u64, Queued>,
    counter: u64,
    /// Tickets that were there and are not any more.
    used: BTreeSet<u64>,
    truth: BTreeMap<AccountId, Truth>,
    began: Instant,
    /// Whether nothing fails any more.
    pub(super) calm: bool,
    /// Whether nothing fails at all.
    nobody_fails: bool,
    /// The clients that came to an end.
    pub(super) done: BTreeSet<String>,
    /// What does not hold.
    pub(super) violation: Option<Violation>,
    story: Option<String>,
}

/// An account itself.
#[derive(Clone, Debug, Default)]
struct Truth {
    /// What is in it that should not be.
    dirt: u32,
    /// Whether nobody can clean it.
    uncleanable: bool,
    /// Cleanings that failed, or whose worker died or stood still.
    failures: u32,
    /// Whether the operator quarantined it.
    operated: bool,
}

#[derive(Debug)]
struct Queued {
    ticket: Arc<Ticket>,
    process: Process,
    overtaken: usize,
    /// Whether nobody waits with it: it was written late, after it had been used, or its holder has another.
    ghost: bool,
}

impl World {
    pub(in crate::testkit) fn new(
        scenario: &Scenario,
        accounts: &[AccountId],
        began: Instant,
        telling: bool,
    ) -> Self {
        let uncleanable = usize::try_from(scenario.uncleanable).unwrap_or(0);
        let truth = |(place, account): (usize, &AccountId)| {
            (account.clone(), Truth { dirt: 1, uncleanable: place < uncleanable, ..Truth::default() })
        };
        Self {
            records: BTreeMap::new(),
            entries: BTreeMap::new(),
            tickets: BTreeMap::new(),
            counter: 0,
            used: BTreeSet::new(),
            truth: accounts.iter().enumerate().map(truth).collect(),
            began,
            calm: false,
            nobody_fails: scenario.is_calm(),
            done: BTreeSet::new(),
            violation: None,
            story: telling.then(String::new),
        }
    }

    pub(super) fn tell(&mut self, line: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            let at = self.began.elapsed().as_secs_f64();
            let _ = writeln!(story, "{at:>9.3}  {}", line());
        }
    }

    pub(super) fn story(&mut self) -> String {
        self.story.take().unwrap_or_default()
    }

    pub(super) fn violate(&mut self, rule: Rule, what: impl FnOnce() -> String) {
        if self.violation.is_none() {
            let what = what();
            self.tell(|| format!("!! {rule:?}: {what}"));
            self.violation = Some(Violation { rule, what });
        }
    }

    pub(super) fn account(&self, account: &AccountId) -> Option<Arc<Record>> {
        self.records.get(account).cloned()
    }

    pub(super) fn accounts(&self) -> Vec<Arc<Record>> {
        self.records.values().filter(|record| record.state != State::Removed).cloned().collect()
    }

    pub(super) fn entry(&self, account: &AccountId, version: u64) -> Option<Entry> {
        self.entries.get(&(account.clone(), version)).cloned()
    }

    pub(super) fn history(&self, account: &AccountId, limit: usize) -> Vec<Entry> {
        let all = self.entries.range((account.clone(), 0)..=(account.clone(), u64::MAX));
        all.rev().take(limit).map(|(_, entry)| entry.clone()).collect()
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    pub(super) fn tickets(&self) -> Vec<Arc<Ticket>> {
        self.tickets.values().map(|queued| queued.ticket.clone()).collect()
    }

    pub(super) fn put_ticket(
        &mut self,
        ticket: &Ticket,
        replaces: Option<u64>,
        process: &Process,
    ) -> Result<(), StoreError> {
        let overtaken = match (self.tickets.get(&ticket.number), replaces) {
            (None, None) => 0,
            (Some(queued), Some(beat))
                if queued.ticket.request == ticket.request && queued.ticket.beat == beat =>
            {
                queued.overtaken
            }
            _ => return Err(conflict()),
        };
        if replaces.is_none() {
            self.tell(|| format!("{} waits with ticket {}", process.name(), ticket.number));
        }
        let mut ghost = self.used.contains(&ticket.number);
        // Nobody waits with two: only the last one counts.
        for queued in self.tickets.values_mut().filter(|queued| queued.process.name() == process.name()) {
            queued.ghost |= queued.ticket.number < ticket.number;
            ghost |= queued.ticket.number > ticket.number;
        }
        let queued = Queued { ticket: Arc::new(ticket.clone()), process: process.clone(), overtaken, ghost };
        self.tickets.insert(ticket.number, queued);
        Ok(())
    }

    pub(super) fn drop_ticket(&mut self, ticket: &Ticket, condition: DropIf) -> Result<(), StoreError> {
        let Some(queued) = self.tickets.get(&ticket.number) else { return Err(conflict()) };
        let same = queued.ticket.request == ticket.request
            && (condition == DropIf::Same || queued.ticket.beat == ticket.beat);
        if !same {
            return Err(conflict());
        }
        self.tickets.remove(&ticket.number);
        self.used.insert(ticket.number);
        self.tell(|| format!("ticket {} of {} is dropped ({condition:?})", ticket.number, ticket.holder));
        Ok(())
    }

    /// Writes a step, if its condition holds, and checks what must hold.
    pub(super) fn write(
        &mut self,
        step: &Step,
        ticket: Option<&Ticket>,
        process: &Process,
    ) -> Result<(), StoreError> {
        let account = &step.record.account;
        let before = self.records.get(account).cloned();
        if before.as_ref().map(|before| before.version) != step.replaces && !mutated!(IgnoresConditions) {
            return Err(conflict());
        }
        if let Some(ticket) = ticket {
            match self.tickets.get(&ticket.number) {
                Some(queued) if queued.ticket.request == ticket.request => {}
                _ => return Err(StoreError::new(StoreErrorKind::TicketGone, "the ticket is gone")),
            }
        }
        self.judge(before.as_deref(), step, ticket);
        self.judge_writer(before.as_deref(), step, process);
        if let Some(ticket) = ticket {
            self.tickets.remove(&ticket.number);
            self.used.insert(ticket.number);
        }
        if let Some(entry) = &step.entry {
            self.entries.insert((account.clone(), entry.version), entry.clone());
            let record = &step.record;
            let what = &entry.what;
            self.tell(|| {
                format!(
                    "{} {what} {account}: {}, token {}",
                    process.name(),
                    record.state.name(),
                    record.token
                )
            });
        }
        self.records.insert(account.clone(), Arc::new(step.record.clone()));
        Ok(())
    }

    /// Checks what must hold at each write.
    fn judge(&mut self, before: Option<&Record>, step: &Step, ticket: Option<&Ticket>) {
        let after = &step.record;
        let account = &after.account;
        let Some(before) = before else { return };
        if after.version != before.version + 1 {
            self.violate(Rule::VersionsFollow, || {
                format!("{account} goes from version {} to {}", before.version, after.version)
            });
        }
        let (from, to) = (before.state.name(), after.state.name());
        // Who holds an account may go on to clean it: then the heartbeats grow instead.
        let goes_on = (from, to) == (StateName::Leased, StateName::Cleaning);
        let grows = from != to && matches!(to, StateName::Leased | StateName::Cleaning) && !goes_on;
        if goes_on {
            let mark =
                |record: &Record| record.state.tenure().map(|tenure| (tenure.holder.clone(), tenure.beat));
            let (held, cleans) = (mark(before), mark(after));
            let expected = held.clone().map(|(holder, beat)| (holder, beat + 1));
            if after.token != before.token || cleans != expected {
                self.violate(Rule::TokensGrow, || {
                    format!(
                        "{account} goes from lease {held:?} to cleaning {cleans:?} with token {}",
                        after.token
                    )
                });
            }
        }
        if after.token < before.token || (grows && after.token == before.token) {
            self.violate(Rule::TokensGrow, || {
                format!("{account} goes from token {} to {} as it becomes {to}", before.token, after.token)
            });
        }
        if from == to {
            return;
        }
        if step.entry.is_none() {
            self.violate(Rule::HistoryIsComplete, || format!("{account} becomes {to} without an entry"));
        }
        let expires = step.entry.as_ref().is_some_and(|entry| entry.what == "expire");
        if expires && from == StateName::Cleaning {
            self.failed(account);
        }
        if expires && self.nobody_fails {
            self.violate(Rule::NoneLostWithoutCause, || format!("{account} is taken from its holder"));
        }
        let truth = self.truth.get(account).cloned().unwrap_or_default();
        match to {
            StateName::Leased => {
                if from != StateName::Available || truth.dirt > 0 {
                    self.violate(Rule::OnlyClean, || {
                        format!("{account} is handed out {from}, with {} things in it", truth.dirt)
                    });
                }
                self.overtake(ticket);
            }
            StateName::Available if from != StateName::Cleaning || truth.dirt > 0 => {
                self.violate(Rule::OnlyClean, || {
                    format!("{account} becomes available from {from}, with {} things in it", truth.dirt)
                });
            }
            _ if from == StateName::Quarantined => {
                self.truth.entry(account.clone()).and_modify(|truth| truth.failures = 0);
            }
            StateName::Available => {
                self.truth.entry(account.clone()).and_modify(|truth| truth.failures = 0);
            }
            StateName::Quarantined => {
                let operated = matches!(&after.state, State::Quarantined(why) if why.by == "operator");
                self.truth.entry(account.clone()).and_modify(|truth| truth.operated = operated);
                let enough = super::scenario::settings().max_failures;
                if !operated && truth.failures < enough {
                    self.violate(Rule::NoAccountLost, || {
                        format!("{account} is quarantined after {} failures", truth.failures)
                    });
                }
            }
            _ => {}
        }
    }

    /// Checks that only its holder renews or ends a lease or a cleaning.
    fn judge_writer(&mut self, before: Option<&Record>, step: &Step, process: &Process) {
        let Some(tenure) = before.and_then(|before| before.state.tenure()) else { return };
        let what = step.entry.as_ref().map_or("beat", |entry| &entry.what);
        let is_holders = matches!(what, "beat" | "release" | "clean_own" | "finish_cleaning");
        if is_holders && tenure.holder.owner != process.name() {
            self.violate(Rule::OneHolder, || {
                let account = &step.record.account;
                format!("{} writes {what} of {account}, which {} holds", process.name(), tenure.holder)
            });
        }
    }

    /// Notes who is overtaken by a lease with this ticket, or with none.
    fn overtake(&mut self, ticket: Option<&Ticket>) {
        let number = ticket.map_or(u64::MAX, |ticket| ticket.number);
        let wants = ticket.is_some_and(|ticket| ticket.wants.is_some());
        let most = 2 * self.records.len();
        let mut unfair = None;
        for (ahead, queued) in self.tickets.range_mut(..number) {
            let waits = !queued.ghost && queued.process.is_waiting();
            if wants || queued.ticket.wants.is_some() || !waits {
                continue;
            }
            queued.overtaken += 1;
            if queued.overtaken > most {
                unfair = Some(*ahead);
            }
        }
        if let Some(ahead) = unfair {
            self.violate(Rule::FirstComeFirstServed, || {
                format!("ticket {ahead} is overtaken more than {most} times")
            });
        }
    }

    /// Notes that the failures of an account are for real.
    pub(super) fn failed(&mut self, account: &AccountId) {
        self.truth.entry(account.clone()).and_modify(|truth| truth.failures += 1);
    }

    /// Somebody who believes to hold an account does something in it.
    pub(super) fn act(
        &mut self,
        account: &AccountId,
        token: Token,
        process: &Process,
        needed: StateName,
    ) -> bool {
        let Some(record) = self.records.get(account).cloned() else { return false };
        let state = record.state.name();
        if record.token != token || state != needed {
            self.violate(Rule::OneHolder, || {
                format!(
                    "{} acts in {account} with token {token}, which is {state} with token {}",
                    process.name(),
                    record.token
                )
            });
        }
        true
    }

    pub(super) fn soil(&mut self, account: &AccountId) {
        self.truth.entry(account.clone()).and_modify(|truth| truth.dirt += 1);
    }

    pub(super) fn sweep(&mut self, account: &AccountId) {
        self.truth.entry(account.clone()).and_modify(|truth| {
            if !truth.uncleanable {
                truth.dirt = 0;
            }
        });
    }

    pub(super) fn is_clean(&self, account: &AccountId) -> bool {
        self.truth.get(account).is_some_and(|truth| truth.dirt == 0)
    }

    /// Whether the finishing of a cleaning took effect.
    pub(super) fn finished(&self, account: &AccountId, token: Token) -> bool {
        let all = self.entries.range((account.clone(), 0)..=(account.clone(), u64::MAX));
        all.rev().any(|(_, entry)| entry.token == token && entry.what == "finish_cleaning")
    }

    /// Whether everything came to rest.
    pub(super) fn is_settled(&self) -> bool {
        self.tickets.is_empty()
            && self.records.values().all(|record| {
                matches!(
                    record.state.name(),
                    StateName::Available | StateName::Quarantined | StateName::Removed
                )
            })
    }

    /// Checks what must hold in the end.
    pub(super) fn judge_end(&mut self) {
        if let Some(number) = self.tickets.keys().next().copied() {
            self.violate(Rule::NoTicketLeft, || format!("ticket {number} is left"));
        }
        for (account, truth) in self.truth.clone() {
            let Some(record) = self.records.get(&account).cloned() else {
                self.violate(Rule::NoAccountLost, || format!("{account} is nowhere"));
                continue;
            };
            let state = record.state.name();
            let is_right = match state {
                StateName::Available => !truth.uncleanable && truth.dirt == 0,
                StateName::Quarantined | StateName::Removed => true,
                _ => false,
            };
            if !is_right {
                self.violate(Rule::NoAccountLost, || format!("{account} ends as {state}: {truth:?}"));
            }
            self.judge_history(&account, state);
        }
    }

    fn judge_history(&mut self, account: &AccountId, last: StateName) {
        let mut from = None;
        for entry in self.history(account, usize::MAX).into_iter().rev() {
            if entry.from != from {
                let what = &entry.what;
                self.violate(Rule::HistoryIsComplete, || format!("{account}: {what} follows {from:?}"));
            }
            from = Some(entry.to);
        }
        if from != Some(last) {
            self.violate(Rule::HistoryIsComplete, || format!("{account}: {last} follows {from:?}"));
        }
    }
}

fn conflict() -> StoreError {
    StoreError::new(StoreErrorKind::Conflict, "the condition does not hold")
}
