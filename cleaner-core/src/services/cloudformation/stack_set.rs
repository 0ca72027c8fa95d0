use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    CallAs, DeploymentTargets, StackInstanceSummary, StackSetStatus, StackSetSummary,
};
use serde_json::Value;

use super::SERVICE;
use super::targets::{Targets, Wanted, targets};
use crate::error::{Error, ErrorKind};
use crate::handler::{Context, Deletion, ResourceHandler, Sink, TagSource, TypeSpec};
use crate::resource::{Fact, Keep, Resource, Tags};
use crate::services::client::{self, send};
use crate::services::paging::{following, token};

/// Lists and deletes the stack sets this account administers itself. The stacks they made stay.
pub(crate) struct StackSets {
    spec: TypeSpec,
}

impl StackSets {
    pub(crate) fn new() -> Self {
        let spec = TypeSpec::new("CloudFormationStackSet", SERVICE)
            .cloudformation("AWS::CloudFormation::StackSet")
            .protections(&["control-tower"])
            .properties(&["permission_model"])
            .tags(TagSource::Call)
            .listing_actions(&["cloudformation:ListStackSets", "cloudformation:DescribeStackSet"])
            .iam_actions(&[
                "cloudformation:ListStackInstances",
                "cloudformation:DeleteStackInstances",
                "cloudformation:DeleteStackSet",
            ])
            .before(&["deletes the instances of the stack set, with their stacks"])
            .model_checked()
            .emulator_tested();
        Self { spec }
    }

    fn resource(&self, context: &Context, set: &StackSetSummary) -> Option<Resource> {
        let id = set.stack_set_id()?;
        let name = set.stack_set_name().unwrap_or(id);
        let mut resource = Resource::new(self.spec.name.clone(), context.region().clone(), id);
        resource.name = name.into();
        resource.arn = Some(
            format!(
                "arn:{}:cloudformation:{}:{}:stackset/{id}",
                context.partition(),
                context.call_region(),
                context.account()
            )
            .into(),
        );
        resource.tags = Fact::Unread;
        resource.properties.extend(
            set.permission_model().map(|model| ("permission_model".to_owned(), Value::from(model.as_str()))),
        );
        if name.starts_with("AWSControlTower") || name.starts_with("aws-controltower") {
            let why = "Control Tower made it".into();
            resource.protection = Some(Box::new(Keep { name: "control-tower".into(), why }));
        }
        Some(resource)
    }

    /// Starts to remove instances: one operation at a time is all a set allows. Their stacks stay where they are.
    async fn remove_instances(
        &self,
        context: &Context,
        client: &Client,
        id: &str,
        targets: Targets,
    ) -> Result<(), Error> {
        send(context, SERVICE, "DeleteStackInstances", || {
            let call = client
                .delete_stack_instances()
                .stack_set_name(id)
                .set_regions(Some(targets.regions.clone()))
                .retain_stacks(true)
                .call_as(CallAs::SelfValue);
            match &targets.wanted {
                Wanted::Accounts(accounts) => call.set_accounts(Some(accounts.clone())).send(),
                Wanted::Units(units) => {
                    let units = DeploymentTargets::builder().set_organizational_unit_ids(Some(units.clone()));
                    call.deployment_targets(units.build()).send()
                }
            }
        })
        .await?;
        Ok(())
    }
}

async fn instances(context: &Context, client: &Client, id: &str) -> Result<Vec<StackInstanceSummary>, Error> {
    let mut instances = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = send(context, SERVICE, "ListStackInstances", || {
            client
                .list_stack_instances()
                .stack_set_name(id)
                .call_as(CallAs::SelfValue)
                .set_next_token(next.clone())
                .send()
        })
        .await?;
        next = following("ListStackInstances", next.as_ref(), token(page.next_token()))?;
        instances.extend(page.summaries.unwrap_or_default());
        if next.is_none() {
            return Ok(instances);
        }
    }
}

fn waiting(message: String) -> Error {
    Error::new(ErrorKind::Dependency, message)
}

impl ResourceHandler for StackSets {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let client = client::cloudformation(context)?;
        let mut next: Option<String> = None;
        loop {
            let page = send(context, SERVICE, "ListStackSets", || {
                client
                    .list_stack_sets()
                    .status(StackSetStatus::Active)
                    .call_as(CallAs::SelfValue)
                    .set_next_token(next.clone())
                    .send()
            })
            .await?;
            for set in page.summaries() {
                if set.status() != Some(&StackSetStatus::Deleted)
                    && let Some(resource) = self.resource(context, set)
                {
                    sink.push(resource).await?;
                }
            }
            next = following("ListStackSets", next.as_ref(), token(page.next_token()))?;
            if next.is_none() {
                return Ok(());
            }
        }
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        let client = client::cloudformation(context)?;
        let deleted = send(context, SERVICE, "DeleteStackSet", || {
            client.delete_stack_set().stack_set_name(&*resource.id).call_as(CallAs::SelfValue).send()
        })
        .await;
        let Err(error) = deleted else { return Ok(Deletion::Done) };
        if error.is_code("OperationInProgressException") {
            return Err(error.with_kind(ErrorKind::Dependency));
        }
        if !error.is_code("StackSetNotEmptyException") {
            return Err(error);
        }
        let instances = instances(context, &client, &resource.id).await?;
        let Some(targets) = targets(&instances) else { return Err(error.with_kind(ErrorKind::Dependency)) };
        match self.remove_instances(context, &client, &resource.id, targets).await {
            Ok(()) => Err(waiting(format!(
                "the {} instances of stack set {} are being removed.",
                instances.len(),
                resource.name
            ))),
            Err(error) if error.is_code("OperationInProgressException") => {
                Err(error.with_kind(ErrorKind::Dependency))
            }
            Err(error) => Err(error),
        }
    }

    async fn tags(&self, context: &Context, resource: &Resource) -> Result<Option<Tags>, Error> {
        let client = client::cloudformation(context)?;
        let output = send(context, SERVICE, "DescribeStackSet", || {
            client.describe_stack_set().stack_set_name(&*resource.id).call_as(CallAs::SelfValue).send()
        })
        .await?;
        let tags = output.stack_set().map_or(&[][..], |set| set.tags());
        Ok(Some(
            tags.iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned()))).collect(),
        ))
    }
}
