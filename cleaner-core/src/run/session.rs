use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;

use super::choice::fits;
use super::context_types;
use super::deadline::Deadline;
use super::{Cleaner, Options, Task};
use crate::account::{Identity, Refusal, protect_own_hands};
use crate::error::Error;
use crate::event::{EVENT_VERSION, EventKind, Recorder};
use crate::handler::{Access, Registry};
use crate::plan::{
    Entry, Excluded, Judge, KEEP_TAG, KEEP_TAG_PROTECTION, KEEP_UNTIL_TAG, PLAN_VERSION, Plan, Relations,
    Remembered, STACK_ID_TAG, STACK_NAME_TAG, StackChoice, Unlisted, Verdict, may_stay, spread_keeps,
};
use crate::report::{ListReport, ReportBuilder};
use crate::resource::{Region, Resource, TypeName};
use crate::scan::{Found, ScanNeeds, Scanner, Target};

/// One run on an account that is known to be the right one.
pub struct Run<'a> {
    pub(super) cleaner: &'a Cleaner,
    pub(super) identity: Identity,
    pub(super) access: Access,
    pub(super) recorder: Recorder,
    pub(super) report: ReportBuilder,
    pub(super) types: BTreeSet<TypeName>,
    pub(super) regions: BTreeSet<Region>,
    pub(super) excluded: Excluded,
    pub(super) stacks: StackChoice,
    /// What belonged to these stacks before anything was deleted.
    pub(super) remembered: Remembered,
    pub(super) enabled: Vec<Region>,
    alias: Option<String>,
    /// What was listed and counts as gone: services and ids.
    pub(super) leaving: Vec<(String, Arc<str>)>,
    pub(super) slowed: UnboundedReceiver<EventKind>,
    pub(super) deadline: Deadline,
}

/// Says why a run could not be.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RunError {
    /// A guard forbids it.
    Refused(Refusal),
    /// The user asked for something that is not there: regions, types.
    Usage(Vec<String>),
    /// Something was in the way.
    Failed(Error),
}

impl<'a> Run<'a> {
    pub(super) fn new(
        cleaner: &'a Cleaner,
        identity: Identity,
        alias: Option<String>,
        access: Access,
        recorder: Recorder,
        slowed: UnboundedReceiver<EventKind>,
        deadline: Deadline,
    ) -> Self {
        let report = ReportBuilder::new(&cleaner.options().tool, &identity, alias.clone());
        Self {
            cleaner,
            identity,
            access,
            recorder,
            report,
            types: BTreeSet::new(),
            regions: BTreeSet::new(),
            excluded: Excluded::default(),
            stacks: cleaner.options().stacks.clone(),
            remembered: Remembered::default(),
            enabled: Vec::new(),
            alias,
            leaving: Vec::new(),
            slowed,
            deadline,
        }
    }

    pub(super) fn announce(
        &mut self,
        types: BTreeSet<TypeName>,
        regions: BTreeSet<Region>,
        warnings: Vec<String>,
    ) {
        self.types = types;
        self.regions = regions;
        self.report.regions(&self.regions);
        self.report.task(self.options().task);
        self.recorder.emit(EventKind::RunStarted {
            version: EVENT_VERSION,
            tool: self.options().tool.clone(),
            run_id: self.report.run_id().to_owned(),
            account: self.identity.account.clone(),
            partition: self.identity.partition.clone(),
            alias: self.alias.clone(),
            caller: self.identity.arn.clone(),
            regions: self.regions.iter().cloned().collect(),
            types: self.types.iter().cloned().collect(),
            stacks: self.stacks.clone(),
            task: self.options().task,
        });
        for message in warnings {
            self.warn(message);
        }
    }

    /// The caller.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The account's alias, if it has one.
    pub fn alias(&self) -> Option<&str> {
        self.alias.as_deref()
    }

    pub(super) fn options(&self) -> &Options {
        self.cleaner.options()
    }

