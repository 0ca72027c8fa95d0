use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{Executor, ItemResult, Order};
use crate::error::{Error, ErrorKind};
use crate::event::{EventKind, Recorder};
use crate::handler::{Access, Registry, TypeSpec};
use crate::lane::Lanes;
use crate::plan::{Entry, PLAN_VERSION, Plan, Verdict};
use crate::report::ItemOutcome;
use crate::resource::{Resource, State};
use crate::run::Task;
use crate::testkit::{Cloud, Listing, Memory, Thing, simulated};

/// A cloud of three types: `A` uses `B`; `C` comes after `A`; `S` is a stack.
struct World {
    cloud: Cloud,
    registry: Registry,
    entries: Vec<Entry>,
    lanes: Lanes,
    memory: Memory,
}

impl World {
    fn new() -> Self {
        let cloud = Cloud::default();
        let registry = Registry::builder()
            .with(simulated(&cloud, TypeSpec::new("A", "a").refs(&["A", "B"]), Listing::Works))
            .with(simulated(&cloud, TypeSpec::new("B", "b").cloudformation("AWS::B"), Listing::Works))
            .with(simulated(&cloud, TypeSpec::new("C", "c").delete_after(&["A"]), Listing::Works))
            .with(simulated(&cloud, TypeSpec::new("S", "s").stack(), Listing::Works))
            .build()
            .expect("the types fit together");
        Self { cloud, registry, entries: Vec::new(), lanes: Lanes::default(), memory: Memory::default() }
    }

    fn add(&mut self, type_name: &str, id: &str, change: impl FnOnce(&mut Thing)) -> &mut Self {
        let mut thing = Thing::new(Resource::new(type_name.into(), "r1".into(), id));
        change(&mut thing);
        let verdict = Verdict::delete(None, "nothing speaks against it");
        self.entries.push(Entry {
            resource: Arc::new(thing.resource.clone()),
            verdict: verdict.into(),
            stack: None,
        });
        self.cloud.add(thing);
        self
    }

    async fn run(&self) -> (HashMap<String, ItemResult>, Option<Error>) {
        let plan = Plan {
            version: PLAN_VERSION,
            tool: String::new(),
            run_id: String::new(),
            account: "123456789012".parse().expect("twelve digits"),
            partition: "aws".to_owned(),
            alias: None,
            created_at: jiff::Timestamp::now(),
            regions: Vec::new(),
            types: Vec::new(),
            stacks: Default::default(),
            entries: self.entries.clone(),
            lists: Vec::new(),
        };
        let access = Access::new(plan.account.clone(), "aws", None, self.lanes.clone(), HashMap::new());
        let relations = plan.relations(&self.registry);
        let (items, graph) = (plan.items(), plan.graph(&relations, &self.registry));
        let executor = Executor {
            access: &access,
            registry: &self.registry,
            patience: Duration::from_secs(60),
            task: Task::Clear,
        };
        let mut recorder = Recorder::new(vec![Box::new(self.memory.clone())]);
        let order = Order { plan: &plan, items: &items, graph: &graph, relations: &relations };
        let (results, fatal) = executor.run(&order, &mut recorder).await;
        let ids = items.iter().map(|place| plan.entries[*place as usize].resource.id.as_ref().to_owned());
        (ids.zip(results).collect(), fatal)
    }
}

fn outcomes(results: &HashMap<String, ItemResult>) -> Vec<(&str, ItemOutcome)> {
    let mut all: Vec<_> = results.iter().map(|(id, result)| (id.as_str(), result.outcome)).collect();
    all.sort_unstable_by_key(|(id, _)| *id);
    all
}

