//! What no type of a run lists, and the account holds all the same.

use crate::scene::{Done, HERE, Scene, since};

/// A job of a type that is off by default, with a tag: only who asks across types sees it.
const JOB: &str = "
client('sagemaker').create_compilation_job(
    CompilationJobName='left', RoleArn=f'arn:aws:iam::{account}:role/none',
    InputConfig={'S3Uri': 's3://none/model', 'DataInputConfig': '{}', 'Framework': 'TENSORFLOW'},
    OutputConfig={'S3OutputLocation': 's3://none', 'TargetDevice': 'ml_c4'},
    StoppingCondition={'MaxRuntimeInSeconds': 60}, Tags=[{'Key': 'team', 'Value': 'a'}])
client('sqs').create_queue(QueueName='jobs', tags={'team': 'a'})
";

/// All types that are on by default of two services: enough for asking what else is there of these.
const TYPES: [&str; 2] = ["--type", "SQS*,SageMaker*"];

#[test]
fn what_no_type_lists_is_named_and_keeps_a_strict_run_from_being_clean() {
    let scene = Scene::new();
    scene.py(JOB);
    let arn = format!("arn:aws:sagemaker:us-east-1:{}:compilation-job/left", scene.account());
    let done = scene.clear(0, TYPES);
    assert_eq!(done.outcome("SQSQueue", "jobs"), "deleted");
    let expected = serde_json::json!([{ "arn": arn, "region": "us-east-1", "service": "sagemaker" }]);
    assert_eq!(done.report["unsupported"], expected);
    assert_eq!((&done.report["outcome"], done.count("unsupported")), (&"clean".into(), 1));
    assert!(done.run.stdout.contains(&arn), "{}", done.run.stdout);

    let strict = scene.clear(5, [&TYPES[..], &["--strict-coverage"]].concat());
    assert_eq!((&strict.report["outcome"], strict.count("unsupported")), (&"incomplete".into(), 1));

    // Who leaves out a type of the service does not ask for the rest of it either.
    let narrow =
        scene.clear(0, [&TYPES[..], &["--strict-coverage", "--exclude-type", "SageMakerModel"]].concat());
    assert_eq!(narrow.count("unsupported"), 0);

    // And who lists it has nothing to be told.
    let all = scene
        .clear(0, [&TYPES[..], &["--strict-coverage", "--type", "SageMakerCompilationJob"]].concat())
        .clean();
    assert_eq!(all.outcome("SageMakerCompilationJob", "left"), "deleted");
}

#[test]
fn where_nobody_may_look_a_strict_run_is_not_clean() {
    let scene = Scene::new();
    scene.faults(&serde_json::json!([{ "operation": "GetResources", "kind": "deny" }]));
    let done = scene.clear(0, TYPES);
    assert!(done.report["warnings"].to_string().contains("could not be looked for"), "{}", done.report);
    let strict = scene.clear(5, [&TYPES[..], &["--strict-coverage"]].concat());
    assert!(strict.count("unknown_coverage") > 0, "{}", strict.report["summary"]);
    let before = scene.calls().len();
    let (cli, _) = scene.clearing(HERE).args(TYPES).file("aws-cleaner.yaml", "version: 1\ncoverage: off\n");
    Done::of(cli, 0).clean();
    assert!(since(&scene, before).iter().all(|call| call.operation != "GetResources"));
}

#[test]
fn what_is_on_its_way_out_is_known() {
    let scene = Scene::new();
    scene.py(
        "client('kms').create_key(Tags=[{'TagKey': 'team', 'TagValue': 'a'}])\n\
         client('secretsmanager').create_secret(Name='s', SecretString='x', Tags=[{'Key': 'team', 'Value': 'a'}])",
    );
    let types = ["--strict-coverage", "--type", "KMS*,SecretsManager*"];
    assert_eq!(scene.clear(0, types).clean().count("deleted"), 2);
    let again = scene.clear(0, types).clean();
    assert_eq!(again.count("deleted"), 0);
}
