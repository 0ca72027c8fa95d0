//! `clear` over many accounts: each with its own role, run and report, and one report of all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_dynamic::AssumeRole;
use cleaner_core::account::{AccountId, OPT_OUT_PROTECTION, OPT_OUT_TAG, Refusal};
use cleaner_core::error::{Error, ErrorKind};
use cleaner_core::event::{JournalWriter, Reporter};
use cleaner_core::organization::Organization;
use cleaner_core::plan::StackChoice;
use cleaner_core::report::{ApiStats, CombinedReport, LeftOut, Report};
use cleaner_core::restore::Restore;
use cleaner_core::run::{Cleaner, RunError, Stop, StopCause};
use futures::{StreamExt as _, stream};
use jiff::Timestamp;

use super::deletion::{create_events, prepare_report, unwritable, write_report};
use crate::args::{ClearArgs, FleetArgs, Globals, RoleTemplate};
use crate::confirm;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{OutputFile, print, print_json, say};
use crate::progress;
use crate::render;
use crate::setup::{Setup, Wish, tool};
use crate::signals::Signals;
use crate::ui::Ui;

/// How many accounts are cleared at once.
const AT_ONCE: usize = 4;

/// What the runs have in common.
struct Fleet {
    setup: Setup,
    organization: Organization,
    management: Option<AccountId>,
    role: RoleTemplate,
    external_id: Option<String>,
    restore: BTreeSet<Restore>,
    stacks: StackChoice,
    dry_run: bool,
    /// Where the events of each account go.
    events: Option<PathBuf>,
    /// When all must have ended.
    deadline: Option<Instant>,
    stop: Stop,
    ui: Ui,
}

/// Clears many accounts.
pub(super) async fn clear_many(globals: &Globals, args: &ClearArgs, ui: &Ui) -> Result<Exit, Failure> {
    let ClearArgs { fleet: choice, delete, restore, stacks, .. } = args;
    let mut globals = globals.clone();
    let external_id = globals.external_id.take();
    let setup = Setup::load_with_baseline(&globals, |flags| delete.set(flags))?;
    if setup.configured_role().is_some() {
        return Err(Failure::usage(
            "a role of one account cannot be assumed for many; `--role` names the role of each.",
        ));
    }
    let named = choice.accounts.as_deref().map(read).transpose()?;
    let nobody = || Failure::usage("there is no account to clear.");
    if named.as_ref().is_some_and(BTreeMap::is_empty) {
        return Err(nobody());
    }
    let report = prepare_report(delete)?;
    if let Some(folder) = &delete.events {
        fs::create_dir_all(folder)
            .map_err(|error| Failure::usage(unwritable("events (a folder)", folder, &error)))?;
    }
    let run = |error: RunError| Failure::run(&error, None, setup.endpoint().as_deref());
    confirm::check(delete, true, ui.attended).map_err(run)?;

    let signals = Signals::listen();
    let stop = Stop::default();
    let started_at = Timestamp::now();
    let session = setup.session(None, Arc::default()).await.map_err(run)?;
    let home_region = session.region().unwrap_or("us-east-1");
    let organization = Organization::open(&session, home_region).await.map_err(|error| run(error.into()))?;
    let management = match organization.management_account().await {
        Ok(management) => management,
        // Whoever names the accounts need not be able to ask; each run looks for itself, too.
        Err(error) if named.is_some() => {
            say(&format!("warning: which account manages the organization could not be read: {error}"));
            None
        }
        Err(error) => return Err(run(error.into())),
    };
    let (accounts, left_out) = match named {
        Some(accounts) => (accounts, Vec::new()),
        None => members(&organization, management.as_ref(), choice, &setup)
            .await
            .map_err(|error| run(error.into()))?,
    };
    if accounts.is_empty() {
        return Err(nobody());
    }
    signals.stops(&stop);
    confirm::ask_many(delete, &accounts, &stop).await.map_err(run)?;

    let deadline = setup.config.deadline.and_then(|limit| Instant::now().checked_add(limit));
    let fleet = Arc::new(Fleet {
        setup,
        organization,
        management,
        role: choice.role.clone().unwrap_or_default(),
        external_id,
        restore: restore.iter().map(|choice| (*choice).into()).collect(),
        stacks: stacks.choice(),
        dry_run: delete.dry_run,
        events: delete.events.clone(),
        deadline,
        stop,
        ui: *ui,
    });
    let at_once = choice.concurrency.map_or(AT_ONCE, std::num::NonZero::get);
    let reports: Vec<Report> = stream::iter(accounts.into_keys())
        .map(|account| apart(fleet.clone(), account))
        .buffer_unordered(at_once)
        .collect()
        .await;
    end(&CombinedReport::of(&tool(), started_at, reports, left_out), report.as_ref(), ui)
}

