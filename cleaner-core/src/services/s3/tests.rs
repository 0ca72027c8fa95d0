use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use super::*;
use crate::error::ErrorKind;
use crate::handler::{Deletion, DynHandler, Emptying};
use crate::resource::{Region, Resource, Tags};
use crate::services::stub::{Answer, Request, Stub, listed};

/// A bucket in memory. Versions are kept newest first, as S3 lists them.
#[derive(Default)]
struct Bucket {
    /// Version ids by key; those of delete markers begin with `m`.
    versions: BTreeMap<String, Vec<String>>,
    /// Keys S3 refuses to delete, with the code and the message it gives. A hold is lifted by PutObjectLegalHold.
    refused: BTreeMap<String, (&'static str, &'static str)>,
    uploads: Vec<(String, String)>,
    /// A policy that denies everything but its own removal.
    policy: bool,
    /// Whether listing from a version that is gone finds nothing, as on an emulator.
    forgetful: bool,
    /// Keys that writers add after each deletion of objects.
    writers: u32,
    largest_batch: usize,
}

impl Bucket {
    fn with_keys(keys: impl IntoIterator<Item = String>) -> Self {
        let versions = keys.into_iter().map(|key| (key, vec!["null".to_owned()])).collect();
        Self { versions, ..Self::default() }
    }

    fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.versions
            .iter()
            .flat_map(|(key, versions)| versions.iter().map(|version| (key.as_str(), version.as_str())))
    }

    fn list(&self, request: &Request) -> Answer {
        let parameter = |name| request.query(name).filter(|value| !value.is_empty()).map(decoded);
        let (prefix, delimiter) = (parameter("prefix").unwrap_or_default(), parameter("delimiter"));
        let (after_key, after_version) = (parameter("key-marker"), parameter("version-id-marker"));
        let limit: usize = parameter("max-keys").expect("a page size").parse().expect("a number");
        let mut started = after_version.is_none();
        let mut xml = String::new();
        let (mut count, mut last, mut next, mut folder) = (0, ("", ""), None, String::new());
        for (key, version) in self.entries() {
            if !started {
                started = Some(key) == after_key.as_deref() && Some(version) == after_version.as_deref()
                    || !self.forgetful && after_key.as_deref().is_some_and(|after| key > after);
                if Some(key) <= after_key.as_deref() || self.forgetful {
                    continue;
                }
            }
            let Some(rest) = key.strip_prefix(prefix.as_str()) else { continue };
            if after_version.is_none() && after_key.as_deref().is_some_and(|after| key <= after) {
                continue;
            }
            let cut = delimiter.as_deref().and_then(|delimiter| rest.find(delimiter));
            let inner = cut.map(|at| &key[..=prefix.len() + at]);
            if inner.is_some_and(|inner| inner == folder) {
                continue;
            }
            if count == limit {
                next = Some(last);
                break;
            }
            count += 1;
            last = (key, version);
            match inner {
                Some(inner) => {
                    inner.clone_into(&mut folder);
                    let _ =
                        write!(xml, "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", encoded(inner));
                }
                None => {
                    let kind = if version.starts_with('m') { "DeleteMarker" } else { "Version" };
                    let _ = write!(
                        xml,
                        "<{kind}><Key>{}</Key><VersionId>{version}</VersionId></{kind}>",
                        encoded(key)
                    );
                }
            }
        }
        let next = next.map_or(String::new(), |(key, version)| {
            format!(
                "<NextKeyMarker>{}</NextKeyMarker><NextVersionIdMarker>{version}</NextVersionIdMarker>",
                encoded(key)
            )
        });
        let truncated = !next.is_empty();
        Answer::ok(format!(
            "<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>{truncated}</IsTruncated>{next}{xml}</ListVersionsResult>"
        ))
    }

    fn remove(&mut self, key: &str, version: &str) {
        if let Some(versions) = self.versions.get_mut(key) {
            versions.retain(|other| other != version);
            if versions.is_empty() {
                self.versions.remove(key);
            }
        }
    }

    fn delete_objects(&mut self, request: &Request) -> Answer {
        assert!(
            request
                .headers
                .iter()
                .any(|(name, _)| name == "content-md5" || name.starts_with("x-amz-checksum")),
            "S3 refuses DeleteObjects without a checksum"
        );
        let mut errors = String::new();
        let objects: Vec<_> = request.body.split("<Object>").skip(1).collect();
        self.largest_batch = self.largest_batch.max(objects.len());
        for object in objects {
            let (key, version) = (unescaped(between(object, "Key")), between(object, "VersionId"));
            match self.refused.get(&key) {
                Some((code, message)) => {
                    let _ = write!(
                        errors,
                        "<Error><Key>{}</Key><VersionId>{version}</VersionId><Code>{code}</Code><Message>{message}</Message></Error>",
                        between(object, "Key")
                    );
                    // Throttling passes.
                    if *code == "SlowDown" {
                        self.refused.remove(&key);
                    }
                }
                None => self.remove(&key, version),
            }
        }
        if self.writers > 0 {
            self.writers -= 1;
            self.versions.insert(format!("late/{}", self.writers), vec!["null".to_owned()]);
        }
        Answer::ok(format!("<DeleteResult>{errors}</DeleteResult>"))
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let has = |name: &str| request.query(name).is_some();
        let key = request.path().splitn(3, '/').nth(2).map(decoded).unwrap_or_default();
        match request.method.as_str() {
            "DELETE" if has("policy") => {
                self.policy = false;
                Answer::status(204, "")
            }
            _ if self.policy => Answer::s3_error(403, "AccessDenied", "Access Denied by a policy"),
            "GET" if has("versions") => self.list(request),
            "POST" if has("delete") => self.delete_objects(request),
            "GET" if has("uploads") => self.list_uploads(request),
            "DELETE" if has("uploadId") => {
                let id = request.query("uploadId").expect("an id").to_owned();
                self.uploads.retain(|upload| *upload != (key.clone(), id.clone()));
                Answer::status(204, "")
            }
            "PUT" if has("legal-hold") => {
                assert!(request.body.contains("OFF"), "{}", request.body);
                self.refused.remove(&key);
                Answer::ok("")
            }
            "DELETE" if !key.is_empty() => {
                self.remove(&key, request.query("versionId").unwrap_or("null"));
                Answer::status(204, "")
            }
            "DELETE" if self.versions.is_empty() => Answer::status(204, ""),
            "DELETE" => {
                Answer::s3_error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty")
            }
            _ => Answer::status(500, "unexpected request"),
        }
    }

    fn list_uploads(&self, request: &Request) -> Answer {
        // Pages of one.
        let after = request.query("upload-id-marker").unwrap_or_default();
        let mut left = self.uploads.iter().filter(|(_, id)| id.as_str() > after);
        let Some((key, id)) = left.next() else { return Answer::ok("<ListMultipartUploadsResult/>") };
        Answer::ok(format!(
            "<ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>{}</IsTruncated>\
             <NextKeyMarker>{key}</NextKeyMarker><NextUploadIdMarker>{id}</NextUploadIdMarker>\
             <Upload><Key>{key}</Key><UploadId>{id}</UploadId></Upload></ListMultipartUploadsResult>",
            left.next().is_some(),
            key = encoded(key),
        ))
    }

    fn serve(self) -> (Stub, Arc<Mutex<Self>>) {
        let bucket = Arc::new(Mutex::new(self));
        let shared = bucket.clone();
        (Stub::start(move |request| shared.lock().expect("no panic in between").answer(request)), bucket)
    }
}

fn decoded(text: &str) -> String {
    key::decode(&text.replace('+', "%2B"), Some(&aws_sdk_s3::types::EncodingType::Url)).into_owned()
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() || b"-_./*".contains(&byte) {
            all.push(char::from(byte));
        } else if byte == b' ' {
            all.push('+');
        } else {
            let _ = write!(all, "%{byte:02X}");
        }
        all
    })
}

fn between<'a>(xml: &'a str, tag: &str) -> &'a str {
    let inner = xml.split_once(&format!("<{tag}>")).map_or("", |(_, rest)| rest);
    inner.split_once("</").map_or("", |(inner, _)| inner)
}

