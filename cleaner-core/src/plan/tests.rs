//! Verdicts and how keeps spread, on made-up accounts.

use std::collections::{BTreeMap, BTreeSet};

use resource_filters::Filters;
use resource_filters::source::{Node, Problems};

use super::{Action, Excluded, Judge, Relations, Remembered, StackChoice, Unlisted, Verdict};
use crate::account::AccountId;
use crate::baseline::Baseline;
use crate::handler::{Registry, TypeSpec};
use crate::report::{ListReport, ListStatus};
use crate::resource::{Fact, Keep, Member, Ref, Region, Resource, TypeName};
use crate::testkit::{Cloud, Listing, baseline_of, simulated};

fn registry() -> Registry {
    let cloud = Cloud::default();
    let of = |spec| simulated(&cloud, spec, Listing::Works);
    Registry::builder()
        .with(of(TypeSpec::new("Function", "lambda").refs(&["Role", "Log"]).cloudformation("AWS::Function")))
        .with(of(TypeSpec::new("Role", "iam").global().cloudformation("AWS::Role")))
        .with(of(TypeSpec::new("Stack", "cloudformation").stack().cloudformation("AWS::Stack")))
        .with(of(TypeSpec::new("Bucket", "s3").cloudformation("AWS::Bucket")))
        .with(of(TypeSpec::new("Part", "lambda").owned_by(&["Function"])))
        .with(of(TypeSpec::new("Log", "logs").by_product()))
        .build()
        .expect("the types fit together")
}

struct World {
    resources: Vec<Resource>,
    lifted: BTreeSet<String>,
    selected: BTreeSet<TypeName>,
    excluded: BTreeSet<TypeName>,
    global_excluded: bool,
    failed: Vec<(&'static str, &'static str)>,
    stacks: Vec<&'static str>,
    remembered: Remembered,
    rules: &'static str,
    baseline: Option<Baseline>,
}

impl World {
    fn new() -> Self {
        Self {
            resources: Vec::new(),
            lifted: BTreeSet::new(),
            selected: ["Function", "Role", "Stack", "Bucket", "Log", "Part"].map(TypeName::from).into(),
            excluded: BTreeSet::new(),
            global_excluded: false,
            failed: Vec::new(),
            stacks: Vec::new(),
            remembered: Remembered::default(),
            rules: "{}",
            baseline: None,
        }
    }

    fn add(&mut self, type_name: &str, id: &str, change: impl FnOnce(&mut Resource)) -> &mut Self {
        let region = if type_name == "Role" { Region::global() } else { Region::from("r1") };
        let mut resource = Resource::new(type_name.into(), region, id);
        change(&mut resource);
        self.resources.push(resource);
        self
    }

    fn verdicts(&self) -> BTreeMap<String, Verdict> {
        let registry = registry();
        let list = |(type_name, region): &(&str, &str)| ListReport {
            type_name: (*type_name).to_owned(),
            region: (*region).to_owned(),
            status: ListStatus::Denied,
            found: 0,
            error: None,
        };
        let lists: Vec<ListReport> = self.failed.iter().map(list).collect();
        let rules = Node::parse_yaml("rules.yaml", self.rules).expect("valid YAML");
        let mut problems = Problems::new();
        let filters = Filters::parse(&rules, &registry, &mut problems);
        assert!(problems.is_empty(), "{problems}");
        let account: AccountId = "123456789012".parse().expect("twelve digits");
        let all: Vec<&Resource> = self.resources.iter().collect();
        let relations = Relations::of(self.resources.iter(), &registry);
        let regions: BTreeSet<Region> = [Region::global(), Region::from("r1")].into();
        let stacks: StackChoice = self.stacks.iter().map(|name| name.parse().expect("a name")).collect();
        let within = (!stacks.is_empty())
            .then(|| stacks.within(&all, &relations, &registry, &regions, &self.remembered));
        let judge = Judge {
            filters: &filters,
            lifted: &self.lifted,
            selected: &self.selected,
            regions: &regions,
            excluded: &Excluded::new(self.excluded.clone(), self.global_excluded, &registry),
            within: within.as_ref(),
            account: &account,
            unlisted: &Unlisted::of(&lists, &registry),
            baseline: self.baseline.as_ref(),
            unlisted_too: &Unlisted::of(&lists, &registry),
            now: "2026-01-01T00:00:00Z".parse().expect("a time"),
        };
        let ids = all.iter().map(|resource| resource.id.as_ref().to_owned());
        ids.zip(judge.verdicts(&all, &relations)).collect()
    }

