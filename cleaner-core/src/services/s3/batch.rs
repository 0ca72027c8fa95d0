use aws_sdk_s3::types::{
    Delete, Error as KeyError, ObjectIdentifier, ObjectLockLegalHold, ObjectLockLegalHoldStatus,
};
use futures::stream::{self, StreamExt as _};

use super::empty::{BYPASS_GOVERNANCE, Emptying, REMOVE_LEGAL_HOLD};
use super::key::fits_in_xml;
use crate::error::{Error, ErrorKind};
use crate::services::client::{failed, send};

/// How many calls for single keys are made at once.
const KEYS_AT_ONCE: usize = 8;

/// Counts what became of keys.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) deleted: u64,
    failed: u64,
    first: Option<Error>,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.deleted += other.deleted;
        self.failed += other.failed;
        self.first = self.first.take().or(other.first);
    }

    /// How many were deleted.
    ///
    /// # Errors
    /// The first error, and how many keys are left, if any are.
    pub(super) fn into_result(self, bucket: &str) -> Result<u64, Error> {
        let Some(mut error) = self.first else { return Ok(self.deleted) };
        let keys = if self.failed == 1 { "key" } else { "keys" };
        let hint = if error.kind == ErrorKind::Protected {
            format!(" The settings `{BYPASS_GOVERNANCE}` and `{REMOVE_LEGAL_HOLD}` may lift it.")
        } else {
            String::new()
        };
        error.message = format!(
            "{} {keys} of bucket {bucket} cannot be deleted, the first because: {}{hint}",
            self.failed, error.message
        );
        Err(error)
    }

    fn count(&mut self, result: Result<(), Error>) -> Result<(), Error> {
        match result {
            Ok(()) => self.deleted += 1,
            Err(error) if is_final(&error) => return Err(error),
            Err(error) if error.kind == ErrorKind::Gone => {}
            Err(error) => {
                self.failed += 1;
                self.first.get_or_insert(error);
            }
        }
        Ok(())
    }
}

/// Whether an error holds for all other keys as well.
fn is_final(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Denied | ErrorKind::Credentials | ErrorKind::Interrupted)
        || error.is_code("NoSuchBucket")
}

/// Deletes at most a thousand versions and delete markers.
///
/// # Errors
/// What would stop any other batch too. What stops single keys is in the tally.
pub(super) async fn delete_batch(
    emptying: &Emptying<'_>,
    keys: Vec<ObjectIdentifier>,
) -> Result<Tally, Error> {
    let (batch, single): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| fits_in_xml(key.key()));
    let mut tally = Tally::default();
    let mut locked = Vec::new();
    if !batch.is_empty() {
        let asked = batch.len() as u64;
        let errors = delete_objects(emptying, batch).await?;
        tally.deleted += asked - errors.len() as u64;
        for error in errors {
            let found = key_error(&error);
            match (found.kind, identifier(&error)) {
                (ErrorKind::Protected, Some(key)) if emptying.remove_legal_hold => locked.push((key, found)),
                _ => tally.count(Err(found))?,
            }
        }
    }
    let mut singles = stream::iter(single)
        .map(|key| async move { delete_object(emptying, &key).await })
        .buffer_unordered(KEYS_AT_ONCE);
    while let Some(result) = singles.next().await {
        tally.count(result)?;
    }
    drop(singles);
    let mut unlocked = stream::iter(locked)
        .map(|(key, found)| async move {
            // A lock without a legal hold stays a lock, for the reason found first.
            lift_legal_hold(emptying, &key).await.map_err(|_| found)?;
            delete_object(emptying, &key).await
        })
        .buffer_unordered(KEYS_AT_ONCE);
    while let Some(result) = unlocked.next().await {
        tally.count(result)?;
    }
    Ok(tally)
}

/// Deletes many keys with one call; hands back those S3 did not delete.
async fn delete_objects(
    emptying: &Emptying<'_>,
    keys: Vec<ObjectIdentifier>,
) -> Result<Vec<KeyError>, Error> {
    let Emptying { bucket, client, deleting, .. } = emptying;
    let delete = Delete::builder()
        .set_objects(Some(keys))
        .quiet(true)
        .build()
        .map_err(|error| Error::new(ErrorKind::Invalid, error.to_string()))?;
    deleting
        .paced("s3", "DeleteObjects", || {
            let call = client
                .delete_objects()
                .bucket(*bucket)
                .delete(delete.clone())
                .set_bypass_governance_retention(emptying.bypass_governance.then_some(true))
                .send();
            async move {
                let output = call
                    .await
                    .map_err(|error| failed("s3", "DeleteObjects", deleting.call_region(), error))?;
                let errors = output.errors.unwrap_or_default();
                // S3 throttles, and fails for now, key by key under a 200: the lane sends the batch again. Keys already
                // deleted are no error.
                let passing = errors
                    .iter()
                    .map(key_error)
                    .find(|error| matches!(error.kind, ErrorKind::Throttled | ErrorKind::Transient));
                match passing {
                    Some(error) => Err(error),
                    None => Ok(errors),
                }
            }
        })
        .await
}

async fn delete_object(emptying: &Emptying<'_>, key: &ObjectIdentifier) -> Result<(), Error> {
    send(&emptying.deleting, "s3", "DeleteObject", || {
        emptying
            .client
            .delete_object()
            .bucket(emptying.bucket)
            .key(key.key())
            .set_version_id(key.version_id().map(str::to_owned))
            .set_bypass_governance_retention(emptying.bypass_governance.then_some(true))
            .send()
    })
    .await?;
    Ok(())
}

async fn lift_legal_hold(emptying: &Emptying<'_>, key: &ObjectIdentifier) -> Result<(), Error> {
    let off = ObjectLockLegalHold::builder().status(ObjectLockLegalHoldStatus::Off).build();
    send(&emptying.deleting, "s3", "PutObjectLegalHold", || {
        emptying
            .client
            .put_object_legal_hold()
            .bucket(emptying.bucket)
            .key(key.key())
            .set_version_id(key.version_id().map(str::to_owned))
            .legal_hold(off.clone())
            .send()
    })
    .await?;
    Ok(())
}

/// What S3 says of one key, as the error of a call would say it.
fn key_error(error: &KeyError) -> Error {
    let message = error.message().unwrap_or_default();
    let kind = aws_dynamic::classify("s3", "DeleteObjects", error.code(), message, None);
    let key = error.key().unwrap_or_default().escape_debug();
    let mut found = Error::new(kind.into(), format!("{message} (key `{key}`)"));
    found.code = error.code().map(str::to_owned);
    found.operation = Some("s3:DeleteObjects".to_owned());
    found
}

fn identifier(error: &KeyError) -> Option<ObjectIdentifier> {
    let version = error.version_id().filter(|version| !version.is_empty()).map(str::to_owned);
    ObjectIdentifier::builder().key(error.key()?).set_version_id(version).build().ok()
}
