use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, ErrorKind};
use crate::event::{EventKind, Recorder};
use crate::execute::{Executor, ItemResult, Order};
use crate::handler::{Access, Context, Deletion, Emptying, Registry, ResourceHandler, Sink, TypeSpec};
use crate::lane::Lanes;
use crate::plan::{Action, Entry, Graph, PLAN_VERSION, Plan, Relations, Verdict};
use crate::report::ItemOutcome;
use crate::resource::Resource;
use crate::run::Task;
use crate::testkit::Memory;

type Answers<T> = Arc<Mutex<VecDeque<Result<T, ErrorKind>>>>;

/// A type whose resource answers what it is told to, the last answer for ever.
struct Holder {
    spec: TypeSpec,
    empties: Answers<Emptying>,
    contents: Answers<Option<&'static str>>,
}

fn next<T: Clone>(answers: &Answers<T>) -> Result<T, Error> {
    let mut answers = answers.lock().expect("no panic in between");
    let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
    answer.expect("an answer").map_err(|kind| Error::new(kind, "no."))
}

impl ResourceHandler for Holder {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, _: &Context, _: &mut Sink) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(&self, _: &Context, _: &Resource) -> Result<Deletion, Error> {
        panic!("nothing is deleted");
    }

    async fn empty(&self, _: &Context, _: &Resource) -> Result<Emptying, Error> {
        next(&self.empties)
    }

    async fn contents(&self, _: &Context, _: &Resource) -> Result<Option<String>, Error> {
        Ok(next(&self.contents)?.map(str::to_owned))
    }
}

/// Empties one resource. Returns its result, how long that took, and how many events say that it began.
async fn emptied(
    empties: &[Result<Emptying, ErrorKind>],
    contents: &[Result<Option<&'static str>, ErrorKind>],
) -> (ItemResult, Duration, usize) {
    let holder = Holder {
        spec: TypeSpec::new("Queue", "sqs").data("messages", &[]),
        empties: Arc::new(Mutex::new(empties.iter().cloned().collect())),
        contents: Arc::new(Mutex::new(contents.iter().cloned().collect())),
    };
    let registry = Registry::builder().with(holder).build().expect("one type");
    let verdict = Verdict { action: Action::Empty, rule: None, reason: "chosen".into(), local: false };
    let resource = Arc::new(Resource::new("Queue".into(), "r1".into(), "q"));
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
        entries: vec![Entry { resource, verdict: verdict.into(), stack: None }],
        lists: Vec::new(),
    };
    assert!(plan.items().is_empty(), "what is emptied is never deleted");
    let access = Access::new(plan.account.clone(), "aws", None, Lanes::default(), HashMap::new());
    let (items, graph, relations) = (plan.to_empty(), Graph::free(1), Relations::default());
    let order = Order { plan: &plan, items: &items, graph: &graph, relations: &relations };
    let patience = Duration::from_secs(300);
    let executor = Executor { access: &access, registry: &registry, patience, task: Task::ResetData };
    let memory = Memory::default();
    let mut recorder = Recorder::new(vec![Box::new(memory.clone())]);
    let started = Instant::now();
    let (mut results, fatal) = executor.run(&order, &mut recorder).await;
    assert!(fatal.is_none());
    let begun = |kind: &&EventKind| matches!(kind, EventKind::EmptyingStarted { .. });
    let begun = memory.0.lock().expect("nobody panicked").iter().filter(begun).count();
    (results.remove(0), started.elapsed(), begun)
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_purge_is_waited_for_and_ours_until_nothing_is_found() {
    let busy = Err(ErrorKind::Dependency);
    let empties = [busy, busy, busy, Ok(Emptying::Started)];
    let contents = [Ok(Some("about 3 messages")), Ok(Some("about 1 message")), Ok(None)];
    let (result, _, begun) = emptied(&empties, &contents).await;
    assert_eq!((result.outcome, result.attempts, begun), (ItemOutcome::Emptied, 4, 4));
    assert!(result.error.is_none());
}

#[tokio::test(start_paused = true)]
async fn what_fills_up_again_is_a_leftover_with_its_reason_when_patience_ends() {
    let (result, took, _) = emptied(&[Ok(Emptying::Done)], &[Ok(Some("items"))]).await;
    assert_eq!(result.outcome, ItemOutcome::Blocked);
    assert!(result.error.is_some_and(|error| error.message.contains("holds items")));
    assert!(took >= Duration::from_secs(300), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn what_aws_took_is_asked_for_again_and_given_up_in_the_end() {
    let (result, ..) = emptied(&[Ok(Emptying::Started)], &[Ok(Some("about 2 messages"))]).await;
    assert!(matches!(result.outcome, ItemOutcome::Blocked | ItemOutcome::Pending), "{:?}", result.outcome);
    assert!(result.attempts > 1, "it was asked for again");
    assert!(result.error.is_some_and(|error| error.message.contains("about 2 messages")));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_may_empty_or_look_into_fails_at_once() {
    for kind in [ErrorKind::Denied, ErrorKind::Gone, ErrorKind::Protected] {
        for (empties, contents) in [(Err(kind), Ok(None)), (Ok(Emptying::Done), Err(kind))] {
            let (result, took, _) = emptied(&[empties], &[contents]).await;
            assert_eq!(result.outcome, ItemOutcome::Failed, "{kind}");
            assert_eq!(result.error.map(|error| error.kind), Some(kind));
            assert!(took < Duration::from_secs(5), "{took:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_in_passing_is_made_again() {
    let contents = [Err(ErrorKind::Transient), Err(ErrorKind::Throttled), Ok(None)];
    let (result, _, begun) = emptied(&[Ok(Emptying::Done)], &contents).await;
    assert_eq!((result.outcome, begun), (ItemOutcome::Emptied, 1));
}
