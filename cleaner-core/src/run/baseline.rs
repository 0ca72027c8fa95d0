//! What a run does for the sake of a baseline: takes one, and tells how the account differs from the one it has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Run, RunError};
use crate::baseline::{AccountValue, Baseline, ChangedSetting, UnknownPart};
use crate::catalog::{AccountSetting, account_settings};
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::handler::{Access, Scope};
use crate::lane::Purpose;
use crate::plan::{Entry, Plan};
use crate::report::ListReport;
use crate::resource::{Region, Resource, TypeName};

impl Run<'_> {
    /// Makes a baseline of what a plan found, and of the settings of the account. Calls nothing that writes.
    ///
    /// # Errors
    /// Credentials that are no longer accepted, or a run that was stopped. What cannot be read otherwise is part of the baseline.
    pub async fn snapshot(&mut self, plan: &Plan) -> Result<Baseline, RunError> {
        let asked = account_settings().iter().flat_map(|setting| {
            let regions = self.regions.iter().filter(move |region| fits(setting, region));
            regions.map(move |region| (setting, region.clone()))
        });
        let answers = ask(&self.access, asked.collect()).await?;
        let values = answers.into_iter().filter_map(|(setting, region, answer)| {
            let (value, unknown) = match answer {
                Ok(value) => (value?, None),
                Err(error) => (Value::Null, Some(error.to_string())),
            };
            Some(AccountValue { name: setting.name().to_owned(), region, value, unknown })
        });
        Ok(Baseline::of(plan, values.collect(), self.registry()))
    }

    /// Tells how what was found differs from the baseline, if there is one.
    pub(super) fn compare_with_baseline(&mut self, entries: &[Entry], lists: &[ListReport]) {
        let Some(baseline) = self.options().baseline.clone() else { return };
        let is_chosen = |resource: &Resource| {
            self.types.contains(&resource.type_name) && self.regions.contains(&resource.region)
        };
        let found = entries.iter().map(|entry| &*entry.resource);
        let report = baseline.drift(found, lists, is_chosen);
        let mut uncovered: BTreeMap<&TypeName, BTreeSet<&Region>> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| is_chosen(&entry.resource)) {
            let Resource { type_name, region, managed, .. } = &*entry.resource;
            if managed.is_none() && !baseline.covers(type_name, region) {
                uncovered.entry(type_name).or_default().insert(region);
            }
        }
        let warnings: Vec<String> = uncovered
            .into_iter()
            .map(|(type_name, regions)| {
                let regions: Vec<&str> = regions.into_iter().map(Region::as_str).collect();
                format!(
                    "the baseline says nothing of {type_name} in {}: what is there stays, and nobody knows whether it is new",
                    regions.join(", ")
                )
            })
            .collect();
        for warning in warnings {
            self.warn(warning);
        }
        self.report.baseline(report);
        self.say_baseline();
    }

    /// Looks whether the settings of the account are as they were, as far as the baseline knows them.
    ///
    /// # Errors
    /// Credentials, or a run that was stopped. What cannot be read otherwise is unknown; that is reported.
    pub(super) async fn compare_settings(&mut self) -> Result<(), RunError> {
        let Some(baseline) = self.options().baseline.clone() else { return Ok(()) };
        let Some(mut report) = self.report.baseline_now(&baseline) else { return Ok(()) };
        // All of them are known: whoever reads a baseline refuses others.
        let here: Vec<(&AccountValue, &'static AccountSetting)> = baseline
            .settings()
            .iter()
            .filter(|value| self.regions.contains(&value.region))
            .filter_map(|value| {
                Some((value, account_settings().iter().find(|one| one.name() == value.name)?))
            })
            .collect();
        let asked = here.iter().map(|(value, setting)| (*setting, value.region.clone())).collect();
        let answers = ask(&self.access, asked).await?;
        for ((then, _), (setting, region, answer)) in here.into_iter().zip(answers) {
            let name = setting.name().to_owned();
            let why = match (&then.unknown, answer) {
                (None, Ok(is)) => {
                    let (was, is) = (then.value.clone(), is.unwrap_or_default());
                    if was != is {
                        report.settings.push(ChangedSetting { name, region, was, is });
                    }
                    continue;
                }
                (Some(why), _) => format!("it could not be read when the baseline was taken: {why}"),
                (None, Err(error)) => error.to_string(),
            };
            report.unknown.push(UnknownPart { type_name: None, setting: Some(name), region, id: None, why });
        }
        self.report.baseline(report);
        self.say_baseline();
        Ok(())
    }

    /// Tells the last word on the baseline: what seemed to be there and was gone is missing.
    pub(super) fn settle_baseline(&mut self) {
        let Some(baseline) = self.options().baseline.clone() else { return };
        let Some(now) = self.report.baseline_now(&baseline) else { return };
        if self.report.baseline_so_far() != Some(&now) {
            self.report.baseline(now);
            self.say_baseline();
        }
    }

    fn say_baseline(&mut self) {
        if let Some(baseline) = self.report.baseline_so_far().cloned() {
            self.recorder.emit(EventKind::BaselineCompared { baseline: Box::new(baseline) });
        }
    }
}

/// What the account answered about a setting in a region.
type Answer = (&'static AccountSetting, Region, Result<Option<Value>, Error>);

/// Asks for settings where they are, all at once under the lanes' limits.
async fn ask(
    access: &Access,
    asked: Vec<(&'static AccountSetting, Region)>,
) -> Result<Vec<Answer>, RunError> {
    let questions = asked.into_iter().map(|(setting, region)| async move {
        let context = access.context(&TypeName::from(""), &region, Purpose::List);
        let answer = setting.ask(&context).await;
        (setting, region, answer)
    });
    let mut answers = futures::future::join_all(questions).await;
    for (_, region, answer) in &mut answers {
        match answer {
            Err(error) if error.kind == ErrorKind::Interrupted => return Err(error.clone().into()),
            Err(error) if error.kind == ErrorKind::Credentials => {
                if !access.is_off(region).await? {
                    return Err(error.clone().into());
                }
                *answer = Ok(None);
            }
            _ => {}
        }
    }
    Ok(answers)
}

/// Whether a region has a setting.
fn fits(setting: &AccountSetting, region: &Region) -> bool {
    (setting.scope() == Scope::Global) == region.is_global()
}