    fn kept(&self) -> Vec<String> {
        self.verdicts().into_iter().filter(|(_, verdict)| !verdict.deletes()).map(|(id, _)| id).collect()
    }
}

fn protect(resource: &mut Resource) {
    resource.protection = Some(Box::new(Keep { name: "test-keep".into(), why: "a test says so".into() }));
}

fn member(cloudformation: &str, id: &str) -> Member {
    Member { cloudformation: cloudformation.into(), physical_id: id.into() }
}

fn tagged(resource: &mut Resource, key: &str, value: &str) {
    resource.tags = Fact::Known([(key.to_owned(), value.to_owned())].into());
}

#[test]
fn without_rules_everything_goes() {
    let mut world = World::new();
    world.add("Function", "f", |_| {}).add("Role", "r", |_| {}).add("Stack", "s", |_| {});
    assert_eq!(world.kept(), Vec::<String>::new());
}

#[test]
fn what_stays_keeps_what_it_uses() {
    let mut world = World::new();
    world.add("Function", "f", |function| {
        protect(function);
        function.uses("Role", "r");
    });
    world.add("Role", "r", |_| {}).add("Role", "other", |_| {});
    assert_eq!(world.kept(), ["f", "r"]);
    assert_eq!(world.verdicts()["r"].reason, "is needed by Function f, which stays");
}

#[test]
fn what_aws_manages_keeps_nothing_it_uses() {
    let mut world = World::new();
    world.add("Function", "f", |function| {
        function.managed = Some("it goes with its parent".into());
        function.uses("Role", "r");
    });
    world.add("Role", "r", |_| {});
    assert_eq!(world.kept(), ["f"]);
}

#[test]
fn a_kept_stack_keeps_all_it_owns_and_all_these_use() {
    let mut world = World::new();
    world.add("Stack", "s", |stack| {
        protect(stack);
        stack.members = [member("AWS::Function", "f"), member("AWS::Stack", "nested")].into();
    });
    world.add("Stack", "nested", |stack| stack.members = [member("AWS::Role", "deep")].into());
    world.add("Function", "f", |function| function.uses("Role", "r"));
    world.add("Role", "r", |_| {}).add("Role", "deep", |_| {}).add("Role", "loose", |_| {});
    assert_eq!(world.kept(), ["deep", "f", "nested", "r", "s"]);
}

#[test]
fn a_kept_member_keeps_the_stack_that_would_take_it_along() {
    let mut world = World::new();
    world.add("Stack", "s", |stack| {
        stack.members = [member("AWS::Function", "f"), member("AWS::Role", "r")].into();
    });
    world.add("Function", "f", protect).add("Role", "r", |_| {});
    assert_eq!(world.kept(), ["f", "r", "s"]);
}

#[test]
fn a_part_and_its_whole_stay_together() {
    let mut world = World::new();
    let part_of = |whole: &str| Ref { type_name: "Role".into(), target: whole.into() };
    world
        .add("Role", "whole", protect)
        .add("Function", "part", |part| part.parts_of = [part_of("whole")].into());
    world.add("Role", "free", |_| {});
    world.add("Function", "kept-part", |part| {
        protect(part);
        part.parts_of = [part_of("free")].into();
    });
    assert_eq!(world.kept(), ["free", "kept-part", "part", "whole"]);
    assert_eq!(world.verdicts()["free"].reason, "Function kept-part is part of it, and stays");
}

#[test]
fn a_protection_is_lifted_by_its_name_but_never_the_callers() {
    let mut world = World::new();
    world.add("Function", "f", protect);
    world.add("Role", "me", |role| {
        role.protection = Some(Box::new(Keep { name: "caller".into(), why: "".into() }));
    });
    world.lifted = ["test-keep", "caller"].map(str::to_owned).into();
    assert_eq!(world.kept(), ["me"]);
}

