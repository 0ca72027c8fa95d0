use aws_sdk_s3::types::EncodingType;
use futures::stream::{self, StreamExt as _};

use super::empty::Emptying;
use super::key::decode;
use crate::error::{Error, ErrorKind};
use crate::services::client::send;
use crate::services::paging::{following, token};

/// How many uploads are aborted at once.
const UPLOADS_AT_ONCE: usize = 16;

/// Aborts all uploads that nobody finished: their parts are paid for, and no listing of objects shows them.
pub(super) async fn abort_uploads(emptying: &Emptying<'_>) -> Result<u64, Error> {
    let Emptying { bucket, client, .. } = emptying;
    let mut aborted = 0;
    let mut start: Option<(String, Option<String>)> = None;
    loop {
        let (key, upload) = start.clone().unzip();
        let page = send(&emptying.listing, "s3", "ListMultipartUploads", || {
            client
                .list_multipart_uploads()
                .bucket(*bucket)
                .encoding_type(EncodingType::Url)
                .set_key_marker(key.clone())
                .set_upload_id_marker(upload.clone().flatten())
                .send()
        })
        .await?;
        let encoding = page.encoding_type();
        let mut uploads = Vec::with_capacity(page.uploads().len());
        for upload in page.uploads() {
            if let (Some(key), Some(id)) = (upload.key(), upload.upload_id()) {
                uploads.push((decode(key, encoding).into_owned(), id.to_owned()));
            }
        }
        let mut done = stream::iter(uploads)
            .map(|(key, id)| async move { abort(emptying, &key, &id).await })
            .buffer_unordered(UPLOADS_AT_ONCE);
        while let Some(result) = done.next().await {
            match result {
                // Finished or aborted by somebody else.
                Err(error) if error.kind == ErrorKind::Gone && !error.is_code("NoSuchBucket") => {}
                result => {
                    result?;
                    aborted += 1;
                }
            }
        }
        drop(done);
        if !page.is_truncated().unwrap_or_default() {
            return Ok(aborted);
        }
        let next = page
            .next_key_marker()
            .map(|key| (decode(key, encoding).into_owned(), token(page.next_upload_id_marker())));
        start = following("ListMultipartUploads", start.as_ref(), next)?;
        if start.is_none() {
            return Err(Error::new(
                ErrorKind::Unexpected,
                format!("the uploads of bucket {bucket} go on, but S3 does not say where."),
            ));
        }
    }
}

async fn abort(emptying: &Emptying<'_>, key: &str, id: &str) -> Result<(), Error> {
    send(&emptying.deleting, "s3", "AbortMultipartUpload", || {
        emptying.client.abort_multipart_upload().bucket(emptying.bucket).key(key).upload_id(id).send()
    })
    .await?;
    Ok(())
}
