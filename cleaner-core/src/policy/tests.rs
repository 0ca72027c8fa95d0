use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use aws_dynamic::model::Models;
use regex::Regex;

use super::*;
use crate::handler::{Registry, Settings, TagSource, TypeSpec};
use crate::run::{Coverage, Options, TypeChoice};

fn registry() -> Registry {
    crate::builtin().expect("the types fit together")
}

fn options(types: &[&str]) -> Options {
    let include = types.iter().map(|name| (*name).to_owned()).collect();
    Options { types: TypeChoice { include, exclude: Vec::new() }, ..Options::default() }
}

fn of(types: &[&str]) -> BTreeSet<String> {
    actions(&registry(), &options(types)).expect("these are types")
}

fn every() -> BTreeSet<String> {
    of(&[])
}

/// The source files below folders of `src` whose path has this in it, without tests.
fn sources(folders: &[&str], part: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let package = std::env::var("CARGO_MANIFEST_DIR").expect("cargo runs tests");
    let mut rest: Vec<_> =
        folders.iter().map(|folder| Path::new(&package).join("src").join(folder)).collect();
    while let Some(path) = rest.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("it is there");
            rest.extend(entries.map(|entry| entry.expect("it is readable").path()));
        } else if !path.ends_with("tests.rs") && path.to_string_lossy().contains(part) {
            texts.push(std::fs::read_to_string(&path).expect("it is text"));
        }
    }
    texts
}

