use std::collections::{BTreeSet, HashMap};

use super::super::history::{How, Operation, What};
use super::super::keeps::{self, Direct};
use super::super::order::{Order, ancestors, goes_first};
use super::super::view::View;
use super::super::{Dates, Mode, Scenario};
use super::{Findings, Rule};

/// What is deleted, and in which order.
pub(super) fn check(scenario: &Scenario, view: &View<'_>, findings: &mut Findings) {
    let must_stay = keeps::must_stay(view);
    kept(view, &must_stay.all, findings);
    let firmly: BTreeSet<usize> = must_stay.all.difference(&must_stay.local).copied().collect();
    taken_along(view, &firmly, findings);
    for (record, operation, life) in view.asked() {
        if operation == Operation::Delete {
            order(view, record, life, findings);
        }
    }
    circles(view, findings);
    namesakes(view, findings);
    limit(view, findings);
    if matches!(scenario.mode, Mode::Apply(_)) {
        only_planned(view, findings);
    }
}

fn kept(view: &View<'_>, must_stay: &BTreeSet<usize>, findings: &mut Findings) {
    for (record, operation, life) in view.asked() {
        let thing = view.thing(life);
        let for_itself = || view.knows(life, record) && keeps::direct(view, thing, &[], &[]).is_some();
        if must_stay.contains(&life) || for_itself() {
            let what = format!("{} must stay, and its `{}` was called", thing.id, operation.name());
            findings.add(Rule::NothingKeptIsDeleted, record, what);
        }
    }
}

fn taken_along(view: &View<'_>, must_stay: &BTreeSet<usize>, findings: &mut Findings) {
    for record in view.range.clone() {
        let What::Removed { life, how: How::TakenAlong(owner) } = &view.history.records[record].what else {
            continue;
        };
        if !must_stay.contains(life) {
            continue;
        }
        if !leads_to(view, *life, owner) {
            continue;
        }
        // What an earlier run has begun takes its course.
        let asked: Vec<usize> = (0..record)
            .filter(|record| {
                matches!(&view.history.records[*record].what, What::Asked { operation: Operation::Delete, life }
                    if view.thing(*life).id == *owner)
            })
            .collect();
        if asked.first().is_some_and(|first| *first >= view.range.start) {
            let what = format!("{} must stay, and {owner} took it along", view.thing(*life).id);
            findings.add(Rule::NothingKeptIsTakenAlong, record, what);
        }
    }
}

/// Whether the run could know that one thing goes along with another: everything between them was there to be seen.
fn leads_to(view: &View<'_>, life: usize, owner: &str) -> bool {
    let seen: HashMap<&str, usize> = view
        .lives()
        .filter(|life| view.is_steady(*life) && view.is_targeted(view.thing(*life)))
        .map(|life| (&*view.thing(life).id, life))
        .collect();
    ancestors(view, life, &seen).into_iter().any(|above| *view.thing(above).id == *owner)
}

/// Whether the run should reckon with a life: it knows it, or it should know that it does not.
fn is_reckoned_with(view: &View<'_>, life: usize, record: usize) -> bool {
    let thing = view.thing(life);
    let is_stack = view.scenario.kind(&thing.kind).stack;
    let unlisted = view.is_unlisted(thing) && (view.has_rules() || is_stack);
    view.knows(life, record) || (unlisted && view.is_steady(life) && view.is_targeted(thing))
}

/// All lives that a run believed to be there: each was in the last list of its type and region.
fn known(view: &View<'_>, record: usize) -> Vec<usize> {
    let mut last: HashMap<(&str, &str), &[usize]> = HashMap::new();
    for list in view.lists.iter().filter(|list| list.record < record) {
        last.insert((&**list.kind, &**list.region), list.found);
    }
    let mut known: Vec<usize> = last.into_values().flatten().copied().collect();
    known.sort_unstable();
    known
}

