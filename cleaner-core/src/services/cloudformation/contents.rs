//! What AWS refuses to delete while it holds something: the buckets and repositories of a stack.

use aws_sdk_cloudformation::Client;
use futures::stream::{self, StreamExt as _};

use super::{describe, images};
use crate::error::{Error, ErrorKind};
use crate::handler::Context;
use crate::resource::Member;
use crate::services::s3;

/// How many members are emptied at once.
const MEMBERS_AT_ONCE: usize = 8;

/// Empties the buckets and the repositories of a stack and of the stacks nested in it.
///
/// What cannot be emptied is left for CloudFormation to say: the rest of the stack can still go.
///
/// # Errors
/// Only what ends the run, and what keeps the nested stacks from being read.
pub(super) async fn empty_members(
    context: &Context,
    client: &Client,
    members: &[Member],
) -> Result<(), Error> {
    let mut full = Vec::new();
    let mut nested = Vec::new();
    sort(
        members.iter().map(|member| (&*member.cloudformation, &*member.physical_id)),
        &mut full,
        &mut nested,
    );
    while let Some(stack) = nested.pop() {
        let resources = match describe::resources(context, client, &stack).await {
            Err(error) if error.kind == ErrorKind::Gone => continue,
            resources => resources?,
        };
        let members = resources
            .iter()
            .filter_map(|resource| Some((resource.resource_type()?, resource.physical_resource_id()?)));
        sort(members, &mut full, &mut nested);
    }
    let mut emptied = stream::iter(full)
        .map(|member| async move {
            match member {
                Full::Bucket(bucket) => s3::empty_bucket(context, &bucket).await,
                Full::Repository(repository) => images::empty_repository(context, &repository).await,
            }
        })
        .buffer_unordered(MEMBERS_AT_ONCE);
    while let Some(result) = emptied.next().await {
        match result {
            Err(error) if matches!(error.kind, ErrorKind::Interrupted | ErrorKind::Credentials) => {
                return Err(error);
            }
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}

enum Full {
    Bucket(String),
    Repository(String),
}

fn sort<'a>(
    members: impl Iterator<Item = (&'a str, &'a str)>,
    full: &mut Vec<Full>,
    nested: &mut Vec<String>,
) {
    for (kind, id) in members.filter(|(_, id)| !id.is_empty()) {
        match kind {
            "AWS::S3::Bucket" => full.push(Full::Bucket(id.to_owned())),
            "AWS::ECR::Repository" => full.push(Full::Repository(id.to_owned())),
            "AWS::CloudFormation::Stack" => nested.push(id.to_owned()),
            _ => {}
        }
    }
}