fn unescaped(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&apos;", "'"),
        ("&quot;", "\""),
        ("&#xA;", "\n"),
        ("&#xD;", "\r"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn resource() -> Resource {
    Resource::new("S3Bucket".into(), Region::from("eu-west-1"), "bucket")
}

async fn delete(stub: &Stub, settings: &[&str]) -> Result<Deletion, crate::error::Error> {
    DynHandler::delete(&Buckets::new(), &stub.context(settings).await, &resource()).await
}

fn is_empty(bucket: &Mutex<Bucket>) -> bool {
    bucket.lock().expect("no panic in between").versions.is_empty()
}

#[tokio::test]
async fn an_empty_bucket_takes_one_call() {
    let (stub, _) = Bucket::default().serve();
    assert_eq!(delete(&stub, &[]).await.expect("deleted"), Deletion::Done);
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test]
async fn versions_markers_and_uploads_go_from_a_bucket_of_many_pages() {
    for forgetful in [false, true] {
        let mut bucket = Bucket::with_keys((0..1500).map(|number| format!("{number:05}")));
        for (number, versions) in bucket.versions.values_mut().enumerate() {
            *versions = vec![format!("m{number}"), format!("v{number}")];
        }
        bucket.uploads = vec![("a b".to_owned(), "1".to_owned()), ("c".to_owned(), "2".to_owned())];
        bucket.forgetful = forgetful;
        let (stub, bucket) = bucket.serve();
        let deleted = empty_bucket(&stub.context(&[]).await, "bucket").await.expect("emptied");
        assert_eq!(deleted, 3002);
        let bucket = bucket.lock().expect("no panic in between");
        assert!(bucket.versions.is_empty() && bucket.uploads.is_empty());
        assert!(bucket.largest_batch > 900 && bucket.largest_batch <= 1000, "{}", bucket.largest_batch);
    }
}

#[tokio::test]
async fn a_large_bucket_is_read_in_several_places_at_once() {
    // One folder larger than the rest, folders within folders, and keys that are folders themselves.
    let large = (0..9000).map(|number| format!("a/{number:05}"));
    let nested = (0..9000).map(|number| format!("b/{:02}/{number:05}", number % 30));
    let flat = (0..2000).map(|number| format!("z{number:05}"));
    let folders = (0..30).map(|number| format!("b/{number:02}/"));
    let (stub, bucket) = Bucket::with_keys(large.chain(nested).chain(flat).chain(folders)).serve();
    let deleted = empty_bucket(&stub.context(&[]).await, "bucket").await.expect("emptied");
    assert_eq!(deleted, 20_030);
    assert!(is_empty(&bucket));
    let lists: Vec<_> =
        stub.requests().into_iter().filter(|request| request.query("versions").is_some()).collect();
    assert!(lists.iter().any(|request| request.query("delimiter") == Some("%2F")), "it was split");
    assert!(lists.len() < 60, "{} calls to list 21 pages", lists.len());
}

#[tokio::test]
async fn keys_of_any_kind_are_deleted() {
    let keys = ["a&b<c>", "line\nbreak\r", "é ü + %20", "//", "tab\t", "\u{1}control\u{1f}", "'\"", "a b+c"];
    let (stub, bucket) = Bucket::with_keys(keys.map(str::to_owned)).serve();
    assert_eq!(delete(&stub, &[]).await.expect("deleted"), Deletion::Done);
    assert!(is_empty(&bucket));
}

#[tokio::test]
async fn locked_objects_are_counted_and_the_others_go() {
    let mut bucket = Bucket::with_keys((0..10).map(|number| number.to_string()));
    let locked = ("AccessDenied", "Access Denied because object protected by object lock.");
    bucket.refused.extend([("3".to_owned(), locked), ("5".to_owned(), locked)]);
    let (stub, bucket) = bucket.serve();
    let error = delete(&stub, &[]).await.expect_err("two are locked");
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Protected, Some("AccessDenied")));
    assert!(error.message.starts_with("2 keys of bucket bucket"), "{error}");
    assert!(error.message.contains("`remove_legal_hold`"), "{error}");
    assert_eq!(bucket.lock().expect("no panic in between").versions.len(), 2);
    let governed =
        stub.requests().iter().any(|request| request.header("x-amz-bypass-governance-retention").is_some());
    assert!(!governed, "nothing is bypassed by default");

    assert_eq!(delete(&stub, &["remove_legal_hold"]).await.expect("the holds are lifted"), Deletion::Done);
    assert!(is_empty(&bucket));
}

