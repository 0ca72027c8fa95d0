use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::deadline::Deadline;
use super::{Options, Run, RunError, Stop};
use crate::account::{Ground, Identity, Refusal};
use crate::error::{Error, ErrorKind};
use crate::event::{EventKind, Recorder, Reporter};
use crate::handler::{Access, Registry};
use crate::lane::Lanes;
use crate::plan::Excluded;
use crate::report::ApiStats;
use crate::resource::{GLOBAL, Region, TypeName};
use crate::services::EMPTIED;

/// Clears one account. Several may work in one process; they share nothing.
pub struct Cleaner {
    ground: Arc<dyn Ground>,
    registry: Arc<Registry>,
    options: Options,
    stats: Arc<ApiStats>,
    stop: Stop,
}

/// Says whose credentials these are, in words for people.
#[derive(Clone, Debug, serde::Serialize)]
pub struct WhoAmI {
    /// The account.
    pub account: crate::account::AccountId,
    /// Its alias, if it has one and it could be read.
    pub alias: Option<String>,
    /// The ARN of the caller.
    pub arn: String,
    /// The unique id of the caller.
    pub user_id: String,
    /// The partition.
    pub partition: String,
    /// The regions that are enabled, if they could be read.
    pub regions: Vec<Region>,
}

impl Cleaner {
    /// A cleaner with these credentials, these types and these limits.
    ///
    /// `stats` must be the observer the session was made with; otherwise reports count no calls.
    pub fn new(
        session: aws_dynamic::Session,
        registry: Arc<Registry>,
        options: Options,
        stats: Arc<ApiStats>,
    ) -> Self {
        Self::on(Arc::new(session), registry, options, stats)
    }

    /// A cleaner of an account that may be no account of AWS.
    pub(crate) fn on(
        ground: Arc<dyn Ground>,
        registry: Arc<Registry>,
        options: Options,
        stats: Arc<ApiStats>,
    ) -> Self {
        Self { ground, registry, options, stats, stop: Stop::default() }
    }

    /// What stops the run from outside.
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// The limits.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The types.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// Asks whose credentials these are.
    ///
    /// # Errors
    /// What STS answered. An alias or regions that cannot be read are left empty.
    pub async fn whoami(&self) -> Result<WhoAmI, Error> {
        let identity = self.identify().await?;
        let access = self.access(&identity, Lanes::default());
        let alias = self.ground.alias(&identity, &access.global()).await.ok().flatten();
        let regions = self.ground.regions(&identity, &access.global()).await.unwrap_or_default();
        Ok(WhoAmI {
            account: identity.account,
            alias,
            arn: identity.arn,
            user_id: identity.user_id,
            partition: identity.partition,
            regions,
        })
    }

    async fn identify(&self) -> Result<Identity, Error> {
        self.ground.identify(&self.options.home_region).await
    }

    fn access(&self, identity: &Identity, lanes: Lanes) -> Access {
        Access::on(
            self.ground.clone(),
            identity.account.clone(),
            &identity.partition,
            lanes,
            self.options.settings.clone(),
        )
    }

