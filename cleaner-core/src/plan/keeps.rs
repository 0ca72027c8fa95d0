use std::collections::HashMap;

use super::{Relations, Verdict};
use crate::resource::Resource;

/// Spreads keeps to a fixed point: nothing that stays may lose what it needs.
///
/// - What stays keeps what it uses.
/// - An owner that stays keeps what it owns; what stays keeps its owner, which would take it along.
/// - A whole that stays keeps its parts; a part that stays keeps its whole, with which it would go.
///
/// A local keep (what AWS manages, what is not part of the run) spreads nothing to what the resource uses: a default security
/// group goes with its VPC. Once something that stays needs such a resource, its keep is local no longer.
///
/// What was merely not chosen keeps nothing that it owns or consists of, unless it is a stack: what a stack owns is deleted by
/// deleting the stack. What does not belong to the chosen stacks keeps what it uses all the same: unlike what is of a type or a
/// region that was not chosen, it is known to outlive the run.
pub fn spread_keeps(resources: &[&Resource], relations: &Relations, verdicts: &mut [Verdict]) {
    let mut parts: HashMap<u32, Vec<u32>> = HashMap::new();
    for (part, wholes) in relations.parts_of.iter() {
        for whole in wholes {
            parts.entry(*whole).or_default().push(part);
        }
    }
    if mutated!(KeepsDoNotSpread) {
        return;
    }
    let mut work: Vec<u32> = (0_u32..)
        .zip(verdicts.iter())
        .filter(|(_, verdict)| !verdict.deletes())
        .map(|(place, _)| place)
        .collect();
    while let Some(place) = work.pop() {
        let at = place as usize;
        let cause = label(resources[at]);
        let is_bystander = verdicts[at].is_bystander() && !relations.stacks.contains(&place);
        let spreads = |_: &&u32| !is_bystander;
        let mut keep = |other: u32, rule: &str, reason: String| {
            let verdict = &mut verdicts[other as usize];
            if verdict.deletes() {
                *verdict = Verdict::spread(rule, reason);
                work.push(other);
            }
        };
        for &owned in relations.owned[at].iter().filter(spreads).filter(|_| !mutated!(KeepsNoOwned)) {
            keep(owned, "built-in:owner-kept", format!("belongs to {cause}, which stays"));
        }
        for &part in parts.get(&place).into_iter().flatten().filter(spreads) {
            keep(part, "built-in:part-of-kept", format!("is part of {cause}, which stays"));
        }
        if verdicts[at].local {
            continue;
        }
        let mut need = |other: u32, rule: &str, reason: String| {
            let verdict = &mut verdicts[other as usize];
            if verdict.deletes() {
                *verdict = Verdict::spread(rule, reason);
                work.push(other);
            } else if std::mem::take(&mut verdict.local) {
                work.push(other);
            }
        };
        for &used in relations.uses[at].iter().filter(|_| !mutated!(KeepsNoUsed)) {
            need(used, "built-in:needed", format!("is needed by {cause}, which stays"));
        }
        for &stack in relations.uses_within.of(place).iter().filter(|_| !mutated!(KeepsNoUsed)) {
            need(stack, "built-in:needed", format!("owns something that {cause} needs, which stays"));
        }
        for &owner in relations.owners[at].iter().filter(|_| !mutated!(KeepsNoOwners)) {
            need(owner, "built-in:owns-kept", format!("would take {cause} along, which stays"));
        }
        for &whole in relations.parts_of.of(place).iter().filter(|_| !mutated!(KeepsNoWholes)) {
            need(whole, "built-in:part-kept", format!("{cause} is part of it, and stays"));
        }
    }
}

fn label(resource: &Resource) -> String {
    format!("{} {}", resource.type_name, resource.name)
}