#[tokio::test]
async fn governance_is_bypassed_where_the_setting_says_so() {
    let (stub, _) = Bucket::with_keys(["a".to_owned()]).serve();
    delete(&stub, &["bypass_governance_retention"]).await.expect("deleted");
    let requests = stub.requests();
    let batch = requests.iter().find(|request| request.query("delete").is_some()).expect("a batch");
    assert_eq!(batch.header("x-amz-bypass-governance-retention"), Some("true"));
}

#[tokio::test]
async fn throttled_keys_are_sent_again() {
    let mut bucket = Bucket::with_keys(["a".to_owned(), "b".to_owned()]);
    bucket.refused.insert("a".to_owned(), ("SlowDown", "Please reduce your request rate."));
    let (stub, bucket) = bucket.serve();
    assert_eq!(delete(&stub, &[]).await.expect("deleted"), Deletion::Done);
    assert!(is_empty(&bucket));
}

#[tokio::test]
async fn a_policy_that_denies_goes_first() {
    let mut bucket = Bucket::with_keys(["a".to_owned()]);
    bucket.policy = true;
    let (stub, bucket) = bucket.serve();
    assert_eq!(delete(&stub, &[]).await.expect("deleted"), Deletion::Done);
    assert!(is_empty(&bucket));
}

#[tokio::test]
async fn denied_without_end_is_denied() {
    let stub = Stub::start(|_| Answer::s3_error(403, "AccessDenied", "Access Denied"));
    let error = delete(&stub, &[]).await.expect_err("denied");
    assert_eq!((error.kind, error.operation.as_deref()), (ErrorKind::Denied, Some("s3:DeleteBucket")));
    assert_eq!(stub.requests().len(), 2, "the bucket, its policy, and no more");
}

#[tokio::test]
async fn writers_are_outrun_or_waited_for() {
    for (writers, result) in [(2, Ok(Deletion::Done)), (100, Err(ErrorKind::Dependency))] {
        let mut bucket = Bucket::with_keys(["a".to_owned()]);
        bucket.writers = writers;
        let (stub, _) = bucket.serve();
        assert_eq!(delete(&stub, &[]).await.map_err(|error| error.kind), result);
    }
}

#[tokio::test]
async fn a_bucket_that_is_gone_is_gone_and_empty() {
    let stub = Stub::start(|_| Answer::s3_error(404, "NoSuchBucket", "The specified bucket does not exist"));
    assert_eq!(delete(&stub, &[]).await.expect_err("gone").kind, ErrorKind::Gone);
    assert_eq!(empty_bucket(&stub.context(&[]).await, "bucket").await.expect("empty"), 0);
}

#[tokio::test]
async fn buckets_are_listed_where_they_are() {
    let bucket = |name: &str, region: &str| {
        let region =
            if region.is_empty() { String::new() } else { format!("<BucketRegion>{region}</BucketRegion>") };
        format!(
            "<Bucket><Name>{name}</Name><CreationDate>2026-01-02T03:04:05.000Z</CreationDate>{region}</Bucket>"
        )
    };
    let stub = Stub::start(move |request: &Request| match (request.method.as_str(), request.path()) {
        ("HEAD", "/here/") => Answer::ok("").with_header("x-amz-bucket-region", "eu-west-1"),
        ("HEAD", "/moved/") => Answer::status(301, "").with_header("x-amz-bucket-region", "us-east-1"),
        ("HEAD", "/denied/") => Answer::status(403, "").with_header("x-amz-bucket-region", "eu-west-1"),
        ("HEAD", "/silent/") => Answer::ok(""),
        ("GET", path) if path.starts_with("/silent") => {
            Answer::ok("<LocationConstraint>EU</LocationConstraint>")
        }
        ("HEAD", _) => Answer::status(404, ""),
        _ if request.query("continuation-token").is_none() => Answer::ok(format!(
            "<ListAllMyBucketsResult><Buckets>{}{}{}</Buckets><ContinuationToken>2</ContinuationToken></ListAllMyBucketsResult>",
            bucket("aws-controltower-logs", "eu-west-1"),
            bucket("elsewhere", "us-east-1"),
            bucket("here", "")
        )),
        _ => Answer::ok(format!(
            "<ListAllMyBucketsResult><Buckets>{}{}{}{}</Buckets></ListAllMyBucketsResult>",
            bucket("moved", ""),
            bucket("denied", ""),
            bucket("silent", ""),
            bucket("vanished", "")
        )),
    });
    let mut found = listed(&Buckets::new(), &stub.context(&[]).await).await.expect("two pages");
    found.sort_by(|one, other| one.id.cmp(&other.id));
    let names: Vec<_> = found.iter().map(|bucket| &*bucket.id).collect();
    assert_eq!(names, ["aws-controltower-logs", "denied", "here", "silent"]);
    assert_eq!(found[0].protection.as_ref().map(|keep| &*keep.name), Some("control-tower"));
    assert_eq!(found[1].arn.as_deref(), Some("arn:aws:s3:::denied"));
    assert!(found[1].protection.is_none() && found[1].created.known().is_some());
}