/// The operations that files below `src` call by name, as `service:Operation`.
fn called(folders: &[&str]) -> BTreeSet<String> {
    let call =
        Regex::new(r#"(?:call|pages)\(\s*"([a-z0-9-]+)",\s*"([A-Z][A-Za-z0-9]+)""#).expect("it is one");
    let client = Regex::new(r#"session\.client\("([a-z0-9]+)"[^;]*;[^;]*;[^;]*?run\("([A-Z][A-Za-z]+)""#)
        .expect("it is one");
    let mut found = BTreeSet::new();
    for text in sources(folders, "") {
        for pattern in [&call, &client] {
            found.extend(pattern.captures_iter(&text).map(|found| format!("{}:{}", &found[1], &found[2])));
        }
    }
    found
}

#[test]
fn what_every_run_calls_is_what_is_always_allowed() {
    let called = called(&["account", "run", "scan", "plan", "execute", "report", "handler"]);
    let operation = |action: &str| action.replace("tag:", "resourcegroupstaggingapi:");
    let always: BTreeSet<String> = ALWAYS.iter().map(|(action, _)| operation(action)).collect();
    assert_eq!(called, always);
    for spec in registry().specs() {
        let in_bulk = spec.tags == TagSource::Bulk;
        let reads = spec.listing_actions.iter().any(|action| action == "tag:GetResources");
        assert_eq!(in_bulk, reads, "{}", spec.name);
    }
}

#[test]
fn handlers_in_rust_name_the_actions_of_all_they_call() {
    let call = Regex::new(r#"(?:SERVICE|"([a-z0-9]+)"),\s*"([A-Z][A-Za-z0-9]+)",\s*(?:\|\||json!|input)"#)
        .expect("it is one");
    let registry = registry();
    let services =
        [("cloudformation", 9), ("dynamodb", 8), ("kinesis", 4), ("lambda", 6), ("s3", 10), ("sqs", 2)];
    for (service, least) in services {
        let types = registry.specs().filter(|spec| spec.service == service);
        let data = |spec: &'_ TypeSpec| spec.data.iter().flat_map(|data| data.iam_actions.to_vec()).collect();
        let actions: BTreeSet<String> = types
            .flat_map(|spec| {
                let mut actions: Vec<String> = data(spec);
                actions.extend(spec.all_iam_actions().map(str::to_owned));
                actions
            })
            .collect();
        let mut calls = 0;
        for text in sources(&["services"], &format!("/{service}/")) {
            for found in call.captures_iter(&text) {
                let of = found.get(1).map_or(service, |of| of.as_str());
                for action in crate::iam::operation_actions(of, &found[2], Models::builtin()) {
                    assert!(actions.contains(&action), "{action} of {of}:{}", &found[2]);
                }
                calls += 1;
            }
        }
        assert!(calls >= least, "{calls} calls of {service}");
    }
}

#[test]
fn what_nobody_has_described_needs_cloud_control_and_what_its_schema_names() {
    let needed = of(&["AWS::GroundStation::Config"]);
    for action in
        ["cloudformation:ListResources", "cloudformation:DeleteResource", "groundstation:DeleteConfig"]
    {
        assert!(needed.contains(action), "{action}");
    }
    assert!(!needed.contains("groundstation:DeleteMissionProfile"));
    let denied = deny_unsupported(&registry(), &["AWS::GroundStation::Config".into()].into()).to_string();
    assert!(denied.contains("\"groundstation:*\""), "{denied}");
    // A strict run lists what it does not delete, and a run that is not need not.
    assert!(!every().contains("cloudformation:ListResources"));
    let strict = Options { coverage: Coverage::Strict, ..Options::default() };
    let strict = actions(&registry(), &strict).expect("all types");
    assert!(strict.contains("groundstation:ListConfigs") && !strict.contains("groundstation:DeleteConfig"));
}

#[test]
fn a_few_types_need_little() {
    let expected = [
        "cloudformation:DescribeStacks",
        "cloudformation:ListStackResources",
        "cloudformation:ListStacks",
        "ec2:DescribeRegions",
        "iam:ListAccountAliases",
        "organizations:DescribeOrganization",
        "sts:GetCallerIdentity",
        "tag:GetResources",
    ];
    let needed = of(&["KinesisStream"]);
    for action in expected.into_iter().chain(["kinesis:DeleteStream", "kinesis:ListStreams"]) {
        assert!(needed.contains(action), "{action}: {needed:?}");
    }
    let changes = |action: &&String| {
        !["Describe", "Get", "GET", "List", "Search"].iter().any(|verb| action.contains(verb))
    };
    let changing: Vec<&String> = needed.iter().filter(changes).collect();
    assert_eq!(changing, ["kinesis:DeleteStream"], "of what only may have to do with it, nothing is deleted");
    assert!(needed.len() < every().len() / 3, "{needed:?}");
}

#[test]
fn emptying_what_stays_needs_more_and_only_for_the_chosen_types() {
    let registry = registry();
    let of = |types: &[&str]| reset_data_actions(&registry, &options(types)).expect("these are types");
    assert_eq!(Vec::from_iter(of(&["SQS*"])), ["sqs:GetQueueAttributes", "sqs:PurgeQueue"]);
    assert!(of(&["IAM*"]).is_empty());
    let all = of(&[]);
    for action in ["dynamodb:BatchWriteItem", "kinesis:GetRecords", "s3:DeleteObjectVersion"] {
        assert!(all.contains(action), "{action}");
    }
    let deletes = |action: &&String| action.contains(":Delete") && !action.contains("DeleteObject");
    assert_eq!(all.iter().find(deletes), None, "nothing that would take the resources themselves away");
    assert!(!every().contains("dynamodb:BatchWriteItem"), "a clear needs none of it");
}

#[test]
fn what_a_switch_needs_is_only_there_if_it_is_on() {
    let mut options = options(&["DynamoDBTable", "S3Bucket"]);
    let registry = registry();
    let off = actions(&registry, &options).expect("they are types");
    for action in ["dynamodb:UpdateTable", "s3:BypassGovernanceRetention", "s3:PutObjectLegalHold"] {
        assert!(!off.contains(action), "{action}");
    }
    let on: Settings = ["disable_deletion_protection".to_owned()].into_iter().collect();
    options.settings = HashMap::from([("DynamoDBTable".into(), Arc::new(on))]);
    let on = actions(&registry, &options).expect("they are types");
    let more: Vec<&String> = on.difference(&off).collect();
    assert_eq!(more, ["dynamodb:UpdateTable"]);
}

#[test]
fn what_aws_documents_besides_is_there() {
    let needed = of(&["CloudHSMV2Cluster", "BudgetsBudget", "APIGatewayRestAPI"]);
    for action in
        ["ec2:DeleteSecurityGroup", "budgets:ModifyBudget", "budgets:ViewBudget", "apigateway:DELETE"]
    {
        assert!(needed.contains(action), "{action}");
    }
    for action in ["iam:PassRole", "iam:CreateServiceLinkedRole", "budgets:DeleteBudget"] {
        assert!(!every().contains(action), "{action}");
    }
}

#[test]
fn a_choice_that_means_nothing_is_an_error() {
    let problems = actions(&registry(), &options(&["SQSQeueue"])).expect_err("there is none");
    assert!(problems[0].contains("`SQSQueue`"), "{problems:?}");
}

#[test]
fn documents_are_divided_without_loss() {
    let actions = every();
    let whole = Document::allow(&actions);
    assert!(whole.size() > INLINE_LIMIT);
    let parts = whole.split(MANAGED_LIMIT);
    assert!(parts.iter().all(|part| part.size() <= MANAGED_LIMIT));
    let all: Vec<&str> = parts.iter().flat_map(Document::actions).collect();
    assert_eq!(all.len(), actions.len(), "none twice");
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), actions.iter().map(String::as_str).collect());
    let fill = parts.iter().rev().skip(1).map(Document::size).min().unwrap_or_default();
    assert!(fill > MANAGED_LIMIT - 200, "a part of {fill} characters is half empty");
    assert!(parts.len() <= ATTACHED_AT_MOST, "{} parts cannot be attached", parts.len());
    let small = Document::allow(&["sqs:DeleteQueue".to_owned()]);
    assert_eq!(small.split(MANAGED_LIMIT), [small]);
}

#[test]
fn statements_are_one_for_each_service() {
    let actions = ["sqs:ListQueues", "s3:ListBucket", "sqs:DeleteQueue"].map(str::to_owned);
    let expected = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListBucket"],"Resource":"*"},{"Effect":"Allow","Action":["sqs:DeleteQueue","sqs:ListQueues"],"Resource":"*"}]}"#;
    let document = Document::allow(&actions);
    assert_eq!(document.to_json().to_string(), expected);
    assert_eq!(document.size(), expected.len());
}

#[test]
fn wildcards_are_only_for_looking() {
    let actions = every();
    assert!(!actions.iter().any(|action| action.contains('*')));
    let short = compact(&actions);
    let wildcards: Vec<&String> = short.iter().filter(|action| action.contains('*')).collect();
    assert!(wildcards.iter().all(|action| action.ends_with(":Describe*") || action.ends_with(":List*")));
    assert!(short.contains("ec2:Describe*") && short.contains("ec2:DeleteVpc"));
    assert!(short.contains("sts:GetCallerIdentity"));
    assert!(Document::allow(&short).size() < Document::allow(&actions).size() * 3 / 4);
}

#[test]
fn the_service_control_policy_fits_and_denies_services_without_a_type() {
    let registry = registry();
    let all = TypeChoice::default().resolve(&registry).expect("no pattern is wrong");
    let policy = deny_unsupported(&registry, &all);
    let size = policy.to_string().len();
    assert!(size <= SERVICE_CONTROL_LIMIT, "{size} characters");
    let statement = &policy["Statement"][0];
    assert_eq!(statement["Effect"], "Deny");
    let allowed: Vec<&str> =
        statement["NotAction"].as_array().expect("a list").iter().filter_map(|one| one.as_str()).collect();
    for service in ["elasticloadbalancing:*", "states:*", "s3:*", "iam:*", "sts:*", "organizations:*"] {
        assert!(allowed.contains(&service), "{service}");
    }
    let exempt = statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"].to_string();
    assert!(exempt.contains("arn:*:iam::*:role/OrganizationAccountAccessRole"), "{exempt}");
    let queues = BTreeSet::from(["SQSQueue".into()]);
    let few = deny_unsupported(&registry, &queues)["Statement"][0]["NotAction"].to_string();
    assert!(few.contains("sqs:*") && few.contains("sts:*") && !few.contains("\"ec2:*\""), "{few}");
}