#[test]
fn keep_tags_keep_until_their_date() {
    let mut world = World::new();
    world.add("Function", "kept", |function| tagged(function, "aws-cleaner:keep", ""));
    world.add("Function", "later", |function| tagged(function, "aws-cleaner:keep-until", "2026-01-01"));
    world.add("Function", "over", |function| tagged(function, "aws-cleaner:keep-until", "2025-12-31"));
    world.add("Function", "odd", |function| tagged(function, "aws-cleaner:keep-until", "soon"));
    assert_eq!(world.kept(), ["kept", "later", "odd"]);
    assert_eq!(world.verdicts()["odd"].action, Action::Unknown);
}

#[test]
fn what_cannot_be_read_is_kept_and_unknown() {
    let mut world = World::new();
    world.add("Function", "unread", |function| function.tags = Fact::Unread);
    world.add("Function", "denied", |function| function.tags = Fact::Unreadable("denied".into()));
    assert!(world.verdicts().values().all(|verdict| verdict.action == Action::Unknown));
}

#[test]
fn where_stacks_are_unknown_nothing_they_may_own_goes() {
    let mut world = World::new();
    world.add("Function", "f", |_| {}).add("Role", "r", |_| {});
    world.failed.push(("Stack", "r2"));
    let verdicts = world.verdicts();
    assert_eq!(verdicts["f"].action, Action::Delete, "another region's stacks own nothing here");
    assert_eq!(verdicts["r"].action, Action::Unknown, "any region's stack may own a global resource");
}

#[test]
fn what_an_unlisted_resource_may_need_stays() {
    let mut world = World::new();
    world.add("Function", "f", |_| {}).add("Role", "r", |_| {});
    world.failed.push(("Function", "r2"));
    assert_eq!(world.verdicts()["r"].action, Action::Delete, "no rule could keep a function of r2");
    world.rules = "{deny: [{type: Function, name: 'x-*'}]}";
    let verdicts = world.verdicts();
    assert_eq!(verdicts["f"].action, Action::Delete);
    assert_eq!(verdicts["r"].action, Action::Unknown, "a function of r2 that stays may work through it");
}

#[test]
fn what_is_not_selected_keeps_what_it_needs_only_if_a_rule_keeps_it() {
    let mut world = World::new();
    world.selected = ["Role"].map(TypeName::from).into();
    world.add("Function", "f", |function| function.uses("Role", "r"));
    world.add("Function", "kept", |function| {
        protect(function);
        function.uses("Role", "needed");
    });
    world.add("Role", "r", |_| {}).add("Role", "needed", |_| {});
    assert_eq!(world.kept(), ["f", "kept", "needed"]);
}

#[test]
fn a_need_goes_through_what_is_not_selected() {
    let mut world = World::new();
    world.selected = ["Role"].map(TypeName::from).into();
    world.add("Stack", "s", |stack| {
        protect(stack);
        stack.uses("Function", "f");
    });
    world.add("Function", "f", |function| function.uses("Role", "r"));
    world.add("Role", "r", |_| {}).add("Role", "free", |_| {});
    assert_eq!(world.kept(), ["f", "r", "s"]);
}

#[test]
fn what_is_not_selected_stays_and_keeps_its_own() {
    let mut world = World::new();
    world.selected = ["Function"].map(TypeName::from).into();
    world.add("Stack", "s", |stack| stack.members = [member("AWS::Function", "owned")].into());
    world.add("Function", "owned", |_| {}).add("Function", "loose", |_| {});
    assert_eq!(world.kept(), ["owned", "s"]);
}

fn excluding(excluded: &str) -> World {
    let mut world = World::new();
    world.excluded = [TypeName::from(excluded)].into();
    world.selected.retain(|name| name.as_str() != excluded);
    world
}

#[test]
fn what_is_excluded_stays_with_what_it_needs() {
    let mut world = excluding("Function");
    world.add("Function", "f", |function| function.uses("Role", "needed"));
    world.add("Role", "needed", |_| {}).add("Role", "free", |_| {});
    assert_eq!(world.kept(), ["f", "needed"]);
    assert_eq!(world.verdicts()["f"].rule.as_deref(), Some("built-in:excluded"));
}

