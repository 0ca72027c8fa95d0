//! The service role of a stack, made again for stacks that outlived theirs.

use aws_sdk_cloudformation::Client;
use serde_json::json;

use super::describe;
use crate::error::{Error, ErrorKind};
use crate::handler::Context;
use crate::resource::Region;
use crate::services::arn::Arn;

/// The tag that marks a role made here: only such roles are removed again.
const MARK: &str = "aws-cleaner:temporary";

/// Makes the role an ARN names, for CloudFormation to delete a stack with. Tells whether it was made: one that exists is
/// left as it is.
///
/// # Errors
/// Unexpected, if the ARN is not of a role of this account; otherwise what IAM answered.
pub(super) async fn recreate(context: &Context, arn: &str) -> Result<bool, Error> {
    let (path, name) = path_and_name(arn, context.account().as_str()).ok_or_else(|| {
        Error::new(
            ErrorKind::Unexpected,
            format!("{arn} is not of a role of this account, so it cannot be made again."),
        )
    })?;
    let context = context.in_region(Region::global());
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "cloudformation.amazonaws.com" } }],
    });
    let input = json!({
        "RoleName": name,
        "Path": path,
        "AssumeRolePolicyDocument": trust.to_string(),
        "Description": "Made by aws-cleaner to delete stacks whose role is gone. Goes with the last of them.",
        "Tags": [{ "Key": MARK, "Value": "true" }],
    });
    match context.call("iam", "CreateRole", input).await {
        Ok(_) => {}
        Err(error) if error.is_code("EntityAlreadyExists") => return Ok(false),
        Err(error) => return Err(error),
    }
    context
        .call("iam", "AttachRolePolicy", json!({ "RoleName": name, "PolicyArn": administrator(&context) }))
        .await?;
    Ok(true)
}

/// Whether a role was made here.
pub(super) async fn is_ours(context: &Context, arn: &str) -> Result<bool, Error> {
    let Some((_, name)) = path_and_name(arn, context.account().as_str()) else { return Ok(false) };
    let context = context.in_region(Region::global());
    match context.call("iam", "GetRole", json!({ "RoleName": name })).await {
        Ok(output) => {
            let tags = output["Role"]["Tags"].as_array().map_or(&[][..], Vec::as_slice);
            Ok(output["Role"]["Arn"] == arn && tags.iter().any(|tag| tag["Key"] == MARK))
        }
        Err(error) if error.kind == ErrorKind::Gone => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes a role made here, unless another stack of the region still needs it.
///
/// # Errors
/// What AWS answered.
pub(super) async fn remove(context: &Context, client: &Client, arn: &str) -> Result<(), Error> {
    if !is_ours(context, arn).await? {
        return Ok(());
    }
    let stacks = describe::all_stacks(context, client).await?;
    if stacks.iter().any(|stack| stack.role_arn() == Some(arn)) {
        return Ok(());
    }
    let Some((_, name)) = path_and_name(arn, context.account().as_str()) else { return Ok(()) };
    let context = context.in_region(Region::global());
    let detach = json!({ "RoleName": name, "PolicyArn": administrator(&context) });
    for (operation, input) in [("DetachRolePolicy", detach), ("DeleteRole", json!({ "RoleName": name }))] {
        match context.call("iam", operation, input).await {
            Err(error) if error.kind == ErrorKind::Gone => {}
            result => {
                result?;
            }
        }
    }
    Ok(())
}

/// CloudFormation deletes whatever the stack holds, so nothing less is sure to be enough.
fn administrator(context: &Context) -> String {
    format!("arn:{}:iam::aws:policy/AdministratorAccess", context.partition())
}

/// Splits the ARN of a role of the account: `role/some/path/name` into `/some/path/` and `name`.
fn path_and_name<'a>(arn: &'a str, account: &str) -> Option<(String, &'a str)> {
    let arn = Arn::parse(arn).filter(|arn| arn.service == "iam" && arn.account == account)?;
    let (path, name) =
        arn.resource.strip_prefix("role").filter(|rest| rest.starts_with('/'))?.rsplit_once('/')?;
    Some((format!("{path}/"), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_arns_are_split() {
        let split = |arn| path_and_name(arn, "111122223333");
        assert_eq!(split("arn:aws:iam::111122223333:role/deploy"), Some(("/".to_owned(), "deploy")));
        assert_eq!(
            split("arn:aws:iam::111122223333:role/ci/a/deploy"),
            Some(("/ci/a/".to_owned(), "deploy"))
        );
        assert_eq!(split("arn:aws:iam::999999999999:role/deploy"), None);
        assert_eq!(split("arn:aws:iam::111122223333:user/deploy"), None);
    }
}
