use std::collections::{BTreeMap, HashMap};
use std::fmt;

use jiff::Timestamp;

use super::{AccountReport, ApiReport, ApiStats, ItemOutcome, ListReport, Outcome, Report, ReportBuilder};
use crate::account::AccountId;
use crate::error::Error;
use crate::event::{EVENT_VERSION, Event, EventKind};
use crate::execute::ItemResult;
use crate::plan::{Entry, PLAN_VERSION, Plan, StackChoice};
use crate::resource::{Region, ResourceKey, TypeName};
use crate::run::{StopCause, Task};

/// The events of a run, read again: its plan, and what became of that, also where the run ended without a word.
#[derive(Clone, Debug)]
pub struct Journal {
    /// Names the run.
    pub run_id: String,
    /// The account.
    pub account: AccountId,
    /// The regions that were looked at, `global` among them.
    pub regions: Vec<Region>,
    /// The types that were looked for.
    pub types: Vec<TypeName>,
    /// What the run was for.
    pub task: Task,
    /// The plan of the run, if it came that far.
    pub plan: Option<Plan>,
    /// Whether exactly the plan was to be deleted, and nothing that came later.
    pub exact: bool,
    /// What became of the items, as far as it is known.
    pub(crate) results: HashMap<ResourceKey, ItemResult>,
    report: Report,
}

/// Says why events could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl Journal {
    /// Reads the events of a run. A last line that was not written to its end is left out: the run ended there.
    ///
    /// # Errors
    /// The line that is no event, or not the next one; events of a later version of this format.
    pub fn parse(text: &str) -> Result<Self, JournalError> {
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let mut lines = (1..).zip(whole.lines());
        let (number, first) = lines.next().ok_or_else(|| wrong(1, "there is no event"))?;
        let mut replay = Replay::begin(read(number, first)?)?;
        for (number, line) in lines {
            replay.take(read(number, line)?);
        }
        Ok(replay.end())
    }

    /// What became of everything, as far as the events tell. Where they end before the run did, nobody knows of what was under
    /// way: it is pending, and the run was interrupted.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What is left of the plan.
    pub fn remaining(&self) -> Option<Plan> {
        let mut plan = self.plan.clone()?;
        let is_gone = |key| self.results.get(&key).is_some_and(|result| result.outcome.is_gone());
        plan.entries.retain(|entry| !(entry.verdict.deletes() && is_gone(entry.resource.key())));
        Some(plan)
    }
}

/// Events count from 1 without gaps, as lines do.
fn read(number: usize, line: &str) -> Result<Event, JournalError> {
    let event: Event = serde_json::from_str(line)
        .map_err(|error| wrong(number, format!("this is no event of a run: {error}")))?;
    if event.seq != number as u64 {
        let found = event.seq;
        return Err(wrong(
            number,
            format!("expected event {number}, found event {found}: lines are missing"),
        ));
    }
    Ok(event)
}

fn wrong(line: usize, message: impl Into<String>) -> JournalError {
    JournalError { line, message: message.into() }
}

/// Makes out of events what the run made of what happened.
struct Replay {
    head: Head,
    builder: ReportBuilder,
    /// All that was found for the plan, be it aside.
    found: BTreeMap<ResourceKey, Entry>,
    lists: BTreeMap<(String, String), ListReport>,
    plan: Option<Plan>,
    exact: bool,
    /// The listings of a look at what is left, which may not come to its end.
    looked: Vec<ListReport>,
    /// When the attempts on an item began, and how many there were.
    attempts: HashMap<ResourceKey, (Timestamp, u32)>,
    last: (Timestamp, u64),
    end: Option<End>,
}

/// What the first event tells.
struct Head {
    tool: String,
    run_id: String,
    account: AccountId,
    partition: String,
    alias: Option<String>,
    regions: Vec<Region>,
    types: Vec<TypeName>,
    stacks: StackChoice,
    task: Task,
}

/// What the last event tells.
struct End {
    outcome: Outcome,
    reason: Option<String>,
    stopped_by: Option<StopCause>,
    fatal: Option<Error>,
    api: ApiReport,
}

impl Replay {
    fn begin(first: Event) -> Result<Self, JournalError> {
        let EventKind::RunStarted {
            version,
            tool,
            run_id,
            account,
            partition,
            alias,
            caller,
            regions,
            types,
            stacks,
            task,
        } = first.kind
        else {
            return Err(wrong(1, "the first event is not the start of a run"));
        };
        if version != EVENT_VERSION {
            return Err(wrong(
                1,
                format!("the events are of version {version}, this tool reads {EVENT_VERSION}"),
            ));
        }
        let reported = AccountReport { id: Some(account.clone()), alias: alias.clone(), arn: Some(caller) };
        let mut builder = ReportBuilder::of_run(tool.clone(), run_id.clone(), reported, first.at);
        builder.regions(&regions);
        builder.task(task);
        Ok(Self {
            head: Head { tool, run_id, account, partition, alias, regions, types, stacks, task },
            builder,
            found: BTreeMap::new(),
            lists: BTreeMap::new(),
            plan: None,
            exact: false,
            looked: Vec::new(),
            attempts: HashMap::new(),
            last: (first.at, first.elapsed_ms),
            end: None,
        })
    }

