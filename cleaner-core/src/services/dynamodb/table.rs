use aws_sdk_dynamodb::types::{TableDescription, TableStatus};
use serde_json::Value;

use super::items::{delete_items, holds_items};
use crate::error::{Error, ErrorKind};
use crate::handler::{Context, Deletion, Emptying, ResourceHandler, Sink, Status, TagSource, TypeSpec};
use crate::resource::{Fact, Resource};
use crate::services::client::{self, send};
use crate::services::paging::{following, token};
use crate::services::timestamp;

const SERVICE: &str = "dynamodb";
/// The switch that lets protected tables go.
const UNPROTECT: &str = "disable_deletion_protection";

/// Lists and deletes tables.
///
/// The list has names only; what else there is to know of a table takes a call each, made when something needs it.
pub(crate) struct Tables {
    spec: TypeSpec,
}

impl Tables {
    pub(crate) fn new() -> Self {
        let spec = TypeSpec::new("DynamoDBTable", SERVICE)
            .cloudformation("AWS::DynamoDB::Table")
            .aliases(&["AWS::DynamoDB::GlobalTable"])
            .refs(&["KMSKey"])
            .setting(UNPROTECT, "Turns deletion protection off, then deletes the table.")
            .properties(&["deletion_protection", "table_id"])
            .tags(TagSource::Bulk)
            .listing_actions(&["dynamodb:ListTables", "dynamodb:DescribeTable", "tag:GetResources"])
            .iam_actions(&["dynamodb:DeleteTable"])
            .setting_actions(UNPROTECT, &["dynamodb:UpdateTable"])
            .data("items", &["dynamodb:DescribeTable", "dynamodb:Scan", "dynamodb:BatchWriteItem"])
            .bills_idle()
            .model_checked()
            .emulator_tested();
        Self { spec }
    }

    async fn describe(&self, context: &Context, resource: &Resource) -> Result<TableDescription, Error> {
        let client = client::dynamodb(context)?;
        let output = send(context, SERVICE, "DescribeTable", || {
            client.describe_table().table_name(&*resource.id).send()
        })
        .await?;
        output.table.ok_or_else(|| {
            Error::new(ErrorKind::Unexpected, format!("DescribeTable of {} answered nothing.", resource.id))
        })
    }

    async fn delete_table(&self, context: &Context, resource: &Resource) -> Result<(), Error> {
        let client = client::dynamodb(context)?;
        send(context, SERVICE, "DeleteTable", || client.delete_table().table_name(&*resource.id).send())
            .await?;
        Ok(())
    }
}

impl ResourceHandler for Tables {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let client = client::dynamodb(context)?;
        let mut start: Option<String> = None;
        loop {
            let page = send(context, SERVICE, "ListTables", || {
                client.list_tables().set_exclusive_start_table_name(start.clone()).send()
            })
            .await?;
            for name in page.table_names() {
                let mut resource =
                    Resource::new(self.spec.name.clone(), context.region().clone(), name.as_str());
                resource.arn = Some(
                    format!(
                        "arn:{}:dynamodb:{}:{}:table/{name}",
                        context.partition(),
                        context.call_region(),
                        context.account()
                    )
                    .into(),
                );
                resource.created = Fact::Unread;
                resource.tags = Fact::Unread;
                sink.push(resource).await?;
            }
            start = following("ListTables", start.as_ref(), token(page.last_evaluated_table_name()))?;
            if start.is_none() {
                return Ok(());
            }
        }
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        let Err(mut error) = self.delete_table(context, resource).await else { return Ok(Deletion::Started) };
        match error.kind {
            ErrorKind::Protected if context.settings().is_on(UNPROTECT) => {
                let client = client::dynamodb(context)?;
                send(context, SERVICE, "UpdateTable", || {
                    client.update_table().table_name(&*resource.id).deletion_protection_enabled(false).send()
                })
                .await?;
                // While the table is still being updated AWS refuses: a dependency, so this is asked again.
                self.delete_table(context, resource).await.map(|()| Deletion::Started)
            }
            ErrorKind::Protected => {
                error.message = format!(
                    "{}. The setting `{UNPROTECT}` turns it off.",
                    error.message.trim_end_matches('.')
                );
                Err(error)
            }
            // In use may mean that somebody deletes it already.
            ErrorKind::Dependency if error.is_code("ResourceInUseException") => {
                match self.describe(context, resource).await?.table_status() {
                    Some(TableStatus::Deleting) => Ok(Deletion::Started),
                    _ => Err(error),
                }
            }
            // A replica, or the table others were made from in the last 24 hours.
            _ if error.is_code("ValidationException") && error.message.to_lowercase().contains("replica") => {
                Err(error.with_kind(ErrorKind::Dependency))
            }
            _ => Err(error),
        }
    }

    async fn details(&self, context: &Context, resource: &mut Resource) -> Result<(), Error> {
        let table = self.describe(context, resource).await?;
        resource.created = timestamp::fact(table.creation_date_time());
        let protected = table.deletion_protection_enabled().unwrap_or_default();
        resource.properties.insert("deletion_protection", Value::from(protected));
        resource.properties.extend(table.table_id().map(|id| ("table_id", Value::from(id))));
        if let Some(key) = table.sse_description().and_then(|encryption| encryption.kms_master_key_arn())
            && !resource.refs.iter().any(|used| &*used.target == key)
        {
            resource.uses("KMSKey", key);
        }
        Ok(())
    }

    async fn status(&self, context: &Context, resource: &Resource) -> Result<Option<Status>, Error> {
        let table = match self.describe(context, resource).await {
            Err(error) if error.kind == ErrorKind::Gone => return Ok(Some(Status::Gone)),
            table => table?,
        };
        Ok(Some(match table.table_status() {
            Some(TableStatus::Deleting) => Status::Deleting,
            _ => Status::Present,
        }))
    }

    async fn empty(&self, context: &Context, resource: &Resource) -> Result<Emptying, Error> {
        let table = self.describe(context, resource).await?;
        let keys: Vec<String> =
            table.key_schema().iter().map(|key| key.attribute_name().to_owned()).collect();
        if keys.is_empty() {
            let message = format!("DescribeTable of {} answered with no key.", resource.id);
            return Err(Error::new(ErrorKind::Unexpected, message));
        }
        delete_items(context, &resource.id, &keys).await?;
        Ok(Emptying::Done)
    }

    async fn contents(&self, context: &Context, resource: &Resource) -> Result<Option<String>, Error> {
        Ok(holds_items(context, &resource.id).await?.then(|| "items".to_owned()))
    }
}
