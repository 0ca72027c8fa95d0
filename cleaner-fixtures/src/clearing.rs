use cleaner_core::account::Refusal;
use cleaner_core::baseline::BaselineReport;
use cleaner_core::report::{ItemOutcome, Outcome, Report};
use cleaner_core::run::{Cleaner, RunError, Stop, StopCause};
use cleaner_pool::{Cleaned, Job};

/// How many looks in a row must find an account clean before it is handed out again.
pub const LOOKS: u32 = 2;
/// How many resources are named as the cause of a failure.
const NAMED: usize = 10;

/// What came of clearing an account that is held.
#[derive(Clone, Debug)]
pub struct Clearing {
    /// What the pool is to be told.
    pub cleaned: Cleaned,
    /// What was found and done, if the run got that far.
    pub report: Option<Report>,
}

/// Stops a run when nobody waits for it any more.
struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop(StopCause::Interrupt);
    }
}

/// Clears an account of a pool for as long as it is held: all that a [`Clean`](cleaner_pool::Clean) has to do once it has a
/// cleaner with the account's credentials.
///
/// # Behavior
/// - Asks the table before each phase whether the account is still held, and the clocks of this process before each call: no
///   call begins once the account is known to be lost, or its last heartbeat is older than the lease.
/// - Ends early, in good order, once `job.stop` is cancelled.
/// - Says [`Cleaned::Clean`] only for a run whose outcome is clean.
pub async fn clear_held(cleaner: &Cleaner, job: &Job) -> Clearing {
    let stop = cleaner.stop().clone();
    let _guard = StopOnDrop(stop.clone());
    let fence = job.fence.clone();
    stop.only_while(move || fence.is_live());
    let (told, lost) = (job.stop.clone(), job.fence.lost());
    let cleared = clear(cleaner, job);
    tokio::pin!(cleared);
    let result = tokio::select! {
        // First: what is lost is touched no more.
        biased;
        () = async { tokio::select! { () = told.cancelled() => {}, () = lost => {} } } => {
            stop.stop(StopCause::Interrupt);
            // In good order: what is under way is told in the report.
            cleared.await
        }
        result = &mut cleared => result,
    };
    match result {
        Ok(report) => Clearing { cleaned: judge(&report), report: Some(report) },
        Err(error) => Clearing { cleaned: judge_error(error, job), report: None },
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

fn judge_error(error: RunError, job: &Job) -> Cleaned {
    match error {
        // The worker's credentials are wrong, which is no reason to take the account out of use at once.
        RunError::Refused(refusal @ (Refusal::WrongAccount { .. } | Refusal::WrongBaseline { .. })) => {
            Cleaned::Failed(vec![refusal.to_string()])
        }
        RunError::Refused(refusal) => Cleaned::Refused(vec![refusal.to_string()]),
        // That the lease ran out is not the account's fault.
        _ if job.stop.is_cancelled() || !job.fence.is_live() => Cleaned::Interrupted,
        RunError::Usage(problems) => Cleaned::Failed(problems),
        RunError::Failed(error) => Cleaned::Failed(vec![error.to_string()]),
        other => Cleaned::Failed(vec![format!("{other}")]),
    }
}

/// Why an account is not clean, most important first.
fn causes(report: &Report) -> Vec<String> {
    let mut causes = vec![report.reason.clone().unwrap_or_else(|| report.outcome.to_string())];
    let is_left =
        |outcome| matches!(outcome, ItemOutcome::Failed | ItemOutcome::Blocked | ItemOutcome::Pending);
    let left = report.resources.iter().filter(|resource| is_left(resource.outcome));
    causes.extend(left.take(NAMED).map(|resource| {
        let why = resource.error.as_ref().map_or_else(String::new, |error| format!(": {error}"));
        format!("{} {} in {} is {}{why}", resource.type_name, resource.id, resource.region, resource.outcome)
    }));
    let unknown = report.lists.iter().filter(|list| !list.status.is_known());
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
