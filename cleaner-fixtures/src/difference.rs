use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use cleaner_core::baseline::{AccountValue, Baseline, BaselineReport, BaselineResource};
use cleaner_core::report::{ItemOutcome, Outcome, Report, ResourceReport};
use cleaner_core::resource::ResourceKey;
use serde_json::{Value, json};

/// Where lines stand that are about a setting of the account.
const SETTINGS: &str = "settings of the account";
/// Where lines stand that are about a run as a whole.
const RUN: &str = "the run";

/// How an account differs from what it should be, in lines for people, by type.
///
/// It is made of the [`Report`] of a run, or of two [`Baseline`]s of one account, the earlier one first.
///
/// # Behavior
/// - `+` is left over, `-` is missing, `~` is changed, `?` is not known.
/// - What could not be listed or read is part of it: unknown is not the same as clean.
/// - The report of a run that ended otherwise than clean, or as a dry run, is never without a difference.
/// - What AWS manages comes and goes without anybody's doing, and is no difference between two baselines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    lines: BTreeMap<String, BTreeSet<(Mark, String)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    LeftOver,
    Missing,
    Changed,
    Unknown,
}

impl Difference {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn add(&mut self, kind: &str, mark: Mark, text: String) {
        self.lines.entry(kind.to_owned()).or_default().insert((mark, text));
    }

    fn add_resource(&mut self, one: &ResourceReport) {
        let (kind, place) = (one.type_name.as_str(), place(&one.name, &one.id, one.region.as_str()));
        match one.outcome {
            ItemOutcome::Kept if one.verdict.unknown => {
                self.add(kind, Mark::Unknown, format!("{place} is kept: {}", one.verdict.reason));
            }
            ItemOutcome::Failed | ItemOutcome::Blocked | ItemOutcome::Pending => {
                let held = match one.blocked_by.as_slice() {
                    [] => String::new(),
                    by => format!(", held by {}", by.join(", ")),
                };
                let why = one.error.as_ref().map_or_else(String::new, |error| format!(": {error}"));
                self.add(kind, Mark::LeftOver, format!("{place} is {}{held}{why}", one.outcome));
            }
            ItemOutcome::Planned => self.add(kind, Mark::LeftOver, place),
            // What is emptied stays, by wish.
            ItemOutcome::Kept | ItemOutcome::Deleted | ItemOutcome::AlreadyGone | ItemOutcome::Emptied => {}
        }
    }

    fn add_drift(&mut self, drift: &BaselineReport) {
        for one in &drift.missing {
            let place = place(&one.name, &one.was.id, one.region.as_str());
            self.add(one.type_name.as_str(), Mark::Missing, place);
        }
        for one in &drift.replaced {
            let place = place(&one.name, &one.was.id, one.region.as_str());
            let text = format!("{place} was replaced: {}", one.why);
            self.add(one.type_name.as_str(), Mark::Changed, text);
        }
        for one in &drift.changed {
            let place = place(&one.name, &one.id, one.region.as_str());
            let text = became(&format!("{place}, {}", one.what), &one.was, &one.is);
            self.add(one.type_name.as_str(), Mark::Changed, text);
        }
        for one in &drift.settings {
            let text = became(&format!("{} in {}", one.name, one.region), &one.was, &one.is);
            self.add(SETTINGS, Mark::Changed, text);
        }
        for one in &drift.unknown {
            let what = one.id.as_ref().or(one.setting.as_ref());
            let what = what.map_or_else(String::new, |what| format!("{what} "));
            let kind = one.type_name.as_ref().map_or(SETTINGS, |name| name.as_str());
            self.add(kind, Mark::Unknown, format!("{what}in {}: {}", one.region, one.why));
        }
    }

    /// Compares a resource that is in two baselines.
    fn add_changes(&mut self, was: &BaselineResource, is: &BaselineResource) {
        let place = of(was);
        let date = |one: &BaselineResource| one.created_at.known().map(ToString::to_string);
        let tags = |one: &BaselineResource| one.tags.as_ref().map(|tags| json!(tags));
        let mut changed = |what: &str, before: Value, now: Value| {
            if before != now {
                let text = became(&format!("{place}, {what}"), &before, &now);
                self.add(was.type_name.as_str(), Mark::Changed, text);
            }
        };
        changed("name", json!(&*was.name), json!(&*is.name));
        // What was not read, before or now, says nothing.
        if let (Some(before), Some(now)) = (date(was), date(is)) {
            changed("created_at", json!(before), json!(now));
        }
        if let (Some(before), Some(now)) = (tags(was), tags(is)) {
            changed("tags", before, now);
        }
    }

    fn add_setting(&mut self, was: &AccountValue, is: Option<&AccountValue>) {
        let place = format!("{} in {}", was.name, was.region);
        match is {
            None => self.add(SETTINGS, Mark::Unknown, format!("{place}: it was not looked at")),
            Some(is) => match was.unknown.as_ref().or(is.unknown.as_ref()) {
                Some(why) => self.add(SETTINGS, Mark::Unknown, format!("{place}: {why}")),
                None if was.value != is.value => {
                    self.add(SETTINGS, Mark::Changed, became(&place, &was.value, &is.value));
                }
                None => {}
            },
        }
    }
}