#[tokio::test(start_paused = true)]
async fn users_go_before_what_they_use_and_types_before_types() {
    let mut world = World::new();
    world.add("C", "c", |_| {}).add("B", "b", |_| {});
    world.add("A", "a", |thing| thing.resource.uses("B", "b"));
    let (results, fatal) = world.run().await;
    assert!(fatal.is_none());
    assert!(results.values().all(|result| result.outcome == ItemOutcome::Deleted));
    let calls = world.cloud.calls();
    assert_eq!(calls[0], "a");
    assert_eq!(world.cloud.ids(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn an_empty_plan_ends_at_once() {
    let start = Instant::now();
    let (results, _) = World::new().run().await;
    assert!(results.is_empty() && start.elapsed() < Duration::from_millis(1));
}

#[tokio::test(start_paused = true)]
async fn all_that_can_go_at_once_goes_at_once() {
    let mut world = World::new();
    for number in 0..50 {
        world.add("B", &format!("b{number}"), |_| {});
    }
    let start = Instant::now();
    world.run().await;
    assert!(start.elapsed() < Duration::from_millis(120), "took {:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_failure_blocks_those_that_need_it_and_no_others() {
    let mut world = World::new();
    world.add("A", "a", |thing| {
        thing.resource.uses("B", "b");
        thing.refusals = vec![ErrorKind::Denied];
    });
    world.add("B", "b", |_| {}).add("B", "free", |_| {}).add("C", "c", |_| {});
    let (results, _) = world.run().await;
    let expected = [
        ("a", ItemOutcome::Failed),
        ("b", ItemOutcome::Blocked),
        ("c", ItemOutcome::Deleted),
        ("free", ItemOutcome::Deleted),
    ];
    assert_eq!(outcomes(&results), expected);
    assert_eq!(results["b"].blocked_by, ["A a"]);
    assert_eq!(results["a"].error.as_ref().map(|error| error.kind), Some(ErrorKind::Denied));
}

#[tokio::test(start_paused = true)]
async fn deletions_that_take_time_are_waited_for_together() {
    let mut world = World::new();
    for number in 0..20 {
        world.add("B", &format!("b{number:02}"), |thing| thing.takes = Some(Duration::from_secs(60)));
    }
    let start = Instant::now();
    let (results, _) = world.run().await;
    assert!(results.values().all(|result| result.outcome == ItemOutcome::Deleted && result.attempts == 1));
    assert!(start.elapsed() < Duration::from_secs(72), "took {:?}", start.elapsed());
    assert!(world.cloud.lists() < 30, "{} lists for one type", world.cloud.lists());
}

#[tokio::test(start_paused = true)]
async fn that_one_took_long_makes_nobody_wait_for_the_next() {
    let mut world = World::new();
    world.add("B", "slow", |thing| thing.takes = Some(Duration::from_secs(100)));
    world.add("B", "quick", |thing| {
        thing.takes = Some(Duration::from_millis(500));
        thing.held_by = ["slow".to_owned()].into();
    });
    let start = Instant::now();
    let (results, _) = world.run().await;
    assert!(results.values().all(|result| result.outcome == ItemOutcome::Deleted));
    assert!(start.elapsed() < Duration::from_secs(114), "took {:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_dependency_is_tried_again_when_something_near_has_gone() {
    let mut world = World::new();
    world.add("B", "held", |thing| thing.held_by = ["slow".to_owned()].into());
    world.add("B", "slow", |thing| thing.takes = Some(Duration::from_secs(10)));
    let start = Instant::now();
    let (results, _) = world.run().await;
    assert!(results.values().all(|result| result.outcome == ItemOutcome::Deleted));
    assert!(start.elapsed() < Duration::from_secs(18), "took {:?}", start.elapsed());
    let events = world.memory.0.lock().expect("nobody panicked");
    let named = events.iter().any(
        |event| matches!(event, EventKind::AttemptFailed { blocked_by, .. } if blocked_by == &["B slow".to_owned()]),
    );
    assert!(named, "the blocker is named");
}

#[tokio::test(start_paused = true)]
async fn what_is_held_for_good_is_given_up_with_its_holder() {
    let mut world = World::new();
    world.add("B", "held", |thing| thing.held_by = ["stays".to_owned()].into());
    world.cloud.add(Thing::new(Resource::new("B".into(), "r1".into(), "stays")));
    world.add("A", "a", |_| {});
    let start = Instant::now();
    let (results, _) = world.run().await;
    assert_eq!(outcomes(&results), [("a", ItemOutcome::Deleted), ("held", ItemOutcome::Blocked)]);
    let error = results["held"].error.as_ref().expect("the last refusal");
    assert_eq!(error.kind, ErrorKind::Dependency);
    assert!(start.elapsed() < Duration::from_secs(100), "took {:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn resources_that_cite_each_other_are_unlinked_first() {
    let mut world = World::new();
    for (id, other) in [("x", "y"), ("y", "x")] {
        world.add("A", id, |thing| {
            thing.resource.uses("A", other);
            thing.held_by = [other.to_owned()].into();
        });
    }
    let (results, _) = world.run().await;
    assert!(results.values().all(|result| result.outcome == ItemOutcome::Deleted && result.attempts == 1));
    assert_eq!(world.cloud.calls()[..2], ["unlink x".to_owned(), "unlink y".to_owned()]);
}

#[tokio::test(start_paused = true)]
async fn an_owner_takes_its_own_along_and_what_it_leaves_is_deleted() {
    let mut world = World::new();
    world.add("S", "stack", |thing| {
        let member =
            |id: &str| crate::resource::Member { cloudformation: "AWS::B".into(), physical_id: id.into() };
        thing.resource.members = [member("taken"), member("left")].into();
        thing.takes = Some(Duration::from_secs(5));
        thing.takes_along = ["taken".to_owned()].into();
    });
    world.add("B", "taken", |_| {}).add("B", "left", |_| {});
    let (results, _) = world.run().await;
    assert!(results.values().all(|result| result.outcome == ItemOutcome::Deleted));
    assert_eq!(world.cloud.calls(), ["stack", "left"]);
    assert_eq!(results["taken"].attempts, 0);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_fails_late_is_asked_for_again() {
    let mut world = World::new();
    world.add("S", "stack", |thing| {
        thing.takes = Some(Duration::from_secs(5));
        thing.fails_late = true;
    });
    let (results, _) = world.run().await;
    assert_eq!((results["stack"].outcome, results["stack"].attempts), (ItemOutcome::Deleted, 2));
}

#[tokio::test(start_paused = true)]
async fn what_is_on_its_way_out_already_is_waited_for() {
    let mut world = World::new();
    world.add("B", "b", |_| {});
    // The scan saw it leaving; what was under way has ended without it.
    Arc::make_mut(&mut world.entries[0].resource).state = State::Deleting;
    let (results, _) = world.run().await;
    assert_eq!(results["b"].outcome, ItemOutcome::Deleted);
    assert_eq!(results["b"].attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_is_fine_and_an_unknown_answer_gets_a_second_try() {
    let mut world = World::new();
    world.add("A", "gone", |thing| thing.refusals = vec![ErrorKind::Gone]);
    world.add("A", "odd", |thing| thing.refusals = vec![ErrorKind::Unexpected]);
    world.add("A", "odder", |thing| thing.refusals = vec![ErrorKind::Unexpected; 2]);
    let (results, _) = world.run().await;
    let expected =
        [("gone", ItemOutcome::AlreadyGone), ("odd", ItemOutcome::Deleted), ("odder", ItemOutcome::Failed)];
    assert_eq!(outcomes(&results), expected);
}

#[tokio::test(start_paused = true)]
async fn bad_credentials_end_the_run() {
    let mut world = World::new();
    world.add("A", "a", |thing| thing.refusals = vec![ErrorKind::Credentials]);
    world.add("B", "b", |thing| thing.takes = Some(Duration::from_secs(1000)));
    let (results, fatal) = world.run().await;
    assert_eq!(fatal.map(|error| error.kind), Some(ErrorKind::Credentials));
    assert_eq!(outcomes(&results), [("a", ItemOutcome::Pending), ("b", ItemOutcome::Pending)]);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_run_starts_nothing_and_says_what_is_pending() {
    let mut world = World::new();
    world.add("A", "a", |thing| thing.takes = Some(Duration::from_secs(1000)));
    world.add("C", "c", |_| {});
    let stop = world.lanes.stop_token().clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(30)).await;
        stop.cancel();
    });
    let start = Instant::now();
    let (results, _) = world.run().await;
    assert!(start.elapsed() < Duration::from_secs(45), "took {:?}", start.elapsed());
    assert_eq!(outcomes(&results), [("a", ItemOutcome::Pending), ("c", ItemOutcome::Pending)]);
    assert_eq!(world.cloud.calls(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_fails_late_has_its_time_even_after_refusals() {
    let mut world = World::new();
    world.add("S", "stack", |thing| {
        thing.refusals = vec![ErrorKind::Unexpected];
        // Longer than anybody is patient: by when it fails, nothing has gone for long.
        thing.takes = Some(Duration::from_secs(600));
        thing.fails_late = true;
    });
    let (results, _) = world.run().await;
    assert_eq!((results["stack"].outcome, results["stack"].attempts), (ItemOutcome::Deleted, 3));
}

#[tokio::test(start_paused = true)]
async fn before_it_is_given_up_somebody_looks_whether_it_is_leaving_after_all() {
    let mut world = World::new();
    world.add("B", "b", |thing| {
        thing.held_by = ["b".to_owned()].into();
        thing.takes = Some(Duration::from_secs(600));
    });
    // The first call took effect, and its answer was lost: since then it is in its own way.
    world.cloud.begin_leaving("b", Duration::from_secs(600));
    let (results, _) = world.run().await;
    assert_eq!(results["b"].outcome, ItemOutcome::Deleted);
}

#[tokio::test(start_paused = true)]
async fn what_was_given_up_before_something_else_went_deserves_another_try() {
    let mut world = World::new();
    world.add("B", "held", |thing| thing.held_by = ["stays".to_owned()].into());
    world.cloud.add(Thing::new(Resource::new("B".into(), "r1".into(), "stays")));
    world.add("A", "user", |thing| {
        thing.resource.uses("B", "used");
        thing.refusals = vec![ErrorKind::Dependency; 100];
    });
    world.add("B", "used", |_| {});
    world.add("A", "after", |thing| thing.refusals = vec![ErrorKind::Dependency; 100]);
    let (results, _) = world.run().await;
    assert!(results.values().all(|result| result.outcome == ItemOutcome::Blocked && !result.again));
    world.add("C", "c", |_| {});
    // `C` comes after `A`, so it goes when those are given up.
    let (results, _) = world.run().await;
    assert_eq!(results["c"].outcome, ItemOutcome::Deleted);
    assert!(results["held"].again && !results["used"].again);
}