#[test]
fn no_stack_takes_along_what_is_excluded() {
    let mut world = excluding("Function");
    world.add("Stack", "s", |stack| {
        stack.members = [member("AWS::Function", "not-listed"), member("AWS::Role", "r")].into();
    });
    world.add("Stack", "above", |stack| stack.members = [member("AWS::Stack", "s")].into());
    world.add("Stack", "other", |stack| stack.members = [member("AWS::Role", "gone")].into());
    world.add("Role", "r", |_| {}).add("Role", "gone", |_| {});
    assert_eq!(world.kept(), ["above", "r", "s"]);
    assert_eq!(world.verdicts()["s"].reason, "would take not-listed along, which is excluded from this run");
}

#[test]
fn no_stack_takes_along_what_has_no_region_where_that_is_excluded() {
    let mut world = World::new();
    world.add("Stack", "s", |stack| stack.members = [member("AWS::Role", "r")].into());
    assert_eq!(world.kept(), Vec::<String>::new());
    world.global_excluded = true;
    assert_eq!(world.kept(), ["s"]);
}

#[test]
fn an_owner_stays_where_what_it_may_take_along_is_excluded_and_could_not_be_listed() {
    let mut world = excluding("Part");
    world.add("Function", "f", |_| {}).add("Role", "r", |_| {});
    assert_eq!(world.kept(), Vec::<String>::new());
    world.failed.push(("Part", "r1"));
    let verdicts = world.verdicts();
    assert_eq!(verdicts["f"].action, Action::Unknown);
    assert_eq!(verdicts["r"].action, Action::Delete);
}

#[test]
fn what_was_not_chosen_does_not_keep_its_parts_nor_what_it_owns() {
    let mut world = World::new();
    world.selected = ["Function"].map(TypeName::from).into();
    let role = |id: &str| Ref { type_name: "Role".into(), target: id.into() };
    world.add("Role", "whole", |_| {}).add("Role", "owner", |_| {});
    world.add("Function", "part", |part| part.parts_of = [role("whole")].into());
    world.add("Function", "owned", |owned| owned.owners = [role("owner")].into());
    assert_eq!(world.kept(), ["owner", "whole"]);
    world.resources[0].protection =
        Some(Box::new(Keep { name: "test-keep".into(), why: "a test says so".into() }));
    assert_eq!(world.kept(), ["owner", "part", "whole"]);
}

#[test]
fn a_stack_takes_along_what_names_its_unlisted_member() {
    let mut world = World::new();
    // Nobody listed the function: neither was its type chosen, nor did anything ask for it.
    world.add("Part", "part", |part| {
        protect(part);
        part.owners = [Ref { type_name: "Function".into(), target: "f".into() }].into();
    });
    world.add("Stack", "s", |stack| stack.members = [member("AWS::Function", "f")].into());
    world.add("Stack", "other", |stack| stack.members = [member("AWS::Function", "g")].into());
    assert_eq!(world.kept(), ["part", "s"]);
}

#[test]
fn a_stack_stays_if_something_that_stays_uses_its_unlisted_member() {
    let mut world = World::new();
    world.add("Function", "f", |function| {
        protect(function);
        function.uses("Role", "arn:aws:iam::123456789012:role/path/worker");
    });
    world.add("Stack", "s", |stack| stack.members = [member("AWS::Role", "worker")].into());
    world.add("Stack", "other", |stack| stack.members = [member("AWS::Role", "er")].into());
    assert_eq!(world.kept(), ["f", "s"]);
    assert_eq!(world.verdicts()["s"].reason, "owns something that Function f needs, which stays");
}

#[test]
fn what_may_own_something_unlisted_that_is_needed_is_unknown() {
    let mut world = World::new();
    world.failed = vec![("Function", "r1")];
    world.add("Part", "part", |part| {
        protect(part);
        part.owners = [Ref { type_name: "Function".into(), target: "f".into() }].into();
    });
    // CloudFormation may name the function otherwise than the part does.
    world.add("Stack", "s", |stack| stack.members = [member("AWS::Function", "named-otherwise")].into());
    world.add("Stack", "other", |_| {});
    world.add("Role", "r", |_| {});
    assert_eq!(world.kept(), ["part", "r", "s"]);
    assert_eq!(world.verdicts()["r"].action, Action::Unknown);
}

