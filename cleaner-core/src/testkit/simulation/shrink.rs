use std::time::Duration;

use super::{Ending, Failure, Mode, Scenario, Tag, Thing, simulate};
use crate::handler::TagSource;
use crate::lane::Quotas;

/// No more scenarios than this are tried for one failure.
const TRIES: usize = 6_000;

/// Finds a small scenario in which the same rule does not hold: leaves out whatever is not needed for that, as long as anything can be
/// left out.
pub fn shrink(failure: &Failure) -> Failure {
    let mut best = failure.clone();
    let mut tries = 0;
    loop {
        let before = tries;
        let mut smaller = false;
        for candidate in candidates(&best.scenario) {
            tries += 1;
            if tries > TRIES {
                return best;
            }
            // Candidates may have become meaningless by what was left out meanwhile: they are taken from the best one so far.
            let Some(scenario) = candidate(&best.scenario) else { continue };
            if let Err(found) = simulate(&scenario)
                && found.violation.rule == best.violation.rule
            {
                best = *found;
                smaller = true;
            }
        }
        if !smaller || before == tries {
            return best;
        }
    }
}

type Step = Box<dyn Fn(&Scenario) -> Option<Scenario>>;

/// Everything that might be left out.
fn candidates(scenario: &Scenario) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    // Half of the things at once, then fewer.
    let count = scenario.things.len();
    let mut size = count / 2;
    while size > 1 {
        for start in (0..count).step_by(size) {
            let ids: Vec<_> =
                scenario.things.iter().skip(start).take(size).map(|thing| thing.id.clone()).collect();
            steps.push(change(move |it| it.things.retain(|thing| !ids.contains(&thing.id))));
        }
        size /= 2;
    }
    for thing in &scenario.things {
        let id = thing.id.clone();
        steps.push(change(move |it| it.things.retain(|thing| thing.id != id)));
    }
    rest(&mut steps, scenario);
    for thing in &scenario.things {
        of_thing(&mut steps, thing);
    }
    for kind in &scenario.kinds {
        of_kind(&mut steps, &kind.name.clone());
    }
    steps
}

/// A step that changes the scenario; one that changes nothing is none.
fn change(change: impl Fn(&mut Scenario) + 'static) -> Step {
    Box::new(move |scenario| {
        let mut other = scenario.clone();
        change(&mut other);
        tidy(&mut other);
        (format!("{other:?}") != format!("{scenario:?}")).then_some(other)
    })
}

/// Leaves out what speaks of what is no longer there.
fn tidy(scenario: &mut Scenario) {
    let ids: Vec<_> = scenario.things.iter().map(|thing| thing.id.clone()).collect();
    for thing in &mut scenario.things {
        thing.uses.retain(|used| ids.contains(&used.target));
        thing.owners.retain(|owner| ids.contains(owner));
        thing.stacks.retain(|stack| ids.contains(stack));
        thing.parts_of.retain(|whole| ids.contains(whole));
        thing.holder = thing.holder.take().filter(|holder| ids.contains(holder));
        thing.parent = thing.parent.take().filter(|parent| ids.contains(parent));
    }
    scenario.happenings.retain(|happening| ids.contains(&happening.id));
    scenario.choice.deny.retain(|id| ids.contains(id));
    scenario.choice.deny_stacks.retain(|id| ids.contains(id));
}

