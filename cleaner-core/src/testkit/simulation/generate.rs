use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;

use super::{
    Again, Choice, Dates, Ending, Happening, Happens, Kind, Limit, ListTrouble, Mode, Naming, Scenario, Tag,
    Thing, Use,
};
use crate::error::ErrorKind;
use crate::handler::TagSource;
use crate::lane::Quotas;

impl Scenario {
    /// The scenario a seed stands for.
    pub fn of(seed: u64) -> Self {
        Generator { rng: Rng::with_seed(seed), temper: Temper::of(seed) }.scenario(seed)
    }
}

/// How bad a scenario may get: some are gentle, so that what must succeed is seen to succeed.
#[derive(Clone, Copy)]
struct Temper {
    /// Whether anything fails for good.
    stubborn: bool,
    /// Whether others change the account meanwhile.
    lively: bool,
    /// Whether the run ends before its time.
    cut_short: bool,
}

impl Temper {
    fn of(seed: u64) -> Self {
        Self { stubborn: seed % 3 == 1, lively: seed % 5 >= 3, cut_short: seed % 4 == 3 }
    }
}

struct Generator {
    rng: Rng,
    temper: Temper,
}

impl Generator {
    fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(..100) < percent
    }

    fn seconds(&mut self, range: std::ops::Range<u64>) -> Duration {
        Duration::from_millis(self.rng.u64(range.start * 1000..range.end * 1000))
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.rng.usize(..from.len())].clone()
    }

    fn scenario(mut self, seed: u64) -> Scenario {
        let regions: Vec<Arc<str>> =
            (1..=self.rng.usize(1..=3)).map(|number| format!("r{number}").into()).collect();
        let kinds = self.kinds();
        let patience = Duration::from_secs(self.pick(&[60, 90, 300]));
        let count = if self.chance(70) { self.rng.usize(1..14) } else { self.rng.usize(10..36) };
        let mut things: Vec<Thing> = Vec::new();
        for number in 0..count {
            let thing = self.thing(number, &kinds, &regions, &things, patience);
            things.push(thing);
        }
        self.close_circles(&kinds, &mut things);
        self.leave_things(&kinds, &mut things, patience);
        spare_owners(&mut things);
        let mut scenario = Scenario {
            seed,
            off: if self.chance(5) { vec!["off".into()] } else { Vec::new() },
            happenings: Vec::new(),
            lists: Vec::new(),
            limits: self.limits(&kinds),
            passing: if self.chance(50) { 0 } else { self.rng.u64(1..15) },
            latency: self.pick(&[5, 50, 300]),
            choice: self.choice(&kinds, &regions, &things, patience),
            mode: match self.rng.u32(..10) {
                0 => Mode::DryRun,
                1..=3 => Mode::Apply(self.seconds(1..600)),
                _ => Mode::Clear,
            },
            ending: Ending::None,
            kinds,
            regions,
            things,
        };
        if self.temper.lively {
            self.happenings(&mut scenario);
        }
        self.troubles(&mut scenario);
        if self.temper.cut_short {
            scenario.ending = self.ending();
        }
        // A second run could not know that there ever was such a service.
        if matches!(scenario.ending, Ending::Crash(_)) {
            let things = &scenario.things;
            let is_there = |trouble: &ListTrouble| {
                things.iter().any(|thing| thing.kind == trouble.kind && thing.region == trouble.region)
            };
            scenario
                .lists
                .retain(|trouble| trouble.answer != ErrorKind::UnsupportedRegion || !is_there(trouble));
        }
        if self.chance(2) {
            scenario.choice.limit = Some(self.rng.usize(..4));
        }
        scenario
    }

    // --- types -------------------------------------------------------------------------------------------------------

    fn kinds(&mut self) -> Vec<Kind> {
        let count = self.rng.usize(2..=7);
        let mut kinds: Vec<Kind> = (0..count).map(|number| self.kind(number)).collect();
        let names: Vec<Arc<str>> = kinds.iter().map(|kind| kind.name.clone()).collect();
        for (number, kind) in kinds.iter_mut().enumerate() {
            for (other, name) in names.iter().enumerate() {
                if self.chance(if number == other { 25 } else { 22 }) {
                    kind.refs.push(name.clone());
                }
                if number != other && self.chance(10) {
                    kind.owned_by.push(name.clone());
                }
                // Types come after types in one direction only, as a test of the catalog makes sure.
                if other < number && self.chance(15) {
                    kind.delete_after.push(name.clone());
                }
            }
        }
        kinds
    }

    fn kind(&mut self, number: usize) -> Kind {
        let stack = number == 1 && self.chance(75);
        let lag = |this: &mut Self, percent| match this.chance(percent) {
            true => this.seconds(0..15),
            false => Duration::ZERO,
        };
        Kind {
            name: if stack { "Stack".into() } else { format!("K{number}").into() },
            service: format!("s{}", self.rng.usize(..3)).into(),
            global: !stack && self.chance(20),
            stack,
            by_product: !stack && number >= 2 && self.chance(30),
            refs: Vec::new(),
            owned_by: Vec::new(),
            delete_after: Vec::new(),
            tags: self.pick(&[TagSource::None, TagSource::Listed, TagSource::Listed, TagSource::Call]),
            asks: self.chance(30),
            shows_state: self.chance(75),
            dates: self.pick(&[Dates::None, Dates::Listed, Dates::Listed, Dates::Asked]),
            page: self.pick(&[1, 2, 5, 100]),
            steps: self.pick(&[0, 0, 0, 1, 2]),
            lag_gone: lag(self, 25),
            lag_new: lag(self, 25),
        }
    }

    // --- things ------------------------------------------------------------------------------------------------------

    fn thing(
        &mut self,
        number: usize,
        kinds: &[Kind],
        regions: &[Arc<str>],
        before: &[Thing],
        patience: Duration,
    ) -> Thing {
        let kind = self.pick(kinds);
        let region = if kind.global { "global".into() } else { self.pick(regions) };
        let mut thing = Thing {
            id: format!("{}-{number}", kind.name.to_lowercase()).into(),
            kind: kind.name.clone(),
            region,
            ..Thing::default()
        };
        for other in before {
            let is_near = near(&thing, other);
            if kind.refs.contains(&other.kind) && self.chance(if is_near { 30 } else { 4 }) {
                let used = self.reference(other, is_near);
                thing.uses.push(used);
            }
            // What goes with its parent owns nothing that could stay.
            let owns = is_near && other.parent.is_none();
            if owns && kind.owned_by.contains(&other.kind) && self.chance(25) {
                thing.owners.push(other.id.clone());
            }
            let other_kind = kinds.iter().find(|kind| kind.name == other.kind).expect("one of these types");
            if owns && other_kind.stack && thing.stacks.is_empty() && self.chance(35) {
                thing.stacks.push(other.id.clone());
            }
            if owns && thing.parts_of.is_empty() && self.chance(1) {
                thing.parts_of.push(other.id.clone());
            }
            if is_near && !thing.managed && kind.refs.contains(&other.kind) && self.chance(3) {
                thing.managed = true;
                thing.parent = Some(other.id.clone());
                thing.uses.retain(|used| used.target != other.id);
                thing.uses.push(Use { target: other.id.clone(), enforced: false, by: Naming::Id });
            }
        }
        thing.left = self.chance(15);
        if kind.tags != TagSource::None && self.chance(20) {
            let all =
                [Tag::Keep, Tag::Keep, Tag::UntilPast, Tag::UntilFuture, Tag::UntilNonsense, Tag::Production];
            thing.tag = self.pick(&all);
            if self.temper.stubborn && self.chance(15) {
                thing.tag = Tag::Unreadable;
            }
        }
        thing.protected = self.chance(4);
        thing.managed |= self.chance(2);
        self.temperament(&mut thing, &kind, before, patience);
        if self.temper.lively && self.chance(8) {
            thing.comes = Some(self.seconds(0..90));
        }
        thing
    }

    /// How a thing takes its deletion.
    fn temperament(&mut self, thing: &mut Thing, kind: &Kind, before: &[Thing], patience: Duration) {
        if self.chance(30) {
            let shown = kind.shows_state || kind.asks;
            let longest = if shown && self.chance(10) { 1800 } else { patience.as_secs() / 3 };
            thing.takes = Some(self.seconds(0..longest));
            if self.chance(10) {
                thing.fails_late = self.rng.u8(1..=2);
            }
            thing.again = self.pick(&[Again::Started, Again::Started, Again::Dependency]);
        }
        if self.chance(8) {
            let kind = self.pick(&[ErrorKind::Dependency, ErrorKind::Unexpected, ErrorKind::Throttled]);
            let times = if kind == ErrorKind::Unexpected { 1 } else { self.rng.usize(1..4) };
            thing.refusals = vec![kind; times];
        }
        thing.lost_reply = self.chance(4);
        if self.chance(4) && !before.is_empty() {
            thing.holder = Some(self.pick(before).id);
        }
        if self.chance(4) {
            thing.held_until = Some(self.seconds(0..30));
        }
        if self.temper.stubborn {
            if self.chance(8) {
                let all = [
                    ErrorKind::Denied,
                    ErrorKind::Protected,
                    ErrorKind::Invalid,
                    ErrorKind::Dependency,
                    ErrorKind::Transient,
                    ErrorKind::Unexpected,
                    ErrorKind::UnsupportedRegion,
                ];
                thing.forever = Some(self.pick(&all));
            }
            thing.no_unlink = self.chance(8);
        }
    }

    fn reference(&mut self, other: &Thing, is_near: bool) -> Use {
        let by = if is_near { self.pick(&[Naming::Id, Naming::Name, Naming::Arn]) } else { Naming::Arn };
        Use { target: other.id.clone(), enforced: self.chance(60), by }
    }

    /// Lets some things use later ones, so that circles come about.
    fn close_circles(&mut self, kinds: &[Kind], things: &mut [Thing]) {
        let percent = self.pick(&[0, 0, 3, 12]);
        for number in 0..things.len() {
            for later in number + 1..things.len() {
                let kind = kinds.iter().find(|kind| kind.name == things[number].kind);
                let may = kind.is_some_and(|kind| kind.refs.contains(&things[later].kind));
                if may && near(&things[number], &things[later]) && self.chance(percent) {
                    let used = self.reference(&things[later].clone(), true);
                    things[number].uses.push(used);
                }
            }
        }
    }

    /// Lets some things leave something behind.
    fn leave_things(&mut self, kinds: &[Kind], things: &mut [Thing], patience: Duration) {
        let all: Vec<&Kind> = kinds.iter().filter(|kind| kind.by_product).collect();
        if all.is_empty() {
            return;
        }
        let before = things.to_vec();
        for (number, thing) in things.iter_mut().enumerate() {
            if !self.chance(12) {
                continue;
            }
            let kind = self.pick(&all);
            if kind.global != (&*thing.region == "global") {
                continue;
            }
            let twins: Vec<&Thing> = before.iter().filter(|other| other.kind == kind.name).collect();
            let mut left = Thing {
                id: format!("{}-left-{number}", kind.name.to_lowercase()).into(),
                kind: kind.name.clone(),
                region: thing.region.clone(),
                ..Thing::default()
            };
            // Under a name that was there before, or under a new one.
            if self.chance(30)
                && let Some(twin) = twins.iter().find(|twin| twin.region == left.region)
            {
                left.id = twin.id.clone();
            }
            if kind.tags != TagSource::None && self.chance(10) {
                left.tag = Tag::Keep;
            }
            // It holds some of what was used, until it is deleted as well.
            if self.chance(40) {
                let used = thing.uses.iter().filter(|used| {
                    let target = before.iter().find(|other| other.id == used.target);
                    target.is_some_and(|target| kind.refs.contains(&target.kind) && target.id != left.id)
                });
                left.uses = used.map(|used| Use { enforced: true, ..used.clone() }).collect();
            }
            self.temperament(&mut left, kind, &[], patience);
            let after = if self.chance(70) { Duration::ZERO } else { self.seconds(0..20) };
            thing.leaves.push((after, left));
        }
    }

    // --- the rest ----------------------------------------------------------------------------------------------------

    fn limits(&mut self, kinds: &[Kind]) -> Vec<Limit> {
        let mut limits: Vec<Limit> = Vec::new();
        for kind in kinds {
            if limits.iter().all(|limit| limit.service != kind.service) && self.chance(40) {
                let rate = self.pick(&[1.0, 3.0, 10.0, 40.0]);
                limits.push(Limit {
                    service: kind.service.clone(),
                    rate,
                    burst: self.pick(&[1.0, 5.0, 20.0]),
                });
            }
        }
        limits
    }

    fn choice(
        &mut self,
        kinds: &[Kind],
        regions: &[Arc<str>],
        things: &[Thing],
        patience: Duration,
    ) -> Choice {
        let names: Vec<Arc<str>> = kinds.iter().map(|kind| kind.name.clone()).collect();
        let some_regions = if self.chance(10) {
            vec![self.pick(regions)]
        } else if self.chance(5) {
            vec!["global".into()]
        } else {
            Vec::new()
        };
        let stacks: Vec<&Thing> = things.iter().filter(|thing| &*thing.kind == "Stack").collect();
        let mut deny_stacks = Vec::new();
        if !stacks.is_empty() && self.chance(15) {
            deny_stacks.push(self.pick(&stacks).id.clone());
        }
        Choice {
            kinds: if self.chance(8) { vec![self.pick(&names)] } else { Vec::new() },
            without: if self.chance(10) && names.len() > 1 { vec![self.pick(&names)] } else { Vec::new() },
            regions: some_regions,
            deny: if self.chance(20) && !things.is_empty() { vec![self.pick(things).id] } else { Vec::new() },
            deny_stacks,
            deny_production: self.chance(30),
            lift_protection: self.chance(30),
            lift_tags: self.chance(10),
            patience,
            passes: self.pick(&[1, 1, 2, 3]),
            limit: None,
            quotas: self.pick(&[Quotas::Adaptive, Quotas::Aws]),
        }
    }

    fn happenings(&mut self, scenario: &mut Scenario) {
        for number in 0..scenario.things.len() {
            if self.chance(12) {
                let tag = if self.chance(50) { Tag::None } else { Tag::Keep };
                let what = if self.chance(50) { Happens::Vanishes } else { Happens::Replaced(tag) };
                // While its deletion is under way is when a namesake is most easily taken for it.
                let takes = scenario.things[number].takes.filter(|_| self.chance(70));
                let at = match takes {
                    Some(takes) => takes.mul_f64(self.rng.f64()),
                    None => self.seconds(0..120),
                };
                scenario.happenings.push(Happening { at, id: scenario.things[number].id.clone(), what });
            }
        }
        if let Mode::Apply(pause) = scenario.mode {
            // Between the plan and its application is when most of it matters.
            for happening in &mut scenario.happenings {
                if self.rng.bool() {
                    happening.at = pause.mul_f64(self.rng.f64()) + Duration::from_secs(1);
                }
            }
        }
    }

    fn troubles(&mut self, scenario: &mut Scenario) {
        for kind in &scenario.kinds.clone() {
            let places: Vec<Arc<str>> =
                if kind.global { vec!["global".into()] } else { scenario.regions.clone() };
            for region in places {
                if !self.chance(if self.temper.stubborn { 10 } else { 3 }) {
                    continue;
                }
                let passing = [ErrorKind::Throttled, ErrorKind::Transient];
                let lasting = [
                    ErrorKind::Denied,
                    ErrorKind::Denied,
                    ErrorKind::Transient,
                    ErrorKind::Unexpected,
                    ErrorKind::UnsupportedRegion,
                    ErrorKind::Invalid,
                ];
                let lasts = self.temper.stubborn && self.chance(80);
                let answer = if lasts { self.pick(&lasting) } else { self.pick(&passing) };
                let trouble = ListTrouble {
                    kind: kind.name.clone(),
                    region,
                    answer,
                    from: if self.temper.stubborn && self.chance(30) { self.rng.u32(1..4) } else { 0 },
                    times: if lasts && self.chance(70) { None } else { Some(self.rng.u32(1..3)) },
                    calls: if lasts { None } else { Some(self.rng.u32(1..4)) },
                    page: if self.chance(70) { 0 } else { 1 },
                };
                let has = |thing: &Thing| thing.kind == trouble.kind && thing.region == trouble.region;
                let is_there = scenario.things.iter().any(has);
                // A service that is not there has nothing in it, unless it is there and says so later.
                if trouble.answer != ErrorKind::UnsupportedRegion || !is_there || trouble.from > 0 {
                    scenario.lists.push(trouble);
                }
            }
        }
    }

    fn ending(&mut self) -> Ending {
        let at = match self.rng.u32(..3) {
            0 => Duration::from_millis(self.rng.u64(..2000)),
            1 => self.seconds(0..30),
            _ => self.seconds(0..300),
        };
        match self.rng.u32(..8) {
            0 => Ending::Deadline(at),
            1 => Ending::Stop(at),
            2 => Ending::Loss(at),
            3 => Ending::Expiry(at),
            4 => Ending::Reporter(self.rng.u64(1..80)),
            _ => Ending::Crash(self.rng.u64(1..150)),
        }
    }
}