/// Shows and writes the report.
fn end(combined: &CombinedReport, file: Option<&OutputFile>, ui: &Ui) -> Result<Exit, Failure> {
    let written = write_report(file, combined);
    if ui.json() {
        print_json(combined)?;
    } else {
        print(&render::combined(combined, ui.verbosity, ui.out))?;
    }
    written?;
    let worst = combined.accounts.iter().find(|report| report.outcome == combined.outcome);
    Ok(worst.map_or(Exit::Incomplete, Exit::of_report))
}

/// The accounts of a file.
fn read(file: &Path) -> Result<BTreeMap<AccountId, String>, Failure> {
    let name = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::usage(format!("the accounts {name} cannot be read: {error}.")))?;
    accounts(&text).map_err(|(line, error)| Failure::usage(format!("{name}:{line}: {error}")))
}

/// The ids of a text, with what its comments call them; or what is wrong in which line.
fn accounts(text: &str) -> Result<BTreeMap<AccountId, String>, (usize, String)> {
    let mut accounts = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let (id, comment) = line.split_once('#').unwrap_or((line, ""));
        if !id.trim().is_empty() {
            let id = id.trim().parse().map_err(|error| (number, format!("{error}")))?;
            accounts.insert(id, comment.trim().to_owned());
        }
    }
    Ok(accounts)
}

/// The accounts of organizational units that can be cleared, and those that cannot.
async fn members(
    organization: &Organization,
    management: Option<&AccountId>,
    choice: &FleetArgs,
    setup: &Setup,
) -> Result<(BTreeMap<AccountId, String>, Vec<LeftOut>), Error> {
    let heeds_tags = !setup.config.lifted_protections.contains(OPT_OUT_PROTECTION);
    let (mut accounts, mut left_out) = (BTreeMap::new(), BTreeMap::new());
    for unit in &choice.org_units {
        for member in organization.accounts_of(unit).await? {
            let reason = if management == Some(&member.account) {
                Some("it is the management account".to_owned())
            } else if !member.active {
                Some("it is not active".to_owned())
            } else if heeds_tags && organization.opts_out(&member.account).await? {
                Some(format!("it carries the tag {OPT_OUT_TAG}"))
            } else {
                None
            };
            match reason {
                None => drop(accounts.insert(member.account, member.name)),
                Some(reason) => {
                    let (account, name) = (member.account, member.name);
                    left_out.insert(account.clone(), LeftOut { account, name, reason });
                }
            }
        }
    }
    Ok((accounts, left_out.into_values().collect()))
}

/// Clears one account in a task of its own: whatever becomes of it is of no consequence for the others.
async fn apart(fleet: Arc<Fleet>, account: AccountId) -> Report {
    let id = account.clone();
    let started_at = Timestamp::now();
    let task = tokio::spawn(async move { fleet.clear(account).await });
    task.await.unwrap_or_else(|error| {
        let error =
            RunError::Failed(Error::new(ErrorKind::Unexpected, format!("the run broke down: {error}.")));
        early(id, started_at, &error, None, &ApiStats::default())
    })
}

fn early(
    account: AccountId,
    started_at: Timestamp,
    error: &RunError,
    stopped_by: Option<StopCause>,
    stats: &ApiStats,
) -> Report {
    let mut report = Report::early(&tool(), started_at, error, stopped_by, stats);
    report.account.id = Some(account);
    report
}

impl Fleet {
    async fn clear(&self, account: AccountId) -> Report {
        let started_at = Timestamp::now();
        let stats = Arc::new(ApiStats::default());
        let mut cause = None;
        match self.run(&account, &stats, &mut cause).await {
            Ok(report) => report,
            Err(error) => early(account, started_at, &error, cause.or(self.stop.cause()), &stats),
        }
    }

