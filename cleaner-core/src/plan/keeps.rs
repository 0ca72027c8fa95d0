use super::{Relations, Verdict};
use crate::resource::Resource;

/// Spreads keeps to a fixed point: nothing that stays may lose what it needs.
///
/// - What stays keeps what it uses.
/// - An owner that stays keeps what it owns; what stays keeps its owner, which would take it along.
/// - A whole that stays keeps its parts.
///
/// A managed resource spreads nothing to what it uses: it goes with its parent (a default security group with its VPC).
pub fn spread_keeps(resources: &[&Resource], relations: &Relations, verdicts: &mut [Verdict]) {
    let mut parts: Vec<Vec<u32>> = vec![Vec::new(); resources.len()];
    for (part, wholes) in (0_u32..).zip(&relations.parts_of) {
        for whole in wholes {
            parts[*whole as usize].push(part);
        }
    }
    let mut work: Vec<u32> = (0_u32..)
        .zip(verdicts.iter())
        .filter(|(_, verdict)| !verdict.deletes())
        .map(|(place, _)| place)
        .collect();
    while let Some(place) = work.pop() {
        let at = place as usize;
        let cause = label(resources[at]);
        let mut keep = |other: u32, rule: &str, reason: String| {
            let verdict = &mut verdicts[other as usize];
            if verdict.deletes() {
                *verdict = Verdict::keep(rule, reason);
                work.push(other);
            }
        };
        for &owned in &relations.owned[at] {
            keep(owned, "built-in:owner-kept", format!("belongs to {cause}, which stays"));
        }
        for &part in &parts[at] {
            keep(part, "built-in:part-of-kept", format!("is part of {cause}, which stays"));
        }
        let managed = verdicts[at].managed;
        if managed {
            continue;
        }
        let mut keep = |other: u32, rule: &str, reason: String| {
            let verdict = &mut verdicts[other as usize];
            if verdict.deletes() {
                *verdict = Verdict::keep(rule, reason);
                work.push(other);
            }
        };
        for &used in &relations.uses[at] {
            keep(used, "built-in:needed", format!("is needed by {cause}, which stays"));
        }
        for &owner in &relations.owners[at] {
            keep(owner, "built-in:owns-kept", format!("would take {cause} along, which stays"));
        }
    }
}

fn label(resource: &Resource) -> String {
    format!("{} {}", resource.type_name, resource.name)
}