fn near(one: &Thing, other: &Thing) -> bool {
    one.region == other.region || &*one.region == "global" || &*other.region == "global"
}

/// What its owners leave behind holds neither these nor what goes along with them, and nor does what belongs to it: nothing could
/// ever be deleted then.
fn spare_owners(things: &mut [Thing]) {
    let before = things.to_vec();
    let is_left = |id: &Arc<str>| before.iter().any(|thing| thing.id == *id && thing.left);
    for thing in things.iter_mut() {
        let above = above(&before, &thing.id);
        if !thing.left && !above.iter().any(is_left) {
            continue;
        }
        for used in &mut thing.uses {
            let along = self::above(&before, &used.target).iter().any(|owner| above.contains(owner));
            used.enforced &= !above.contains(&used.target) && !along;
        }
    }
}

/// All that a thing goes along with, directly or through others.
fn above(things: &[Thing], id: &Arc<str>) -> Vec<Arc<str>> {
    let mut all = vec![id.clone()];
    let mut next = 0;
    while let Some(one) = all.get(next).cloned() {
        next += 1;
        for thing in things.iter().filter(|thing| thing.id == one) {
            let owners = thing.owners.iter().chain(&thing.stacks).chain(&thing.parent);
            let new: Vec<_> = owners.filter(|owner| !all.contains(owner)).cloned().collect();
            all.extend(new);
        }
    }
    all.remove(0);
    all
}
