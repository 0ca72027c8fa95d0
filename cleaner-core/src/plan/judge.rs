use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use resource_filters::{Decision, Filters};

use super::subject::Judged;
use super::{Excluded, Relations, Unlisted, Verdict, Within, spread_keeps};
use crate::account::{AccountId, CALLER};
use crate::baseline::{Baseline, Standing};
use crate::resource::{Fact, Region, Resource, TypeName};

/// The tag that keeps a resource for good.
pub const KEEP_TAG: &str = "aws-cleaner:keep";
/// The protection by the tags that keep resources.
pub(crate) const KEEP_TAG_PROTECTION: &str = "keep-tag";
/// The tag that keeps a resource until the date or time it holds.
pub const KEEP_UNTIL_TAG: &str = "aws-cleaner:keep-until";
/// The rule by which a baseline keeps. It is never lifted.
pub const BASELINE_RULE: &str = "built-in:baseline";

/// Decides about resources.
#[derive(Clone, Debug)]
pub struct Judge<'a> {
    /// The rules of the user.
    pub filters: &'a Filters,
    /// The built-in protections that are lifted, by name.
    pub lifted: &'a BTreeSet<String>,
    /// The types that may be deleted; others were listed for the relations only.
    pub selected: &'a BTreeSet<TypeName>,
    /// The regions in which resources may be deleted; others were listed for the relations only.
    pub regions: &'a BTreeSet<Region>,
    /// What the user left out by name.
    pub excluded: &'a Excluded,
    /// What belongs to the stacks the run is about; none: it is about everything.
    pub within: Option<&'a Within>,
    /// The account.
    pub account: &'a AccountId,
    /// What could not be listed: it stays, and nobody knows what of all this it owns or needs.
    pub unlisted: &'a Unlisted,
    /// The same with what is of no consequence for the run, unless something that stays has to do with it.
    pub unlisted_too: &'a Unlisted,
    /// What the account held before; that stays.
    pub baseline: Option<&'a Baseline>,
    /// The present, for rules about age.
    pub now: Timestamp,
}

impl Judge<'_> {
    /// Decides about all resources, and spreads the keeps.
    pub fn verdicts(&self, resources: &[&Resource], relations: &Relations) -> Vec<Verdict> {
        let mut verdicts: Vec<Verdict> = (0_u32..)
            .zip(resources)
            .map(|(place, resource)| self.verdict(place, resource, resources, relations))
            .collect();
        spread_keeps(resources, relations, &mut verdicts);
        while self.hold(resources, relations, &mut verdicts) {
            spread_keeps(resources, relations, &mut verdicts);
        }
        verdicts
    }

    /// Keeps what may have to do with something unlisted that something which stays names as its owner, or as what it uses: that
    /// stays as well, and nobody knows what it needs and what would take it along. Tells whether there was anything.
    fn hold(&self, resources: &[&Resource], relations: &Relations, verdicts: &mut [Verdict]) -> bool {
        let held: BTreeSet<&TypeName> = relations
            .unfound
            .iter()
            .filter(|(place, _)| {
                let verdict = &verdicts[*place as usize];
                !verdict.deletes() && !verdict.local
            })
            .flat_map(|(place, unfound)| self.unlisted_too.failed(unfound, resources[place as usize]))
            .collect();
        let mut any = false;
        for (verdict, resource) in verdicts.iter_mut().zip(resources) {
            if !held.is_empty()
                && (verdict.deletes() || verdict.local)
                && !mutated!(ForgetsUnlistedUsers)
                && let Some((rule, why)) = self.unlisted_too.ties(resource, |name| held.contains(name))
            {
                if verdict.deletes() {
                    *verdict = Verdict::unknown(rule, why);
                }
                verdict.local = false;
                any = true;
            }
        }
        any
    }

    fn verdict(
        &self,
        place: u32,
        resource: &Resource,
        resources: &[&Resource],
        relations: &Relations,
    ) -> Verdict {
        if let Some(why) = &resource.managed
            && !mutated!(IgnoresManaged)
        {
            // If something that stays may need it, it keeps what it needs itself.
            let nothing_stays = self.filters.is_empty() && self.baseline.is_none() && self.within.is_none();
            let local = nothing_stays || self.ties(resource).is_none();
            return Verdict { local, ..Verdict::managed(why.to_string()) };
        }
        if let Some(protection) = &resource.protection
            && !mutated!(IgnoresProtections)
            && (&*protection.name == CALLER || !self.lifted.contains(&*protection.name))
        {
            return Verdict::keep(format!("built-in:{}", protection.name), protection.why.to_string());
        }
        let standing = self.baseline.map_or(Standing::New, |baseline| baseline.standing(resource));
        if standing == Standing::Same {
            return Verdict::keep(BASELINE_RULE, "it was there when the baseline was taken");
        }
        let selected = mutated!(IgnoresSelection)
            || self.selected.contains(&resource.type_name) && self.regions.contains(&resource.region);
        let outside = self.within.and_then(|within| within.outside(place));
        let verdict = self.by_rules(place, resource, resources, relations, outside.is_some());
        if !verdict.deletes() {
            return verdict;
        }
        if let Some(verdict) = self.left_out(resource) {
            return verdict;
        }
        if let Some(outside) = outside {
            return outside;
        }
        match standing {
            Standing::Unknown(why) => Verdict::unknown(BASELINE_RULE, why),
            _ if !selected => Verdict::not_selected(),
            Standing::Uncovered => {
                let (type_name, region) = (&resource.type_name, &resource.region);
                Verdict::unknown(
                    BASELINE_RULE,
                    format!("the baseline says nothing of {type_name} in {region}"),
                )
            }
            _ => verdict,
        }
    }

    /// Keeps what the user left out, and the stacks that would take it along.
    fn left_out(&self, resource: &Resource) -> Option<Verdict> {
        if mutated!(IgnoresExclusions) {
            return None;
        }
        if self.excluded.types().contains(&resource.type_name) {
            return Some(Verdict::keep("built-in:excluded", "its type is excluded from this run"));
        }
        let member = self.excluded.member(resource)?;
        let reason = format!("would take {member} along, which is excluded from this run");
        Some(Verdict::keep("built-in:owns-excluded", reason))
    }

    /// What the rules say, were the resource part of the run.
    fn by_rules(
        &self,
        place: u32,
        resource: &Resource,
        resources: &[&Resource],
        relations: &Relations,
        is_outside: bool,
    ) -> Verdict {
        if let Some(verdict) = keep_tags(self.lifted, self.now, resource) {
            return verdict;
        }
        let stacks_unknown = self.unlisted.stacks(&resource.region);
        if let Some(why) = &stacks_unknown
            && !relations.stacks.contains(&place)
        {
            return Verdict::unknown("built-in:stacks-unknown", why.clone());
        }
        // What stays anyway may have to do with anything.
        if !is_outside && let Some(verdict) = self.ties(resource) {
            return verdict;
        }
        let judged = Judged::new(place, resources, relations, self.account, stacks_unknown);
        let verdict = self.filters.verdict(&judged, self.now);
        let rule = verdict.rule.map(|rule| rule.to_string());
        match verdict.decision {
            _ if mutated!(IgnoresRules) => Verdict::delete(rule, verdict.reason),
            Decision::Delete => Verdict::delete(rule, verdict.reason),
            Decision::Keep => Verdict::keep(rule.unwrap_or_else(|| "allow".to_owned()), verdict.reason),
            Decision::Unknown => Verdict::unknown(rule.unwrap_or_else(|| "allow".to_owned()), verdict.reason),
        }
    }

    /// Keeps what may have to do with something that stays and could not be listed.
    fn ties(&self, resource: &Resource) -> Option<Verdict> {
        if mutated!(ForgetsUnlistedUsers) {
            return None;
        }
        let unlisted = self.unlisted;
        // Where rules, a baseline or chosen stacks leave something, what could not be listed may be of it, and need this.
        if self.filters.is_empty()
            && self.within.is_none()
            && let Some(why) = unlisted.owned(resource, |owned| self.excluded.types().contains(owned))
        {
            return Some(Verdict::unknown("built-in:owned-unknown", why));
        }
        let may_stay = |name: &TypeName| may_stay(self.filters, self.baseline, self.within.is_some(), name);
        unlisted.ties(resource, may_stay).map(|(rule, why)| Verdict::unknown(rule, why))
    }
}

