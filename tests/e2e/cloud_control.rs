//! Types that nobody has described: listed and deleted through Cloud Control.

use serde_json::{Value, json};

use crate::scene::{Scene, since};

const CONFIG: &str = "AWS::GroundStation::Config";
const LOCATION: &str = "AWS::MediaTailor::SourceLocation";
const SOURCE: &str = "AWS::MediaTailor::LiveSource";

/// Makes a resource, and returns its identifier.
fn make(scene: &Scene, type_name: &str, properties: &Value) -> String {
    let made = scene.py(&format!(
        "made = client('cloudcontrol').create_resource(TypeName='{type_name}', DesiredState=r'''{properties}''')\n\
         made['ProgressEvent']['Identifier']"
    ));
    made.as_str().expect("an identifier").to_owned()
}

/// The identifiers of what is there, as boto3 sees them.
fn left(scene: &Scene, type_name: &str, model: &Value) -> Value {
    scene.py(&format!(
        "pages = client('cloudcontrol').get_paginator('list_resources').paginate(\n\
         \x20   TypeName='{type_name}', ResourceModel=r'''{model}''')\n\
         [one['Identifier'] for page in pages for one in page['ResourceDescriptions']]"
    ))
}

/// How often an operation was called since so many calls.
fn called(scene: &Scene, before: usize, operation: &str) -> usize {
    since(scene, before).iter().filter(|call| call.operation == operation).count()
}

fn keep() -> Value {
    json!([{ "Key": "aws-cleaner:keep", "Value": "" }])
}

#[test]
fn one_stays_by_its_tag_and_the_others_are_followed_until_they_are_gone() {
    let scene = Scene::new();
    let kept = make(&scene, CONFIG, &json!({ "Name": "kept", "Tags": keep() }));
    for name in ["a", "b", "c"] {
        make(&scene, CONFIG, &json!({ "Name": name, "Tags": [{ "Key": "team", "Value": "a" }] }));
    }
    // Without being asked for, such a type is not even looked at.
    let before = scene.calls().len();
    scene.clear(0, ["--type", "SQSQueue"]).clean();
    assert_eq!(called(&scene, before, "ListResources"), 0);

    let before = scene.calls().len();
    let done = scene.clear(0, ["--type", CONFIG]).clean();
    assert_eq!((done.count("deleted"), done.outcome(CONFIG, "kept")), (3, "kept"));
    assert_eq!(done.rule(CONFIG, "kept"), "built-in:keep-tag");
    assert_eq!(left(&scene, CONFIG, &json!({})), json!([kept]));
    assert_eq!(called(&scene, before, "DeleteResource"), 3);
    assert!(called(&scene, before, "GetResourceRequestStatus") > 3);

    let rule = format!("version: 1\nfilters:\n  deny:\n    - {{ type: \"{CONFIG}\", name: kept }}\n");
    let done = scene.clear_with(0, &rule, &["--type", "AWS::GroundStation::*"]);
    assert_eq!(done.outcome(CONFIG, "kept"), "kept");
}

#[test]
fn what_fails_late_is_reported_with_its_reason() {
    let scene = Scene::new();
    let stuck = json!([{ "Key": "emulator:fail", "Value": "GeneralServiceException" }]);
    make(&scene, CONFIG, &json!({ "Name": "stuck", "Tags": stuck }));
    let forbidden = json!([{ "Key": "emulator:fail", "Value": "AccessDenied" }]);
    make(&scene, CONFIG, &json!({ "Name": "forbidden", "Tags": forbidden }));
    make(&scene, CONFIG, &json!({ "Name": "fine" }));
    let done = scene.clear(4, ["--type", CONFIG]);
    assert_eq!(done.outcome(CONFIG, "fine"), "deleted");
    for (name, code) in [("stuck", "GeneralServiceException"), ("forbidden", "AccessDenied")] {
        let one = done.resource(CONFIG, name);
        assert_eq!((&one["outcome"], &one["error"]["code"]), (&json!("failed"), &json!(code)), "{one}");
        assert!(one["error"]["message"].to_string().contains("had no luck"), "{one}");
    }
}

#[test]
fn what_is_below_goes_first_and_keeps_what_it_is_below() {
    let scene = Scene::new();
    for place in ["here", "there"] {
        make(&scene, LOCATION, &json!({ "SourceLocationName": place }));
        let tags = if place == "there" { keep() } else { json!([]) };
        make(
            &scene,
            SOURCE,
            &json!({ "SourceLocationName": place, "LiveSourceName": format!("{place}-live"), "Tags": tags }),
        );
    }
    let before = scene.calls().len();
    let done = scene.clear(0, ["--type", LOCATION, "--type", SOURCE]).clean();
    // The emulator refuses to delete what is in use: no deletion was tried twice.
    assert_eq!((called(&scene, before, "DeleteResource"), done.count("deleted")), (2, 2));
    assert_eq!(done.rule(LOCATION, "there"), "built-in:needed");
    assert_eq!(left(&scene, LOCATION, &json!({})), json!(["there"]));
    let kept = left(&scene, SOURCE, &json!({ "SourceLocationName": "there" }));
    assert_eq!(kept, json!(["there-live|there"]));
}

#[test]
fn a_strict_run_names_what_only_cloud_control_knows() {
    let scene = Scene::new();
    let arn = make(&scene, CONFIG, &json!({ "Name": "left" }));
    make(&scene, CONFIG, &json!({ "Arn": format!("arn:aws:groundstation:us-east-1:aws:config/theirs") }));
    // Nothing that it is tagged with brings it to light.
    let done = scene.clear(0, ["--type", "SQSQueue"]).clean();
    assert_eq!(done.count("unsupported"), 0);

    let strict = scene.clear(5, ["--type", "SQSQueue", "--strict-coverage"]);
    let expected = json!([{ "arn": arn, "region": "us-east-1", "service": "groundstation", "type": CONFIG }]);
    assert_eq!(strict.report["unsupported"], expected);
    assert_eq!(strict.report["outcome"], "incomplete");
    assert!(strict.run.stdout.contains(&format!("{CONFIG} {arn}")), "{}", strict.run.stdout);

    // Who leaves the type out is not told of it, and who names it deletes it.
    let options = ["--type", "SQSQueue", "--strict-coverage"];
    scene.clear(0, [&options[..], &["--exclude-type", "AWS::GroundStation::*"]].concat()).clean();
    let done = scene.clear(0, [&options[..], &["--type", CONFIG]].concat()).clean();
    assert_eq!((done.count("deleted"), done.count("kept")), (1, 1));
}

#[test]
fn where_nobody_may_list_a_strict_run_is_told_once() {
    let scene = Scene::new();
    let message = "User: u is not authorized to perform: cloudformation:ListResources";
    scene.faults(&json!([{ "operation": "ListResources", "kind": "deny", "message": message }]));
    let before = scene.calls().len();
    let strict = scene.clear(5, ["--type", "SQSQueue", "--strict-coverage"]);
    assert_eq!(strict.count("unknown_coverage"), 2, "one region, and what has none");
    let warnings = strict.report["warnings"].to_string();
    assert_eq!(warnings.matches("could not be looked for").count(), 2, "{warnings}");
    assert!(called(&scene, before, "ListResources") < 100, "nobody goes on asking");
}
