//! What must stay, worked out from the cloud's own truth in the plainest way: an independent second opinion on verdicts.

use std::collections::{BTreeSet, HashMap};

use super::view::View;
use super::{Dates, Tag, Thing};
use crate::handler::TagSource;

/// How a thing is kept for its own sake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direct {
    /// AWS manages it, or it is not part of the run: that says nothing about what it uses.
    Local,
    /// By a rule: what it uses, and what would take it along, stays as well.
    Kept,
}

/// How a thing is kept for its own sake, if it is.
pub(super) fn direct(
    view: &View<'_>,
    thing: &Thing,
    stacks_above: &[&str],
    excluded: &[&Thing],
) -> Option<Direct> {
    let choice = &view.scenario.choice;
    if thing.managed {
        return Some(Direct::Local);
    }
    let has_tags = view.scenario.kind(&thing.kind).tags != TagSource::None;
    let tag = has_tags && keeps(view, thing.tag);
    let denied = choice.deny.contains(&thing.id)
        || choice.deny_stacks.iter().any(|stack| stacks_above.contains(&&**stack));
    let takes_along = excluded.iter().any(|other| other.stacks.contains(&thing.id));
    let is_out = choice.without.contains(&thing.kind) || takes_along;
    if (thing.protected && !choice.lift_protection) || tag || denied || is_out {
        return Some(Direct::Kept);
    }
    (!view.is_selected(thing)).then_some(Direct::Local)
}

fn keeps(view: &View<'_>, tag: Tag) -> bool {
    let choice = &view.scenario.choice;
    match tag {
        Tag::None | Tag::UntilPast => false,
        Tag::Keep | Tag::UntilFuture | Tag::UntilNonsense => !choice.lift_tags,
        Tag::Production => choice.deny_production,
        Tag::Unreadable => !choice.lift_tags || choice.deny_production,
    }
}

/// What stays, of some lives.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// All that stays.
    pub(super) all: BTreeSet<usize>,
    /// What is left alone, and may go along with something else.
    pub(super) local: BTreeSet<usize>,
}

/// All of some lives that must stay: those kept for their own sake, and what these need. Stacks that own something excluded stay.
///
/// What nobody can tell from a namesake that stays, stays as that does.
pub(super) fn closure(
    view: &View<'_>,
    lives: &[usize],
    excluded: &[&Thing],
    record: usize,
    is_taken_for: impl Fn(usize) -> bool,
) -> Kept {
    let place: HashMap<&str, Vec<usize>> = lives.iter().fold(HashMap::new(), |mut places, life| {
        places.entry(&*view.thing(*life).id).or_default().push(*life);
        places
    });
    // What could not be listed, and where, says nothing about what is elsewhere.
    let named = |from: usize, id: &str| {
        let (from, all) = (view.thing(from), place.get(id).map_or(&[][..], Vec::as_slice));
        let far = view.is_unlisted(from);
        all.iter().copied().filter(move |life| {
            let region = &view.thing(*life).region;
            !far || *region == from.region || &**region == "global" || &*from.region == "global"
        })
    };
    let is_known = |id: &str| place.contains_key(id);
    let mut kept: BTreeSet<usize> = BTreeSet::new();
    let mut local: BTreeSet<usize> = BTreeSet::new();
    let mut work: Vec<usize> = Vec::new();
    for &life in lives {
        let stacks = stacks_above(view, life, &place);
        match direct(view, view.thing(life), &stacks, excluded) {
            None if is_taken_for(life) => {}
            None => continue,
            Some(Direct::Local) => drop(local.insert(life)),
            Some(Direct::Kept) => {}
        }
        kept.insert(life);
        work.push(life);
    }
    while let Some(life) = work.pop() {
        let thing = view.thing(life);
        // What was merely not chosen keeps nothing below it, unless it is a stack.
        let is_bystander = local.contains(&life) && !thing.managed && !view.scenario.kind(&thing.kind).stack;
        let along: Vec<usize> = lives
            .iter()
            .copied()
            .filter(|_| !is_bystander)
            .filter(|other| {
                let other = view.thing(*other);
                view.owners(other, is_known).contains(&&*thing.id) || other.parts_of.contains(&thing.id)
            })
            .collect();
        work.extend(along.into_iter().filter(|other| kept.insert(*other)));
        if local.contains(&life) {
            continue;
        }
        let uses = thing.uses.iter().map(|used| &*used.target).chain(view.within(thing, is_known));
        let uses =
            uses.filter(|_| !view.is_cut(life, record)).chain(thing.parts_of.iter().map(|whole| &**whole));
        let needed = uses.chain(view.owners(thing, is_known)).flat_map(|id| named(life, id));
        // What a thing needs that stays is not kept for itself alone any more.
        work.extend(needed.filter(|other| kept.insert(*other) | local.remove(other)));
    }
    Kept { all: kept, local }
}

/// The stacks that own a life, directly or through others, and the life itself if it is one.
fn stacks_above<'a>(view: &View<'a>, life: usize, place: &HashMap<&str, Vec<usize>>) -> Vec<&'a str> {
    let mut all = vec![life];
    let mut next = 0;
    while let Some(&one) = all.get(next) {
        next += 1;
        let thing = view.thing(one);
        for owner in view.owners(thing, |id| place.contains_key(id)) {
            for &owner in place.get(owner).map_or(&[][..], Vec::as_slice) {
                if !all.contains(&owner) {
                    all.push(owner);
                }
            }
        }
    }
    all.into_iter()
        .map(|life| view.thing(life))
        .filter(|thing| view.scenario.kind(&thing.kind).stack)
        .map(|thing| &*thing.id)
        .collect()
}

/// What the run must keep: worked out from all that could be seen from before its beginning until its plan was made.
pub(super) fn must_stay(view: &View<'_>) -> Kept {
    let seen: Vec<usize> = view
        .lives()
        .filter(|life| view.is_steady(*life) && view.is_targeted(view.thing(*life)))
        .filter(|life| view.has_rules() || !view.is_unlisted(view.thing(*life)))
        .collect();
    let steady = view.lives().filter(|life| view.is_steady(*life)).map(|life| view.thing(life));
    let excluded: Vec<&Thing> = steady.filter(|thing| is_excluded(view, thing)).collect();
    closure(view, &seen, &excluded, view.range.start, |_| false)
}

/// What the run may have reasons to keep: worked out from everything it ever learned of.
pub(super) fn may_stay(view: &View<'_>) -> BTreeSet<usize> {
    let seen: BTreeSet<usize> = view.known.keys().chain(&view.read).copied().collect();
    let seen: Vec<usize> = seen.into_iter().collect();
    // A stack says what it owns, whether that is there or not.
    let excluded: Vec<&Thing> =
        view.scenario.things.iter().filter(|thing| is_excluded(view, thing)).collect();
    let is_taken_for = |life: usize| {
        let thing = view.thing(life);
        let namesakes = seen.iter().filter(|other| **other != life && view.thing(**other).id == thing.id);
        let stays = |other: &usize| direct(view, view.thing(*other), &[], &excluded).is_some();
        view.scenario.kind(&thing.kind).dates != Dates::Listed
            && namesakes.copied().any(|other| stays(&other))
    };
    closure(view, &seen, &excluded, view.range.start, is_taken_for).all
}

/// Whether a thing is of a type that the user left out.
fn is_excluded(view: &View<'_>, thing: &Thing) -> bool {
    view.scenario.choice.without.contains(&thing.kind)
}
