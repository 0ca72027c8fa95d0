//! Buckets: many objects, versions, uploads nobody finished, locks, odd keys.

use serde_json::json;

use crate::scene::{Done, Scene, since};

const ONLY_BUCKETS: [&str; 4] = ["--region", "us-east-1", "--type", "S3Bucket"];

fn buckets(scene: &Scene) -> serde_json::Value {
    scene.py("[b['Name'] for b in client('s3').list_buckets()['Buckets']]")
}

#[test]
fn a_bucket_of_2500_objects_goes_in_batches() {
    let scene = Scene::new();
    scene.py("client('s3').create_bucket(Bucket=f'many-{account}')\n\
         fill(f'many-{account}', 2500)");
    let seen = scene.calls().len();
    let done = Done::of(scene.clearing(ONLY_BUCKETS), 0).clean();
    assert_eq!(done.count("deleted"), 1);
    let calls = since(&scene, seen);
    let batches = calls.iter().filter(|call| call.operation == "DeleteObjects").count();
    assert!((3..=10).contains(&batches), "{batches} batches for 2,500 objects");
    assert!(calls.iter().all(|call| call.operation != "DeleteObject"), "objects are not deleted one by one");
    assert_eq!(buckets(&scene), json!([]));
}

#[test]
fn versions_markers_and_unfinished_uploads_go() {
    let scene = Scene::new();
    scene.py(
        "s3, name = client('s3'), f'versions-{account}'\n\
         s3.create_bucket(Bucket=name)\n\
         s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={'Status': 'Enabled'})\n\
         for _ in range(3):\n\
         \x20   fill(name, 500)\n\
         for n in range(120):\n\
         \x20   s3.delete_object(Bucket=name, Key=f'o/{n:06d}')\n\
         for n in range(3):\n\
         \x20   upload = s3.create_multipart_upload(Bucket=name, Key=f'unfinished-{n}')['UploadId']\n\
         \x20   s3.upload_part(Bucket=name, Key=f'unfinished-{n}', UploadId=upload, PartNumber=1, Body=b'x')\n\
         found = s3.list_object_versions(Bucket=name, MaxKeys=1000)\n\
         assert found['IsTruncated'] and s3.list_multipart_uploads(Bucket=name)['Uploads']",
    );
    let done = Done::of(scene.clearing(ONLY_BUCKETS), 0).clean();
    assert_eq!(done.count("deleted"), 1);
    assert_eq!(buckets(&scene), json!([]));
    let aborted = scene.calls().iter().filter(|call| call.operation == "AbortMultipartUpload").count();
    assert_eq!(aborted, 3);
}

#[test]
fn buckets_that_were_never_used_take_one_deletion_each() {
    let scene = Scene::new();
    scene.py("for n in range(5): client('s3').create_bucket(Bucket=f'empty-{n}-{account}')");
    let seen = scene.calls().len();
    let done = Done::of(scene.clearing(ONLY_BUCKETS), 0).clean();
    assert_eq!(done.count("deleted"), 5);
    let calls = since(&scene, seen);
    assert!(
        !calls.iter().any(|call| call.operation.contains("Versions")),
        "nothing was looked for in empty buckets"
    );
}

#[test]
fn odd_keys_are_deleted_too() {
    let scene = Scene::new();
    scene.py(
        "s3, name = client('s3'), f'odd-{account}'\n\
         s3.create_bucket(Bucket=name)\n\
         for key in ('a b', 'ä/ö/ü', 'a&b<c>', '100%25', 'q?x=1', '+', '\\u4f60\\u597d', 'a//b', \"it's\", '#'):\n\
         \x20   s3.put_object(Bucket=name, Key=key, Body=b'x')",
    );
    Done::of(scene.clearing(ONLY_BUCKETS), 0).clean();
    assert_eq!(buckets(&scene), json!([]));
}

#[test]
fn a_bucket_of_another_region_is_deleted_where_it_is() {
    let scene = Scene::new();
    scene.py("s3, name = client('s3', 'eu-central-1'), f'far-{account}'\n\
         s3.create_bucket(Bucket=name, CreateBucketConfiguration={'LocationConstraint': 'eu-central-1'})\n\
         s3.put_object(Bucket=name, Key='k', Body=b'x')");
    let near = Done::of(scene.clearing(ONLY_BUCKETS), 0).clean();
    assert_eq!(near.count("found"), 0, "it is not of this region");
    Done::of(scene.clearing(["--region", "us-east-1,eu-central-1", "--type", "S3Bucket"]), 0).clean();
    assert_eq!(buckets(&scene), json!([]));
}

/// A bucket with an object under governance retention.
const LOCKED: &str = "
s3, name = client('s3'), f'locked-{account}'
s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
s3.put_object(Bucket=name, Key='k', Body=b'x', ObjectLockMode='GOVERNANCE', ObjectLockRetainUntilDate='2099-01-01')
";

#[test]
fn locked_objects_stay_unless_the_setting_says_so() {
    let scene = Scene::new();
    scene.py(LOCKED);
    let done = scene.clear(4, ["--type", "S3Bucket", "--patience", "2s"]);
    let name = format!("locked-{}", scene.account());
    let bucket = done.resource("S3Bucket", &name);
    assert_ne!(bucket["outcome"], "deleted");
    let cause = bucket["error"]["message"].as_str().unwrap_or_default();
    assert!(cause.contains("bypass_governance"), "the cause names the setting that helps: {bucket:#}");
    assert_eq!(buckets(&scene), json!([name]));
    let versions = "len(client('s3').list_object_versions(Bucket=f'locked-{account}').get('Versions', []))";
    assert_eq!(scene.py(versions), 1, "the object is still there");

    let lifted = "version: 1\nsettings: { S3Bucket: { bypass_governance_retention: true } }\n";
    scene.clear_with(0, lifted, &["--type", "S3Bucket"]).clean();
    assert_eq!(buckets(&scene), json!([]));
}
