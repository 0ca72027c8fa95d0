use aws_sdk_s3::Client;

use crate::error::{Error, ErrorKind};
use crate::handler::Context;
use crate::services::client::{failed, send};

/// Finds out the region of a bucket whose listing does not name it. `None`: the bucket is gone.
///
/// # Errors
/// If nobody tells: a bucket without a region must not be lost from all lists.
pub(super) async fn region_of(
    context: &Context,
    client: &Client,
    bucket: &str,
) -> Result<Option<String>, Error> {
    let head = context
        .paced("s3", "HeadBucket", || {
            let call = client.head_bucket().bucket(bucket).send();
            async move {
                match call.await {
                    Ok(output) => Ok(output.bucket_region().map(str::to_owned)),
                    Err(error) => {
                        // S3 names the region even where it refuses: 301 for another region, 403 for no permission.
                        let named = error
                            .raw_response()
                            .and_then(|answer| answer.headers().get("x-amz-bucket-region"))
                            .map(str::to_owned);
                        match named {
                            Some(region) => Ok(Some(region)),
                            None => Err(failed("s3", "HeadBucket", context.call_region(), error)),
                        }
                    }
                }
            }
        })
        .await;
    match head {
        Ok(Some(region)) => return Ok(Some(region)),
        Err(error) if error.kind == ErrorKind::Gone => return Ok(None),
        Err(error) if error.kind == ErrorKind::Interrupted => return Err(error),
        Ok(None) | Err(_) => {}
    }
    let location =
        send(context, "s3", "GetBucketLocation", || client.get_bucket_location().bucket(bucket).send()).await;
    let location = match location {
        Err(error) if error.kind == ErrorKind::Gone => return Ok(None),
        location => location?,
    };
    // The oldest regions have names of their own here.
    Ok(Some(match location.location_constraint().map_or("", |region| region.as_str()) {
        "" => "us-east-1".to_owned(),
        "EU" => "eu-west-1".to_owned(),
        region => region.to_owned(),
    }))
}
