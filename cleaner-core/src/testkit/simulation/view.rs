use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::history::{History, Life, Operation, Said, What};
use super::{Naming, Scenario, Thing};
use crate::error::ErrorKind;

/// One run as seen from outside: what it could know, and when.
pub(super) struct View<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) history: &'a History,
    /// The records of the run.
    pub(super) range: Range<usize>,
    /// When the plan was made, or the end of the run if there was none.
    pub(super) planned: usize,
    /// When the execution was over: the first look back, or the end.
    pub(super) executed: usize,
    /// The listings whose results the run used as such: record, type, region, what was found.
    pub(super) lists: Vec<List<'a>>,
    /// When the run first learned of a life.
    pub(super) known: HashMap<usize, usize>,
    /// The lives whose tags were read, though another one of their name may have been listed.
    pub(super) read: BTreeSet<usize>,
    /// Where items were said to be at their end, and where their deletions were begun.
    ends: HashMap<&'a str, Vec<usize>>,
    begins: HashMap<&'a str, Vec<usize>>,
    /// The listings that failed before the plan was made.
    pub(super) unlisted: BTreeSet<(Arc<str>, Arc<str>)>,
    /// The listings that failed when they were last tried, so that nobody knows what there is.
    pub(super) failed_lists: BTreeSet<(Arc<str>, Arc<str>)>,
    /// The listings that failed and are of no consequence.
    forgiven: BTreeSet<(Arc<str>, Arc<str>)>,
    /// The regions looked at, and the types.
    regions: BTreeSet<Arc<str>>,
    kinds: BTreeSet<Arc<str>>,
    /// The types that may need or own those of the run.
    context: BTreeSet<Arc<str>>,
}

/// A listing the run learned from.
pub(super) struct List<'a> {
    pub(super) record: usize,
    pub(super) kind: &'a Arc<str>,
    pub(super) region: &'a Arc<str>,
    pub(super) began: usize,
    pub(super) found: &'a [usize],
}

impl<'a> View<'a> {
    /// The runs of a history.
    pub(super) fn all(scenario: &'a Scenario, history: &'a History) -> Vec<Self> {
        let starts: Vec<usize> = (0..history.records.len())
            .filter(|record| matches!(history.records[*record].what, What::RunBegan))
            .collect();
        let ends = starts.iter().skip(1).copied().chain([history.records.len()]);
        starts.iter().copied().zip(ends).map(|(start, end)| Self::of(scenario, history, start..end)).collect()
    }

    fn of(scenario: &'a Scenario, history: &'a History, range: Range<usize>) -> Self {
        let says = |record: &usize, what: &Said| matches!(&history.records[*record].what, What::Said { event, .. } if event == what);
        let first = |what: Said| range.clone().find(|record| says(record, &what)).unwrap_or(range.end);
        let planned = first(Said::Planned);
        let executed = first(Said::VerifyStarted);
        let mut view = Self {
            regions: regions(scenario),
            context: BTreeSet::new(),
            kinds: kinds(scenario),
            scenario,
            history,
            planned,
            executed,
            lists: Vec::new(),
            known: HashMap::new(),
            read: BTreeSet::new(),
            ends: HashMap::new(),
            begins: HashMap::new(),
            unlisted: BTreeSet::new(),
            failed_lists: BTreeSet::new(),
            forgiven: BTreeSet::new(),
            range,
        };
        view.learn();
        let chosen = view.kinds.iter().cloned().chain(view.member_kinds()).collect();
        view.context = context(scenario, chosen);
        view
    }

    /// Tells apart the listings of scans and looks at single items: the run says when one of the former is finished.
    fn learn(&mut self) {
        let mut open: BTreeMap<(&Arc<str>, &Arc<str>), Vec<usize>> = BTreeMap::new();
        for record in self.range.clone() {
            match &self.history.records[record].what {
                What::Listed { kind, region, .. } | What::ListFailed { kind, region, .. } => {
                    open.entry((kind, region)).or_default().push(record);
                }
                What::Said { event: Said::ItemFinished(item, _), .. } => {
                    self.ends.entry(&**item).or_default().push(record);
                }
                What::Said { event: Said::DeleteStarted(item), .. } => {
                    self.begins.entry(&**item).or_default().push(record);
                }
                What::Asked { operation: Operation::ReadTags, life } => drop(self.read.insert(*life)),
                // What was listed until then were looks at single items.
                What::Said { event: Said::VerifyStarted, .. } => open.clear(),
                What::Said { event: Said::ListFinished(kind, region), .. } => {
                    let Some(lists) = open.remove(&(kind, region)) else { continue };
                    // A list is read a second time if something seemed to be gone: what was in the first one is known as well, and holds if
                    // the second one fails, unless the run is over.
                    let mut last = lists.last();
                    let is_over = last.is_some_and(|list| self.is_over(*list));
                    for list in &lists {
                        if let What::Listed { found, .. } = &self.history.records[*list].what {
                            if !is_over {
                                last = Some(list);
                            }
                            for life in found {
                                self.known.entry(*life).or_insert(*list);
                            }
                        }
                    }
                    last.into_iter().for_each(|list| self.take(*list));
                }
                _ => {}
            }
        }
    }

