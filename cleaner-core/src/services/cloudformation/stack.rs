use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{ResourceStatus, Stack, StackResourceSummary, StackStatus};
use futures::stream::{self, StreamExt as _};
use jiff::Timestamp;
use serde_json::Value;

use super::refusal::{RECREATE_ROLE, UNPROTECT};
use super::{SERVICE, contents, custom, describe, foreign, links, refusal, role};
use crate::error::{Error, ErrorKind};
use crate::handler::{Context, Deletion, ResourceHandler, Sink, Status, TagSource, TypeSpec};
use crate::resource::{Fact, Member, Ref, Resource, State, Tags};
use crate::services::client::{self, send};
use crate::services::s3::{BYPASS_GOVERNANCE, REMOVE_LEGAL_HOLD};
use crate::services::timestamp;

/// How many stacks are asked for their resources at once.
const STACKS_AT_ONCE: usize = 8;

/// Lists and deletes stacks. A stack takes along what it owns: its members.
///
/// A stack whose deletion failed is deleted again without the members that failed; those are then resources of their own.
pub(crate) struct Stacks {
    spec: TypeSpec,
    /// Failures from before this handler was made are other people's: such stacks get a whole deletion first.
    made: Timestamp,
}

impl Stacks {
    pub(crate) fn new() -> Self {
        let spec = TypeSpec::new("CloudFormationStack", SERVICE)
            .cloudformation("AWS::CloudFormation::Stack")
            .stack()
            .refs(&["IAMRole", "CloudFormationStack", "LambdaFunction", "SNSTopic"])
            .owned_by(&["CloudFormationStack"])
            .setting(UNPROTECT, "Turns termination protection off, then deletes the stack.")
            .setting(
                RECREATE_ROLE,
                "Makes the service role again if it is missing, as an administrator, and removes it when the stack is gone.",
            )
            .setting(BYPASS_GOVERNANCE, "Empties buckets of stacks of objects under governance retention too.")
            .setting(REMOVE_LEGAL_HOLD, "Lifts legal holds in buckets of stacks.")
            .protections(&["stackset-stack", "control-tower"])
            .properties(&["status", "termination_protection", "role_arn", "parent_id", "root_id"])
            .tags(TagSource::Listed)
            .listing_actions(&[
                "cloudformation:DescribeStacks",
                "cloudformation:ListStackResources",
                "cloudformation:ListImports",
                "cloudformation:GetTemplate",
            ])
            .iam_actions(&[
                "cloudformation:DeleteStack",
                "ecr:ListImages",
                "ecr:BatchDeleteImage",
                "s3:ListBucketVersions",
                "s3:ListBucketMultipartUploads",
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:DeleteObjectVersion",
                "s3:DeleteBucketPolicy",
            ])
            .setting_actions(UNPROTECT, &["cloudformation:UpdateTerminationProtection"])
            .setting_actions(
                RECREATE_ROLE,
                &[
                    "iam:GetRole",
                    "iam:CreateRole",
                    "iam:TagRole",
                    "iam:AttachRolePolicy",
                    "iam:DetachRolePolicy",
                    "iam:DeleteRole",
                ],
            )
            .setting_actions(BYPASS_GOVERNANCE, &["s3:BypassGovernanceRetention"])
            .setting_actions(REMOVE_LEGAL_HOLD, &["s3:PutObjectLegalHold"])
            .before(&["empties the buckets and the image repositories that the stack owns"])
            .model_checked()
            .emulator_tested();
        Self { spec, made: Timestamp::now() }
    }

