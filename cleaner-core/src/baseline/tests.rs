//! Baselines as values: what they say of resources, how they are written and read, and a run that keeps to one.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::account::{Refusal, TestGround};
use crate::handler::{Registry, TypeSpec};
use crate::plan::Action;
use crate::report::{ApiStats, ItemOutcome, Journal, ListStatus, Outcome, Report};
use crate::resource::{Fact, Resource, State};
use crate::run::{Cleaner, Options, RunError};
use crate::testkit::{Cloud, Listing, Memory, Thing, baseline_of, plan_of, simulated};

const LISTS: [(&str, &str, ListStatus); 3] =
    [("A", "r1", ListStatus::Ok), ("B", "r1", ListStatus::Ok), ("B", "r2", ListStatus::Denied)];

fn resource(type_name: &str, id: &str, created: Fact<&str>) -> Resource {
    let mut resource = Resource::new(type_name.into(), "r1".into(), id);
    resource.created = match created {
        Fact::Known(time) => Fact::Known(time.parse().expect("a time")),
        Fact::Absent => Fact::Absent,
        Fact::Unread => Fact::Unread,
        Fact::Unreadable(why) => Fact::Unreadable(why),
    };
    resource
}

fn dated(type_name: &str, id: &str, year: u32) -> Resource {
    resource(type_name, id, Fact::Known(format!("{year}-01-01T00:00:00Z").as_str()))
}

fn registry() -> Registry {
    let cloud = Cloud::default();
    let of = |spec| simulated(&cloud, spec, Listing::Works);
    Registry::builder()
        .with(of(TypeSpec::new("A", "a").aliases(&["OldA"])))
        .with(of(TypeSpec::new("B", "b")))
        .build()
        .expect("the types fit together")
}

#[test]
fn identity_is_what_a_baseline_goes_by() {
    let (then, later) = (Fact::Known("2025-01-01T00:00:00Z"), Fact::Known("2025-01-01T00:00:01Z"));
    let unreadable = Fact::Unreadable("denied".into());
    for (was, is, expected) in [
        (then.clone(), then.clone(), "same"),
        (Fact::Absent, Fact::Absent, "same"),
        (then.clone(), later, "another"),
        (then.clone(), unreadable.clone(), "unknown"),
        (unreadable.clone(), then.clone(), "unknown"),
        (unreadable.clone(), unreadable, "unknown"),
        (then.clone(), Fact::Unread, "unknown"),
        (Fact::Unread, then.clone(), "unknown"),
        (then.clone(), Fact::Absent, "unknown"),
        (Fact::Absent, then, "unknown"),
    ] {
        let baseline = baseline_of(&[resource("A", "x", was.clone())], &LISTS);
        let found = resource("A", "x", is.clone());
        assert_eq!(word(&baseline.standing(&found)), expected, "{was:?} {is:?}");
    }
}

#[test]
fn a_date_of_the_last_change_does_not_tell_another_one() {
    let registry = crate::builtin().expect("the library's own types");
    let by_change = |name: &str| registry.get(name).expect("a type").spec().dated_by_change;
    let names = ["SSMParameter", "CloudWatchAlarm", "EC2Instance", "IAMRole"];
    assert_eq!(names.map(by_change), [true, true, true, false]);
    for (type_name, expected) in [("SSMParameter", "unknown"), ("IAMRole", "another")] {
        let plan = plan_of(&[dated(type_name, "x", 2025)], &[(type_name, "r1", ListStatus::Ok)]);
        let baseline = Baseline::of(&plan, Vec::new(), &registry);
        assert_eq!(word(&baseline.standing(&dated(type_name, "x", 2025))), "same", "{type_name}");
        assert_eq!(word(&baseline.standing(&dated(type_name, "x", 2026))), expected, "{type_name}");
    }
}

fn word(standing: &Standing) -> &'static str {
    match standing {
        Standing::New => "new",
        Standing::Same => "same",
        Standing::Another(_) => "another",
        Standing::Unknown(_) => "unknown",
        Standing::Uncovered => "uncovered",
    }
}

