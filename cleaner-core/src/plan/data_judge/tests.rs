use std::collections::{BTreeMap, BTreeSet};

use resource_filters::source::{Node, Problems};
use resource_filters::{Choice, RuleList};

use super::*;
use crate::handler::{Registry, TypeSpec};
use crate::plan::{KEEP_TAG, Remembered, StackChoice};
use crate::report::{ListReport, ListStatus};
use crate::resource::{Fact, Keep, Member};
use crate::testkit::{Cloud, Listing, simulated};

fn registry() -> Registry {
    let cloud = Cloud::default();
    let of = |spec| simulated(&cloud, spec, Listing::Works);
    Registry::builder()
        .with(of(TypeSpec::new("Queue", "sqs").cloudformation("AWS::Queue")))
        .with(of(TypeSpec::new("Other", "x").cloudformation("AWS::Other")))
        .with(of(TypeSpec::new("Stack", "cloudformation").stack().cloudformation("AWS::Stack")))
        .build()
        .expect("the types fit together")
}

/// Queues and stacks of one region, chosen by stacks and rules.
#[derive(Default)]
struct World {
    resources: Vec<Resource>,
    stacks: Vec<&'static str>,
    rules: &'static str,
    lifted: BTreeSet<String>,
    stacks_unlisted: bool,
}

impl World {
    fn add(&mut self, type_name: &str, id: &str, change: impl FnOnce(&mut Resource)) -> &mut Self {
        let mut resource = Resource::new(type_name.into(), Region::from("r1"), id);
        change(&mut resource);
        self.resources.push(resource);
        self
    }

    /// A stack with a queue and a nested stack, which has a queue; and a loose queue.
    fn nested() -> Self {
        let member = |cloudformation: &str, id: &str| Member {
            cloudformation: cloudformation.into(),
            physical_id: id.into(),
        };
        let mut world = Self { rules: "[]", ..Self::default() };
        world
            .add("Stack", "base", |stack| {
                stack.members = [member("AWS::Queue", "jobs"), member("AWS::Stack", "inner")].into();
            })
            .add("Stack", "inner", |stack| stack.members = [member("AWS::Queue", "deep")].into())
            .add("Queue", "jobs", |_| {})
            .add("Queue", "deep", |_| {})
            .add("Queue", "loose", |_| {})
            .add("Other", "other", |_| {});
        world
    }

    fn of(&mut self, id: &str) -> &mut Resource {
        self.resources.iter_mut().find(|resource| &*resource.id == id).expect("it is there")
    }

    fn verdicts(&self) -> (BTreeMap<String, Verdict>, BTreeSet<usize>) {
        let registry = registry();
        let mut problems = Problems::new();
        let node = Node::parse_yaml("rules.yaml", self.rules).expect("valid YAML");
        let rules = Choice::parse(RuleList::ResetData, &node, &registry, &mut problems);
        assert!(problems.is_empty(), "{problems}");
        let list = ListReport {
            type_name: "Stack".to_owned(),
            region: "r1".to_owned(),
            status: ListStatus::Denied,
            found: 0,
            error: None,
        };
        let lists = if self.stacks_unlisted { vec![list] } else { Vec::new() };
        let all: Vec<&Resource> = self.resources.iter().collect();
        let relations = Relations::of(self.resources.iter(), &registry);
        let regions: BTreeSet<Region> = [Region::from("r1")].into();
        let stacks: StackChoice = self.stacks.iter().map(|name| name.parse().expect("a name")).collect();
        let within = (!stacks.is_empty())
            .then(|| stacks.within(&all, &relations, &registry, &regions, &Remembered::default()));
        let judge = DataJudge {
            rules: &rules,
            within: within.as_ref(),
            lifted: &self.lifted,
            selected: &["Queue".into()].into(),
            regions: &regions,
            account: &"123456789012".parse().expect("twelve digits"),
            unlisted: &Unlisted::of(&lists, &registry),
            now: "2026-01-01T00:00:00Z".parse().expect("a time"),
        };
        let (verdicts, matched) = judge.verdicts(&all, &relations);
        let ids = all.iter().map(|resource| resource.id.as_ref().to_owned());
        (ids.zip(verdicts).collect(), matched)
    }