fn rest(steps: &mut Vec<Step>, scenario: &Scenario) {
    steps.push(change(|it| it.ending = Ending::None));
    steps.push(change(|it| it.mode = Mode::Clear));
    steps.push(change(|it| it.happenings.clear()));
    steps.push(change(|it| it.lists.clear()));
    steps.push(change(|it| it.limits.clear()));
    steps.push(change(|it| it.off.clear()));
    steps.push(change(|it| it.passing = 0));
    steps.push(change(|it| it.latency = 5));
    steps.push(change(|it| it.choice.kinds.clear()));
    steps.push(change(|it| it.choice.without.clear()));
    steps.push(change(|it| it.choice.regions.clear()));
    steps.push(change(|it| it.choice.deny.clear()));
    steps.push(change(|it| it.choice.deny_stacks.clear()));
    steps.push(change(|it| it.choice.deny_production = false));
    steps.push(change(|it| it.choice.lift_protection = false));
    steps.push(change(|it| it.choice.lift_tags = false));
    steps.push(change(|it| it.choice.passes = 1));
    steps.push(change(|it| it.choice.limit = None));
    steps.push(change(|it| it.choice.quotas = Quotas::Adaptive));
    for number in 0..scenario.happenings.len() {
        steps.push(change(move |it| {
            if number < it.happenings.len() {
                it.happenings.remove(number);
            }
        }));
    }
    for number in 0..scenario.lists.len() {
        steps.push(change(move |it| {
            if number < it.lists.len() {
                it.lists.remove(number);
            }
        }));
    }
    // Types and regions without anything in them.
    for kind in &scenario.kinds {
        let name = kind.name.clone();
        steps.push(change(move |it| {
            let used = it.things.iter().any(|thing| uses_kind(thing, &name))
                || it.lists.iter().any(|trouble| trouble.kind == name);
            if !used && it.kinds.len() > 1 {
                it.kinds.retain(|kind| kind.name != name);
                for kind in &mut it.kinds {
                    kind.refs.retain(|other| *other != name);
                    kind.owned_by.retain(|other| *other != name);
                    kind.delete_after.retain(|other| *other != name);
                }
                it.choice.without.retain(|other| *other != name);
                it.choice.kinds.retain(|other| *other != name);
            }
        }));
    }
    for region in &scenario.regions {
        let region = region.clone();
        steps.push(change(move |it| {
            let used = it.things.iter().any(|thing| thing.region == region)
                || it.lists.iter().any(|trouble| trouble.region == region);
            if !used && it.regions.len() > 1 {
                it.regions.retain(|other| *other != region);
                it.choice.regions.retain(|other| *other != region);
            }
        }));
    }
}

fn uses_kind(thing: &Thing, name: &str) -> bool {
    *thing.kind == *name || thing.leaves.iter().any(|(_, left)| uses_kind(left, name))
}

fn of_thing(steps: &mut Vec<Step>, thing: &Thing) {
    let id = thing.id.clone();
    let mut step = |what: fn(&mut Thing)| {
        let id = id.clone();
        steps.push(change(move |it| {
            if let Some(thing) = it.things.iter_mut().find(|thing| thing.id == id) {
                what(thing);
            }
        }));
    };
    step(|thing| thing.leaves.clear());
    step(|thing| thing.uses.clear());
    step(|thing| thing.owners.clear());
    step(|thing| thing.stacks.clear());
    step(|thing| thing.parts_of.clear());
    step(|thing| thing.comes = None);
    step(|thing| thing.left = false);
    step(|thing| thing.tag = Tag::None);
    step(|thing| thing.protected = false);
    step(|thing| {
        thing.managed = false;
        thing.parent = None;
    });
    step(|thing| thing.takes = None);
    step(|thing| thing.fails_late = 0);
    step(|thing| thing.refusals.clear());
    step(|thing| thing.forever = None);
    step(|thing| thing.again = super::Again::Started);
    step(|thing| thing.lost_reply = false);
    step(|thing| thing.holder = None);
    step(|thing| thing.held_until = None);
    step(|thing| thing.no_unlink = false);
    step(|thing| thing.uses.iter_mut().for_each(|used| used.enforced = false));
    step(|thing| thing.leaves.iter_mut().for_each(|(after, _)| *after = Duration::ZERO));
    step(|thing| {
        for (_, left) in &mut thing.leaves {
            let (id, kind, region) = (left.id.clone(), left.kind.clone(), left.region.clone());
            *left = Thing { id, kind, region, ..Thing::default() };
        }
    });
    for number in 0..thing.uses.len() {
        let id = id.clone();
        steps.push(change(move |it| {
            if let Some(thing) = it.things.iter_mut().find(|thing| thing.id == id)
                && number < thing.uses.len()
            {
                thing.uses.remove(number);
            }
        }));
    }
}

fn of_kind(steps: &mut Vec<Step>, name: &std::sync::Arc<str>) {
    let mut step = |what: fn(&mut super::Kind)| {
        let name = name.clone();
        steps.push(change(move |it| {
            if let Some(kind) = it.kinds.iter_mut().find(|kind| kind.name == name) {
                what(kind);
            }
        }));
    };
    step(|kind| kind.delete_after.clear());
    step(|kind| kind.by_product = false);
    step(|kind| kind.tags = TagSource::Listed);
    step(|kind| kind.asks = false);
    step(|kind| kind.shows_state = true);
    step(|kind| kind.dates = super::Dates::Listed);
    step(|kind| kind.page = 100);
    step(|kind| kind.steps = 0);
    step(|kind| kind.lag_gone = Duration::ZERO);
    step(|kind| kind.lag_new = Duration::ZERO);
}
