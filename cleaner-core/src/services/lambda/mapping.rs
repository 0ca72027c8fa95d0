use aws_sdk_lambda::types::EventSourceMappingConfiguration;
use serde_json::Value;

use crate::error::{Error, ErrorKind};
use crate::handler::{Context, Deletion, ResourceHandler, Sink, TagSource, TypeSpec};
use crate::resource::{Fact, Resource, State};
use crate::services::arn::Arn;
use crate::services::client::{self, send};
use crate::services::paging::{following, token};
use crate::services::timestamp;

const SERVICE: &str = "lambda";

/// Lists and deletes event source mappings. They have no name and no creation date.
pub(crate) struct EventSourceMappings {
    spec: TypeSpec,
}

impl EventSourceMappings {
    pub(crate) fn new() -> Self {
        let spec = TypeSpec::new("LambdaEventSourceMapping", SERVICE)
            .cloudformation("AWS::Lambda::EventSourceMapping")
            .refs(&["LambdaFunction", "SQSQueue", "KinesisStream", "DynamoDBTable", "KMSKey"])
            .properties(&["state", "last_modified", "function_arn", "event_source_arn"])
            .tags(TagSource::Bulk)
            .listing_actions(&["lambda:ListEventSourceMappings", "tag:GetResources"])
            .iam_actions(&["lambda:DeleteEventSourceMapping"])
            .model_checked()
            .emulator_tested();
        Self { spec }
    }

    fn resource(&self, context: &Context, mapping: &EventSourceMappingConfiguration) -> Option<Resource> {
        let mut resource = Resource::new(self.spec.name.clone(), context.region().clone(), mapping.uuid()?);
        let built = || {
            let (partition, region) = (context.partition(), context.call_region());
            format!(
                "arn:{partition}:lambda:{region}:{}:event-source-mapping:{}",
                context.account(),
                resource.id
            )
        };
        resource.arn = Some(mapping.event_source_mapping_arn().map_or_else(|| built().into(), Into::into));
        resource.tags = Fact::Unread;
        let last_modified = match timestamp::fact(mapping.last_modified()) {
            Fact::Known(time) => Some(time.to_string()),
            _ => None,
        };
        for (property, value) in [
            ("state", mapping.state()),
            ("last_modified", last_modified.as_deref()),
            ("function_arn", mapping.function_arn()),
            ("event_source_arn", mapping.event_source_arn()),
        ] {
            resource.properties.extend(value.map(|value| (property, Value::from(value))));
        }
        if mapping.state() == Some("Deleting") {
            resource.state = State::Deleting;
        }
        if let Some(function) = mapping.function_arn() {
            // The ARN may end in a version or an alias.
            let function = Arn::parse(function).map_or(function, |arn| arn.up_to(':', 2));
            resource.uses("LambdaFunction", function);
        }
        if let Some(arn) = mapping.event_source_arn().and_then(Arn::parse) {
            match arn.service {
                "sqs" => resource.uses("SQSQueue", arn.up_to(':', 1)),
                // A stream's consumer, and a table's stream, are parts of them.
                "kinesis" => resource.uses("KinesisStream", arn.up_to('/', 2)),
                "dynamodb" => resource.uses("DynamoDBTable", arn.up_to('/', 2)),
                _ => {}
            }
        }
        if let Some(key) = mapping.kms_key_arn() {
            resource.uses("KMSKey", key);
        }
        Some(resource)
    }
}

impl ResourceHandler for EventSourceMappings {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let client = client::lambda(context)?;
        let mut marker: Option<String> = None;
        loop {
            let page = send(context, SERVICE, "ListEventSourceMappings", || {
                client.list_event_source_mappings().set_marker(marker.clone()).send()
            })
            .await?;
            for mapping in page.event_source_mappings() {
                if let Some(resource) = self.resource(context, mapping) {
                    sink.push(resource).await?;
                }
            }
            marker = following("ListEventSourceMappings", marker.as_ref(), token(page.next_marker()))?;
            if marker.is_none() {
                return Ok(());
            }
        }
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        let client = client::lambda(context)?;
        send(context, SERVICE, "DeleteEventSourceMapping", || {
            client.delete_event_source_mapping().uuid(&*resource.id).send()
        })
        .await
        .map_err(|error| {
            // "... while it is in state Creating": it settles by itself.
            if error.is_code("ResourceInUseException") || error.message.contains("in state") {
                error.with_kind(ErrorKind::Dependency)
            } else {
                error
            }
        })?;
        Ok(Deletion::Started)
    }
}
