use std::sync::Arc;

use cleaner_core::error::{Error, ErrorKind};
use cleaner_core::report::{ListReport, ListStatus, ResourceReport, VerdictReport};
use cleaner_core::resource::{Tags, ThinVec};
use cleaner_core::run::{RunError, Task};
use jiff::Timestamp;

use super::super::resources;
use super::*;

fn resource(id: &str, type_name: &str, outcome: ItemOutcome) -> ResourceReport {
    let kept = outcome == ItemOutcome::Kept;
    ResourceReport {
        type_name: type_name.into(),
        id: id.into(),
        name: id.into(),
        arn: None,
        region: "eu-west-1".into(),
        created_at: None,
        tags: Tags::new(),
        stack: None,
        verdict: VerdictReport {
            action: if kept { "keep" } else { "delete" }.into(),
            rule: kept.then(|| "built-in:default-vpc".to_owned()),
            reason: if kept { "it is a default VPC" } else { "no rule keeps it" }.into(),
            unknown: false,
        }
        .into(),
        outcome,
        attempts: 0,
        started_at: None,
        finished_at: None,
        error: None,
        blocked_by: ThinVec::new(),
    }
}

fn report(outcome: Outcome, resources: Vec<ResourceReport>) -> Report {
    let error = RunError::Usage(Vec::new());
    let early = Report::early("aws-cleaner", Timestamp::now(), &error, None, &Default::default());
    let mut report = Report { outcome, reason: None, duration_ms: 12_345, resources, ..early };
    let number = |outcome| report.resources.iter().filter(|one| one.outcome == outcome).count();
    let (kept, deleted, planned) =
        (number(ItemOutcome::Kept), number(ItemOutcome::Deleted), number(ItemOutcome::Planned));
    let (failed, blocked) = (number(ItemOutcome::Failed), number(ItemOutcome::Blocked));
    let summary = &mut report.summary;
    (summary.kept, summary.deleted, summary.planned) = (kept, deleted, planned);
    (summary.failed, summary.blocked) = (failed, blocked);
    summary.found = report.resources.len();
    report
}

#[test]
fn a_clean_run_is_told_in_a_table_and_a_line() {
    let report = report(
        Outcome::Clean,
        vec![
            resource("a", "SQSQueue", ItemOutcome::Deleted),
            resource("b", "SQSQueue", ItemOutcome::Deleted),
            resource("vpc-1", "EC2VPC", ItemOutcome::Kept),
        ],
    );
    assert_eq!(
        summary(&report, 0, Paint::Plain),
        "TYPE      FOUND  KEPT  DELETED  ALREADY GONE  FAILED  BLOCKED  PENDING\n\
         EC2VPC        1     1        -             -       -        -        -\n\
         SQSQueue      2     -        2             -       -        -        -\n\
         \n\
         clean: 2 deleted, 1 kept in 12.3 s\n"
    );
}

#[test]
fn leftovers_are_named_with_cause_and_blocker() {
    let mut failed = resource("vpc-1", "EC2VPC", ItemOutcome::Failed);
    let mut error =
        Error::new(ErrorKind::Dependency, "it has dependencies.").with_code("DependencyViolation");
    error.request_id = Some("r-1".to_owned());
    failed.error = Some(error);
    let mut blocked = resource("igw-1", "EC2InternetGateway", ItemOutcome::Blocked);
    blocked.blocked_by = ["EC2VPC vpc-1".to_owned()].into();
    let text = summary(&report(Outcome::Leftovers, vec![failed, blocked]), 0, Paint::Plain);
    let wanted = "not deleted: 2\n  EC2VPC vpc-1 in eu-west-1: failed\n    dependency: DependencyViolation: \
                  it has dependencies. (request r-1)\n  EC2InternetGateway igw-1 in eu-west-1: blocked by EC2VPC vpc-1\n";
    assert!(text.contains(wanted), "{text}");
    assert!(text.ends_with("leftovers: 0 deleted, 0 kept, 1 failed, 1 blocked in 12.3 s\n"), "{text}");
}

