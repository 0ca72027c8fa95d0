use std::sync::{Arc, Mutex};
use std::time::Duration;

use cleaner_core::error::{Error, ErrorKind};
use cleaner_core::event::{Event, EventKind, ItemRef, Progress, Reporter as _};
use cleaner_core::report::{ItemOutcome, ListStatus, Outcome, Summary};
use cleaner_core::resource::ResourceKey;
use cleaner_core::run::Task;
use jiff::Timestamp;

use super::lines::Lines;
use super::message::message;
use super::overview::Overview;
use crate::render::Paint;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("one thread only").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn item(type_name: &str, id: &str) -> ItemRef {
    let key = ResourceKey { type_name: type_name.into(), region: "eu-west-1".into(), id: id.into() };
    ItemRef { key, name: id.to_owned() }
}

fn denied() -> Error {
    Error::new(ErrorKind::Denied, "you may not do this.").with_code("AccessDenied")
}

fn tick(done: usize) -> EventKind {
    let busiest = vec![
        ("EC2VPC main".to_owned(), "held: DependencyViolation".to_owned(), Duration::from_secs(61)),
        ("EC2Instance i-1".to_owned(), "waiting for AWS".to_owned(), Duration::from_secs(7)),
    ];
    let progress = Progress { total: 10, done, failed: 1, running: 2, waiting: 1, parked: 1, busiest };
    EventKind::Tick { progress }
}

fn run() -> Vec<(u64, EventKind)> {
    let finished = |outcome, error| EventKind::ItemFinished {
        item: item("SQSQueue", "jobs"),
        outcome,
        error,
        blocked_by: Vec::new(),
    };
    vec![
        (
            10,
            EventKind::RunStarted {
                version: 1,
                tool: "aws-cleaner".to_owned(),
                run_id: "r1".to_owned(),
                account: "111122223333".parse().expect("twelve digits"),
                partition: "aws".to_owned(),
                alias: None,
                caller: "arn:aws:iam::111122223333:user/ci".to_owned(),
                regions: vec!["eu-west-1".into(), "global".into()],
                types: vec!["SQSQueue".into(); 80],
                stacks: Default::default(),
                task: Default::default(),
            },
        ),
        (20, EventKind::ScanStarted { lists: 10 }),
        (100, tick(1)),
        (
            200,
            EventKind::ListFinished {
                type_name: "IAMRole".into(),
                region: "global".into(),
                status: ListStatus::Denied,
                found: 0,
                error: Some(denied()),
            },
        ),
        (5_300, tick(5)),
        (5_400, tick(6)),
        (
            5_500,
            EventKind::Planned {
                created_at: jiff::Timestamp::UNIX_EPOCH,
                exact: false,
                delete: 10,
                empty: 0,
                keep: 3,
                cycles: Vec::new(),
            },
        ),
        (20_000, tick(6)),
        (20_100, EventKind::DeleteStarted { item: item("SQSQueue", "jobs"), attempt: 1 }),
        (20_200, tick(0)),
        (20_300, finished(ItemOutcome::Deleted, None)),
        (20_400, finished(ItemOutcome::Failed, Some(denied()))),
        (20_500, EventKind::VerifyStarted { pass: 1, lists: 2 }),
        (20_600, EventKind::VerifyFinished { pass: 1, remaining: 0 }),
        (
            20_700,
            EventKind::RunFinished {
                outcome: Outcome::Leftovers,
                reason: None,
                stopped_by: None,
                fatal: None,
                summary: Summary::default(),
                api: Box::default(),
            },
        ),
    ]
}

fn log(verbosity: i16) -> String {
    let log = Log::default();
    let mut lines = Lines::new(log.clone(), verbosity, Paint::Plain);
    for (seq, (elapsed_ms, kind)) in (1..).zip(run()) {
        let event = Event { seq, at: Timestamp::UNIX_EPOCH, elapsed_ms, kind };
        lines.on_event(&event).expect("a log never fails");
    }
    let bytes = log.0.lock().expect("one thread only").clone();
    String::from_utf8(bytes).expect("it is text")
}