    async fn run(
        &self,
        account: &AccountId,
        stats: &Arc<ApiStats>,
        cause: &mut Option<StopCause>,
    ) -> Result<Report, RunError> {
        if self.stop.token().is_cancelled() {
            return Err(Error::interrupted().into());
        }
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            *cause = Some(StopCause::Deadline);
            return Err(Error::interrupted().into());
        }
        self.check(account).await?;
        let wish = Wish {
            account: Some(account.clone()),
            stacks: self.stacks.clone(),
            restore: self.restore.clone(),
            deadline: left,
            ..Wish::default()
        };
        let role = AssumeRole {
            role_arn: self.role.arn(&self.organization.identity().partition, account),
            external_id: self.external_id.clone(),
            session_name: None,
        };
        let cleaner = self.setup.connect_as(Some(role), wish, stats.clone()).await?;
        let work = self.work(&cleaner, account);
        tokio::pin!(work);
        let ended = tokio::select! {
            ended = &mut work => ended,
            () = self.stop.token().cancelled() => {
                cleaner.stop().stop(StopCause::Interrupt);
                // In good order: what is under way is told in the report.
                work.await
            }
        };
        *cause = cleaner.stop().cause();
        ended
    }

    /// Refuses accounts that nobody may clear among many. Those of a unit were looked at before, perhaps hours ago: the tag has the
    /// last word until the run begins.
    async fn check(&self, account: &AccountId) -> Result<(), Refusal> {
        if self.management.as_ref() == Some(account) {
            return Err(Refusal::ManagementAccount(account.clone()));
        }
        if self.setup.config.lifted_protections.contains(OPT_OUT_PROTECTION) {
            return Ok(());
        }
        match self.organization.opts_out(account).await {
            Ok(false) => Ok(()),
            Ok(true) => Err(Refusal::OptedOut(account.clone())),
            Err(error) => Err(Refusal::MayOptOut { account: account.clone(), why: error.to_string() }),
        }
    }

    async fn work(&self, cleaner: &Cleaner, account: &AccountId) -> Result<Report, RunError> {
        let mut run = cleaner.begin(self.reporters(account)?).await?;
        let plan = match run.plan().await {
            Ok(plan) => plan,
            Err(error) => return Ok(run.give_up(error)),
        };
        if self.dry_run {
            return Ok(run.dry_run(&plan));
        }
        match run.check_limit(&plan) {
            Ok(()) => run.clear(plan).await,
            Err(error) => Ok(run.give_up(error)),
        }
    }

    fn reporters(&self, account: &AccountId) -> Result<Vec<Box<dyn Reporter>>, RunError> {
        let mut reporters = vec![progress::of_one(Prefixed::new(account), &self.ui)];
        if let Some(folder) = &self.events {
            let file = create_events(&folder.join(format!("{account}.ndjson")));
            reporters.push(Box::new(JournalWriter::new(file.map_err(|why| RunError::Usage(vec![why]))?)));
        }
        Ok(reporters)
    }
}

/// Standard error, each line of it with the account it is about.
struct Prefixed {
    account: AccountId,
    line: Vec<u8>,
}

impl Prefixed {
    fn new(account: &AccountId) -> Self {
        Self { account: account.clone(), line: Vec::new() }
    }
}

impl Write for Prefixed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        while let Some(end) = self.line.iter().position(|byte| *byte == b'\n') {
            let rest = self.line.split_off(end + 1);
            let line = std::mem::replace(&mut self.line, rest);
            let mut whole = format!("{}  ", self.account).into_bytes();
            whole.extend(line);
            // In one piece: others write lines of their own.
            io::stderr().lock().write_all(&whole)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_line_by_line() {
        let text = "# sandboxes\n111122223333\n\n  222233334444  # of jo\n111122223333\n";
        let read = accounts(text).expect("two accounts");
        let read: Vec<_> = read.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
        assert_eq!(read, [("111122223333", ""), ("222233334444", "of jo")]);
        for (text, line) in [("111122223333\n12", 2), ("sandbox", 1), ("111122223333, 222233334444", 1)] {
            assert_eq!(accounts(text).map_err(|(line, _)| line), Err(line), "{text}");
        }
    }
}
