use std::collections::BTreeMap;

use cleaner_core::event::{Event, EventKind, Progress};
use cleaner_core::run::Task;

use crate::render::{clean, count, seconds};

/// Where a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Finding out whose account it is.
    #[default]
    Identify,
    /// Listing.
    Scan,
    /// The plan is made.
    Planned,
    /// Deleting, or emptying.
    Delete,
    /// Listing again, for the nth time.
    Verify(u32),
    /// Over.
    Finished,
}

/// What a run is doing, as far as events have told.
#[derive(Clone, Debug, Default)]
pub(super) struct Overview {
    stage: Stage,
    task: Task,
    progress: Progress,
    /// The lanes that AWS throttled, and their rates.
    slowed: BTreeMap<(String, String), f64>,
}

impl Overview {
    /// Takes an event.
    pub(super) fn take(&mut self, event: &Event) {
        match &event.kind {
            EventKind::ScanStarted { lists } => self.begin(Stage::Scan, *lists),
            EventKind::RunStarted { task, .. } => self.task = *task,
            EventKind::Planned { delete, empty, .. } => self.begin(Stage::Planned, delete + empty),
            EventKind::DeleteStarted { .. } | EventKind::EmptyingStarted { .. }
                if self.stage != Stage::Delete =>
            {
                let total = if self.stage == Stage::Planned { self.progress.total } else { 0 };
                self.begin(Stage::Delete, total);
            }
            EventKind::VerifyStarted { pass, lists } => self.begin(Stage::Verify(*pass), *lists),
            EventKind::RunFinished { .. } => self.begin(Stage::Finished, 0),
            EventKind::LaneSlowed { service, region, rate, .. } => {
                self.slowed.insert((service.clone(), region.clone()), *rate);
            }
            EventKind::Tick { progress } => self.progress.clone_from(progress),
            _ => {}
        }
    }

    /// What the run is for.
    pub(super) fn task(&self) -> Task {
        self.task
    }

    fn begin(&mut self, stage: Stage, total: usize) {
        self.stage = stage;
        self.progress = Progress { total, ..Progress::default() };
    }

    /// Whether something goes on that is worth showing: nothing does while somebody reads the plan.
    pub(super) fn is_busy(&self) -> bool {
        !matches!(self.stage, Stage::Planned | Stage::Finished)
    }

    /// The stage and its counts, in one line.
    pub(super) fn headline(&self) -> String {
        let progress = &self.progress;
        let of = |what: &str| format!("{} of {}", progress.done, count(progress.total, what));
        let mut parts = match self.stage {
            Stage::Identify => vec!["identifying the account".to_owned()],
            Stage::Scan => vec![format!("scanning: {}", of("list"))],
            Stage::Verify(pass) => vec![format!("verifying, look {pass}: {}", of("list"))],
            Stage::Delete if self.task.is_clear() => vec![format!("deleting: {}", of("resource"))],
            Stage::Delete => vec![format!("emptying: {}", of("resource"))],
            Stage::Planned | Stage::Finished => return String::new(),
        };
        for (number, what) in [
            (progress.running, "running"),
            (progress.waiting, "waiting for AWS"),
            (progress.parked, "held"),
            (progress.failed, "failed"),
        ] {
            if number > 0 {
                parts.push(format!("{number} {what}"));
            }
        }
        parts.join(", ")
    }

    /// What is waited for, longest first, each in one line.
    pub(super) fn busiest(&self) -> impl Iterator<Item = String> + '_ {
        self.progress
            .busiest
            .iter()
            .map(|(item, what, time)| clean(&format!("{item}: {what} for {}", seconds(*time))).into_owned())
    }

    /// The lanes that AWS throttled, slowest first, in one line.
    pub(super) fn slowed(&self) -> Option<String> {
        let mut lanes: Vec<_> = self.slowed.iter().collect();
        lanes.sort_by(|(_, one), (_, other)| one.total_cmp(other));
        let ((service, region), rate) = lanes.first()?;
        let lanes = count(lanes.len(), "lane");
        Some(format!("slowed by AWS: {lanes}, the slowest is {service} in {region} with {rate:.1} calls/s"))
    }
}
