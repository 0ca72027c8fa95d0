use std::collections::BTreeSet;

use jiff::Timestamp;
use resource_filters::{Choice, Truth};

use super::judge::keep_tags;
use super::subject::Judged;
use super::{Action, Relations, Unlisted, Verdict, Within};
use crate::account::{AccountId, CALLER};
use crate::resource::{Region, Resource, TypeName};

/// Decides which resources are emptied: those that were chosen, by their stack or by a rule, and that nothing protects.
///
/// The rules about deletion, and baselines, have no say here: what they keep is what is worth emptying.
#[derive(Clone, Debug)]
pub struct DataJudge<'a> {
    /// The rules that choose.
    pub rules: &'a Choice,
    /// What belongs to the chosen stacks; none: no stack was chosen.
    pub within: Option<&'a Within>,
    /// The built-in protections that are lifted, by name.
    pub lifted: &'a BTreeSet<String>,
    /// The types that may be emptied; others were listed for the relations only.
    pub selected: &'a BTreeSet<TypeName>,
    /// The regions in which resources may be emptied.
    pub regions: &'a BTreeSet<Region>,
    /// The account.
    pub account: &'a AccountId,
    /// What could not be listed.
    pub unlisted: &'a Unlisted,
    /// The present, for rules about age.
    pub now: Timestamp,
}

/// Says how sure it is that a resource was chosen.
enum Chosen {
    Yes {
        rule: Option<String>,
        reason: &'static str,
    },
    /// Nobody knows.
    Perhaps(Verdict),
}

impl DataJudge<'_> {
    /// Decides about all resources. Of the rules, tells which match any of them, by their index.
    pub fn verdicts(
        &self,
        resources: &[&Resource],
        relations: &Relations,
    ) -> (Vec<Verdict>, BTreeSet<usize>) {
        let mut matched = BTreeSet::new();
        let verdicts = (0_u32..)
            .zip(resources)
            .map(|(place, _)| self.verdict(place, resources, relations, &mut matched))
            .collect();
        (verdicts, matched)
    }

    fn verdict(
        &self,
        place: u32,
        resources: &[&Resource],
        relations: &Relations,
        matched: &mut BTreeSet<usize>,
    ) -> Verdict {
        let resource = resources[place as usize];
        if !(self.selected.contains(&resource.type_name) && self.regions.contains(&resource.region)) {
            return Verdict::not_selected();
        }
        let Some(chosen) = self.chosen(place, resources, relations, matched) else {
            return Verdict::not_chosen();
        };
        if let Some(why) = &resource.managed {
            return Verdict::managed(why.to_string());
        }
        // What keeps a stack keeps what it owns, and so what that holds.
        let above = relations.ancestors(place).into_iter().map(|owner| resources[owner as usize]);
        let mut doubt = None;
        for one in std::iter::once(resource).chain(above) {
            let Some(mut verdict) = self.kept(one) else { continue };
            if !std::ptr::eq(one, resource) {
                verdict.reason =
                    format!("belongs to {} {}: {}", one.type_name, one.name, verdict.reason).into();
            }
            if verdict.action == Action::Keep {
                return verdict;
            }
            doubt.get_or_insert(verdict);
        }
        // One that nobody could list may carry a keep tag.
        let unseen = self.unlisted.stacks(&resource.region);
        let unseen = unseen.map(|why| Verdict::unknown("built-in:stacks-unknown", why));
        match (chosen, doubt.or(unseen)) {
            (_, Some(doubt)) => doubt,
            (Chosen::Yes { rule, reason }, None) => Verdict::empty(rule, reason),
            (Chosen::Perhaps(verdict), None) => verdict,
        }
    }

    /// What keeps a resource and all it holds.
    fn kept(&self, resource: &Resource) -> Option<Verdict> {
        if let Some(protection) = &resource.protection
            && (&*protection.name == CALLER || !self.lifted.contains(&*protection.name))
        {
            let rule = format!("built-in:{}", protection.name);
            return Some(Verdict::keep(rule, protection.why.to_string()));
        }
        keep_tags(self.lifted, self.now, resource)
    }

    /// Whether a resource was chosen; nothing: it was not.
    fn chosen(
        &self,
        place: u32,
        resources: &[&Resource],
        relations: &Relations,
        matched: &mut BTreeSet<usize>,
    ) -> Option<Chosen> {
        let stacks_unknown = self.unlisted.stacks(&resources[place as usize].region);
        let judged = Judged::new(place, resources, relations, self.account, stacks_unknown.clone());
        let outcomes = self.rules.explain(&judged, self.now);
        matched
            .extend(outcomes.iter().filter(|one| one.truth == Truth::True).map(|outcome| outcome.rule.index));
        if self.within.is_some_and(|within| within.holds(place)) {
            return Some(Chosen::Yes { rule: None, reason: "belongs to a chosen stack" });
        }
        let (truth, rule) = self.rules.chooses(&judged, self.now);
        let rule = rule.map(|rule| rule.to_string());
        if truth == Truth::True {
            return Some(Chosen::Yes { rule, reason: "matches a rule that chooses what is emptied" });
        }
        let outside = self.within.and_then(|within| within.outside(place));
        let doubt = match (outside, stacks_unknown, truth) {
            (Some(verdict), _, _) if verdict.action == Action::Unknown => verdict,
            (Some(_), Some(why), _) => Verdict::unknown("built-in:stacks-unknown", why),
            (_, _, Truth::Unknown(why)) => Verdict::unknown(rule.unwrap_or_default(), why),
            _ => return None,
        };
        Some(Chosen::Perhaps(doubt))
    }
}

#[cfg(test)]
mod tests;
