//! Where a clean end is possible: scenarios in which nothing stands in the way for good.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::history::{Operation, What};
use super::keeps;
use super::order::{Order, ancestors};
use super::view::View;
use super::{Again, Ending, Mode, Scenario, Tag, Thing};
use crate::error::ErrorKind;
use crate::handler::TagSource;
use crate::lane::TRANSIENT_ATTEMPTS;

/// How long it may take until what failed unseen is asked for again.
const UNSEEN: Duration = Duration::from_secs(30);

/// Whether the account can be cleared. Where this says yes, it must be; where it says no, nothing is said.
pub(super) fn can_end_clean(scenario: &Scenario, view: &View<'_>) -> bool {
    if scenario.ending != Ending::None || !scenario.happenings.is_empty() || is_unlucky(view) {
        return false;
    }
    // What is left behind is in no plan.
    let leaves = scenario.things.iter().any(|thing| !thing.leaves.is_empty());
    if matches!(scenario.mode, Mode::Apply(_)) && leaves {
        return false;
    }
    // Nor does a plan know what goes along with what it deletes, and who uses that.
    let has_parent =
        |id: &str| scenario.things.iter().any(|thing| *thing.id == *id && thing.parent.is_some());
    let holds = |thing: &Thing| thing.uses.iter().any(|used| used.enforced && has_parent(&used.target));
    if matches!(scenario.mode, Mode::Apply(_)) && scenario.things.iter().any(holds) {
        return false;
    }
    // Nobody looks for what is left behind where that is not to be expected, and it may hold something.
    let unexpected = |left: &&Thing| !scenario.kind(&left.kind).by_product && !left.uses.is_empty();
    let mut left = scenario.things.iter().flat_map(|thing| with_left(thing).into_iter().skip(1));
    if left.any(|left| unexpected(&left)) {
        return false;
    }
    let lists = scenario.lists.iter().all(|trouble| trouble.calls.is_some_and(|calls| calls <= 3));
    // Together with what fails in passing, these may be too many in a row.
    let patient = scenario.lists.iter().all(|trouble| {
        trouble.answer == ErrorKind::Throttled
            || (trouble.answer == ErrorKind::Transient && scenario.passing == 0)
    });
    if !lists || !patient {
        return false;
    }
    let things: Vec<&Thing> = scenario.things.iter().flat_map(with_left).collect();
    let may_stay = keeps::may_stay(view);
    // What was asked for before there was a reason to keep it may go, or not.
    let is_deleted = |life: usize| {
        view.asked().any(|(_, operation, asked)| operation == Operation::Delete && asked == life)
    };
    if may_stay.iter().any(|life| is_deleted(*life)) {
        return false;
    }
    let stays =
        |thing: &Thing| view.lives().any(|life| view.thing(life).id == thing.id && may_stay.contains(&life));
    let quiet = things.iter().all(|thing| {
        // What cannot be read leaves a question open.
        let readable = !matches!(thing.tag, Tag::Unreadable | Tag::UntilNonsense);
        let tags = scenario.kind(&thing.kind).tags == TagSource::None || readable;
        tags && thing.comes.is_none() && (thing.yields() && is_in_time(scenario, thing) || stays(thing))
    });
    let held = |thing: &Thing| {
        let by_use = |other: &Thing| {
            let along = thing.parent.as_ref() == Some(&other.id)
                || other.parent.as_ref() == Some(&thing.id)
                || other.is_owned_by(&thing.id);
            other.id != thing.id
                && !along
                && other.uses.iter().any(|used| used.enforced && used.target == thing.id)
                && (stays(other) || !view.is_targeted(other))
        };
        let by_holder = thing.holder.is_some();
        by_holder || things.iter().any(|other| by_use(other))
    };
    let goes = |thing: &Thing| !stays(thing) || thing.managed || goes_along(&things, thing, stays);
    !has_knots(view) && quiet && !things.iter().any(|thing| held(thing) && goes(thing))
}

/// Whether a call failed in passing as often as it is tried.
fn is_unlucky(view: &View<'_>) -> bool {
    let mut failed: HashMap<(Operation, &str), u32> = HashMap::new();
    view.range.clone().any(|record| match &view.history.records[record].what {
        What::Answered { operation, target, answer: Err(ErrorKind::Transient) } => {
            let times = failed.entry((*operation, target)).or_default();
            *times += 1;
            *times >= TRANSIENT_ATTEMPTS
        }
        What::Answered { operation, target, answer: Ok(_) } => {
            failed.remove(&(*operation, &**target));
            false
        }
        _ => false,
    })
}

/// Whether something must go before what uses a part of it: then neither can go first, and nothing can be unlinked.
fn has_knots(view: &View<'_>) -> bool {
    let mut lives: Vec<usize> = view.known.keys().copied().collect();
    lives.sort_unstable();
    let order = Order::of(view, &lives, &lives, view.range.start);
    let by_id: HashMap<&str, usize> = lives.iter().map(|life| (&*view.thing(*life).id, *life)).collect();
    let parents = |life: usize| view.thing(life).parent.iter().filter_map(|id| by_id.get(&**id)).copied();
    let before_its_holder = |user: &usize| {
        let used = view.thing(*user).uses.iter().filter(|used| used.enforced);
        used.filter_map(|used| by_id.get(&*used.target)).any(|used| {
            let above = ancestors(view, *used, &by_id);
            let parents: Vec<usize> = above.iter().chain([used]).flat_map(|one| parents(*one)).collect();
            let knotted = |whole: &usize| order.leads(*whole, *user) || order.in_knot(*whole, *user);
            above.iter().chain(&parents).any(knotted)
        })
    };
    if lives.iter().any(before_its_holder) {
        return true;
    }
    lives.iter().any(|owned| {
        let owns = |owner: &&usize| view.thing(*owned).is_owned_by(&view.thing(**owner).id);
        lives.iter().filter(owns).any(|owner| order.in_knot(*owner, *owned))
    })
}

/// Whether something would take a thing along, directly or through others, that does not stay.
fn goes_along(things: &[&Thing], thing: &Thing, stays: impl Fn(&Thing) -> bool) -> bool {
    let above = |thing: &Thing| -> Vec<Arc<str>> {
        thing.owners.iter().chain(&thing.stacks).chain(&thing.parent).cloned().collect()
    };
    let mut all = above(thing);
    let mut next = 0;
    while let Some(id) = all.get(next).cloned() {
        next += 1;
        for owner in things.iter().filter(|owner| owner.id == id) {
            if !stays(owner) {
                return true;
            }
            let new: Vec<Arc<str>> = above(owner).into_iter().filter(|id| !all.contains(id)).collect();
            all.extend(new);
        }
    }
    false
}

/// A thing, and all that it leaves behind, directly or through others.
pub(super) fn with_left(thing: &Thing) -> Vec<&Thing> {
    std::iter::once(thing).chain(thing.leaves.iter().flat_map(|(_, left)| with_left(left))).collect()
}

/// Whether its deletion is through before anybody loses patience.
fn is_in_time(scenario: &Scenario, thing: &Thing) -> bool {
    let kind = scenario.kind(&thing.kind);
    let shown = kind.shows_state || (kind.asks && thing.again == Again::Started);
    let takes = thing.takes.unwrap_or_default();
    // Where nobody sees that it failed, it is asked for again after a while.
    let all = (takes + UNSEEN) * (u32::from(thing.fails_late) + 1);
    shown || (takes < scenario.choice.patience / 3 && all < scenario.choice.patience)
}
