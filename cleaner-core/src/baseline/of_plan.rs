use std::sync::Arc;

use super::value::Index;
use super::{AccountValue, BASELINE_VERSION, Baseline, BaselineList, BaselineResource};
use crate::handler::Registry;
use crate::plan::Plan;
use crate::resource::Resource;

impl Baseline {
    /// What a plan found, whatever it would do with it. A complete one needs a plan for which creation dates and all tags were read
    /// ([`Options::details`](crate::run::Options::details), [`Options::all_tags`](crate::run::Options::all_tags)).
    pub fn of(plan: &Plan, settings: Vec<AccountValue>, registry: &Registry) -> Self {
        let lists = plan.lists.iter().map(|list| BaselineList {
            type_name: list.type_name.as_str().into(),
            region: list.region.as_str().into(),
            status: list.status,
        });
        let resources = plan.entries.iter().map(|entry| resource(&entry.resource)).collect();
        let baseline = Self {
            version: BASELINE_VERSION,
            tool: plan.tool.clone(),
            account: plan.account.clone(),
            partition: plan.partition.clone(),
            taken_at: plan.created_at,
            lists: lists.collect(),
            resources,
            settings,
            index: Index::default(),
        };
        baseline.indexed(registry)
    }
}

fn resource(found: &Arc<Resource>) -> BaselineResource {
    BaselineResource {
        type_name: found.type_name.clone(),
        region: found.region.clone(),
        id: found.id.clone(),
        name: found.name.clone(),
        arn: found.arn.clone(),
        created_at: found.created.clone(),
        tags: found.tags.known().cloned(),
        managed: found.managed.is_some(),
    }
}