#[test]
fn arns_tell_apart_and_places_count_only_if_they_were_listed() {
    let mut old = dated("A", "x", 2025);
    old.arn = Some("arn:1".into());
    let baseline = baseline_of(&[old.clone()], &LISTS);
    let with = |arn: Option<&str>| Resource { arn: arn.map(Into::into), ..old.clone() };
    assert_eq!(word(&baseline.standing(&with(Some("arn:2")))), "another");
    assert_eq!(word(&baseline.standing(&with(None))), "same");
    for state in [State::Gone, State::Deleting] {
        assert_eq!(word(&baseline.standing(&Resource { state, ..old.clone() })), "unknown");
    }
    let at = |type_name: &str, region: &str| {
        let found = Resource { region: region.into(), ..dated(type_name, "y", 2025) };
        word(&baseline.standing(&found)).to_owned()
    };
    assert_eq!(
        [at("A", "r1"), at("B", "r2"), at("A", "r2"), at("C", "r1")],
        ["new", "uncovered", "uncovered", "uncovered"]
    );
}

#[test]
fn a_region_in_which_nothing_could_be_listed_was_off() {
    let lists = [
        ("A", "r1", ListStatus::Ok),
        ("B", "r1", ListStatus::Unsupported),
        ("B", "r2", ListStatus::Unsupported),
    ];
    let baseline = baseline_of(&[], &lists);
    assert!(baseline.covers(&"B".into(), &"r1".into()), "the service is not there");
    assert!(!baseline.covers(&"B".into(), &"r2".into()), "what is in it shows when it is on");
}

fn fact() -> impl Strategy<Value = Fact<jiff::Timestamp>> {
    prop_oneof![
        (0_i64..3).prop_map(|second| Fact::Known(jiff::Timestamp::from_second(second).expect("a time"))),
        Just(Fact::Absent),
        Just(Fact::Unread),
        Just(Fact::Unreadable("denied".into())),
    ]
}

fn any_resource() -> impl Strategy<Value = Resource> {
    let arn = proptest::option::of("[ab]");
    ("[AB]", "[xyz]", "[nm]", fact(), arn, any::<bool>(), any::<bool>()).prop_map(
        |(type_name, id, name, created, arn, is_managed, is_tagged)| {
            let mut resource = Resource::new(type_name.as_str().into(), "r1".into(), id);
            resource.name = name.into();
            resource.created = created;
            resource.arn = arn.map(Into::into);
            resource.managed = is_managed.then(|| "it is AWS's".into());
            resource.tags = if is_tagged { Fact::Known([("k", "v")].into()) } else { Fact::Absent };
            resource
        },
    )
}

/// Resources of which no two have the same type and id.
fn account() -> impl Strategy<Value = Vec<Resource>> {
    proptest::collection::vec(any_resource(), 0..6).prop_map(|mut all| {
        all.sort_by_key(Resource::key);
        all.dedup_by_key(|one| one.key());
        all
    })
}

proptest! {
    #[test]
    fn a_name_alone_never_protects(then in any_resource(), now in any_resource(), other in "[nm]") {
        let baseline = baseline_of(std::slice::from_ref(&then), &LISTS);
        let standing = baseline.standing(&now);
        let renamed = Resource { name: other.into(), ..now.clone() };
        prop_assert_eq!(&baseline.standing(&renamed), &standing);
        let differs = then.is_replaced(&now) == Some(true)
            || matches!((&then.arn, &now.arn), (Some(was), Some(is)) if was != is);
        if then.key() != now.key() {
            prop_assert_eq!(standing, Standing::New);
        } else if differs {
            prop_assert_eq!(word(&standing), "another");
        } else if standing == Standing::Same {
            prop_assert!(then.is_replaced(&now) == Some(false) || then.created == Fact::Absent && now.created == Fact::Absent);
        } else {
            prop_assert_eq!(word(&standing), "unknown");
        }
    }

    #[test]
    fn each_thing_of_a_baseline_is_accounted_for_once(then in account(), now in account()) {
        let baseline = baseline_of(&then, &LISTS);
        let lists = plan_of(&[], &LISTS).lists;
        let drift = baseline.drift(&now, &lists, |_| true);
        let mut told: Vec<String> = Vec::new();
        told.extend(drift.missing.iter().map(|one| format!("{} {}", one.type_name, one.was.id)));
        told.extend(drift.replaced.iter().map(|one| format!("{} {}", one.type_name, one.was.id)));
        told.extend(drift.unknown.iter().filter_map(|one| {
            Some(format!("{} {}", one.type_name.as_ref()?, one.id.as_ref()?))
        }));
        for one in &now {
            if one.managed.is_none() && baseline.standing(one) == Standing::Same {
                told.push(format!("{} {}", one.type_name, one.id));
            }
        }
        let is_managed = |one: &Resource| {
            one.managed.is_some() || now.iter().any(|now| now.key() == one.key() && now.managed.is_some())
        };
        let mut expected: Vec<String> = then
            .iter()
            .filter(|one| !is_managed(one))
            .map(|one| format!("{} {}", one.type_name, one.id))
            .collect();
        // What was managed, and is another's now, may still be the same.
        told.retain(|one| !then.iter().any(|then| then.managed.is_some() && *one == format!("{} {}", then.type_name, then.id)));
        told.sort();
        expected.sort();
        prop_assert_eq!(told, expected);
    }

    #[test]
    fn what_is_written_is_read_again(then in account()) {
        let baseline = baseline_of(&then, &LISTS);
        let text = baseline.to_text().expect("it is written");
        let again = Baseline::parse(&text, &registry()).expect("it is read");
        prop_assert_eq!(again.to_text().expect("it is written"), text);
        prop_assert_eq!(again.resources().len(), baseline.resources().len());
        for one in &then {
            prop_assert_eq!(word(&again.standing(one)), word(&baseline.standing(one)));
        }
    }
}

