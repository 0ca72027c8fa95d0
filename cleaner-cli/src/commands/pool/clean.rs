use std::path::{Path, PathBuf};
use std::sync::Arc;

use cleaner_core::config::Flags;
use cleaner_core::report::{ApiStats, Report};
use cleaner_core::run::Cleaner;
use cleaner_fixtures::{Clearing, LOOKS, clear_held, role_of};
use cleaner_pool::{Clean, Cleaned, Job};

use crate::args::{CleaningArgs, Globals};
use crate::failure::Failure;
use crate::setup::{Setup, Wish};

/// Clears the accounts of a pool, each with its own configuration and its own credentials.
pub(super) struct AccountCleaner {
    globals: Globals,
    /// Where reports go.
    reports: Option<PathBuf>,
    /// Where the baselines are, by account id.
    baselines: Option<PathBuf>,
}

impl Clean for AccountCleaner {
    async fn clean(&self, job: Job) -> Cleaned {
        let cleaner = match self.prepare(&job).await {
            Ok(cleaner) => cleaner,
            Err(cause) => return Cleaned::Failed(vec![cause]),
        };
        let Clearing { cleaned, report } = clear_held(&cleaner, &job).await;
        let saved = self.reports.as_deref().zip(report).map(|(folder, report)| save(folder, &job, &report));
        match saved {
            Some(Err(cause)) => Cleaned::Failed(vec![cause]),
            _ => cleaned,
        }
    }
}

impl AccountCleaner {
    /// What clears accounts as the options say.
    ///
    /// # Errors
    /// The folder for reports cannot be made.
    pub(super) fn new(globals: &Globals, args: &CleaningArgs) -> Result<Self, Failure> {
        if let Some(folder) = &args.reports {
            std::fs::create_dir_all(folder).map_err(|error| {
                Failure::usage(format!("the folder {} cannot be made: {error}.", folder.display()))
            })?;
        }
        let (reports, baselines) = (args.reports.clone(), args.baseline_dir.clone());
        Ok(Self { globals: globals.clone(), reports, baselines })
    }

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

fn save(folder: &Path, job: &Job, report: &Report) -> Result<(), String> {
    let path = folder.join(format!("{}-{}.json", job.account, job.token));
    let text = serde_json::to_vec_pretty(report).map_err(|error| error.to_string())?;
    std::fs::write(&path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}