fn order(view: &View<'_>, record: usize, deleted: usize, findings: &mut Findings) {
    let thing = view.thing(deleted);
    let there = |life: &usize| view.life(*life).is_there(record) && *life != deleted;
    for life in view.lives().filter(there) {
        let other = view.thing(life);
        let owner = thing.is_owned_by(&other.id);
        let user = !view.is_cut(life, record) && other.uses.iter().any(|used| used.target == thing.id);
        if !(owner || user) || !is_reckoned_with(view, life, record) {
            continue;
        }
        // What could not be listed, and where, says nothing about what is elsewhere.
        let far = other.region != thing.region && &*other.region != "global" && &*thing.region != "global";
        if far && !view.knows(life, record) {
            continue;
        }
        let lives = known(view, record);
        let by_id: HashMap<&str, usize> = lives.iter().map(|life| (&*view.thing(*life).id, *life)).collect();
        // It may be another one of its name by now.
        let meant = by_id.get(&*thing.id).copied().unwrap_or(deleted);
        // What takes it along still names it, though it is another one.
        let was_owned =
            view.lives().any(|one| view.thing(one).id == other.id && view.thing(one).is_owned_by(&thing.id));
        let goes_along = was_owned || ancestors(view, life, &by_id).contains(&meant);
        if Order::of(view, &lives, &lives, view.range.start).in_hard_circle(life, meant) {
            continue;
        }
        // What an owner that was merely not chosen would take along may go without it, unless that is a stack.
        let is_bystander = !view.is_selected(other) && !view.scenario.kind(&other.kind).stack;
        if owner && is_bystander {
            continue;
        }
        if owner {
            let what = format!("{} was to be deleted while its owner {} was there", thing.id, other.id);
            findings.add(Rule::OwnersGoFirst, record, what);
        } else if !goes_along && keeps::direct(view, other, &[], &[]) != Some(Direct::Local) {
            let what = format!("{} was to be deleted while {} used it", thing.id, other.id);
            findings.add(Rule::UsersGoFirst, record, what);
        }
    }
    if record < view.executed {
        types(view, record, deleted, findings);
        parts(view, record, deleted, findings);
    }
}

/// What uses a part of something, and is no part of it itself, comes to its end before the whole is deleted.
fn parts(view: &View<'_>, record: usize, deleted: usize, findings: &mut Findings) {
    let lives = known(view, record);
    let by_id: HashMap<&str, usize> = lives.iter().map(|life| (&*view.thing(*life).id, *life)).collect();
    // It may be another one of its name by now.
    let deleted = by_id.get(&*view.thing(deleted).id).copied().unwrap_or(deleted);
    let within = |life: usize| ancestors(view, life, &by_id).contains(&deleted);
    for &life in lives.iter().filter(|life| **life != deleted) {
        let thing = view.thing(life);
        let uses_part =
            thing.uses.iter().filter_map(|used| by_id.get(&*used.target)).any(|part| within(*part));
        let is_item = view.finished(&thing.id, view.executed).is_some();
        if !uses_part
            || !is_item
            || view.is_cut(life, record)
            || within(life)
            || view.finished(&thing.id, record).is_some()
        {
            continue;
        }
        if !Order::of(view, &lives, &lives, view.range.start).has_no_order(life, deleted) {
            let what =
                format!("{} was to be deleted while {} used a part of it", view.thing(deleted).id, thing.id);
            findings.add(Rule::UsersOfPartsGoFirst, record, what);
        }
    }
}

fn types(view: &View<'_>, record: usize, deleted: usize, findings: &mut Findings) {
    let lives = known(view, view.executed);
    // It may be another one of its name by now.
    let namesake = lives.iter().copied().find(|life| view.thing(*life).id == view.thing(deleted).id);
    let deleted = namesake.unwrap_or(deleted);
    for &first in lives.iter().filter(|life| **life != deleted) {
        if !goes_first(view, first, deleted) {
            continue;
        }
        let id = &view.thing(first).id;
        let is_item = view.finished(id, view.executed).is_some();
        if !is_item || view.finished(id, record).is_some() {
            continue;
        }
        if !Order::of(view, &lives, &lives, view.range.start).has_no_order(first, deleted) {
            let what = format!("{} was to be deleted before {id} was through", view.thing(deleted).id);
            findings.add(Rule::TypesInOrder, record, what);
        }
    }
}

