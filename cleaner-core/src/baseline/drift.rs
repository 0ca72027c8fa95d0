use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Baseline, BaselineResource, Standing};
use crate::report::{ListReport, ListStatus};
use crate::resource::{Region, Resource, ResourceKey, Tags, TypeName};

/// How an account differs from its baseline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BaselineReport {
    /// When the baseline was taken, in RFC 3339.
    pub taken_at: String,
    /// How many resources it holds.
    pub resources: usize,
    /// What is gone.
    pub missing: Vec<Missing>,
    /// What is gone, and something else of its name is there.
    pub replaced: Vec<Replaced>,
    /// What is there and not as it was.
    pub changed: Vec<Changed>,
    /// What cannot be told.
    pub unknown: Vec<UnknownPart>,
    /// The settings of the account that are not as they were.
    #[serde(default)]
    pub settings: Vec<ChangedSetting>,
}

/// A resource of the baseline that is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The type.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// The region, or `global`.
    pub region: Region,
    /// What it was called.
    pub name: String,
    /// What made it this one.
    #[serde(flatten)]
    pub was: Identified,
}

/// What makes a resource this one, within its type and region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identified {
    /// The id.
    pub id: String,
    /// The ARN.
    pub arn: Option<String>,
    /// When it was made, in RFC 3339.
    pub created_at: Option<String>,
}

/// A resource of the baseline that is gone, and what is there under its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// The type.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// The region, or `global`.
    pub region: Region,
    /// The name of both.
    pub name: String,
    /// What was there.
    pub was: Identified,
    /// What was found.
    pub is: Identified,
    /// Why it is another one, in one sentence.
    pub why: String,
}

/// A resource of the baseline that is not as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// The type.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// The region, or `global`.
    pub region: Region,
    /// The id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What changed: `tags` or `name`.
    pub what: String,
    /// What it was.
    pub was: Value,
    /// What it is.
    pub is: Value,
}

/// Something of which nobody can tell how it stands to the baseline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownPart {
    /// The type; none if it is a setting of the account.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub type_name: Option<TypeName>,
    /// The setting, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// The region, or `global`.
    pub region: Region,
    /// The id; none if it is about all of the type in the region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Why, in one sentence.
    pub why: String,
}

/// A setting of the account that is not as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangedSetting {
    /// The setting.
    pub name: String,
    /// The region, or `global`.
    pub region: Region,
    /// What it was; null if nothing was set.
    pub was: Value,
    /// What it is; null if nothing is set.
    pub is: Value,
}

impl BaselineReport {
    /// How many things of the baseline are not as they were.
    pub fn drift(&self) -> usize {
        self.missing.len() + self.replaced.len() + self.changed.len() + self.settings.len()
    }

    /// Takes down that a resource of the baseline has gone since it was found.
    pub(crate) fn gone(&mut self, baseline: &Baseline, key: &ResourceKey) {
        let Some(then) = baseline.get(key).filter(|then| !then.managed) else { return };
        let missing = missing(then);
        if !self.missing.contains(&missing) && !self.replaced.iter().any(|one| one.was == missing.was) {
            self.unknown.retain(|one| {
                one.type_name.as_ref() != Some(&key.type_name)
                    || one.region != key.region
                    || one.id.as_deref() != Some(&*key.id)
            });
            self.missing.push(missing);
        }
    }
}