#[tokio::test]
async fn no_tags_are_tags_that_were_read() {
    let stub = Stub::start(|request: &Request| match request.path() {
        "/bucket/" => Answer::s3_error(404, "NoSuchTagSet", "The TagSet does not exist"),
        _ => Answer::ok("<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"),
    });
    let (handler, context) = (Buckets::new(), stub.context(&[]).await);
    assert_eq!(DynHandler::tags(&handler, &context, &resource()).await.expect("read"), Some(Tags::new()));
    let tagged = Resource::new("S3Bucket".into(), Region::from("eu-west-1"), "tagged");
    let tags = DynHandler::tags(&handler, &context, &tagged).await.expect("read").expect("tags");
    assert_eq!(tags.get("a"), Some("b"));
}

fn kept(name: &str) -> Resource {
    Resource::new("S3Bucket".into(), Region::from("eu-west-1"), name)
}

#[tokio::test]
async fn a_bucket_that_stays_is_emptied_of_versions_markers_and_uploads() {
    let mut bucket = Bucket::with_keys((0..1200).map(|number| format!("o/{number:04}")));
    bucket.versions.insert("old".to_owned(), vec!["m2".to_owned(), "v1".to_owned()]);
    bucket.uploads = vec![("u".to_owned(), "1".to_owned())];
    let (stub, bucket) = bucket.serve();
    let (handler, context) = (Buckets::new(), stub.context(&[]).await);
    let contents = async || DynHandler::contents(&handler, &context, &kept("b")).await.expect("read");
    assert_eq!(contents().await.as_deref(), Some("objects"));
    let emptied = DynHandler::empty(&handler, &context, &kept("b")).await.expect("emptied");
    assert_eq!((emptied, contents().await), (Emptying::Done, None));
    let bucket = bucket.lock().expect("no panic in between");
    assert!(bucket.versions.is_empty() && bucket.uploads.is_empty());
    assert!(!stub.requests().iter().any(|request| request.method == "DELETE" && request.path() == "/b"));
}

#[tokio::test]
async fn what_hides_in_a_bucket_is_told() {
    let contents = async |bucket: Bucket| {
        let (stub, _) = bucket.serve();
        DynHandler::contents(&Buckets::new(), &stub.context(&[]).await, &kept("b")).await.expect("read")
    };
    let mut marked = Bucket::default();
    marked.versions.insert("gone".to_owned(), vec!["m1".to_owned()]);
    assert_eq!(contents(marked).await.as_deref(), Some("delete markers"));
    let uploads = vec![("u".to_owned(), "1".to_owned())];
    let unfinished = contents(Bucket { uploads, ..Bucket::default() }).await;
    assert_eq!(unfinished.as_deref(), Some("unfinished uploads"));
    assert_eq!(contents(Bucket::default()).await, None);
}

#[tokio::test]
async fn the_policy_of_a_bucket_that_stays_stays_too() {
    let bucket = Bucket { policy: true, ..Bucket::with_keys(["a".to_owned()]) };
    let (stub, bucket) = bucket.serve();
    let context = stub.context(&[]).await;
    let error =
        DynHandler::empty(&Buckets::new(), &context, &kept("b")).await.expect_err("denied by the policy");
    assert_eq!(error.kind, ErrorKind::Denied);
    let bucket = bucket.lock().expect("no panic in between");
    assert!(bucket.policy && bucket.versions.len() == 1);
}