#[test]
fn what_nobody_knows_is_told() {
    let mut unknown = resource("q", "SQSQueue", ItemOutcome::Kept);
    let verdict = Arc::make_mut(&mut unknown.verdict);
    verdict.unknown = true;
    verdict.reason = "its tags were not read".into();
    let mut report = report(Outcome::Incomplete, vec![unknown]);
    report.lists = vec![ListReport {
        type_name: "IAMRole".to_owned(),
        region: "global".to_owned(),
        status: ListStatus::Denied,
        found: 0,
        error: Some(Error::new(ErrorKind::Denied, "no.").with_code("AccessDenied")),
    }];
    (report.summary.unknown_lists, report.summary.unknown_verdicts) = (1, 1);
    report.warnings = vec!["the alias could not be read".to_owned()];
    let text = summary(&report, 0, Paint::Plain);
    for wanted in [
        "not listed: 1\n  IAMRole in global: denied: AccessDenied: no.\n",
        "kept because a rule could not be answered: 1\n  SQSQueue q in eu-west-1: its tags were not read\n",
        "warnings: 1\n  the alias could not be read\n",
        "incomplete: 0 deleted, 1 kept, 1 listing unknown, 1 verdict unknown in 12.3 s\n",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
    }
}

#[test]
fn a_dry_run_says_what_would_be_deleted() {
    let dry = report(Outcome::DryRun, vec![resource("a", "SQSQueue", ItemOutcome::Planned)]);
    assert_eq!(
        summary(&dry, 0, Paint::Plain),
        "TYPE      FOUND  KEPT  TO DELETE\nSQSQueue      1     -          1\n\ndry run: 1 to delete, 0 kept in 12.3 s\n"
    );
}

#[test]
fn long_lists_are_cut_unless_asked_for() {
    let many = (0..40).map(|id| resource(&id.to_string(), "SQSQueue", ItemOutcome::Failed)).collect();
    let report = report(Outcome::Leftovers, many);
    assert!(summary(&report, 0, Paint::Plain).contains("  and 10 more"));
    assert!(!summary(&report, 1, Paint::Plain).contains("more"));
}

#[test]
fn an_interrupted_run_says_by_what() {
    for (cause, word) in [(StopCause::Deadline, "deadline passed: "), (StopCause::Interrupt, "interrupted: ")]
    {
        let mut report = report(Outcome::Interrupted, Vec::new());
        report.stopped_by = Some(cause);
        assert!(last_line(&report, Paint::Plain).starts_with(word));
    }
}

#[test]
fn a_scan_shows_every_resource_with_its_verdict() {
    let report = report(
        Outcome::DryRun,
        vec![resource("a", "SQSQueue", ItemOutcome::Planned), resource("vpc-1", "EC2VPC", ItemOutcome::Kept)],
    );
    assert_eq!(
        resources(&report, Paint::Plain),
        "TYPE      REGION     RESOURCE  VERDICT  BY                    WHY\n\
         SQSQueue  eu-west-1  a         delete   -                     no rule keeps it\n\
         EC2VPC    eu-west-1  vpc-1     keep     built-in:default-vpc  it is a default VPC\n\
         \n\
         dry run: 1 to delete, 1 kept in 12.3 s\n"
    );
}

#[test]
fn what_is_emptied_is_not_called_deleted() {
    let all =
        |outcome| vec![resource("a", "SQSQueue", outcome), resource("b", "SQSQueue", ItemOutcome::Kept)];
    let reset = |outcome, item| Report { task: Task::ResetData, ..report(outcome, all(item)) };
    let mut done = reset(Outcome::Clean, ItemOutcome::Emptied);
    done.summary.emptied = 1;
    assert_eq!(
        summary(&done, 0, Paint::Plain),
        "TYPE      FOUND  KEPT  EMPTIED  FAILED  BLOCKED  PENDING\n\
         SQSQueue      2     1        1       -        -        -\n\n\
         clean: 1 emptied, 1 left as they are in 12.3 s\n"
    );
    let dry = summary(&reset(Outcome::DryRun, ItemOutcome::Planned), 0, Paint::Plain);
    assert!(dry.contains("FOUND  KEPT  TO EMPTY\n") && dry.contains("1 to empty"), "{dry}");
    let left = summary(&reset(Outcome::Leftovers, ItemOutcome::Failed), 0, Paint::Plain);
    assert!(left.contains("not emptied: 1"), "{left}");
}