    /// Whether a listing failed since the run is over.
    fn is_over(&self, record: usize) -> bool {
        matches!(
            self.history.records[record].what,
            What::ListFailed { error: ErrorKind::Interrupted | ErrorKind::Credentials, .. }
        )
    }

    fn take(&mut self, record: usize) {
        match &self.history.records[record].what {
            What::Listed { kind, region, began, found } => {
                for life in found {
                    self.known.entry(*life).or_insert(record);
                }
                self.failed_lists.remove(&(kind.clone(), region.clone()));
                self.lists.push(List { record, kind, region, began: *began, found });
            }
            What::ListFailed { kind, region, error } => {
                let off = self.scenario.off.contains(region);
                // A service that was never there has nothing in it.
                let absent = *error == ErrorKind::UnsupportedRegion && !self.scenario_has(kind, region);
                // Where nothing was chosen, what fails is worth a warning only.
                let aside =
                    !self.has_rules() && !self.kinds.contains(kind) && !self.scenario.kind(kind).stack;
                if off || absent || aside || !self.regions.contains(region) {
                    self.forgiven.insert((kind.clone(), region.clone()));
                    return;
                }
                self.failed_lists.insert((kind.clone(), region.clone()));
                if record < self.planned {
                    self.unlisted.insert((kind.clone(), region.clone()));
                }
            }
            _ => {}
        }
    }

    /// The types of what stacks of the run would take along.
    fn member_kinds(&self) -> Vec<Arc<str>> {
        let steady: Vec<&Thing> =
            self.lives().filter(|life| self.is_steady(*life)).map(|life| self.thing(life)).collect();
        let is_chosen = |id: &Arc<str>| {
            steady
                .iter()
                .any(|stack| stack.id == *id && self.kinds.contains(&stack.kind) && !self.is_unlisted(stack))
        };
        let members = steady.iter().filter(|thing| thing.stacks.iter().any(is_chosen));
        members.map(|thing| thing.kind.clone()).collect()
    }

    fn scenario_has(&self, kind: &str, region: &str) -> bool {
        self.scenario.things.iter().any(|thing| *thing.kind == *kind && *thing.region == *region)
    }

