use aws_sdk_lambda::types::{FunctionConfiguration, State as FunctionState};
use serde_json::Value;

use crate::error::Error;
use crate::handler::{Context, Deletion, ResourceHandler, Sink, TagSource, TypeSpec};
use crate::resource::{Fact, Resource, State};
use crate::services::arn::Arn;
use crate::services::client::{self, send};
use crate::services::paging::{following, token};

const SERVICE: &str = "lambda";

/// Lists and deletes functions, each with all its versions and aliases.
///
/// Lambda does not say when a function was made, only when it was last changed; so the date is a property, `last_modified`,
/// and the function's identity is its ARN.
pub(crate) struct Functions {
    spec: TypeSpec,
}

impl Functions {
    pub(crate) fn new() -> Self {
        let spec = TypeSpec::new("LambdaFunction", SERVICE)
            .cloudformation("AWS::Lambda::Function")
            // A stack may need a function that another one made, to run its custom resources.
            // A canary may take its function along.
            .delete_after(&["LambdaEventSourceMapping", "SyntheticsCanary"])
            .refs(&[
                "IAMRole",
                "LambdaLayer",
                "EC2Subnet",
                "EC2SecurityGroup",
                "KMSKey",
                "CloudWatchLogsLogGroup",
                "SQSQueue",
                "SNSTopic",
            ])
            .properties(&["last_modified", "runtime", "package_type"])
            .tags(TagSource::Bulk)
            .listing_actions(&["lambda:ListFunctions", "tag:GetResources"])
            .iam_actions(&["lambda:DeleteFunction"])
            .model_checked()
            .emulator_tested();
        Self { spec }
    }

    fn resource(&self, context: &Context, function: &FunctionConfiguration) -> Option<Resource> {
        let name = function.function_name()?;
        let mut resource = Resource::new(self.spec.name.clone(), context.region().clone(), name);
        resource.arn = function.function_arn().map(Into::into);
        resource.tags = Fact::Unread;
        for (property, value) in [
            ("last_modified", function.last_modified()),
            ("runtime", function.runtime().map(|runtime| runtime.as_str())),
            ("package_type", function.package_type().map(|package| package.as_str())),
        ] {
            resource.properties.extend(value.map(|value| (property, Value::from(value))));
        }
        if function.state() == Some(&FunctionState::Deleting) {
            resource.state = State::Deleting;
        }
        uses(&mut resource, function);
        Some(resource)
    }
}

/// Names what a function uses. Its log group among it, so that the group goes after the function that would make it again.
fn uses(resource: &mut Resource, function: &FunctionConfiguration) {
    if let Some(role) = function.role() {
        resource.uses("IAMRole", role);
    }
    for layer in function.layers().iter().filter_map(|layer| layer.arn()) {
        resource.uses("LambdaLayer", layer);
    }
    if let Some(vpc) = function.vpc_config() {
        for subnet in vpc.subnet_ids() {
            resource.uses("EC2Subnet", subnet.as_str());
        }
        for group in vpc.security_group_ids() {
            resource.uses("EC2SecurityGroup", group.as_str());
        }
    }
    if let Some(key) = function.kms_key_arn().filter(|key| !key.is_empty()) {
        resource.uses("KMSKey", key);
    }
    let group = function.logging_config().and_then(|logging| logging.log_group());
    match group {
        Some(group) => resource.uses("CloudWatchLogsLogGroup", group),
        None => resource.uses("CloudWatchLogsLogGroup", format!("/aws/lambda/{}", resource.name)),
    }
    if let Some(target) = function.dead_letter_config().and_then(|letters| letters.target_arn()) {
        match Arn::parse(target).map(|arn| arn.service) {
            Some("sqs") => resource.uses("SQSQueue", target),
            Some("sns") => resource.uses("SNSTopic", target),
            _ => {}
        }
    }
}

impl ResourceHandler for Functions {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let client = client::lambda(context)?;
        let mut marker: Option<String> = None;
        loop {
            let page = send(context, SERVICE, "ListFunctions", || {
                client.list_functions().set_marker(marker.clone()).send()
            })
            .await?;
            for function in page.functions() {
                if let Some(resource) = self.resource(context, function) {
                    sink.push(resource).await?;
                }
            }
            marker = following("ListFunctions", marker.as_ref(), token(page.next_marker()))?;
            if marker.is_none() {
                return Ok(());
            }
        }
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        let client = client::lambda(context)?;
        let output = send(context, SERVICE, "DeleteFunction", || {
            client.delete_function().function_name(&*resource.id).send()
        })
        .await?;
        // Functions on instances of one's own take a while: accepted, not done.
        Ok(if output.status_code() == 202 { Deletion::Started } else { Deletion::Done })
    }
}