fn circles(view: &View<'_>, findings: &mut Findings) {
    let all = known(view, view.executed);
    let lives: Vec<usize> = all
        .iter()
        .copied()
        .filter(|life| view.finished(&view.thing(*life).id, view.executed).is_some())
        .collect();
    let cites = |life: &usize| !view.thing(*life).uses.is_empty() || !view.thing(*life).owners.is_empty();
    if lives.len() < 2 || !lives.iter().any(cites) {
        return;
    }
    let order = Order::of(view, &all, &lives, view.range.start);
    let mut unlinked: BTreeSet<&str> = BTreeSet::new();
    for record in view.range.start..view.executed {
        match &view.history.records[record].what {
            What::Called { operation: Operation::Unlink, target } => {
                unlinked.insert(target);
            }
            What::Asked { operation: Operation::Delete, life } => {
                let missing = lives.iter().find(|other| {
                    **other != *life
                        && order.in_hard_circle(*life, **other)
                        && view.life(**other).is_there(record)
                        && view.finished(&view.thing(**other).id, record).is_none()
                        && !unlinked.contains(&*view.thing(**other).id)
                });
                if let Some(missing) = missing {
                    let (one, other) = (&view.thing(*life).id, &view.thing(*missing).id);
                    let what = format!("{one} was to be deleted before {other} was unlinked");
                    findings.add(Rule::CirclesAreUnlinked, record, what);
                }
            }
            _ => {}
        }
    }
}

/// What a look has shown to be another one of its name was not judged: its deletion is not asked for.
fn namesakes(view: &View<'_>, findings: &mut Findings) {
    for (record, operation, life) in view.asked() {
        let thing = view.thing(life);
        let dated = view.scenario.kind(&thing.kind).dates == Dates::Listed;
        if operation != Operation::Delete || !dated || view.knows(life, record) {
            continue;
        }
        let is_namesake =
            view.lives().any(|other| view.thing(other).id == thing.id && view.knows(other, record));
        let begun = view.began(&thing.id, record);
        // It is looked for from when AWS took its deletion until that is asked for again.
        let taken = (view.began(&thing.id, begun)..begun).find(|record| {
            matches!(
                &view.history.records[*record].what,
                What::Answered { operation: Operation::Delete, target, answer: Ok(_) } if *target == thing.id
            )
        });
        let seen = (taken.unwrap_or(begun)..begun).any(|record| {
            matches!(&view.history.records[record].what, What::Listed { found, .. } if found.contains(&life))
        });
        if is_namesake && seen {
            let what = format!("{} was seen to be another one, and its deletion was asked for", thing.id);
            findings.add(Rule::NamesakesAreSpared, record, what);
        }
    }
}

fn limit(view: &View<'_>, findings: &mut Findings) {
    let Some(limit) = view.scenario.choice.limit else { return };
    let mut asked: BTreeSet<&str> = BTreeSet::new();
    for (record, operation, life) in view.asked().filter(|(record, ..)| *record < view.executed) {
        if operation == Operation::Delete && asked.insert(&view.thing(life).id) && asked.len() > limit {
            findings.add(Rule::LimitsHold, record, format!("more than {limit} deletions were asked for"));
        }
    }
}

fn only_planned(view: &View<'_>, findings: &mut Findings) {
    for (record, operation, life) in view.asked() {
        let thing = view.thing(life);
        let planned = view.knows(life, view.planned);
        let dated = view.scenario.kind(&thing.kind).dates != Dates::None;
        let namesake =
            view.lives().any(|other| view.thing(other).id == thing.id && view.knows(other, view.planned));
        // It came while the plan was made, and what was asked about it then was asked of it.
        let asked = view.scenario.kind(&thing.kind).dates == Dates::Asked;
        let came = asked && view.life(life).born < view.planned;
        if !planned && view.knows(life, record) && (dated || !namesake) && !(came && namesake) {
            let what = format!("{} is not in the plan, and its `{}` was called", thing.id, operation.name());
            findings.add(Rule::OnlyWhatThePlanNames, record, what);
        }
    }
}