#[test]
fn what_is_gone_changed_or_replaced_is_named() {
    let tagged = |id: &str, value: &str| {
        let mut one = dated("A", id, 2025);
        one.tags = Fact::Known([("k", value)].into());
        one
    };
    let named = |id: &str| Resource { name: "main".into(), ..dated("B", id, 2025) };
    let then = [dated("A", "gone", 2025), dated("A", "again", 2025), tagged("tagged", "1"), named("b-1")];
    let now = [dated("A", "again", 2026), tagged("tagged", "2"), named("b-2"), dated("A", "new", 2026)];
    let drift = baseline_of(&then, &LISTS).drift(&now, &plan_of(&[], &LISTS).lists, |_| true);
    let shown = json!(drift);
    assert_eq!((shown["taken_at"].as_str(), drift.resources), (Some("2025-03-01T00:00:00Z"), 4));
    assert_eq!(
        shown["missing"],
        json!([{ "type": "A", "region": "r1", "name": "gone", "id": "gone", "arn": null, "created_at": "2025-01-01T00:00:00Z" }])
    );
    assert_eq!(shown["replaced"][0]["is"]["created_at"], "2026-01-01T00:00:00Z");
    assert_eq!(
        (&shown["replaced"][1]["was"]["id"], &shown["replaced"][1]["is"]["id"]),
        (&json!("b-1"), &json!("b-2"))
    );
    assert_eq!(drift.replaced.len(), 2);
    assert_eq!(
        (&shown["changed"][0]["was"], &shown["changed"][0]["is"]),
        (&json!({"k": "1"}), &json!({"k": "2"}))
    );
    assert_eq!((drift.drift(), drift.unknown.len()), (4, 0));
}

#[test]
fn what_could_not_be_looked_at_is_unknown_and_not_missing() {
    let baseline = baseline_of(&[dated("A", "x", 2025), dated("B", "y", 2025)], &LISTS);
    for (status, missing, unknown) in
        [(ListStatus::Ok, 1, 0), (ListStatus::Denied, 0, 1), (ListStatus::Unsupported, 0, 1)]
    {
        let drift = baseline.drift(&[], &plan_of(&[], &[("A", "r1", status)]).lists, |_| true);
        assert_eq!((drift.missing.len(), drift.unknown.len()), (missing, unknown), "{status:?}");
    }
}

const GOOD: &str = r#"{"version": 1, "tool": "t", "account": "111122223333", "partition": "aws",
"taken_at": "2025-01-01T00:00:00Z",
"lists": [{"type": "A", "region": "r1", "status": "ok"}],
"resources": [{"type": "A", "region": "r1", "id": "x", "name": "x", "created_at": null}],
"settings": [{"name": "ec2-ebs-key", "region": "r1", "value": "k"}]}"#;

