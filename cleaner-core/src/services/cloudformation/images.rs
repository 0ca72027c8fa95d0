use serde_json::{Value, json};

use crate::error::{Error, ErrorKind};
use crate::handler::Context;

/// How many images one call deletes.
const IMAGES_PER_CALL: usize = 100;

/// Deletes all images of a repository. Tells how many; a repository that does not exist is empty.
///
/// # Errors
/// What ECR answered, if images are left.
pub(super) async fn empty_repository(context: &Context, repository: &str) -> Result<u64, Error> {
    let mut deleted = 0;
    loop {
        let pass = match delete_listed(context, repository).await {
            Err(error) if error.kind == ErrorKind::Gone => return Ok(deleted),
            pass => pass?,
        };
        deleted += pass.deleted;
        match pass.failure {
            None => return Ok(deleted),
            // The images of an index can go once the index is gone: another pass, as long as there is progress.
            Some(_) if pass.deleted > 0 => {}
            Some(failure) => {
                return Err(Error::new(
                    ErrorKind::Dependency,
                    format!("images of repository {repository} cannot be deleted: {failure}"),
                ));
            }
        }
    }
}

#[derive(Default)]
struct Pass {
    deleted: u64,
    failure: Option<String>,
}

async fn delete_listed(context: &Context, repository: &str) -> Result<Pass, Error> {
    let mut pass = Pass::default();
    let mut pages = context.pages("ecr", "ListImages", json!({ "repositoryName": repository }))?;
    while let Some(page) = pages.next().await? {
        let images = page["imageIds"].as_array().map_or(&[][..], Vec::as_slice);
        // By digest: deleting a tag leaves the image.
        let mut digests: Vec<_> = images.iter().filter_map(|image| image["imageDigest"].as_str()).collect();
        digests.sort_unstable();
        digests.dedup();
        for chunk in digests.chunks(IMAGES_PER_CALL) {
            let ids: Vec<_> = chunk.iter().map(|digest| json!({ "imageDigest": digest })).collect();
            let input = json!({ "repositoryName": repository, "imageIds": ids });
            let output = context.call("ecr", "BatchDeleteImage", input).await?;
            let failures = output["failures"].as_array().map_or(&[][..], Vec::as_slice);
            let mut left = 0;
            for failure in failures {
                if failure["failureCode"] == "ImageNotFound" {
                    continue;
                }
                left += 1;
                pass.failure.get_or_insert_with(|| reason(failure));
            }
            pass.deleted += chunk.len().saturating_sub(left) as u64;
        }
    }
    Ok(pass)
}

fn reason(failure: &Value) -> String {
    let text = failure["failureReason"].as_str().or_else(|| failure["failureCode"].as_str());
    text.unwrap_or("ECR does not say why.").to_owned()
}
