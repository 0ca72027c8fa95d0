use aws_sdk_s3::Client;
use futures::future;

use super::uploads::abort_uploads;
use super::walk::walk;
use crate::error::{Error, ErrorKind};
use crate::handler::Context;
use crate::lane::Purpose;
use crate::services::client::{self, send};

/// The switch that deletes objects under governance retention.
pub(crate) const BYPASS_GOVERNANCE: &str = "bypass_governance_retention";
/// The switch that lifts legal holds.
pub(crate) const REMOVE_LEGAL_HOLD: &str = "remove_legal_hold";

/// What emptying one bucket takes.
pub(super) struct Emptying<'a> {
    pub(super) bucket: &'a str,
    pub(super) client: Client,
    /// Listing has a budget of its own, so that finding keys never waits behind deleting them.
    pub(super) listing: Context,
    pub(super) deleting: Context,
    pub(super) bypass_governance: bool,
    pub(super) remove_legal_hold: bool,
}

impl<'a> Emptying<'a> {
    fn of(context: &Context, bucket: &'a str) -> Result<Self, Error> {
        Ok(Self {
            bucket,
            client: client::s3(context)?,
            listing: context.clone().with_purpose(Purpose::List),
            deleting: context.clone().with_purpose(Purpose::Delete),
            bypass_governance: context.settings().is_on(BYPASS_GOVERNANCE),
            remove_legal_hold: context.settings().is_on(REMOVE_LEGAL_HOLD),
        })
    }
}

/// Deletes all that a bucket holds: every version, every delete marker, every unfinished upload. Tells how many.
///
/// A bucket that does not exist is empty. Needs the same memory for any number of objects.
///
/// # Errors
/// Protected, if objects are locked; otherwise what S3 answered first, after all that can be deleted is deleted.
pub(crate) async fn empty_bucket(context: &Context, bucket: &str) -> Result<u64, Error> {
    let emptying = Emptying::of(context, bucket)?;
    match empty(&emptying).await {
        // The bucket's own policy may be what forbids it, and it goes with the bucket anyway.
        Err(error) if error.kind == ErrorKind::Denied => {
            match remove_policy(context, &emptying.client, bucket).await {
                Ok(()) => empty(&emptying).await,
                Err(_) => Err(error),
            }
        }
        result => result,
    }
    .or_else(|error| if error.is_code("NoSuchBucket") { Ok(0) } else { Err(error) })
}

/// Deletes the same from a bucket that stays: its policy stays as well, whatever it forbids.
///
/// # Errors
/// As of [`empty_bucket`]; and gone, if there is no such bucket.
pub(super) async fn empty_kept_bucket(context: &Context, bucket: &str) -> Result<u64, Error> {
    empty(&Emptying::of(context, bucket)?).await
}

/// Looks whether a bucket holds anything of that, and tells what.
///
/// # Errors
/// What S3 answered.
pub(super) async fn contents(context: &Context, bucket: &str) -> Result<Option<&'static str>, Error> {
    let client = client::s3(context)?;
    let page = send(context, "s3", "ListObjectVersions", || {
        client.list_object_versions().bucket(bucket).max_keys(1).send()
    })
    .await?;
    if !page.versions().is_empty() {
        return Ok(Some("objects"));
    }
    if !page.delete_markers().is_empty() {
        return Ok(Some("delete markers"));
    }
    let page = send(context, "s3", "ListMultipartUploads", || {
        client.list_multipart_uploads().bucket(bucket).max_uploads(1).send()
    })
    .await?;
    Ok((!page.uploads().is_empty()).then_some("unfinished uploads"))
}

async fn empty(emptying: &Emptying<'_>) -> Result<u64, Error> {
    let (deleted, aborted) = future::try_join(walk(emptying), abort_uploads(emptying)).await?;
    Ok(deleted + aborted)
}

/// Deletes the policy of a bucket.
///
/// # Errors
/// What S3 answered, if there is a policy and it stays.
pub(super) async fn remove_policy(context: &Context, client: &Client, bucket: &str) -> Result<(), Error> {
    send(context, "s3", "DeleteBucketPolicy", || client.delete_bucket_policy().bucket(bucket).send()).await?;
    Ok(())
}
