//! Reading stacks and their resources.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{ResourceStatus, Stack, StackResourceSummary, StackStatus};

use super::SERVICE;
use crate::error::{Error, ErrorKind};
use crate::handler::Context;
use crate::services::client::send;
use crate::services::paging::{following, token};

/// All stacks of the region but those that are gone.
pub(super) async fn all_stacks(context: &Context, client: &Client) -> Result<Vec<Stack>, Error> {
    let mut stacks = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = send(context, SERVICE, "DescribeStacks", || {
            client.describe_stacks().set_next_token(next.clone()).send()
        })
        .await?;
        next = following("DescribeStacks", next.as_ref(), token(page.next_token()))?;
        stacks.extend(page.stacks.unwrap_or_default().into_iter().filter(|stack| !is_gone(stack)));
        if next.is_none() {
            return Ok(stacks);
        }
    }
}

/// One stack, as it is now.
///
/// # Errors
/// Gone, if it is.
pub(super) async fn one_stack(context: &Context, client: &Client, id: &str) -> Result<Stack, Error> {
    let output =
        send(context, SERVICE, "DescribeStacks", || client.describe_stacks().stack_name(id).send()).await?;
    output
        .stacks
        .unwrap_or_default()
        .into_iter()
        .find(|stack| !is_gone(stack))
        .ok_or_else(|| Error::new(ErrorKind::Gone, format!("stack {id} is deleted.")))
}

/// All resources a stack has or had, those it deleted excepted.
pub(super) async fn resources(
    context: &Context,
    client: &Client,
    stack: &str,
) -> Result<Vec<StackResourceSummary>, Error> {
    let mut resources = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = send(context, SERVICE, "ListStackResources", || {
            client.list_stack_resources().stack_name(stack).set_next_token(next.clone()).send()
        })
        .await?;
        next = following("ListStackResources", next.as_ref(), token(page.next_token()))?;
        let there = |resource: &StackResourceSummary| {
            resource.resource_status() != Some(&ResourceStatus::DeleteComplete)
        };
        resources.extend(page.stack_resource_summaries.unwrap_or_default().into_iter().filter(there));
        if next.is_none() {
            return Ok(resources);
        }
    }
}

fn is_gone(stack: &Stack) -> bool {
    stack.stack_status() == Some(&StackStatus::DeleteComplete)
}

/// Whether AWS refuses to delete a stack until what it is doing is over.
pub(super) fn is_busy(status: &StackStatus) -> bool {
    status.as_str().ends_with("_IN_PROGRESS")
        && !matches!(
            status,
            StackStatus::CreateInProgress | StackStatus::ReviewInProgress | StackStatus::DeleteInProgress
        )
}
