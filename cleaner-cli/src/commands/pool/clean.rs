use std::path::{Path, PathBuf};
use std::sync::Arc;

use cleaner_core::account::Refusal;
use cleaner_core::baseline::BaselineReport;
use cleaner_core::config::Flags;
use cleaner_core::report::{ApiStats, ListStatus, Outcome, Report};
use cleaner_core::run::{Cleaner, RunError, Stop, StopCause};
use cleaner_pool::{Clean, Cleaned, Job};

use super::connect::role_of;
use crate::args::Globals;
use crate::setup::{Setup, Wish};

/// How many looks in a row must find an account clean before it is handed out.
const LOOKS: u32 = 2;
/// How many resources are named as the cause of a failure.
const NAMED: usize = 10;

/// Clears the accounts of a pool, each with its own configuration and its own credentials.
pub(super) struct AccountCleaner {
    pub(super) globals: Globals,
    /// Where reports go.
    pub(super) reports: Option<PathBuf>,
    /// Where the baselines are, by account id.
    pub(super) baselines: Option<PathBuf>,
}

/// Stops a run when nobody waits for it any more.
struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop(StopCause::Interrupt);
    }
}

impl Clean for AccountCleaner {
    async fn clean(&self, job: Job) -> Cleaned {
        let cleaner = match self.prepare(&job).await {
            Ok(cleaner) => cleaner,
            Err(cause) => return Cleaned::Failed(vec![cause]),
        };
        let stop = cleaner.stop().clone();
        let _guard = StopOnDrop(stop.clone());
        let (told, lost) = (job.stop.clone(), job.fence.lost());
        let cleared = clear(&cleaner, &job);
        tokio::pin!(cleared);
        let result = tokio::select! {
            result = &mut cleared => result,
            () = async { tokio::select! { () = told.cancelled() => {}, () = lost => {} } } => {
                stop.stop(StopCause::Interrupt);
                // In good order: what is under way is told in the report.
                cleared.await
            }
        };
        match result {
            Ok(report) => {
                let saved = self.reports.as_deref().map(|folder| save(folder, &job, &report));
                match saved {
                    Some(Err(cause)) => Cleaned::Failed(vec![cause]),
                    _ => judge(&report),
                }
            }
            // The worker's credentials are wrong, which is no reason to take the account out of use at once.
            Err(RunError::Refused(
                refusal @ (Refusal::WrongAccount { .. } | Refusal::WrongBaseline { .. }),
            )) => Cleaned::Failed(vec![refusal.to_string()]),
            Err(RunError::Refused(refusal)) => Cleaned::Refused(vec![refusal.to_string()]),
            Err(_) if job.stop.is_cancelled() => Cleaned::Interrupted,
            Err(RunError::Usage(problems)) => Cleaned::Failed(problems),
            Err(RunError::Failed(error)) => Cleaned::Failed(vec![error.to_string()]),
            Err(other) => Cleaned::Failed(vec![format!("{other}")]),
        }
    }
}

impl AccountCleaner {
    /// The account's configuration and credentials.
    async fn prepare(&self, job: &Job) -> Result<Cleaner, String> {
        let mut globals = self.globals.clone();
        if let Some(config) = &job.details.config {
            globals.config = Some(PathBuf::from(config));
        }
        let baseline = match &self.baselines {
            Some(folder) => Some(folder.join(format!("{}.json", job.account)).display().to_string()),
            None => job.details.baseline.clone(),
        };
        let set = |flags: &mut Flags| {
            if let Some(file) = &baseline {
                flags.set("baseline", "--baseline-dir", Some(file));
            }
            // Whoever gets the account is promised what its baseline says, wherever that was named.
            flags.set("baseline_drift", "the pool", Some("strict"));
        };
        let setup = Setup::load_with_baseline(&globals, set).map_err(|failure| failure.message)?;
        let account = job.account.as_str().parse().map_err(|error| format!("{error}"))?;
        let wish = Wish { account: Some(account), verify_passes: LOOKS, ..Wish::default() };
        let role = role_of(&job.details).or_else(|| setup.configured_role());
        setup.connect_as(role, wish, Arc::new(ApiStats::default())).await.map_err(|error| error.to_string())
    }
}

/// Clears the account, and asks before each phase whether it is still ours.
async fn clear(cleaner: &Cleaner, job: &Job) -> Result<Report, RunError> {
    let still_mine = async || match job.fence.still_mine().await {
        Ok(()) => Ok(()),
        Err(error) => Err(RunError::Usage(vec![error.to_string()])),
    };
    still_mine().await?;
    let mut run = cleaner.begin(Vec::new()).await?;
    let plan = match run.plan().await {
        Ok(plan) => plan,
        Err(error) => return Ok(run.give_up(error)),
    };
    if let Err(error) = run.check_limit(&plan) {
        return Ok(run.give_up(error));
    }
    if let Err(error) = still_mine().await {
        return Ok(run.give_up(error));
    }
    run.clear(plan).await
}

fn judge(report: &Report) -> Cleaned {
    match report.outcome {
        Outcome::Clean => Cleaned::Clean,
        Outcome::Refused => Cleaned::Refused(causes(report)),
        Outcome::Interrupted if report.stopped_by == Some(StopCause::Interrupt) => Cleaned::Interrupted,
        _ => Cleaned::Failed(causes(report)),
    }
}

/// Why an account is not clean, most important first.
fn causes(report: &Report) -> Vec<String> {
    let mut causes = vec![report.reason.clone().unwrap_or_else(|| report.outcome.to_string())];
    let left = report
        .resources
        .iter()
        .filter(|resource| matches!(resource.outcome.to_string().as_str(), "failed" | "blocked" | "pending"));
    causes.extend(left.take(NAMED).map(|resource| {
        let why = resource.error.as_ref().map_or_else(String::new, |error| format!(": {error}"));
        format!("{} {} in {} is {}{why}", resource.type_name, resource.id, resource.region, resource.outcome)
    }));
    let unknown =
        report.lists.iter().filter(|list| !matches!(list.status, ListStatus::Ok | ListStatus::Unsupported));
    causes.extend(
        unknown.take(NAMED).map(|list| format!("{} in {} could not be listed", list.type_name, list.region)),
    );
    causes.extend(report.baseline.iter().flat_map(drifted).take(NAMED));
    causes
}

/// What of the baseline is not as it was.
fn drifted(baseline: &BaselineReport) -> Vec<String> {
    let missing = baseline
        .missing
        .iter()
        .map(|one| format!("{} {} in {} of the baseline is missing", one.type_name, one.name, one.region));
    let replaced = baseline
        .replaced
        .iter()
        .map(|one| format!("{} {} in {} of the baseline was replaced", one.type_name, one.name, one.region));
    let changed = baseline.changed.iter().map(|one| {
        format!("{} {} in {} of the baseline has another {}", one.type_name, one.name, one.region, one.what)
    });
    let settings = baseline
        .settings
        .iter()
        .map(|one| format!("the setting {} in {} is not as in the baseline", one.name, one.region));
    missing.chain(replaced).chain(changed).chain(settings).collect()
}

fn save(folder: &Path, job: &Job, report: &Report) -> Result<(), String> {
    let path = folder.join(format!("{}-{}.json", job.account, job.token));
    let text = serde_json::to_vec_pretty(report).map_err(|error| error.to_string())?;
    std::fs::write(&path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}