    pub(super) fn registry(&self) -> &'a Registry {
        self.cleaner.registry()
    }

    pub(super) fn warn(&mut self, message: String) {
        self.report.warning(message.clone());
        self.recorder.emit(EventKind::Warning { message });
    }

    /// Passes on what lanes said meanwhile.
    pub(super) fn drain_slowed(&mut self) {
        while let Ok(event) = self.slowed.try_recv() {
            self.recorder.emit(event);
        }
    }

    /// Lists everything, and decides what to do with it. Calls nothing that writes.
    ///
    /// # Errors
    /// Credentials that are no longer accepted, or a run that was stopped. Failed listings are part of the plan.
    pub async fn plan(&mut self) -> Result<Plan, RunError> {
        let created_at = Timestamp::now();
        let targets = self.targets(&self.types);
        self.recorder.emit(EventKind::ScanStarted { lists: targets.len() });
        let mut found = self.scan(targets.clone()).await?;
        let more = self.member_targets(&found, targets);
        if !more.is_empty() {
            self.recorder.emit(EventKind::ScanStarted { lists: more.len() });
            found.add(self.scan(more).await?);
        }
        let forgiven = self.forgive_elsewhere(&mut found);
        let left_out = |list: &&ListReport| self.excluded.types().contains(&*list.type_name);
        let lists: Vec<ListReport> =
            found.lists.iter().chain(forgiven.iter().filter(left_out)).cloned().collect();
        let entries = self.judge(found.resources, created_at, &lists, forgiven);
        self.compare_with_baseline(&entries, &found.lists);
        let plan = self.announce_plan(created_at, entries, found.lists);
        self.say_stacks(&plan);
        Ok(plan)
    }

    /// The plan of this run, told and reported.
    pub(super) fn announce_plan(
        &mut self,
        created_at: Timestamp,
        entries: Vec<Entry>,
        lists: Vec<ListReport>,
    ) -> Plan {
        let plan = Plan {
            version: PLAN_VERSION,
            tool: self.options().tool.clone(),
            run_id: self.report.run_id().to_owned(),
            account: self.identity.account.clone(),
            partition: self.identity.partition.clone(),
            alias: self.alias.clone(),
            created_at,
            regions: self.regions.iter().cloned().collect(),
            types: self.types.iter().cloned().collect(),
            stacks: self.stacks.clone(),
            entries,
            lists,
        };
        self.say_plan(&plan, false);
        self.report.plan(&plan);
        plan
    }

    /// What to list: the chosen types in the chosen regions; the types that may need or own these, since what stays of them keeps
    /// what it needs; and stacks of all regions, since any may own what is global.
    fn targets(&self, chosen: &BTreeSet<TypeName>) -> Vec<Target> {
        let named = self.options().filters.needs().types;
        let context = context_types(self.registry(), chosen, self.excluded.types(), &named);
        let global_chosen = self.regions.iter().any(Region::is_global);
        let mut targets = Vec::new();
        for handler in self.registry().handlers() {
            let spec = handler.spec();
            if !(spec.is_stack || chosen.contains(&spec.name) || context.contains(&spec.name)) {
                continue;
            }
            let everywhere = spec.is_stack && global_chosen;
            let all = self.enabled.iter().cloned().chain([Region::global()]);
            targets.extend(
                all.filter(|region| fits(spec, region) && (everywhere || self.regions.contains(region)))
                    .map(|region| Target { handler: handler.clone(), region }),
            );
        }
        targets
    }

    /// What to list besides: the types of what stacks would take along, since some of it may have to stay. What nobody has
    /// described goes with its stack, unless the run or a rule speaks of its type.
    fn member_targets(&self, found: &Found, listed: Vec<Target>) -> Vec<Target> {
        let place = |target: &Target| (target.handler.spec().name.clone(), target.region.clone());
        let listed: BTreeSet<(TypeName, Region)> = listed.iter().map(place).collect();
        let stacks = found.resources.iter().filter(|resource| self.types.contains(&resource.type_name));
        let members = stacks.flat_map(|stack| &stack.members);
        let named = self.options().filters.needs().types;
        let mut types: BTreeSet<TypeName> = members
            .filter_map(|member| self.registry().by_cloudformation(&member.cloudformation))
            .map(|handler| handler.spec())
            .filter(|spec| !spec.is_via_cloud_control() || named.contains(spec.name.as_str()))
            .map(|spec| spec.name.clone())
            .collect();
        types.extend(self.types.iter().cloned());
        let mut targets = self.targets(&types);
        targets.retain(|target| !listed.contains(&place(target)));
        targets
    }

    /// The listings of types in regions.
    pub(super) fn targets_at(&self, places: &BTreeSet<(TypeName, Region)>) -> Vec<Target> {
        let target = |(type_name, region): &(TypeName, Region)| {
            let handler = self.registry().get(type_name.as_str())?.clone();
            Some(Target { handler, region: region.clone() })
        };
        places.iter().filter_map(target).collect()
    }

    /// Where nothing was chosen, a listing that fails is worth a word and no more: an organisation that forbids a region forbids
    /// making stacks there, too. The same goes for types that were not chosen, unless rules may keep some of what was not listed.
    /// Returns these listings.
    fn forgive_elsewhere(&mut self, found: &mut Found) -> Vec<ListReport> {
        let options = self.options();
        let may_stay = |name: &str| {
            may_stay(&options.filters, options.baseline.as_deref(), !self.stacks.is_empty(), &name.into())
        };
        let elsewhere = |list: &ListReport| {
            let aside = !may_stay(&list.type_name)
                && !self.types.contains(list.type_name.as_str())
                && !self.is_stack(&list.type_name);
            !list.status.is_known() && (aside || !self.regions.contains(list.region.as_str()))
        };
        let forgiven: Vec<ListReport> = found.lists.extract_if(.., |list| elsewhere(list)).collect();
        for list in &forgiven {
            self.recorder.emit(EventKind::ListSetAside {
                type_name: list.type_name.as_str().into(),
                region: list.region.as_str().into(),
            });
            let why = list.error.as_ref().map(ToString::to_string).unwrap_or_default();
            self.warn(format!(
                "{} in {}, which is not part of this run, could not be listed: {why}",
                list.type_name, list.region
            ));
        }
        forgiven
    }

    pub(super) async fn scan(&mut self, targets: Vec<Target>) -> Result<Found, RunError> {
        let needs = self.needs();
        let scanner = Scanner { access: &self.access, registry: self.cleaner.registry(), needs: &needs };
        let mut found = scanner.scan(targets, &mut self.recorder).await?;
        for resource in &mut found.resources {
            protect_own_hands(&self.identity, Arc::make_mut(resource));
        }
        self.leaving.append(&mut found.leaving);
        self.drain_slowed();
        Ok(found)
    }

    fn needs(&self) -> ScanNeeds {
        let rules = match self.options().task {
            Task::Clear => self.options().filters.needs(),
            Task::ResetData => self.options().reset_data.needs(),
        };
        let mut tag_keys = rules.tag_keys;
        if !self.options().lifted.contains(KEEP_TAG_PROTECTION) {
            tag_keys.extend([KEEP_TAG.to_owned(), KEEP_UNTIL_TAG.to_owned()]);
        }
        if !self.stacks.is_empty() {
            tag_keys.extend([STACK_NAME_TAG.to_owned(), STACK_ID_TAG.to_owned()]);
        }
        let has_baseline = self.options().baseline.is_some() && self.options().task.is_clear();
        let all_tags = self.options().all_tags || has_baseline;
        ScanNeeds {
            tags: all_tags || !tag_keys.is_empty(),
            tag_keys,
            all_tags,
            details: self.options().details || has_baseline || rules.created || rules.properties,
        }
    }

    /// Decides about resources. Some listings are of no consequence, unless something that stays has to do with them.
    pub(super) fn judge(
        &self,
        resources: Vec<Arc<Resource>>,
        now: Timestamp,
        lists: &[ListReport],
        forgiven: Vec<ListReport>,
    ) -> Vec<Entry> {
        let all: Vec<&Resource> = resources.iter().map(|resource| &**resource).collect();
        let relations = Relations::of(all.iter().copied(), self.registry());
        let unlisted = Unlisted::of(lists, self.registry());
        let too = (!forgiven.is_empty()).then(|| {
            let all: Vec<ListReport> = lists.iter().cloned().chain(forgiven).collect();
            Unlisted::of(&all, self.registry())
        });
        let within = self.within(&all, &relations);
        let judge = Judge {
            filters: &self.options().filters,
            lifted: &self.options().lifted,
            selected: &self.types,
            regions: &self.regions,
            excluded: &self.excluded,
            within: within.as_ref(),
            account: &self.identity.account,
            unlisted: &unlisted,
            unlisted_too: too.as_ref().unwrap_or(&unlisted),
            baseline: self.options().baseline.as_deref(),
            now,
        };
        let verdicts = judge.verdicts(&all, &relations);
        entries_of(&resources, &relations, verdicts)
    }

    /// Spreads keeps that were decided after the rules.
    pub(super) fn spread(&self, entries: &mut [Entry]) {
        let resources: Vec<&Resource> = entries.iter().map(|entry| &*entry.resource).collect();
        let relations = Relations::of(resources.iter().copied(), self.registry());
        let mut verdicts: Vec<Verdict> = entries.iter().map(|entry| (*entry.verdict).clone()).collect();
        spread_keeps(&resources, &relations, &mut verdicts);
        for (entry, verdict) in entries.iter_mut().zip(verdicts) {
            if *entry.verdict != verdict {
                entry.verdict = verdict.into();
            }
        }
    }
}

/// What was decided about each resource, beside the stack that owns it.
pub(super) fn entries_of(
    resources: &[Arc<Resource>],
    relations: &Relations,
    verdicts: Vec<Verdict>,
) -> Vec<Entry> {
    let stack_of = |place: usize| {
        let stack = relations.owners[place].iter().find(|owner| relations.stacks.contains(owner))?;
        Some(resources[*stack as usize].name.clone())
    };
    let mut last: Option<Arc<Verdict>> = None;
    let mut shared = |verdict: Verdict| {
        let same = last.take().filter(|last| **last == verdict);
        last.insert(same.unwrap_or_else(|| verdict.into())).clone()
    };
    let decided = resources.iter().zip(verdicts).enumerate();
    decided
        .map(|(place, (resource, verdict))| Entry {
            resource: resource.clone(),
            verdict: shared(verdict),
            stack: stack_of(place),
        })
        .collect()
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run on account {}", self.identity.account)
    }
}

impl From<Refusal> for RunError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for RunError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Usage(problems) => f.write_str(&problems.join("\n")),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RunError {}