/// Keeps what carries a keep tag, and what may carry one.
pub(super) fn keep_tags(lifted: &BTreeSet<String>, now: Timestamp, resource: &Resource) -> Option<Verdict> {
    if lifted.contains(KEEP_TAG_PROTECTION) || mutated!(IgnoresKeepTags) {
        return None;
    }
    let tags = match &resource.tags {
        Fact::Absent => return None,
        Fact::Unreadable(_) if mutated!(IgnoresUnreadableTags) => return None,
        Fact::Known(tags) => tags,
        Fact::Unread => return Some(Verdict::unknown("built-in:keep-tag", "its tags were not read")),
        Fact::Unreadable(why) => {
            return Some(Verdict::unknown("built-in:keep-tag", format!("its tags could not be read: {why}")));
        }
    };
    if tags.contains_key(KEEP_TAG) {
        return Some(Verdict::keep("built-in:keep-tag", format!("carries the tag {KEEP_TAG}")));
    }
    let until = tags.get(KEEP_UNTIL_TAG)?;
    match end_of(until) {
        None => Some(Verdict::unknown(
            "built-in:keep-tag",
            format!("the tag {KEEP_UNTIL_TAG} holds `{until}`, which is no date"),
        )),
        Some(end) if end > now => {
            Some(Verdict::keep("built-in:keep-tag", format!("its tag {KEEP_UNTIL_TAG} says {until}")))
        }
        Some(_) => None,
    }
}

/// Whether something of a type may stay though nobody has seen it: by a rule of the user, because it was there before, or because
/// the run is about stacks, of which it may be no part.
pub(crate) fn may_stay(
    filters: &Filters,
    baseline: Option<&Baseline>,
    is_about_stacks: bool,
    type_name: &TypeName,
) -> bool {
    is_about_stacks || !filters.is_empty() || baseline.is_some_and(|baseline| baseline.may_hold(type_name))
}

/// The moment a date (its last second, UTC) or a time ends a keep.
fn end_of(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let date: Date = text.parse().ok()?;
    date.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_keeps_until_its_end() {
        let end = end_of("2026-11-22").expect("a date");
        assert_eq!(end.to_string(), "2026-11-23T00:00:00Z");
        assert_eq!(end_of("2026-11-22T10:00:00Z").expect("a time").to_string(), "2026-11-22T10:00:00Z");
        assert_eq!(end_of("next week"), None);
    }
}