    fn take(&mut self, event: Event) {
        let at = event.at;
        self.last = (at, event.elapsed_ms);
        match event.kind {
            EventKind::Warning { message } => self.builder.warning(message),
            EventKind::ListFinished { type_name, region, status, found, error } => {
                let (type_name, region) = (type_name.as_str().to_owned(), region.as_str().to_owned());
                self.listed(ListReport { type_name, region, status, found, error });
            }
            EventKind::ListSetAside { type_name, region } => {
                self.lists.remove(&(type_name.as_str().to_owned(), region.as_str().to_owned()));
            }
            EventKind::Found { resource, verdict, stack, aside } => {
                let entry = Entry { resource, verdict, stack };
                if !aside {
                    self.judged(&entry);
                }
                if self.plan.is_none() {
                    self.found.insert(entry.resource.key(), entry);
                }
            }
            EventKind::Planned { created_at, exact, .. } => {
                self.exact = exact;
                self.plan = Some(self.plan(created_at));
                self.report_lists();
            }
            EventKind::DeleteStarted { item, attempt } | EventKind::EmptyingStarted { item, attempt } => {
                self.attempts.entry(item.key).or_insert((at, 0)).1 = attempt;
            }
            EventKind::ItemFinished { item, outcome, error, blocked_by } => {
                let (started_at, attempts) = self.tried(&item.key);
                let finished_at = Some(at);
                let (taken, again) = (false, false);
                let result = ItemResult {
                    outcome,
                    attempts,
                    started_at,
                    finished_at,
                    error,
                    blocked_by: blocked_by.into(),
                    taken,
                    again,
                };
                self.builder.result(&item.key, result);
            }
            EventKind::ItemCorrected { item, outcome, error } => {
                self.builder.correct(&item.key, outcome, error);
            }
            EventKind::VerifyStarted { .. } => self.looked.clear(),
            EventKind::VerifyFinished { .. } => {
                self.builder.doubt(&mut self.looked);
                self.builder.lists_again(&self.looked);
            }
            EventKind::Unsupported { resource } => self.builder.unsupported(resource),
            EventKind::NotCovered { .. } => self.builder.not_covered(),
            EventKind::BaselineCompared { baseline } => self.builder.baseline(*baseline),
            EventKind::Restored { restored } => self.builder.restored(restored),
            EventKind::RunFinished { outcome, reason, stopped_by, fatal, api, .. } => {
                self.end = Some(End { outcome, reason, stopped_by, fatal, api: *api });
            }
            _ => {}
        }
    }

    fn listed(&mut self, list: ListReport) {
        // After the plan, the account is listed to see what is left.
        if self.plan.is_some() {
            self.looked.push(list);
        } else {
            self.lists.insert((list.type_name.clone(), list.region.clone()), list);
        }
    }

    fn report_lists(&mut self) {
        for list in self.lists.values() {
            self.builder.list(list.clone());
        }
    }

    /// What is judged anew and stays has not ended in any way: it is another one than what was deleted under its name.
    fn judged(&mut self, entry: &Entry) {
        if self.plan.is_some() && !entry.verdict.deletes() {
            self.builder.came_back(entry);
        } else {
            self.builder.entry(entry.clone());
        }
    }

    fn tried(&mut self, key: &ResourceKey) -> (Option<Timestamp>, u32) {
        match self.attempts.remove(key) {
            Some((at, attempts)) => (Some(at), attempts),
            None => (None, 0),
        }
    }

    fn plan(&mut self, created_at: Timestamp) -> Plan {
        let head = &self.head;
        Plan {
            version: PLAN_VERSION,
            tool: head.tool.clone(),
            run_id: head.run_id.clone(),
            account: head.account.clone(),
            partition: head.partition.clone(),
            alias: head.alias.clone(),
            created_at,
            regions: head.regions.clone(),
            types: head.types.clone(),
            stacks: head.stacks.clone(),
            entries: std::mem::take(&mut self.found).into_values().collect(),
            lists: self.lists.values().cloned().collect(),
        }
    }

    fn end(mut self) -> Journal {
        if self.end.is_none() && self.plan.is_none() {
            self.report_lists();
        }
        let open: Vec<ResourceKey> = self.attempts.keys().cloned().collect();
        for key in open {
            let (started_at, attempts) = self.tried(&key);
            let outcome = ItemOutcome::Pending;
            let pending = ItemResult { outcome, attempts, started_at, ..ItemResult::already_gone() };
            self.builder.result(&key, pending);
        }
        let (last, elapsed) = self.last;
        let results = self.builder.results().map(|(key, result)| (key.clone(), result.clone())).collect();
        let report = self.builder.build(&ApiStats::default(), None);
        let end = self.end.unwrap_or_else(|| End {
            outcome: Outcome::Interrupted,
            reason: Some(format!(
                "the events end at {last}, before the run did: nobody knows what became of what is pending."
            )),
            stopped_by: None,
            fatal: None,
            api: ApiReport::default(),
        });
        let End { outcome, reason, stopped_by, fatal, api } = end;
        Journal {
            run_id: self.head.run_id,
            account: self.head.account,
            regions: self.head.regions,
            types: self.head.types,
            task: self.head.task,
            plan: self.plan,
            exact: self.exact,
            results,
            report: Report {
                outcome,
                reason,
                stopped_by,
                fatal,
                api,
                finished_at: last,
                duration_ms: elapsed,
                ..report
            },
        }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}.", self.line, self.message)
    }
}

impl std::error::Error for JournalError {}