impl Baseline {
    /// How what was found differs from this baseline. `is_chosen` says whether the run is about a resource: what it is not about,
    /// and the baseline does not cover, is nobody's question.
    ///
    /// What AWS manages comes and goes without anybody's doing, and is not compared.
    pub(crate) fn drift<'a>(
        &self,
        found: impl IntoIterator<Item = &'a Resource>,
        lists: &[ListReport],
        is_chosen: impl Fn(&Resource) -> bool,
    ) -> BaselineReport {
        let found: BTreeMap<ResourceKey, &Resource> =
            found.into_iter().map(|resource| (resource.key(), resource)).collect();
        let mut report = BaselineReport {
            taken_at: self.taken_at.to_string(),
            resources: self.resources.len(),
            ..BaselineReport::default()
        };
        let mut newcomers: HashMap<(&TypeName, &Region, &str), Vec<&Resource>> = HashMap::new();
        let mut uncovered: BTreeSet<(&TypeName, &Region)> = BTreeSet::new();
        for resource in found.values().filter(|resource| resource.managed.is_none()) {
            match self.standing(resource) {
                Standing::New => {
                    let name = (&resource.type_name, &resource.region, &*resource.name);
                    newcomers.entry(name).or_default().push(resource);
                }
                Standing::Uncovered if is_chosen(resource) => {
                    uncovered.insert((&resource.type_name, &resource.region));
                }
                _ => {}
            }
        }
        let statuses: HashMap<(&str, &str), ListStatus> =
            lists.iter().map(|list| ((&*list.type_name, &*list.region), list.status)).collect();
        let mut unlisted: BTreeMap<(&TypeName, &Region), &str> = BTreeMap::new();
        for then in self.resources.iter().filter(|then| !then.managed) {
            match found.get(&then.key()) {
                Some(now) if now.managed.is_some() => {}
                Some(now) => self.compare(then, now, &mut report),
                None => match statuses.get(&(then.type_name.as_str(), then.region.as_str())) {
                    // The run did not look.
                    None => {}
                    Some(ListStatus::Ok) => {
                        let name = (&then.type_name, &then.region, &*then.name);
                        match newcomers.get(&name).map(Vec::as_slice) {
                            Some([now]) if then.name != then.id => {
                                report.replaced.push(replaced(then, now, "its id is another one"));
                            }
                            _ => report.missing.push(missing(then)),
                        }
                    }
                    Some(ListStatus::Unsupported) => {
                        unlisted
                            .insert((&then.type_name, &then.region), "the service is said not to be there");
                    }
                    Some(_) => {
                        unlisted.insert((&then.type_name, &then.region), "it could not be listed");
                    }
                },
            }
        }
        let of_place = |(type_name, region): (&TypeName, &Region), why: &str| UnknownPart {
            type_name: Some(type_name.clone()),
            setting: None,
            region: region.clone(),
            id: None,
            why: why.to_owned(),
        };
        report.unknown.extend(unlisted.into_iter().map(|(place, why)| of_place(place, why)));
        report
            .unknown
            .extend(uncovered.into_iter().map(|place| of_place(place, "the baseline says nothing of it")));
        report
    }

    fn compare(&self, then: &BaselineResource, now: &Resource, report: &mut BaselineReport) {
        match self.standing(now) {
            Standing::Another(why) => report.replaced.push(replaced(then, now, &why)),
            Standing::Unknown(why) => report.unknown.push(UnknownPart {
                type_name: Some(then.type_name.clone()),
                setting: None,
                region: then.region.clone(),
                id: Some(then.id.as_ref().to_owned()),
                why,
            }),
            _ => {
                let changed = |what: &str, was: Value, is: Value| Changed {
                    type_name: then.type_name.clone(),
                    region: then.region.clone(),
                    id: then.id.as_ref().to_owned(),
                    name: then.name.as_ref().to_owned(),
                    what: what.to_owned(),
                    was,
                    is,
                };
                if then.name != now.name {
                    report.changed.push(changed("name", (&*then.name).into(), (&*now.name).into()));
                }
                if let (Some(was), Some(is)) = (&then.tags, now.tags.known())
                    && was != is
                {
                    report.changed.push(changed("tags", object(was), object(is)));
                }
            }
        }
    }
}

fn object(tags: &Tags) -> Value {
    Value::Object(tags.iter().map(|(key, value)| (key.to_owned(), value.into())).collect())
}

fn missing(then: &BaselineResource) -> Missing {
    Missing {
        type_name: then.type_name.clone(),
        region: then.region.clone(),
        name: then.name.as_ref().to_owned(),
        was: identified(&then.id, then.arn.as_deref(), then.created_at.known()),
    }
}

fn replaced(then: &BaselineResource, now: &Resource, why: &str) -> Replaced {
    Replaced {
        type_name: then.type_name.clone(),
        region: then.region.clone(),
        name: then.name.as_ref().to_owned(),
        was: identified(&then.id, then.arn.as_deref(), then.created_at.known()),
        is: identified(&now.id, now.arn.as_deref(), now.created.known()),
        why: why.to_owned(),
    }
}

fn identified(id: &str, arn: Option<&str>, created: Option<&Timestamp>) -> Identified {
    Identified {
        id: id.to_owned(),
        arn: arn.map(str::to_owned),
        created_at: created.map(Timestamp::to_string),
    }
}