    fn resource(&self, context: &Context, stack: &Stack) -> Option<Resource> {
        let id = stack.stack_id()?;
        let name = stack.stack_name().unwrap_or(id);
        let mut resource = Resource::new(self.spec.name.clone(), context.region().clone(), id);
        resource.name = name.into();
        resource.arn = Some(id.into());
        resource.created = timestamp::fact(stack.creation_time());
        resource.tags = Fact::Known(
            stack
                .tags()
                .iter()
                .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
                .collect::<Tags>(),
        );
        for (property, value) in [
            ("status", stack.stack_status().map(|status| status.as_str())),
            ("role_arn", stack.role_arn()),
            ("parent_id", stack.parent_id()),
            ("root_id", stack.root_id()),
        ] {
            resource.properties.extend(value.map(|value| (property, Value::from(value))));
        }
        let protected = stack.enable_termination_protection().unwrap_or_default();
        resource.properties.insert("termination_protection", Value::from(protected));
        if let Some(role) = stack.role_arn() {
            resource.uses("IAMRole", role);
        }
        if let Some(parent) = stack.parent_id() {
            resource.owners.push(Ref { type_name: self.spec.name.clone(), target: parent.into() });
        }
        resource.state = state(stack);
        resource.protection = foreign::protection(name).map(Box::new);
        if stack.parent_id().is_none() && foreign::is_conformance_pack(name, stack.description()) {
            resource.managed = Some("Config manages it: it goes with its conformance pack".into());
        }
        Some(resource)
    }

    /// The resources to leave behind: those that failed, if it was this run's deletion that failed.
    async fn retained(
        &self,
        context: &Context,
        client: &Client,
        stack: &Stack,
    ) -> Result<Vec<String>, Error> {
        if stack.stack_status() != Some(&StackStatus::DeleteFailed) {
            return Ok(Vec::new());
        }
        let began = timestamp::fact(stack.deletion_time());
        if began.known().is_some_and(|began| *began < self.made) {
            return Ok(Vec::new());
        }
        let resources = describe::resources(context, client, stack.stack_id().unwrap_or_default()).await?;
        let failed = resources
            .into_iter()
            .filter(|resource| resource.resource_status() == Some(&ResourceStatus::DeleteFailed));
        Ok(failed.filter_map(|resource| resource.logical_resource_id).collect())
    }

    async fn delete_stack(
        &self,
        context: &Context,
        client: &Client,
        id: &str,
        retained: &[String],
    ) -> Result<(), Error> {
        let retained = (!retained.is_empty()).then(|| retained.to_vec());
        send(context, SERVICE, "DeleteStack", || {
            client.delete_stack().stack_name(id).set_retain_resources(retained.clone()).send()
        })
        .await
        .map_err(refusal::read)?;
        Ok(())
    }

    /// Deletes a stack whose service role AWS cannot assume.
    async fn delete_without_role(
        &self,
        context: &Context,
        client: &Client,
        stack: &Stack,
        retained: &[String],
        error: Error,
    ) -> Result<(), Error> {
        let (Some(id), Some(arn)) = (stack.stack_id(), stack.role_arn()) else { return Err(error) };
        if !context.settings().is_on(RECREATE_ROLE) {
            return Err(refusal::missing_role(error));
        }
        if !role::recreate(context, arn).await? && !role::is_ours(context, arn).await? {
            return Err(error);
        }
        match self.delete_stack(context, client, id, retained).await {
            Err(error) if refusal::is_missing_role(&error) => Err(Error::new(
                ErrorKind::Dependency,
                format!("role {arn} was made again, and CloudFormation cannot assume it yet."),
            )),
            result => result,
        }
    }
}

fn state(stack: &Stack) -> State {
    let reason = || stack.stack_status_reason().unwrap_or("CloudFormation does not say why.").to_owned();
    match stack.stack_status() {
        Some(StackStatus::DeleteInProgress) => State::Deleting,
        Some(StackStatus::DeleteFailed) => State::Failed(reason().into()),
        // An export in use: AWS took the call, then went back to where the stack was.
        _ if stack.stack_status_reason().is_some_and(|reason| reason.contains("Delete canceled")) => {
            State::Failed(reason().into())
        }
        _ => State::Present,
    }
}

fn member(resource: &StackResourceSummary) -> Option<Member> {
    let physical_id = resource.physical_resource_id().filter(|id| !id.is_empty())?;
    Some(Member { cloudformation: resource.resource_type()?.into(), physical_id: physical_id.into() })
}

