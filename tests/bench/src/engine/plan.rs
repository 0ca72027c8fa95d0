//! A plan of many resources: functions with roles and log groups, queues, tables, and stacks that own every tenth.

use std::collections::BTreeSet;
use std::time::Instant;

use cleaner_core::builtin;
use cleaner_core::handler::Registry;
use cleaner_core::plan::{Excluded, Graph, Judge, Relations, Unlisted};
use cleaner_core::resource::{Fact, Member, Region, Resource, Tags, TypeName};
use jiff::Timestamp;
use resource_filters::Filters;
use resource_filters::source::{Node, Problems};
use serde_json::{Value, json};

use crate::usage;

const REGIONS: usize = 17;
/// How many resources a stack owns.
const MEMBERS: usize = 10;
const RULES: &str = "
deny:
  - { type: IAMRole, name: { glob: 'ci-*' } }
  - { stack: 'baseline-*' }
  - { tag: { env: { regex: '^(prod|shared)$' } } }
  - { newer_than: 1h }
";

/// Plans so many resources and says how long each stage took.
pub(crate) fn run(items: usize) -> Value {
    let registry = builtin().expect("a test builds it");
    let resources = resources(items);
    let filters = filters(&registry);
    let before = usage::peak_kib();

    let started = Instant::now();
    let relations = Relations::of(resources.iter(), &registry);
    let related = started.elapsed();
    let all: Vec<&Resource> = resources.iter().collect();
    let verdicts = Judge {
        filters: &filters,
        lifted: &BTreeSet::new(),
        selected: &registry.specs().map(|spec| spec.name.clone()).collect(),
        regions: &resources.iter().map(|resource| resource.region.clone()).collect(),
        excluded: &Excluded::default(),
        within: None,
        account: &"123456789012".parse().expect("twelve digits"),
        unlisted: &Unlisted::default(),
        baseline: None,
        unlisted_too: &Unlisted::default(),
        now: Timestamp::now(),
    }
    .verdicts(&all, &relations);
    let judged = started.elapsed();
    let items: Vec<u32> =
        (0_u32..).zip(&verdicts).filter(|(_, verdict)| verdict.deletes()).map(|(place, _)| place).collect();
    let graph = Graph::of(&items, &all, &relations, &registry);
    let ordered = started.elapsed();
    json!({
        "resources": resources.len(),
        "items": graph.items,
        "edges": graph.after.iter().map(|after| after.len()).sum::<usize>(),
        "relate_ms": related.as_millis(),
        "judge_ms": (judged - related).as_millis(),
        "order_ms": (ordered - judged).as_millis(),
        "wall_ms": ordered.as_millis(),
        "resources_kib": before,
        "peak_kib": usage::peak_kib(),
    })
}

fn filters(registry: &Registry) -> Filters {
    let node = Node::parse_yaml("bench.yaml", RULES).expect("the rules are YAML");
    let mut problems = Problems::new();
    let filters = Filters::parse(&node, registry, &mut problems);
    problems.into_result(filters).expect("the rules are rules")
}

fn resources(count: usize) -> Vec<Resource> {
    let created: Timestamp = "2024-01-01T00:00:00Z".parse().expect("a time");
    let names = ["LambdaFunction", "IAMRole", "CloudWatchLogsLogGroup", "SQSQueue", "DynamoDBTable"];
    let types = names.map(TypeName::from);
    let regions: Vec<Region> =
        (0..REGIONS).map(|number| format!("region-{number}").as_str().into()).collect();
    let tags = Tags::from([("env", "test"), ("team", "a")]);
    let global = Region::global();
    // One stack for so many others; the rest of the round goes to the types in turn.
    let round = 10 * MEMBERS + 1;
    let mut resources: Vec<Resource> = Vec::with_capacity(count);
    while resources.len() < count {
        let number = resources.len();
        let (group, region) = (number / round, &regions[(number / round) % REGIONS]);
        let place = number % round;
        if place == round - 1 {
            let mut stack =
                Resource::new("CloudFormationStack".into(), region.clone(), format!("arn:stack/{group}"));
            stack.name = format!("app-{group}").into();
            stack.created = Fact::Known(created);
            stack.tags = Fact::Known(tags.clone());
            stack.members = (0..MEMBERS)
                .map(|member| Member {
                    cloudformation: "AWS::SQS::Queue".into(),
                    physical_id: format!("name-{}", group * round + member * names.len() + 3).into(),
                })
                .collect();
            resources.push(stack);
            continue;
        }
        let kind = place % names.len();
        let mut resource = Resource::new(
            types[kind].clone(),
            if kind == 1 { global.clone() } else { region.clone() },
            format!("name-{number}"),
        );
        resource.arn = Some(format!("arn:aws:x:{region}:123456789012:{kind}/name-{number}").into());
        resource.created = Fact::Known(created);
        resource.tags = Fact::Known(tags.clone());
        if kind == 0 {
            resource.uses(names[1], format!("name-{}", number + 1));
        }
        resources.push(resource);
    }
    resources
}