#[test]
fn reading_is_strict_and_says_where() {
    assert!(Baseline::parse(GOOD, &registry()).is_ok());
    for (from, to, said) in [
        (GOOD, "", "f:1:0: this is no baseline: EOF"),
        (GOOD, "[1", "f:1:"),
        (
            "\"settings\"",
            "\"setings\"",
            "f:5:9: this is no baseline: unknown field `setings`, expected one of `version`",
        ),
        ("\"version\": 1", "\"version\": 2", "f: the baseline is of version 2, this tool reads version 1"),
        ("\"version\": 1", "\"version\": \"1\"", "f:1:15: this is no baseline: invalid type"),
        ("\"created_at\": null", "\"created_at\": 5", "expected a moment such as"),
        (
            "\"created_at\": null",
            "\"created_at\": \"soon\"",
            "f:4:88: this is no baseline: invalid value: string \"soon\"",
        ),
        ("\"created_at\": null", "\"created_at\": {\"unknwn\": \"x\"}", "unknown field `unknwn`"),
        (", \"created_at\": null", "", "f:4:67: this is no baseline: missing field `created_at`"),
        ("\"id\": \"x\", ", "\"id\": \"x\", \"id\": \"y\", ", "duplicate field `id`"),
        ("\"status\": \"ok\"", "\"status\": \"okay\"", "unknown variant `okay`"),
        ("111122223333", "1234", "`1234` is no account id"),
        (
            "{\"type\": \"A\", \"region\": \"r1\", \"id\"",
            "{\"type\": \"Aa\", \"region\": \"r1\", \"id\"",
            "there is no resource type `Aa`",
        ),
        (
            "{\"type\": \"A\", \"region\": \"r1\", \"id\"",
            "{\"type\": \"A\", \"region\": \"r2\", \"id\"",
            "no listing of its type",
        ),
        (
            "ec2-ebs-key",
            "ec2-ebs-kye",
            "there is no account setting `ec2-ebs-kye`: did you mean `ec2-ebs-key`?",
        ),
    ] {
        let text = GOOD.replacen(from, to, 1);
        let shown = Baseline::parse(&text, &registry()).expect_err(&text).in_file("f");
        assert!(shown.contains(said), "{said} is not in {shown}");
    }
    let one = r#"{"type": "A", "region": "r1", "id": "x", "name": "x", "created_at": null}"#;
    let twice = GOOD.replacen(one, &format!("{one}, {one}"), 1);
    let shown = Baseline::parse(&twice, &registry()).expect_err("twice").to_string();
    assert!(shown.contains("A x in r1 is there twice"), "{shown}");
}

#[test]
fn types_are_known_by_the_names_they_have_now() {
    let text = GOOD.replace("\"A\"", "\"OldA\"");
    let baseline = Baseline::parse(&text, &registry()).expect("an alias will do");
    assert_eq!(baseline.resources()[0].type_name, "A");
}

fn cleaner(cloud: &Cloud, options: Options) -> Cleaner {
    let of = |spec| simulated(cloud, spec, Listing::Works);
    let registry = Registry::builder()
        .with(of(TypeSpec::new("A", "a").refs(&["B"])))
        .with(of(TypeSpec::new("B", "b")))
        .build()
        .expect("the types fit together");
    Cleaner::on(Arc::new(TestGround::new("r1")), Arc::new(registry), options, Arc::new(ApiStats::default()))
}

async fn take(cloud: &Cloud) -> Baseline {
    let cleaner = cleaner(cloud, Options { details: true, all_tags: true, ..Options::default() });
    let mut run = cleaner.begin(Vec::new()).await.expect("it may begin");
    let plan = run.plan().await.expect("it can be listed");
    Baseline::of(&plan, Vec::new(), cleaner.registry())
}

async fn clear(cloud: &Cloud, baseline: Baseline, strict: bool) -> (Report, Report) {
    let options =
        Options { baseline: Some(Arc::new(baseline)), strict_baseline: strict, ..Options::default() };
    let (cleaner, memory) = (cleaner(cloud, options), Memory::default());
    let mut run = cleaner.begin(vec![Box::new(memory.clone())]).await.expect("it may begin");
    let plan = run.plan().await.expect("it can be listed");
    let report = run.clear(plan).await.expect("nothing refuses");
    let text: String = (1..)
        .zip(memory.0.lock().expect("nobody panics").iter())
        .map(|(seq, kind)| {
            let mut event = json!(kind);
            event["seq"] = json!(seq);
            event["at"] = json!("2026-01-01T00:00:00Z");
            event["elapsed_ms"] = json!(seq);
            format!("{event}\n")
        })
        .collect();
    let journal = Journal::parse(&text).expect("the events are whole");
    (report, journal.report().clone())
}

