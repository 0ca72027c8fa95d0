use aws_sdk_s3::Client;
use aws_sdk_s3::types::Bucket;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::empty::{
    BYPASS_GOVERNANCE, REMOVE_LEGAL_HOLD, contents, empty_bucket, empty_kept_bucket, remove_policy,
};
use super::locate::region_of;
use crate::error::{Error, ErrorKind};
use crate::handler::{Context, Deletion, Emptying, ResourceHandler, Sink, TagSource, TypeSpec};
use crate::resource::{Keep, Resource, Tags};
use crate::services::client::{self, send};
use crate::services::paging::{following, token};
use crate::services::timestamp;

const SERVICE: &str = "s3";
/// How many buckets are asked for their region at once.
const BUCKETS_AT_ONCE: usize = 16;
/// How often a bucket is emptied within one deletion: somebody may still be writing.
const ROUNDS: usize = 4;

/// Lists and deletes buckets, with all they hold: versions, delete markers, unfinished uploads.
///
/// Access points are resources of their own and are not deleted here.
pub(crate) struct Buckets {
    spec: TypeSpec,
}

impl Buckets {
    pub(crate) fn new() -> Self {
        let spec = TypeSpec::new("S3Bucket", SERVICE)
            .cloudformation("AWS::S3::Bucket")
            .setting(BYPASS_GOVERNANCE, "Deletes objects under governance retention too.")
            .setting(REMOVE_LEGAL_HOLD, "Lifts legal holds, then deletes the objects.")
            .protections(&["control-tower"])
            .tags(TagSource::Call)
            .listing_actions(&[
                "s3:ListAllMyBuckets",
                "s3:ListBucket",
                "s3:GetBucketLocation",
                "s3:GetBucketTagging",
            ])
            .iam_actions(&[
                "s3:ListBucketVersions",
                "s3:ListBucketMultipartUploads",
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:DeleteObjectVersion",
                "s3:DeleteBucketPolicy",
                "s3:DeleteBucket",
            ])
            .setting_actions(BYPASS_GOVERNANCE, &["s3:BypassGovernanceRetention"])
            .setting_actions(REMOVE_LEGAL_HOLD, &["s3:PutObjectLegalHold"])
            .data(
                "objects",
                &[
                    "s3:ListBucketVersions",
                    "s3:ListBucketMultipartUploads",
                    "s3:AbortMultipartUpload",
                    "s3:DeleteObject",
                    "s3:DeleteObjectVersion",
                ],
            )
            .before(&["deletes all objects, versions, delete markers and unfinished uploads"])
            .model_checked()
            .emulator_tested();
        Self { spec }
    }

    fn resource(&self, context: &Context, bucket: &Bucket) -> Option<Resource> {
        let name = bucket.name()?;
        let mut resource = Resource::new(self.spec.name.clone(), context.region().clone(), name);
        resource.arn = Some(format!("arn:{}:s3:::{name}", context.partition()).into());
        resource.created = timestamp::fact(bucket.creation_date());
        resource.tags = crate::resource::Fact::Unread;
        if name.starts_with("aws-controltower-") {
            resource.protection = Some(Box::new(Keep {
                name: "control-tower".into(),
                why: "Control Tower keeps its logs in it".into(),
            }));
        }
        Some(resource)
    }
}

/// Whether a bucket is in the context's region. `None`: it is gone.
async fn is_here(context: &Context, client: &Client, bucket: &Bucket) -> Result<Option<bool>, Error> {
    let region = match (bucket.bucket_region(), bucket.name()) {
        (Some(region), _) => Some(region.to_owned()),
        (None, Some(name)) => region_of(context, client, name).await?,
        (None, None) => None,
    };
    Ok(region.map(|region| region == context.call_region()))
}

impl ResourceHandler for Buckets {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let client = client::s3(context)?;
        let mut start: Option<String> = None;
        loop {
            // Endpoints that ignore the region asked for list all buckets: each is then looked at.
            let page = send(context, SERVICE, "ListBuckets", || {
                client
                    .list_buckets()
                    .bucket_region(context.call_region())
                    .max_buckets(1000)
                    .set_continuation_token(start.clone())
                    .send()
            })
            .await?;
            let next = token(page.continuation_token());
            let client = &client;
            let mut buckets =
                stream::iter(page.buckets.unwrap_or_default())
                    .map(|bucket| async move {
                        is_here(context, client, &bucket).await.map(|here| (bucket, here))
                    })
                    .buffer_unordered(BUCKETS_AT_ONCE);
            while let Some((bucket, here)) = buckets.try_next().await? {
                if here == Some(true)
                    && let Some(resource) = self.resource(context, &bucket)
                {
                    sink.push(resource).await?;
                }
            }
            start = following("ListBuckets", start.as_ref(), next)?;
            if start.is_none() {
                return Ok(());
            }
        }
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        let client = client::s3(context)?;
        let mut emptied = 0;
        let mut policy_removed = false;
        loop {
            // Deleting comes first: S3 refuses at once if there is anything in it, and most test buckets are empty.
            let deleted = send(context, SERVICE, "DeleteBucket", || {
                client.delete_bucket().bucket(&*resource.id).send()
            })
            .await;
            let Err(error) = deleted else { return Ok(Deletion::Done) };
            if error.is_code("BucketNotEmpty") && emptied < ROUNDS {
                emptied += 1;
                empty_bucket(context, &resource.id).await?;
            } else if error.kind == ErrorKind::Denied && !policy_removed {
                policy_removed = true;
                if remove_policy(context, &client, &resource.id).await.is_err() {
                    return Err(error);
                }
            } else {
                return Err(error);
            }
        }
    }

    async fn tags(&self, context: &Context, resource: &Resource) -> Result<Option<Tags>, Error> {
        let client = client::s3(context)?;
        let tagging = send(context, SERVICE, "GetBucketTagging", || {
            client.get_bucket_tagging().bucket(&*resource.id).send()
        })
        .await;
        match tagging {
            Ok(tagging) => {
                let pairs = tagging.tag_set().iter();
                Ok(Some(pairs.map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()))
            }
            Err(error) if error.is_code("NoSuchTagSet") => Ok(Some(Tags::new())),
            Err(error) => Err(error),
        }
    }

    async fn empty(&self, context: &Context, resource: &Resource) -> Result<Emptying, Error> {
        empty_kept_bucket(context, &resource.id).await?;
        Ok(Emptying::Done)
    }

    async fn contents(&self, context: &Context, resource: &Resource) -> Result<Option<String>, Error> {
        Ok(contents(context, &resource.id).await?.map(str::to_owned))
    }
}