/// Two stacks of the same kinds, each with a nested stack, a service role, a deploy bucket, and a function with its log group.
fn two_stacks() -> World {
    let mut world = World::new();
    for name in ["app", "base"] {
        let of = |kind: &str| format!("{name}-{kind}");
        world.add("Stack", &of("stack"), |stack| {
            stack.members = [
                member("AWS::Function", &of("function")),
                member("AWS::Bucket", &of("bucket")),
                member("AWS::Stack", &of("nested")),
            ]
            .into();
            stack.uses("Role", of("service-role"));
            tagged(stack, "git", name);
        });
        world.add("Stack", &of("nested"), |stack| stack.members = [member("AWS::Role", &of("deep"))].into());
        world.add("Function", &of("function"), |function| function.uses("Log", of("log")));
        for (kind, id) in [("Bucket", "bucket"), ("Log", "log"), ("Role", "deep"), ("Role", "service-role")] {
            world.add(kind, &of(id), |_| {});
        }
    }
    world.add("Function", "loose", |_| {}).add("Role", "loose-role", |_| {});
    world
}

/// What `two_stacks` has of one stack.
fn all_of(name: &str) -> Vec<String> {
    ["bucket", "deep", "function", "log", "nested", "service-role", "stack"]
        .map(|kind| format!("{name}-{kind}"))
        .into()
}

#[test]
fn a_rule_about_a_stack_keeps_all_of_it_and_nothing_else() {
    for rules in [
        "{deny: [{stack: base-stack}]}",
        "{deny: [{stack: 'base-*'}]}",
        "{deny: [{stack_tag: {git: base}}]}",
        "{deny: [{type: Stack, tag: {git: {regex: '^ba'}}}]}",
        "{deny: [{tag: {git: base}}]}",
    ] {
        let mut world = two_stacks();
        world.rules = rules;
        assert_eq!(world.kept(), all_of("base"), "{rules}");
    }
}

#[test]
fn a_rule_about_a_nested_stack_or_a_member_keeps_the_whole_stack() {
    for rules in ["{deny: [{stack: base-nested}]}", "{deny: [{name: base-bucket}]}"] {
        let mut world = two_stacks();
        world.rules = rules;
        assert_eq!(world.kept(), all_of("base"), "{rules}");
    }
}

