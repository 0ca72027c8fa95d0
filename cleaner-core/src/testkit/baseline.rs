use std::sync::Arc;

use crate::baseline::Baseline;
use crate::handler::Registry;
use crate::plan::{Entry, PLAN_VERSION, Plan, Verdict};
use crate::report::{ListReport, ListStatus};
use crate::resource::Resource;

/// A plan that found some resources by some listings.
pub(crate) fn plan_of(resources: &[Resource], lists: &[(&str, &str, ListStatus)]) -> Plan {
    let entry = |resource: &Resource| Entry {
        resource: Arc::new(resource.clone()),
        verdict: Verdict::delete(None, "nothing speaks against it").into(),
        stack: None,
    };
    let list = |(type_name, region, status): &(&str, &str, ListStatus)| ListReport {
        type_name: (*type_name).to_owned(),
        region: (*region).to_owned(),
        status: *status,
        found: 0,
        error: None,
    };
    Plan {
        stacks: Default::default(),
        version: PLAN_VERSION,
        tool: "test".to_owned(),
        run_id: String::new(),
        account: "111122223333".parse().expect("twelve digits"),
        partition: "aws".to_owned(),
        alias: None,
        created_at: "2025-03-01T00:00:00Z".parse().expect("a time"),
        regions: Vec::new(),
        types: Vec::new(),
        entries: resources.iter().map(entry).collect(),
        lists: lists.iter().map(list).collect(),
    }
}

/// A baseline of some resources, by some listings.
pub(crate) fn baseline_of(resources: &[Resource], lists: &[(&str, &str, ListStatus)]) -> Baseline {
    let registry = Registry::builder().build().expect("nothing is wrong with nothing");
    Baseline::of(&plan_of(resources, lists), Vec::new(), &registry)
}