    fn emptied(&self) -> Vec<String> {
        let (verdicts, _) = self.verdicts();
        assert!(verdicts.values().all(|verdict| !verdict.deletes()), "nothing is deleted");
        verdicts.into_iter().filter(|(_, verdict)| verdict.empties()).map(|(id, _)| id).collect()
    }
}

fn tagged(resource: &mut Resource, key: &str, value: &str) {
    resource.tags = Fact::Known([(key.to_owned(), value.to_owned())].into_iter().collect());
}

#[test]
fn nothing_is_emptied_that_nobody_chose() {
    assert!(World::nested().emptied().is_empty());
}

#[test]
fn a_stack_is_chosen_with_all_within_it_and_a_rule_chooses_besides() {
    let mut world = World { stacks: vec!["base"], ..World::nested() };
    assert_eq!(world.emptied(), ["deep", "jobs"]);
    world.rules = "[{ name: loose }, { name: nowhere }, { name: jobs }]";
    assert_eq!(world.emptied(), ["deep", "jobs", "loose"]);
    assert_eq!(world.verdicts().1, [0, 2].into(), "rules that match, be it what is chosen anyway");
    world.stacks = vec!["inner"];
    world.rules = "[]";
    assert_eq!(world.emptied(), ["deep"]);
}

#[test]
fn what_a_stack_left_behind_is_known_by_its_tags() {
    let mut world = World { stacks: vec!["gone"], ..World::nested() };
    tagged(world.of("loose"), "aws:cloudformation:stack-name", "gone");
    assert_eq!(world.emptied(), ["loose"]);
    world.of("loose").tags = Fact::Unreadable("denied".into());
    assert!(world.emptied().is_empty());
    assert_eq!(world.verdicts().0["loose"].action, Action::Unknown);
}

#[test]
fn what_is_kept_keeps_its_data() {
    let mut world = World { stacks: vec!["base"], ..World::nested() };
    tagged(world.of("jobs"), KEEP_TAG, "");
    assert_eq!(world.emptied(), ["deep"]);
    world.lifted.insert("keep-tag".to_owned());
    assert_eq!(world.emptied(), ["deep", "jobs"]);
    world.of("jobs").protection =
        Some(Box::new(Keep { name: "pool-table".into(), why: "it is the pool's".into() }));
    assert_eq!(world.emptied(), ["deep"]);
    world.of("deep").managed = Some("AWS fills it".into());
    assert!(world.emptied().is_empty());
}

#[test]
fn what_keeps_a_stack_keeps_the_data_of_all_it_owns() {
    let mut world = World { stacks: vec!["base"], ..World::nested() };
    tagged(world.of("inner"), KEEP_TAG, "");
    assert_eq!(world.emptied(), ["jobs"]);
    let verdict = &world.verdicts().0["deep"];
    assert!(verdict.reason.contains("Stack inner"), "{}", verdict.reason);
}

#[test]
fn what_cannot_be_judged_is_unknown_and_not_emptied() {
    let mut world = World { stacks: vec!["base"], ..World::nested() };
    world.of("jobs").tags = Fact::Unreadable("denied".into());
    assert_eq!(world.emptied(), ["deep"]);
    assert_eq!(world.verdicts().0["jobs"].action, Action::Unknown);
    world = World { rules: "[{ tag: { warm: yes } }]", ..World::nested() };
    world.of("loose").tags = Fact::Unreadable("denied".into());
    assert_eq!(world.verdicts().0["loose"].action, Action::Unknown);
    assert_eq!(world.verdicts().0["jobs"].action, Action::Keep);
    // Where stacks could not be listed, any of these may belong to one, be it a chosen one or one with a keep tag.
    world =
        World { stacks: vec!["base"], rules: "[{ name: loose }]", stacks_unlisted: true, ..World::nested() };
    world.resources.retain(|resource| resource.type_name != "Stack");
    assert!(world.emptied().is_empty());
    for id in ["jobs", "deep", "loose"] {
        assert_eq!(world.verdicts().0[id].action, Action::Unknown, "{id}");
    }
}
