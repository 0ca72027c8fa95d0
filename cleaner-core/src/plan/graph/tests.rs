use super::*;
use crate::error::Error;
use crate::handler::{Context, Deletion, ResourceHandler, Sink, TypeSpec};

struct Fake(TypeSpec);

impl ResourceHandler for Fake {
    fn spec(&self) -> &TypeSpec {
        &self.0
    }

    async fn list(&self, _: &Context, _: &mut Sink) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(&self, _: &Context, _: &Resource) -> Result<Deletion, Error> {
        Ok(Deletion::Done)
    }
}

fn registry() -> Registry {
    Registry::builder()
        .with(Fake(TypeSpec::new("Role", "iam").global().delete_after(&["Function", "Table"])))
        .with(Fake(TypeSpec::new("Function", "lambda").refs(&["Role"])))
        .with(Fake(TypeSpec::new("Table", "dynamodb")))
        .with(Fake(TypeSpec::new("Group", "logs").delete_after(&["Table"])))
        .with(Fake(TypeSpec::new("Wall", "ec2").refs(&["Wall"])))
        .with(Fake(TypeSpec::new("Stack", "cfn").cloudformation("AWS::S").stack()))
        .build()
        .expect("the types fit together")
}

fn resource(type_name: &str, region: &str, id: &str, uses: &[(&str, &str)]) -> Resource {
    let mut resource = Resource::new(type_name.into(), region.into(), id);
    for (type_name, target) in uses {
        resource.uses(type_name, *target);
    }
    resource
}

/// The graph of all resources, with edges named by ids; barriers are named `*`.
fn graph(resources: &[Resource]) -> (Graph, Vec<(String, String, bool)>) {
    let registry = registry();
    let all: Vec<&Resource> = resources.iter().collect();
    let relations = Relations::of(resources.iter(), &registry);
    let items: Vec<u32> = (0..u32::try_from(all.len()).expect("few")).collect();
    let graph = Graph::of(&items, &all, &relations, &registry);
    let name = |node: usize| all.get(node).map_or("*".to_owned(), |resource| resource.id.as_ref().to_owned());
    let edges = graph
        .after
        .iter()
        .enumerate()
        .flat_map(|(from, after)| after.iter().map(move |(to, hard)| (from, *to as usize, *hard)))
        .map(|(from, to, hard)| (name(from), name(to), hard))
        .collect();
    (graph, edges)
}

fn edge(from: &str, to: &str, hard: bool) -> (String, String, bool) {
    (from.to_owned(), to.to_owned(), hard)
}

#[test]
fn a_resource_goes_before_what_it_uses() {
    let (_, edges) =
        graph(&[resource("Function", "r1", "f", &[("Role", "r")]), resource("Role", "global", "r", &[])]);
    assert_eq!(edges, [edge("f", "r", true)]);
}

#[test]
fn types_that_know_instances_have_no_type_wide_order() {
    let (graph, edges) = graph(&[resource("Function", "r1", "f", &[]), resource("Role", "global", "r", &[])]);
    assert_eq!(edges, []);
    assert_eq!(graph.waits_for, [0, 0]);
}

#[test]
fn a_type_waits_for_a_type_of_its_region_only() {
    let (_, edges) = graph(&[
        resource("Table", "r1", "t1", &[]),
        resource("Table", "r2", "t2", &[]),
        resource("Group", "r1", "g1", &[]),
    ]);
    assert_eq!(edges, [edge("t1", "*", false), edge("*", "g1", false)]);
}

#[test]
fn a_global_type_waits_for_all_regions() {
    let (graph, edges) = graph(&[
        resource("Table", "r1", "t1", &[]),
        resource("Table", "r2", "t2", &[]),
        resource("Role", "global", "r", &[]),
    ]);
    assert_eq!(edges, [edge("t1", "*", false), edge("t2", "*", false), edge("*", "r", false)]);
    assert_eq!(graph.depth, [2, 2, 0, 1]);
}

#[test]
fn circles_are_cut_and_named() {
    let (graph, edges) = graph(&[
        resource("Wall", "r1", "a", &[("Wall", "b")]),
        resource("Wall", "r1", "b", &[("Wall", "a")]),
        resource("Wall", "r1", "c", &[("Wall", "a"), ("Wall", "c")]),
    ]);
    assert_eq!(edges, [edge("c", "a", true)]);
    assert_eq!(graph.cycles, [vec![0, 1]]);
}

#[test]
fn an_owner_goes_first_and_what_uses_its_members_before_it() {
    let mut stack = resource("Stack", "r1", "s", &[]);
    stack.members.push(crate::resource::Member { cloudformation: "AWS::S".into(), physical_id: "n".into() });
    let nested = resource("Stack", "r1", "n", &[]);
    let user = resource("Function", "r1", "f", &[("Stack", "n")]);
    let (_, edges) = graph(&[stack, nested, user]);
    assert_eq!(edges, [edge("s", "n", true), edge("f", "s", false), edge("f", "n", true)]);
}

#[test]
fn names_mean_resources_of_the_same_region() {
    let (_, edges) = graph(&[
        resource("Wall", "r1", "a", &[("Wall", "x")]),
        resource("Wall", "r2", "x", &[]),
        resource("Wall", "r1", "x", &[]),
    ]);
    assert_eq!(edges, [edge("a", "x", true)]);
}