impl From<&Report> for Difference {
    fn from(report: &Report) -> Self {
        let mut difference = Self::default();
        for one in &report.resources {
            difference.add_resource(one);
        }
        for list in report.lists.iter().filter(|list| !list.status.is_known()) {
            let why = list.error.as_ref().map_or_else(String::new, |error| format!(": {error}"));
            let text = format!("in {} could not be listed{why}", list.region);
            difference.add(&list.type_name, Mark::Unknown, text);
        }
        if let Some(drift) = &report.baseline {
            difference.add_drift(drift);
        }
        if !matches!(report.outcome, Outcome::Clean | Outcome::DryRun) && difference.is_empty() {
            let why = report.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
            difference.add(RUN, Mark::Unknown, format!("ended as {}{why}", report.outcome));
        }
        difference
    }
}

impl From<(&Baseline, &Baseline)> for Difference {
    fn from((before, after): (&Baseline, &Baseline)) -> Self {
        let mut difference = Self::default();
        if before.account() != after.account() {
            let text = format!("before it was account {}, now it is {}", before.account(), after.account());
            difference.add(RUN, Mark::Unknown, text);
            return difference;
        }
        let by_key = |baseline: &Baseline| -> BTreeMap<ResourceKey, BaselineResource> {
            baseline.resources().iter().map(|one| (one.key(), one.clone())).collect()
        };
        let (was, is) = (by_key(before), by_key(after));
        let mut unasked = BTreeSet::new();
        for (key, one) in &is {
            match was.get(key) {
                Some(was) if !was.managed && !one.managed => difference.add_changes(was, one),
                None if !one.managed && before.covers(&one.type_name, &one.region) => {
                    difference.add(one.type_name.as_str(), Mark::LeftOver, of(one));
                }
                None if !one.managed => {
                    let text = format!("{}: nobody knows whether it was there before", of(one));
                    difference.add(one.type_name.as_str(), Mark::Unknown, text);
                }
                _ => {}
            }
        }
        for (key, one) in was.iter().filter(|(key, one)| !one.managed && !is.contains_key(key)) {
            if after.covers(&key.type_name, &key.region) {
                difference.add(one.type_name.as_str(), Mark::Missing, of(one));
            } else {
                unasked.insert((&key.type_name, &key.region));
            }
        }
        let unlisted = after.lists().iter().filter(|list| !list.status.is_known());
        unasked.extend(unlisted.map(|list| (&list.type_name, &list.region)));
        for (type_name, region) in unasked {
            difference.add(type_name.as_str(), Mark::Unknown, format!("in {region} could not be listed"));
        }
        for was in before.settings() {
            let same = |is: &&AccountValue| (&is.name, &is.region) == (&was.name, &was.region);
            difference.add_setting(was, after.settings().iter().find(same));
        }
        difference
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |mark| self.lines.values().flatten().filter(|(of, _)| *of == mark).count();
        let counts: Vec<String> = [Mark::LeftOver, Mark::Missing, Mark::Changed, Mark::Unknown]
            .into_iter()
            .filter(|mark| count(*mark) > 0)
            .map(|mark| format!("{} {}", count(mark), mark.what()))
            .collect();
        if counts.is_empty() {
            return f.write_str("no difference");
        }
        f.write_str(&counts.join(", "))?;
        for (kind, lines) in &self.lines {
            write!(f, "\n{kind}")?;
            for (mark, text) in lines {
                write!(f, "\n  {} {text}", mark.sign())?;
            }
        }
        Ok(())
    }
}

impl Mark {
    fn sign(self) -> char {
        match self {
            Self::LeftOver => '+',
            Self::Missing => '-',
            Self::Changed => '~',
            Self::Unknown => '?',
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::LeftOver => "left over",
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Unknown => "not known",
        }
    }
}

/// Asserts that nothing is left over, missing, changed or unknown, by the report of a run, or by a baseline before and one after.
///
/// ```
/// # use cleaner_core::report::Report;
/// # use cleaner_core::baseline::Baseline;
/// # use cleaner_fixtures::assert_no_leftovers;
/// fn after_a_test(report: &Report, before: &Baseline, after: &Baseline) {
///     assert_no_leftovers(report);
///     assert_no_leftovers((before, after));
/// }
/// ```
///
/// # Panics
/// With the [`Difference`], if there is any.
#[track_caller]
pub fn assert_no_leftovers(of: impl Into<Difference>) {
    let difference = of.into();
    assert!(difference.is_empty(), "the account is not as it should be: {difference}");
}

fn of(one: &BaselineResource) -> String {
    place(&one.name, &one.id, one.region.as_str())
}

/// Names a resource of a known type.
fn place(name: &str, id: &str, region: &str) -> String {
    if name == id { format!("{name} in {region}") } else { format!("{name} in {region} ({id})") }
}

fn became(what: &str, was: &Value, is: &Value) -> String {
    format!("{what}: {was} became {is}")
}

#[cfg(test)]
mod tests;