#[tokio::test(start_paused = true)]
async fn a_run_deletes_what_came_since_and_names_what_is_gone() {
    let cloud = Cloud::default();
    for (type_name, id) in [("A", "a"), ("A", "gone"), ("A", "again"), ("B", "b"), ("B", "used")] {
        cloud.add(Thing::new(dated(type_name, id, 2025)));
    }
    let baseline = take(&cloud).await;
    let cloud = Cloud::default();
    let mut user = dated("A", "a", 2025);
    user.uses("B", "fresh");
    cloud.add(Thing::new(user));
    for (type_name, id, year) in [
        ("A", "again", 2026),
        ("A", "new", 2026),
        ("B", "b", 2025),
        ("B", "fresh", 2026),
        ("B", "more", 2026),
    ] {
        cloud.add(Thing::new(dated(type_name, id, year)));
    }
    let (report, replayed) = clear(&cloud, baseline.clone(), false).await;
    assert_eq!(report.outcome, Outcome::Clean, "{:?}", report.reason);
    assert_eq!(cloud.ids(), ["a", "b", "fresh"], "an old one needs `fresh`");
    let of = |id: &str| report.resources.iter().find(|one| *one.id == *id).expect("it is there");
    assert_eq!(of("a").verdict.rule.as_deref(), Some("built-in:baseline"));
    assert_eq!(of("fresh").verdict.rule.as_deref(), Some("built-in:needed"));
    assert_eq!(of("again").outcome, ItemOutcome::Deleted);
    let drift = report.baseline.clone().expect("there is a baseline");
    let missing: Vec<&str> = drift.missing.iter().map(|one| &*one.was.id).collect();
    let replaced: Vec<&str> = drift.replaced.iter().map(|one| &*one.was.id).collect();
    assert_eq!((missing, replaced), (vec!["gone", "used"], vec!["again"]));
    assert_eq!(replayed.baseline, report.baseline, "the events alone tell the same");

    let (strict, _) = clear(&cloud, baseline, true).await;
    assert_eq!(strict.outcome, Outcome::Incomplete);
    assert_eq!(strict.reason.as_deref(), Some("3 things of the baseline are not as they were."));
}

#[tokio::test(start_paused = true)]
async fn a_hole_in_a_baseline_keeps_what_may_be_meant_by_it() {
    let cloud = Cloud::default();
    cloud.add(Thing::new(dated("A", "a", 2026)));
    cloud.add(Thing::new(dated("B", "b", 2026)));
    let lists = [("A", "r1", ListStatus::Denied), ("B", "r1", ListStatus::Ok)];
    let (report, replayed) = clear(&cloud, baseline_of(&[], &lists), false).await;
    assert_eq!(cloud.ids(), ["a"]);
    assert_eq!((report.outcome, replayed.outcome), (Outcome::Incomplete, Outcome::Incomplete));
    assert_eq!(report.warnings.iter().filter(|text| text.contains("says nothing of A in r1")).count(), 1);
    assert_eq!(report.baseline.map(|drift| drift.unknown.len()), Some(1));
}

#[tokio::test(start_paused = true)]
async fn the_baseline_of_another_account_is_refused_before_anything_is_listed() {
    let cloud = Cloud::default();
    cloud.add(Thing::new(dated("A", "a", 2026)));
    let other =
        Baseline::parse(&GOOD.replace(TestGround::ACCOUNT, "999999999999"), &registry()).expect("it is one");
    let cleaner = cleaner(&cloud, Options { baseline: Some(Arc::new(other)), ..Options::default() });
    let error = cleaner.begin(Vec::new()).await.expect_err("it is refused");
    assert!(matches!(error, RunError::Refused(Refusal::WrongBaseline { .. })), "{error}");
    assert_eq!(cloud.lists(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_run_is_gone_on_with_only_with_its_baseline() {
    let cloud = Cloud::default();
    cloud.add(Thing::new(dated("A", "a", 2025)));
    let baseline = Arc::new(take(&cloud).await);
    let memory = Memory::default();
    let with = |baseline: Option<Arc<Baseline>>| cleaner(&cloud, Options { baseline, ..Options::default() });
    let first = with(Some(baseline.clone()));
    let mut run = first.begin(vec![Box::new(memory.clone())]).await.expect("it may begin");
    let plan = run.plan().await.expect("it can be listed");
    assert_eq!(plan.entries[0].verdict.action, Action::Keep);
    drop(run);
    let line = |(seq, kind)| {
        let mut event = json!(kind);
        event["seq"] = json!(seq);
        event["at"] = json!("2026-01-01T00:00:00Z");
        event["elapsed_ms"] = json!(seq);
        format!("{event}\n")
    };
    let text: String = (1..).zip(memory.0.lock().expect("nobody panics").iter()).map(line).collect();
    let journal = Journal::parse(&text).expect("the events are whole");
    for (given, is_fine) in [(Some(baseline), true), (None, false)] {
        let cleaner = with(given);
        let run = cleaner.begin(Vec::new()).await.expect("it may begin");
        assert_eq!(run.check_journal(&journal).is_ok(), is_fine);
    }
}