impl ResourceHandler for Stacks {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let client = client::cloudformation(context)?;
        // At most a few thousand per region, and all are needed before the first can say which others it imports from.
        let stacks = describe::all_stacks(context, &client).await?;
        let imports = links::imports(context, &client, &stacks).await?;
        let resources: Vec<_> =
            stacks.into_iter().filter_map(|stack| Some((self.resource(context, &stack)?, stack))).collect();
        let mut found = stream::iter(resources)
            .map(|(mut resource, stack)| {
                let client = &client;
                async move {
                    let members = async {
                        let members = describe::resources(context, client, &resource.id).await?;
                        resource.refs.extend(custom::providers(context, client, &stack, &members).await?);
                        Ok::<_, Error>(members)
                    };
                    let members = members.await;
                    (resource, members)
                }
            })
            .buffer_unordered(STACKS_AT_ONCE);
        while let Some((mut resource, members)) = found.next().await {
            let members = match members {
                // Deleted since the stacks were listed.
                Err(error) if error.kind == ErrorKind::Gone => continue,
                members => members?,
            };
            resource.members = members.iter().filter_map(member).collect();
            for exporter in imports.get(&*resource.name).into_iter().flatten() {
                if **exporter != *resource.id {
                    resource.uses(self.spec.name.as_str(), exporter.as_str());
                }
            }
            sink.push(resource).await?;
        }
        Ok(())
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        let client = client::cloudformation(context)?;
        // The stack as it is now: nothing is emptied for a stack that AWS would refuse to delete.
        let stack = describe::one_stack(context, &client, &resource.id).await?;
        match stack.stack_status() {
            Some(StackStatus::DeleteInProgress) => return Ok(Deletion::Started),
            Some(status) if describe::is_busy(status) => {
                return Err(Error::new(
                    ErrorKind::Dependency,
                    format!(
                        "stack {} is in {} state and cannot be deleted yet.",
                        resource.name,
                        status.as_str()
                    ),
                ));
            }
            _ => {}
        }
        if stack.enable_termination_protection().unwrap_or_default() {
            if !context.settings().is_on(UNPROTECT) {
                let error = format!("stack {} is under termination protection.", resource.name);
                return Err(refusal::protected(Error::new(ErrorKind::Protected, error)));
            }
            // Nested stacks have the protection of their root.
            let id = stack.root_id().unwrap_or(&resource.id);
            send(context, SERVICE, "UpdateTerminationProtection", || {
                client
                    .update_termination_protection()
                    .stack_name(id)
                    .enable_termination_protection(false)
                    .send()
            })
            .await?;
        }
        let retained = self.retained(context, &client, &stack).await?;
        if retained.is_empty() {
            contents::empty_members(context, &client, &resource.members).await?;
        }
        match self.delete_stack(context, &client, &resource.id, &retained).await {
            Err(error) if refusal::is_missing_role(&error) => {
                self.delete_without_role(context, &client, &stack, &retained, error).await?;
            }
            result => result?,
        }
        Ok(Deletion::Started)
    }

    /// Asks only for stacks whose role may have been made again, to remove it when the last such stack is gone.
    async fn status(&self, context: &Context, resource: &Resource) -> Result<Option<Status>, Error> {
        let role = resource.properties.get("role_arn").and_then(Value::as_str);
        let Some(arn) = role.filter(|_| context.settings().is_on(RECREATE_ROLE)) else { return Ok(None) };
        let client = client::cloudformation(context)?;
        let stack = match describe::one_stack(context, &client, &resource.id).await {
            Err(error) if error.kind == ErrorKind::Gone => {
                role::remove(context, &client, arn).await?;
                return Ok(Some(Status::Gone));
            }
            stack => stack?,
        };
        Ok(Some(match state(&stack) {
            State::Deleting => Status::Deleting,
            State::Failed(reason) => Status::Failed(reason.into()),
            State::Present | State::Gone => Status::Present,
        }))
    }
}