    /// Finds out which account this is, and whether it may be cleared. Calls nothing but STS until the account is the right one.
    /// The deadline counts from here.
    ///
    /// # Errors
    /// The refusal of a guard, or what was in the way.
    pub async fn begin(&self, reporters: Vec<Box<dyn Reporter>>) -> Result<Run<'_>, RunError> {
        self.check_choice()?;
        let deadline = Deadline::start(self.options.deadline, &self.stop);
        tokio::select! {
            biased;
            () = self.stop.token().cancelled() => Err(Error::interrupted().into()),
            run = self.open(reporters, deadline) => run,
        }
    }

    async fn open(&self, reporters: Vec<Box<dyn Reporter>>, deadline: Deadline) -> Result<Run<'_>, RunError> {
        let identity = self.identify().await?;
        self.options.guard.check_account(&identity.account)?;
        if let Some(baseline) = &self.options.baseline
            && self.options.task.is_clear()
            && *baseline.account() != identity.account
        {
            let (found, baseline) = (identity.account, baseline.account().clone());
            return Err(Refusal::WrongBaseline { found, baseline }.into());
        }
        let (slowed, slowed_lanes) = tokio::sync::mpsc::unbounded_channel();
        let mut lanes = Lanes::builder();
        if let Some(seed) = self.ground.seed() {
            lanes = lanes.seed(seed);
        }
        let lanes = lanes
            .quotas(self.options.quotas)
            .stop(self.stop.token().clone())
            .permit({
                let stop = self.stop.clone();
                move || stop.may_call()
            })
            .on_slowed(move |lane, budget, rate| {
                // The run is over if nobody listens any more.
                drop(slowed.send(EventKind::LaneSlowed {
                    service: lane.service().to_owned(),
                    region: lane.region().to_owned(),
                    budget: budget.to_owned(),
                    rate,
                }));
            })
            .build();
        let access = self.access(&identity, lanes);
        let mut warnings = Vec::new();
        let global = access.global();
        let (alias, management, enabled) = tokio::join!(
            self.ground.alias(&identity, &global),
            self.ground.is_management_account(&identity, &global),
            self.ground.regions(&identity, &global),
        );
        let alias = match alias {
            Ok(alias) => alias,
            Err(error) => {
                warnings
                    .push(format!("the account's alias could not be read, so it was not checked: {error}"));
                None
            }
        };
        if let Some(alias) = &alias {
            self.options.guard.check_alias(alias)?;
        }
        match management {
            Ok(Some(true)) => return Err(Refusal::ManagementAccount(identity.account.clone()).into()),
            Ok(_) => {}
            Err(error) => warnings.push(format!(
                "whether this is the organization's management account could not be read: {error}"
            )),
        }
        let enabled = match enabled {
            Ok(enabled) => enabled,
            Err(error) if error.kind == ErrorKind::Credentials => return Err(error.into()),
            Err(error) => self.named_regions().ok_or(error)?,
        };
        let mut types = self.options.types.resolve(&self.registry).map_err(RunError::Usage)?;
        if !self.options.task.is_clear() {
            let replaced = EMPTIED.into_iter().filter(|name| types.contains(*name));
            warnings.extend(
                replaced.filter(|name| !self.holds_data(&TypeName::from(*name))).map(|name| {
                    format!("nothing of type {name} is emptied: a catalog describes it otherwise.")
                }),
            );
            types.retain(|name| self.holds_data(name));
            if types.is_empty() {
                return Err(RunError::Usage(vec![self.nothing_holds_data()]));
            }
        }
        let left_out = self.options.types.excluded(&self.registry).map_err(RunError::Usage)?;
        let global = self.options.regions.exclude.iter().any(|name| name == GLOBAL);
        let regions = self.options.regions.resolve(&enabled).map_err(RunError::Usage)?;
        let problems = self.options.stacks.problems(&identity.account, &regions);
        if !problems.is_empty() {
            return Err(RunError::Usage(problems));
        }
        let mut run =
            Run::new(self, identity, alias, access, Recorder::new(reporters), slowed_lanes, deadline);
        run.enabled = enabled;
        run.excluded = Excluded::new(left_out, global, &self.registry);
        run.announce(types, regions, warnings);
        Ok(run)
    }

    /// Whether resources of a type hold something that can be deleted while they stay.
    fn holds_data(&self, type_name: &TypeName) -> bool {
        self.registry.get(type_name.as_str()).is_some_and(|handler| handler.spec().data.is_some())
    }

    fn nothing_holds_data(&self) -> String {
        let specs = self.registry.specs().filter(|spec| spec.data.is_some());
        let names: Vec<&str> = specs.map(|spec| spec.name.as_str()).collect();
        format!("none of the chosen types can be emptied: that is {}.", names.join(", "))
    }

    /// What is emptied is said, never implied.
    fn check_choice(&self) -> Result<(), RunError> {
        let Options { task, stacks, reset_data, .. } = &self.options;
        if task.is_clear() || !stacks.is_empty() || !reset_data.is_empty() {
            return Ok(());
        }
        let problem = "nothing is chosen to be emptied: name stacks with `--stack NAME`, or give rules under `reset_data` in \
                       the configuration.";
        Err(RunError::Usage(vec![problem.to_owned()]))
    }

    /// The regions the user named, which do where the account's own cannot be listed.
    fn named_regions(&self) -> Option<Vec<Region>> {
        let named: BTreeSet<Region> = self
            .options
            .regions
            .include
            .iter()
            .filter(|name| !matches!(name.as_str(), "all" | "global"))
            .map(|name| Region::from(name.as_str()))
            .collect();
        let all = self.options.regions.include.is_empty()
            || self.options.regions.include.iter().any(|name| name == "all");
        (!all).then(|| named.into_iter().collect())
    }

    pub(super) fn stats(&self) -> &ApiStats {
        &self.stats
    }
}

impl fmt::Debug for Cleaner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cleaner").field("options", &self.options).finish_non_exhaustive()
    }
}