    pub(super) fn life(&self, life: usize) -> &'a Life {
        &self.history.lives[life]
    }

    pub(super) fn thing(&self, life: usize) -> &'a Thing {
        &self.history.lives[life].thing
    }

    pub(super) fn at(&self, record: usize) -> std::time::Duration {
        self.history.records[record].at
    }

    /// The numbers of all lives.
    pub(super) fn lives(&self) -> Range<usize> {
        0..self.history.lives.len()
    }

    /// Whether the run knew of a life when something happened.
    pub(super) fn knows(&self, life: usize, record: usize) -> bool {
        self.known.get(&life).is_some_and(|learned| *learned < record)
    }

    /// Whether the run may delete things of this type and region.
    pub(super) fn is_selected(&self, thing: &Thing) -> bool {
        self.kinds.contains(&thing.kind) && self.regions.contains(&thing.region)
    }

    /// Whether the run may delete things of this type.
    pub(super) fn is_chosen(&self, kind: &str) -> bool {
        self.kinds.contains(kind)
    }

    /// Whether the run lists things of this type and region.
    pub(super) fn is_targeted(&self, thing: &Thing) -> bool {
        let stack = self.scenario.kind(&thing.kind).stack;
        let everywhere = stack && self.regions.contains("global");
        let forgiven = self.forgiven.contains(&(thing.kind.clone(), thing.region.clone()));
        !forgiven
            && (stack || self.context.contains(&thing.kind))
            && (everywhere || self.regions.contains(&thing.region))
    }

    /// Whether things of its type and region could not be listed when the plan was made.
    pub(super) fn is_unlisted(&self, thing: &Thing) -> bool {
        self.unlisted.contains(&(thing.kind.clone(), thing.region.clone()))
    }

    /// Whether the user has rules by which some things stay.
    pub(super) fn has_rules(&self) -> bool {
        let choice = &self.scenario.choice;
        !choice.deny.is_empty() || !choice.deny_stacks.is_empty() || choice.deny_production
    }

    /// Whether a life was there, to be seen, all the time until the plan was made.
    pub(super) fn is_steady(&self, life: usize) -> bool {
        let it = self.life(life);
        it.born < self.range.start
            && it.visible <= self.at(self.range.start)
            && it.removed.as_ref().is_none_or(|(end, ..)| *end > self.planned)
    }

    /// Whether a life's citations were cut before a moment.
    pub(super) fn is_cut(&self, life: usize, record: usize) -> bool {
        self.life(life).cut.is_some_and(|cut| cut < record)
    }

    /// The considered deletions, and the steps of deletions: record, operation, life.
    pub(super) fn asked(&self) -> impl Iterator<Item = (usize, Operation, usize)> + '_ {
        self.range.clone().filter_map(|record| match self.history.records[record].what {
            What::Asked { operation, life } if operation.writes() => Some((record, operation, life)),
            _ => None,
        })
    }

    /// When an item was last said to be at its end, before a record.
    pub(super) fn finished(&self, id: &str, before: usize) -> Option<usize> {
        last_before(self.ends.get(id)?, before)
    }

    /// When the deletion of an item was last begun, before a record.
    pub(super) fn began(&self, id: &str, before: usize) -> usize {
        self.begins.get(id).and_then(|all| last_before(all, before)).unwrap_or(self.range.start)
    }

    /// Whether a listing that fails is of no consequence.
    pub(super) fn is_forgiven(&self, kind: &Arc<str>, region: &Arc<str>) -> bool {
        self.forgiven.contains(&(kind.clone(), region.clone()))
    }

    /// The last listing of a type and region the run learned from.
    pub(super) fn last_list(&self, thing: &Thing) -> Option<&List<'a>> {
        self.lists.iter().rev().find(|list| **list.kind == *thing.kind && **list.region == *thing.region)
    }

    /// What takes a thing along: its owners, as far as they are known, and the stacks that own those of which nobody knows more than
    /// that the thing and the stack name them.
    pub(super) fn owners(&self, thing: &'a Thing, is_known: impl Fn(&str) -> bool) -> Vec<&'a str> {
        // Stacks name their members by id: whoever has that by now is one.
        let namesakes = self.scenario.things.iter().filter(|other| other.id == thing.id);
        let stacks = namesakes.flat_map(|namesake| &namesake.stacks);
        let mut owners: Vec<&str> = stacks.map(|stack| &**stack).collect();
        for owner in &thing.owners {
            if is_known(owner) {
                owners.push(owner);
            } else {
                owners.extend(self.stacks_of(thing, owner, Naming::Id));
            }
        }
        owners
    }

    /// The stacks that own what a thing uses, where nobody knows more of that than that both name it. Stacks do so by id.
    pub(super) fn within(&self, thing: &'a Thing, is_known: impl Fn(&str) -> bool) -> Vec<&'a str> {
        let unknown = thing.uses.iter().filter(|used| used.by != Naming::Name && !is_known(&used.target));
        unknown.flat_map(|used| self.stacks_of(thing, &used.target, used.by)).collect()
    }

    /// The stacks that name something as their member, where another thing may mean them by it.
    fn stacks_of(&self, thing: &'a Thing, id: &str, by: Naming) -> impl Iterator<Item = &'a str> {
        let things = &self.scenario.things;
        let named = move |id: &str| things.iter().find(|thing| *thing.id == *id);
        let stacks = named(id).into_iter().flat_map(|member| &member.stacks).filter_map(move |id| named(id));
        stacks
            .filter(move |stack| stack.id != thing.id && (by == Naming::Arn || is_near(thing, stack)))
            .map(|stack| &*stack.id)
    }

    /// What is there at the end of the run, by id.
    pub(super) fn left(&self) -> BTreeMap<&'a str, usize> {
        self.lives()
            .filter(|life| self.life(*life).is_there(self.range.end.saturating_sub(1)))
            .map(|life| (&*self.life(life).thing.id, life))
            .collect()
    }
}

/// The last of some records before another.
fn last_before(records: &[usize], before: usize) -> Option<usize> {
    let count = records.partition_point(|record| *record < before);
    count.checked_sub(1).map(|last| records[last])
}

/// Whether two things may have to do with each other, as far as their regions go.
pub(super) fn is_near(one: &Thing, other: &Thing) -> bool {
    one.region == other.region || &*one.region == "global" || &*other.region == "global"
}

fn regions(scenario: &Scenario) -> BTreeSet<Arc<str>> {
    if scenario.choice.regions.is_empty() {
        scenario.regions.iter().chain(&scenario.off).cloned().chain(["global".into()]).collect()
    } else {
        scenario.choice.regions.iter().cloned().collect()
    }
}

fn kinds(scenario: &Scenario) -> BTreeSet<Arc<str>> {
    let chosen = |name: &Arc<str>| {
        (scenario.choice.kinds.is_empty() || scenario.choice.kinds.contains(name))
            && !scenario.choice.without.contains(name)
    };
    scenario.kinds.iter().map(|kind| kind.name.clone()).filter(chosen).collect()
}

/// The types of the run, and those that may need or own them, directly or through others.
fn context(scenario: &Scenario, mut known: BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
    loop {
        let before = known.len();
        for kind in &scenario.kinds {
            let wholes = scenario.wholes(kind);
            let above = kind.owned_by.iter().chain(&wholes);
            if known.contains(&kind.name) {
                known.extend(above.cloned());
            } else if above.chain(&kind.refs).any(|other| known.contains(other)) {
                known.insert(kind.name.clone());
            }
        }
        if known.len() == before {
            return known;
        }
    }
}
