use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::error::ErrorKind;
use crate::handler::TagSource;
use crate::lane::Quotas;

/// One simulated account, and everything that happens to it and to the run: plain data, so that it can be shrunk and shown.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it was made from, and what fixes every random moment in it.
    pub seed: u64,
    /// The resource types.
    pub kinds: Vec<Kind>,
    /// The regions, besides `global`.
    pub regions: Vec<Arc<str>>,
    /// Regions that are off: they do not know the credentials.
    pub off: Vec<Arc<str>>,
    /// What is there, or comes.
    pub things: Vec<Thing>,
    /// What others do meanwhile.
    pub happenings: Vec<Happening>,
    /// Listings that do not work.
    pub lists: Vec<ListTrouble>,
    /// Rates nobody documents.
    pub limits: Vec<Limit>,
    /// How many of a hundred calls fail in passing.
    pub passing: u64,
    /// The longest time a call takes, in milliseconds.
    pub latency: u64,
    /// What the user asks for.
    pub choice: Choice,
    /// What is done.
    pub mode: Mode,
    /// What ends the run before its time.
    pub ending: Ending,
}

/// A resource type.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Its name.
    pub name: Arc<str>,
    /// The service whose lanes its calls take.
    pub service: Arc<str>,
    /// Whether it lives in no region.
    pub global: bool,
    /// Whether its resources are stacks.
    pub stack: bool,
    /// Whether other deletions create it.
    pub by_product: bool,
    /// The types it uses.
    pub refs: Vec<Arc<str>>,
    /// The types that take it along.
    pub owned_by: Vec<Arc<str>>,
    /// The types that go first.
    pub delete_after: Vec<Arc<str>>,
    /// Where its tags are.
    pub tags: TagSource,
    /// Whether single resources can be asked how far their deletion is.
    pub asks: bool,
    /// Whether lists show what is on its way out, or has failed to go.
    pub shows_state: bool,
    /// Where its creation dates are.
    pub dates: Dates,
    /// How many a page of its list holds.
    pub page: usize,
    /// How many calls come before the deletion.
    pub steps: u8,
    /// How long what is gone stays listed.
    pub lag_gone: Duration,
    /// How long what is new is not listed.
    pub lag_new: Duration,
}

/// Where creation dates are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dates {
    /// Nowhere.
    None,
    /// In the list.
    Listed,
    /// One call per resource.
    Asked,
}

/// A resource, what it has to do with others, and how it takes its deletion.
#[derive(Clone, Debug, Default)]
pub struct Thing {
    /// Its type.
    pub kind: Arc<str>,
    /// Its region.
    pub region: Arc<str>,
    /// Its id, unique in the scenario.
    pub id: Arc<str>,
    /// When it comes; none: it is there from the start.
    pub comes: Option<Duration>,
    /// What it uses.
    pub uses: Vec<Use>,
    /// What takes it along, said by itself.
    pub owners: Vec<Arc<str>>,
    /// The stacks that name it as their member.
    pub stacks: Vec<Arc<str>>,
    /// Whether its owners leave it when they go.
    pub left: bool,
    /// What it is a part of.
    pub parts_of: Vec<Arc<str>>,
    /// Its tag.
    pub tag: Tag,
    /// Whether a built-in protection holds.
    pub protected: bool,
    /// Whether AWS manages it.
    pub managed: bool,
    /// What it goes with, if it is managed.
    pub parent: Option<Arc<str>>,
    /// How long its deletion takes after the call; none: it is gone when the call returns.
    pub takes: Option<Duration>,
    /// How often its deletion fails after it was begun.
    pub fails_late: u8,
    /// What its deletion answers first.
    pub refusals: Vec<ErrorKind>,
    /// What its deletion answers for good.
    pub forever: Option<ErrorKind>,
    /// What a second call answers while its deletion is under way.
    pub again: Again,
    /// Whether the first answer is lost: the call took effect, and looks as if it had failed.
    pub lost_reply: bool,
    /// What holds it, though nobody says so.
    pub holder: Option<Arc<str>>,
    /// Until when something holds it that nobody can see.
    pub held_until: Option<Duration>,
    /// Whether it cannot be unlinked.
    pub no_unlink: bool,
    /// What it leaves behind, and how much later.
    pub leaves: Vec<(Duration, Self)>,
}

/// One resource that another uses.
#[derive(Clone, Debug)]
pub struct Use {
    /// The one that is used.
    pub target: Arc<str>,
    /// Whether the cloud holds it while it is used.
    pub enforced: bool,
    /// How it is named.
    pub by: Naming,
}

/// How a reference names what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// By id.
    Id,
    /// By name.
    Name,
    /// By ARN.
    Arn,
}

/// What a second call answers while a deletion is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Again {
    /// That it has begun.
    #[default]
    Started,
    /// That it is in the way of itself.
    Dependency,
}