/// What goes, if the run is about these stacks.
fn goes(mut world: World, stacks: &[&'static str]) -> Vec<String> {
    world.stacks = stacks.to_vec();
    world.verdicts().into_iter().filter(|(_, verdict)| verdict.deletes()).map(|(id, _)| id).collect()
}

fn all_but_the_service_role(name: &str) -> Vec<String> {
    all_of(name).into_iter().filter(|id| !id.ends_with("service-role")).collect()
}

#[test]
fn a_chosen_stack_goes_with_all_it_owns_and_leaves_and_nothing_else_goes() {
    assert_eq!(goes(two_stacks(), &["app-stack"]), all_but_the_service_role("app"));
    assert_eq!(goes(two_stacks(), &["app"]), Vec::<String>::new(), "names are exact");
    assert_eq!(goes(two_stacks(), &["app-stack", "base-stack"]).len(), 12);
    let mut world = two_stacks();
    world.stacks = vec!["app-stack"];
    assert_eq!(world.verdicts()["loose"].rule.as_deref(), Some("built-in:outside"));
}

#[test]
fn a_chosen_stack_stays_with_what_others_need_of_it() {
    let mut world = two_stacks();
    world.resources.iter_mut().find(|one| &*one.id == "loose").expect("it is there").uses("Role", "app-deep");
    assert_eq!(goes(world, &["app-stack"]), Vec::<String>::new(), "a stack that stays keeps its own");
}

#[test]
fn rules_and_tags_hold_for_what_is_chosen() {
    let mut world = two_stacks();
    world.rules = "{deny: [{name: app-bucket}]}";
    assert_eq!(goes(world, &["app-stack"]), Vec::<String>::new());
    let mut world = two_stacks();
    let log = world.resources.iter_mut().find(|one| &*one.id == "app-log").expect("it is there");
    tagged(log, "aws-cleaner:keep", "");
    let rest: Vec<String> =
        all_but_the_service_role("app").into_iter().filter(|id| id != "app-log").collect();
    assert_eq!(goes(world, &["app-stack"]), rest);
}

#[test]
fn a_nested_stack_does_not_go_without_the_stack_above_it() {
    assert_eq!(goes(two_stacks(), &["app-nested"]), Vec::<String>::new());
}

/// The ARN of a stack as CloudFormation writes it into tags.
const APP: &str = "arn:aws:cloudformation:r1:123456789012:stack/app-stack/1";

#[test]
fn what_a_stack_that_is_gone_has_left_says_so_by_its_tags() {
    let mut world = World::new();
    for (id, key, value) in [
        ("by-name", "aws:cloudformation:stack-name", "app-stack"),
        ("by-arn", "aws:cloudformation:stack-id", APP),
        ("other", "aws:cloudformation:stack-name", "app-stack-2"),
        ("look-alike", "stack-name", "app-stack"),
    ] {
        world.add("Bucket", id, |bucket| tagged(bucket, key, value));
    }
    let far = APP.replace(":r1:", ":r2:");
    for (id, arn) in [("role", Some(APP)), ("far-role", Some(far.as_str())), ("nowhere-role", None)] {
        let tags = arn.map(|arn| ("aws:cloudformation:stack-id", arn));
        let tags = tags.into_iter().chain([("aws:cloudformation:stack-name", "app-stack")]);
        world.add("Role", id, |role| role.tags = Fact::Known(tags.collect()));
    }
    world.stacks = vec!["app-stack"];
    let kept = world.kept();
    assert_eq!(kept, ["by-arn", "far-role", "look-alike", "nowhere-role", "other"]);
    world.stacks = vec![APP];
    let kept = world.kept();
    assert_eq!(kept, ["by-name", "far-role", "look-alike", "nowhere-role", "other"]);
}

#[test]
fn a_member_that_went_over_to_another_stack_stays() {
    let mut world = two_stacks();
    let bucket = world.resources.iter_mut().find(|one| &*one.id == "base-bucket").expect("it is there");
    tagged(bucket, "aws:cloudformation:stack-name", "app-stack");
    assert_eq!(goes(world, &["app-stack"]), all_but_the_service_role("app"));
}

#[test]
fn what_a_run_saw_of_a_stack_is_known_when_the_stack_is_gone() {
    let registry = registry();
    let mut world = World::new();
    let made = |at: &str| Fact::Known(at.parse().expect("a time"));
    world.add("Function", "f", |function| {
        function.uses("Log", "f-log");
        function.uses("Role", "r");
    });
    world.add("Bucket", "retained", |bucket| bucket.created = made("2026-01-01T00:00:00Z"));
    world.add("Bucket", "replaced", |bucket| bucket.created = made("2026-01-01T00:00:00Z"));
    for resource in world.resources.drain(..) {
        world.remembered.add(&resource.into(), &registry);
    }
    world.add("Bucket", "retained", |bucket| bucket.created = made("2026-01-01T00:00:00Z"));
    world.add("Bucket", "replaced", |bucket| bucket.created = made("2026-01-02T00:00:00Z"));
    world.add("Log", "f-log", |_| {}).add("Log", "other-log", |_| {}).add("Role", "r", |_| {});
    world.add("Part", "part", |part| {
        part.owners = [Ref { type_name: "Function".into(), target: "f".into() }].into();
    });
    assert_eq!(goes(world, &["app-stack"]), ["f-log", "part", "retained"]);
}

#[test]
fn where_stacks_or_tags_are_unknown_nobody_knows_what_is_chosen() {
    let mut world = two_stacks();
    world.stacks = vec!["app-stack"];
    world.failed.push(("Stack", "r1"));
    let verdicts = world.verdicts();
    assert_eq!(verdicts["app-function"].action, Action::Unknown);
    assert_eq!(verdicts["loose"].action, Action::Unknown);

    let mut world = two_stacks();
    world.stacks = vec!["app-stack"];
    world.lifted = ["keep-tag".to_owned()].into();
    for resource in &mut world.resources {
        resource.tags = Fact::Unreadable("denied".into());
    }
    let verdicts = world.verdicts();
    assert_eq!(verdicts["app-function"].action, Action::Delete, "its stack says that it is its own");
    assert_eq!(verdicts["base-function"].action, Action::Keep, "another stack says so");
    assert_eq!(verdicts["loose"].action, Action::Unknown);
}

#[test]
fn what_could_not_be_listed_may_need_what_is_chosen() {
    let mut world = two_stacks();
    world.stacks = vec!["app-stack"];
    world.failed.push(("Function", "r1"));
    let verdicts = world.verdicts();
    assert_eq!(verdicts["app-deep"].action, Action::Unknown);
    assert_eq!(verdicts["loose-role"].action, Action::Keep, "it stays in any case");
}

/// When the things of a baseline were made.
const THEN: &str = "2025-01-01T00:00:00Z";

fn made(resource: &mut Resource, at: &str) {
    resource.created = Fact::Known(at.parse().expect("a time"));
}

/// A world with a baseline of what is there so far, for all types everywhere but parts.
fn with_baseline(change: impl FnOnce(&mut World)) -> World {
    let mut world = World::new();
    change(&mut world);
    let lists = [("Function", "r1"), ("Role", "global"), ("Stack", "r1")];
    world.baseline =
        Some(baseline_of(&world.resources, &lists.map(|(name, region)| (name, region, ListStatus::Ok))));
    world
}

#[test]
fn what_a_baseline_holds_stays_and_what_came_since_goes() {
    let mut world = with_baseline(|world| {
        world.add("Function", "old", |one| made(one, THEN)).add("Function", "again", |one| made(one, THEN));
    });
    made(&mut world.resources[1], "2025-06-01T00:00:00Z");
    world.add("Function", "new", |one| made(one, THEN));
    let verdicts = world.verdicts();
    assert_eq!(world.kept(), ["old"]);
    assert_eq!(verdicts["old"].rule.as_deref(), Some(super::BASELINE_RULE));
    world.lifted.insert("baseline".to_owned());
    assert_eq!(world.kept(), ["old"], "it cannot be lifted");
    world.rules = "{deny: [{name: new}]}";
    assert_eq!(world.kept(), ["new", "old"], "rules hold besides");
}

#[test]
fn what_a_baseline_keeps_keeps_what_it_needs_be_that_new() {
    let mut world = with_baseline(|world| {
        world.add("Function", "old", |one| made(one, THEN));
    });
    world.resources[0].uses("Role", "used");
    world.add("Role", "used", |_| {}).add("Role", "unused", |_| {});
    let verdicts = world.verdicts();
    assert_eq!(verdicts["used"].rule.as_deref(), Some("built-in:needed"));
    assert!(verdicts["unused"].deletes());
}

#[test]
fn what_nobody_can_tell_from_the_baseline_stays_and_is_unknown() {
    let mut world = with_baseline(|world| {
        world.add("Function", "old", |one| made(one, THEN));
    });
    world.resources[0].created = Fact::Unreadable("denied".into());
    assert_eq!(world.verdicts()["old"].action, Action::Unknown);
    world.rules = "{deny: [{name: old}]}";
    assert_eq!(world.verdicts()["old"].action, Action::Keep, "a rule keeps it either way");
}

#[test]
fn what_a_baseline_says_nothing_of_is_unknown_if_the_run_is_about_it() {
    let mut world = with_baseline(|_| {});
    world.add("Part", "p", |_| {});
    world.selected.remove("Part");
    assert_eq!(
        world.verdicts()["p"].rule.as_deref(),
        Some("built-in:not-selected"),
        "the run is not about it"
    );
    world.selected.insert("Part".into());
    assert_eq!(world.verdicts()["p"].action, Action::Unknown);
}

#[test]
fn what_could_not_be_listed_and_was_there_before_may_need_what_is_new() {
    let mut world = with_baseline(|world| {
        world.add("Function", "old", |one| made(one, THEN));
    });
    world.resources.clear();
    world.failed = vec![("Function", "r1")];
    world.add("Role", "new", |_| {});
    assert_eq!(world.verdicts()["new"].rule.as_deref(), Some("built-in:users-unknown"));
    // Where there was none, none stays.
    world.baseline =
        Some(baseline_of(&[], &[("Function", "r1", ListStatus::Ok), ("Role", "global", ListStatus::Ok)]));
    assert!(world.verdicts()["new"].deletes());
}
