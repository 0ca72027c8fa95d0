use cleaner_core::handler::{Registry, TypeSpec};
use cleaner_core::plan::{Entry, Verdict};
use cleaner_core::report::{ItemOutcome, Outcome, ResourceReport, VerdictReport};
use cleaner_core::resource::{Fact, Region, Resource, Tags, ThinVec};
use cleaner_core::run::RunError;
use jiff::Timestamp;
use resource_filters::Filters;

use super::super::{explanation, explanation_json, type_facts};
use super::*;

fn resource(type_name: &str, id: &str) -> Resource {
    Resource::new(type_name.into(), Region::from("eu-west-1"), id)
}

/// Two security groups that cite each other in a VPC, and a default VPC that stays.
fn example() -> Plan {
    let mut front = resource("EC2SecurityGroup", "sg-front");
    front.uses("EC2SecurityGroup", "sg-back");
    front.uses("EC2VPC", "vpc-1");
    front.created = Fact::Unreadable("denied".into());
    let mut back = resource("EC2SecurityGroup", "sg-back");
    back.uses("EC2SecurityGroup", "sg-front");
    let delete = |resource: Resource| Entry {
        resource: resource.into(),
        verdict: Verdict::delete(None, "no rule keeps it").into(),
        stack: None,
    };
    let stays = Verdict::keep("built-in:default-vpc", "it is a default VPC");
    Plan {
        version: 1,
        tool: "aws-cleaner".to_owned(),
        run_id: "r1".to_owned(),
        account: "111122223333".parse().expect("twelve digits"),
        partition: "aws".to_owned(),
        alias: None,
        created_at: Timestamp::UNIX_EPOCH,
        regions: vec![Region::from("eu-west-1")],
        types: Vec::new(),
        stacks: Default::default(),
        entries: vec![
            delete(front),
            delete(back),
            delete(resource("EC2VPC", "vpc-1")),
            Entry { resource: resource("EC2VPC", "vpc-2").into(), verdict: stays.into(), stack: None },
        ],
        lists: Vec::new(),
    }
}

fn report(plan: &Plan) -> Report {
    let error = RunError::Usage(Vec::new());
    let early = Report::early("aws-cleaner", Timestamp::UNIX_EPOCH, &error, None, &Default::default());
    let one = |entry: &Entry| ResourceReport {
        type_name: entry.resource.type_name.clone(),
        id: entry.resource.id.clone(),
        name: entry.resource.name.clone(),
        arn: None,
        region: entry.resource.region.clone(),
        created_at: None,
        tags: Tags::new(),
        stack: None,
        verdict: VerdictReport {
            action: if entry.verdict.deletes() { "delete" } else { "keep" }.into(),
            rule: entry.verdict.rule.clone(),
            reason: entry.verdict.reason.clone(),
            unknown: false,
        }
        .into(),
        outcome: ItemOutcome::Planned,
        attempts: 0,
        started_at: None,
        finished_at: None,
        error: None,
        blocked_by: ThinVec::new(),
    };
    let resources = plan.entries.iter().map(one).collect();
    let mut report = Report { outcome: Outcome::DryRun, duration_ms: 1_000, resources, ..early };
    (report.summary.planned, report.summary.kept) = (3, 1);
    report
}

#[test]
fn a_plan_counts_by_type_and_region_and_names_circles() {
    let (example, registry) = (example(), Registry::default());
    assert_eq!(
        plan(&example, &report(&example), &registry, 0, Paint::Plain),
        "TYPE              REGION     DELETE  KEEP  UNKNOWN  KEPT BY\n\
         EC2SecurityGroup  eu-west-1       2     -        -\n\
         EC2VPC            eu-west-1       1     1        -  built-in:default-vpc\n\
         \n\
         1 circle unlinked first\n\
         \x20 EC2SecurityGroup sg-front, EC2SecurityGroup sg-back\n\
         \n\
         dry run: 3 to delete, 1 kept in 1.0 s\n"
    );
}

#[test]
fn a_verbose_plan_names_every_resource() {
    let (example, registry) = (example(), Registry::default());
    let text = preview(&example, &report(&example), &registry, 1, Paint::Plain);
    assert!(text.contains("vpc-2     keep     built-in:default-vpc  it is a default VPC\n"), "{text}");
}

#[test]
fn an_explanation_shows_facts_verdict_and_relations() {
    let (example, registry) = (example(), Registry::default());
    let explanations = example.explain(&[0, 2], &Filters::default(), &registry);
    assert_eq!(
        explanation(&example, &explanations[0], Paint::Plain),
        "EC2SecurityGroup sg-front in eu-west-1\n\
         \x20 id           sg-front\n\
         \x20 created      could not be read: denied\n\
         \x20 tags         none\n\
         \x20 verdict      delete: no rule keeps it\n\
         \x20 by           no rule\n\
         \x20 uses\n\
         \x20   EC2SecurityGroup sg-back, which is deleted\n\
         \x20   EC2VPC vpc-1, which is deleted\n\
         \x20 used by\n\
         \x20   EC2SecurityGroup sg-back, which is deleted\n\
         \x20 circle       it is part of a circle, which is unlinked first\n"
    );
    let vpc = explanation_json(&example, &explanations[1]);
    assert_eq!(vpc["waits_for"][0]["id"], "sg-front");
    assert_eq!(vpc["verdict"]["action"], "delete");
}

#[test]
fn the_facts_of_a_type_name_its_settings_and_actions() {
    let spec = TypeSpec::new("SQSQueue", "sqs")
        .delete_after(&["SNSTopic"])
        .setting("force", "Does it by force.")
        .iam_actions(&["sqs:ListQueues"]);
    let registry = Registry::builder().build().expect("no types fit together");
    let (text, json) = type_facts(&registry, &spec, Paint::Plain);
    for wanted in ["SQSQueue\n", "    SNSTopic\n", "    force: Does it by force.\n", "    sqs:ListQueues\n"] {
        assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
    }
    assert_eq!(json["settings"][0]["name"], "force");
}