/// A tag that means something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tag {
    /// No tag.
    #[default]
    None,
    /// `aws-cleaner:keep`.
    Keep,
    /// `aws-cleaner:keep-until` a date that has passed.
    UntilPast,
    /// `aws-cleaner:keep-until` a date to come.
    UntilFuture,
    /// `aws-cleaner:keep-until` what is no date.
    UntilNonsense,
    /// `env: prod`, of which rules may speak.
    Production,
    /// Nobody may read its tags.
    Unreadable,
}

/// Something that others do.
#[derive(Clone, Debug)]
pub struct Happening {
    /// When.
    pub at: Duration,
    /// To which resource.
    pub id: Arc<str>,
    /// What.
    pub what: Happens,
}

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happens {
    /// It goes.
    Vanishes,
    /// It goes, and another one comes under its name, with this tag.
    Replaced(Tag),
}

/// A listing that does not work.
#[derive(Clone, Debug)]
pub struct ListTrouble {
    /// The type.
    pub kind: Arc<str>,
    /// The region.
    pub region: Arc<str>,
    /// What it answers.
    pub answer: ErrorKind,
    /// From which listing on, counted from 0.
    pub from: u32,
    /// How many listings fail; none: all.
    pub times: Option<u32>,
    /// How many calls of each of them fail before it works after all; none: all.
    pub calls: Option<u32>,
    /// Which page fails, counted from 0.
    pub page: usize,
}

/// What a lane takes, though no document says so.
#[derive(Clone, Debug)]
pub struct Limit {
    /// The service.
    pub service: Arc<str>,
    /// Calls per second.
    pub rate: f64,
    /// How many may go at once.
    pub burst: f64,
}

/// What the user asks for.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The types; empty: all.
    pub kinds: Vec<Arc<str>>,
    /// The types left out.
    pub without: Vec<Arc<str>>,
    /// The regions; empty: all.
    pub regions: Vec<Arc<str>>,
    /// Resources that are denied from deletion, by name.
    pub deny: Vec<Arc<str>>,
    /// Stacks whose resources are denied from deletion, by name.
    pub deny_stacks: Vec<Arc<str>>,
    /// Whether what is tagged as production is denied from deletion.
    pub deny_production: bool,
    /// Whether the built-in protection of the simulated types is lifted.
    pub lift_protection: bool,
    /// Whether keep tags mean nothing.
    pub lift_tags: bool,
    /// How long nothing may change before what is held is given up.
    pub patience: Duration,
    /// How many looks in a row must be clean.
    pub passes: u32,
    /// How many deletions are allowed.
    pub limit: Option<usize>,
    /// The rates lanes start with.
    pub quotas: Quotas,
}

/// What is done with the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is cleared.
    Clear,
    /// A plan is made and saved; after some time it is applied.
    Apply(Duration),
    /// Nothing is deleted.
    DryRun,
}

/// What ends a run before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Nothing.
    None,
    /// The deadline.
    Deadline(Duration),
    /// Somebody stops it.
    Stop(Duration),
    /// The account is lost, and nobody says so: only who asks knows.
    Loss(Duration),
    /// The credentials expire.
    Expiry(Duration),
    /// Nobody can write down this event any more.
    Reporter(u64),
    /// The process dies at this call; the account is cleared by another one.
    Crash(u64),
}

impl Scenario {
    /// The types of what things of a type are parts of.
    pub fn wholes(&self, kind: &Kind) -> Vec<Arc<str>> {
        let parts = self.things.iter().filter(|thing| thing.kind == kind.name);
        let wholes: BTreeSet<&Arc<str>> = parts.flat_map(|thing| &thing.parts_of).collect();
        let kinds = self.things.iter().filter(|thing| wholes.contains(&thing.id)).map(|thing| &thing.kind);
        kinds.cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The type of this name.
    pub fn kind(&self, name: &str) -> &Kind {
        self.kinds.iter().find(|kind| &*kind.name == name).expect("things are of types the scenario has")
    }
}

impl Kind {
    /// The name under which stacks name it.
    pub fn cloudformation(&self) -> String {
        format!("Simulated::{}", self.name)
    }
}

impl Thing {
    /// Its name.
    pub fn name(&self) -> String {
        format!("name-{}", self.id)
    }

    /// Its ARN.
    pub fn arn(&self) -> String {
        format!("arn:simulated:{}:{}:{}", self.kind, self.region, self.id)
    }

    /// Whether something takes it along when it goes.
    pub fn is_owned_by(&self, owner: &str) -> bool {
        self.owners.iter().chain(&self.stacks).any(|id| &**id == owner)
    }

    /// Whether a deletion of it ends well, sooner or later, as far as it depends on itself.
    pub fn yields(&self) -> bool {
        let passes = |kind: ErrorKind| self.refusals.iter().filter(|refusal| **refusal == kind).count();
        self.forever.is_none()
            && !self.no_unlink
            && passes(ErrorKind::Unexpected) <= 1
            && self.refusals.iter().all(|kind| {
                matches!(kind, ErrorKind::Dependency | ErrorKind::Unexpected | ErrorKind::Throttled)
            })
    }
}
