use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::stack_name::StackArn;
use super::within::{Remembered, Within};
use super::{Relations, StackName};
use crate::account::AccountId;
use crate::handler::Registry;
use crate::resource::{Fact, Region, Resource};

/// The tag by which CloudFormation says which stack made a resource: the name.
pub(crate) const STACK_NAME_TAG: &str = "aws:cloudformation:stack-name";
/// The tag by which CloudFormation says which stack made a resource: the ARN.
pub(crate) const STACK_ID_TAG: &str = "aws:cloudformation:stack-id";

/// Chooses the stacks that a run is about, and all they own. None: the run is about everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StackChoice(BTreeSet<StackName>);

impl StackChoice {
    /// Whether no stack is chosen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was chosen, by name or by ARN.
    pub fn iter(&self) -> impl Iterator<Item = &StackName> {
        self.0.iter()
    }

    /// The stacks that cannot be part of a run on this account and these regions, each with the reason.
    pub(crate) fn problems(&self, account: &AccountId, regions: &BTreeSet<Region>) -> Vec<String> {
        let problem = |name: &StackName| {
            let arn = name.arn()?;
            if arn.account != account.as_str() {
                Some(format!("stack {name} is of another account than {account}."))
            } else if !regions.contains(arn.region) {
                Some(format!("stack {name} is in a region that is not part of this run."))
            } else {
                None
            }
        };
        self.iter().filter_map(problem).collect()
    }

    /// Whether a stack was chosen.
    pub(crate) fn chooses(&self, stack: &Resource) -> bool {
        self.iter().any(|name| stack.answers_to(name.as_str()))
    }

    /// Finds what belongs to the chosen stacks: these stacks, what they own, be it through others, and what their deletion leaves
    /// behind. Of stacks that are gone, what they made says so by its tags.
    pub(crate) fn within(
        &self,
        resources: &[&Resource],
        relations: &Relations,
        registry: &Registry,
        regions: &BTreeSet<Region>,
        remembered: &Remembered,
    ) -> Within {
        let mut doubtful = HashMap::new();
        let mut work: Vec<u32> = Vec::new();
        for (place, resource) in (0_u32..).zip(resources) {
            let is_stack = relations.stacks.contains(&place);
            if is_stack && regions.contains(&resource.region) && self.chooses(resource)
                || remembered.holds(resource)
            {
                work.push(place);
                continue;
            }
            match self.has_left(resource, regions) {
                Ok(true) if !is_stack => work.push(place),
                Err(why)
                    if !relations.ancestors(place).iter().any(|owner| relations.stacks.contains(owner)) =>
                {
                    doubtful.insert(place, why);
                }
                Ok(_) | Err(_) => {}
            }
        }
        let is_by_product = |place: &&u32| {
            let handler = registry.get(resources[**place as usize].type_name.as_str());
            handler.is_some_and(|handler| handler.spec().by_product)
        };
        let mut places: HashSet<u32> = work.iter().copied().collect();
        while let Some(place) = work.pop() {
            let at = place as usize;
            // The log group of a function is no member of its stack, and stays when that goes.
            let left = relations.uses[at].iter().filter(is_by_product);
            work.extend(relations.owned[at].iter().chain(left).filter(|place| places.insert(**place)));
        }
        doubtful.retain(|place, _| !places.contains(place));
        Within::new(places, doubtful)
    }

    /// Whether a resource says that a chosen stack made it.
    ///
    /// # Errors
    /// Why its tags do not say.
    fn has_left(&self, resource: &Resource, regions: &BTreeSet<Region>) -> Result<bool, String> {
        let tags = match &resource.tags {
            Fact::Known(tags) => tags,
            Fact::Absent => return Ok(false),
            Fact::Unread => return Err("its tags were not read".to_owned()),
            Fact::Unreadable(why) => return Err(format!("its tags could not be read: {why}")),
        };
        let id = tags.get(STACK_ID_TAG);
        let is_named = [id, tags.get(STACK_NAME_TAG)]
            .into_iter()
            .flatten()
            .any(|text| self.iter().any(|name| name.as_str() == text));
        // Of what has no region, only the ARN tells in which region its stack was.
        let home = match id.map(StackArn::parse) {
            Some(arn) => arn.is_some_and(|arn| regions.contains(arn.region)),
            None => !resource.region.is_global() && regions.contains(&resource.region),
        };
        Ok(is_named && home)
    }
}

impl FromIterator<StackName> for StackChoice {
    fn from_iter<I: IntoIterator<Item = StackName>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}