#[test]
fn a_log_holds_milestones_failures_and_progress_now_and_then() {
    assert_eq!(
        log(0),
        "run r1: account 111122223333, 2 regions, 80 types\n\
         failed to list IAMRole in global: AccessDenied: you may not do this.\n\
         scanning: 5 of 10 lists, 2 running, 1 waiting for AWS, 1 held, 1 failed; \
         EC2VPC main: held: DependencyViolation for 1 min 01 s\n\
         plan: 10 to delete, 3 kept\n\
         deleting: 0 of 10 resources, 2 running, 1 waiting for AWS, 1 held, 1 failed; \
         EC2VPC main: held: DependencyViolation for 1 min 01 s\n\
         failed to delete SQSQueue jobs in eu-west-1: AccessDenied: you may not do this.\n\
         look 1: 0 there that should be gone\n"
    );
}

#[test]
fn quiet_leaves_failures_and_quieter_leaves_nothing() {
    assert_eq!(
        log(-1),
        "failed to list IAMRole in global: AccessDenied: you may not do this.\n\
         failed to delete SQSQueue jobs in eu-west-1: AccessDenied: you may not do this.\n"
    );
    assert_eq!(log(-2), "");
}

#[test]
fn verbose_names_every_item() {
    assert!(log(1).contains("deleted SQSQueue jobs in eu-west-1\n"), "{}", log(1));
    assert!(!log(1).contains("attempt 1"), "{}", log(1));
    assert!(log(2).contains("deleting SQSQueue jobs in eu-west-1, attempt 1\n"), "{}", log(2));
}

#[test]
fn the_overview_follows_the_stages() {
    let mut overview = Overview::default();
    assert_eq!(overview.headline(), "identifying the account");
    let mut headlines = Vec::new();
    for (seq, (elapsed_ms, kind)) in (1..).zip(run()) {
        let is_tick = matches!(kind, EventKind::Tick { .. });
        overview.take(&Event { seq, at: Timestamp::UNIX_EPOCH, elapsed_ms, kind });
        if !is_tick && headlines.last() != Some(&overview.headline()) {
            headlines.push(overview.headline());
        }
    }
    assert_eq!(
        headlines,
        [
            "identifying the account",
            "scanning: 0 of 10 lists",
            "scanning: 1 of 10 lists, 2 running, 1 waiting for AWS, 1 held, 1 failed",
            "",
            "deleting: 0 of 10 resources",
            "deleting: 0 of 10 resources, 2 running, 1 waiting for AWS, 1 held, 1 failed",
            "verifying, look 1: 0 of 2 lists",
            "",
        ]
    );
    assert!(!overview.is_busy());
}

#[test]
fn the_slowest_lane_is_named() {
    let mut overview = Overview::default();
    assert_eq!(overview.slowed(), None);
    for (service, rate) in [("ec2", 4.0), ("sqs", 0.5)] {
        let kind = EventKind::LaneSlowed {
            service: service.to_owned(),
            region: "eu-west-1".to_owned(),
            budget: "delete".to_owned(),
            rate,
        };
        overview.take(&Event { seq: 1, at: Timestamp::UNIX_EPOCH, elapsed_ms: 0, kind });
    }
    assert_eq!(
        overview.slowed().as_deref(),
        Some("slowed by AWS: 2 lanes, the slowest is sqs in eu-west-1 with 0.5 calls/s")
    );
}

#[test]
fn names_cannot_steer_the_terminal() {
    let kind = EventKind::Waiting { item: item("SQSQueue", "\x1b[2J") };
    let (_, text) = message(&kind, Default::default(), 2).expect("it is worth a line");
    assert_eq!(text, "AWS deletes SQSQueue \\u{1b}[2J in eu-west-1");
}

#[test]
fn what_is_emptied_is_spoken_of_as_such() {
    let finished = |outcome| EventKind::ItemFinished {
        item: item("SQSQueue", "jobs"),
        outcome,
        error: None,
        blocked_by: Vec::new(),
    };
    let said = |kind: &EventKind| message(kind, Task::ResetData, 2).expect("it is worth a line").1;
    assert!(said(&finished(ItemOutcome::Emptied)).starts_with("emptied SQSQueue jobs"));
    assert!(said(&finished(ItemOutcome::Failed)).starts_with("failed to empty SQSQueue jobs"));
    assert!(said(&finished(ItemOutcome::Pending)).starts_with("not emptied: SQSQueue jobs"));
    let planned = EventKind::Planned {
        created_at: Timestamp::UNIX_EPOCH,
        exact: false,
        delete: 0,
        empty: 3,
        keep: 2,
        cycles: Vec::new(),
    };
    assert_eq!(said(&planned), "plan: 3 to empty, 2 left as they are");
}
