use aws_sdk_dynamodb::types::{BackupStatus, BackupType, BackupTypeFilter};
use serde_json::Value;

use crate::error::Error;
use crate::handler::{Context, Deletion, ResourceHandler, Sink, TypeSpec};
use crate::resource::Resource;
use crate::services::client::{self, send};
use crate::services::paging::{following, token};
use crate::services::timestamp;

const SERVICE: &str = "dynamodb";

/// Lists and deletes the backups people made. Those DynamoDB and AWS Backup make are theirs, and expire by themselves.
pub(crate) struct Backups {
    spec: TypeSpec,
}

impl Backups {
    pub(crate) fn new() -> Self {
        let spec = TypeSpec::new("DynamoDBBackup", SERVICE)
            .properties(&["table_name", "table_arn"])
            .listing_actions(&["dynamodb:ListBackups"])
            .iam_actions(&["dynamodb:DeleteBackup"])
            .bills_idle()
            .model_checked()
            .emulator_tested();
        Self { spec }
    }
}

impl ResourceHandler for Backups {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let client = client::dynamodb(context)?;
        let mut start: Option<String> = None;
        loop {
            let page = send(context, SERVICE, "ListBackups", || {
                client
                    .list_backups()
                    .backup_type(BackupTypeFilter::User)
                    .set_exclusive_start_backup_arn(start.clone())
                    .send()
            })
            .await?;
            for backup in page.backup_summaries() {
                let Some(arn) = backup.backup_arn() else { continue };
                // Deleted ones are listed for a while, and emulators ignore the type asked for.
                if backup.backup_status() == Some(&BackupStatus::Deleted)
                    || backup.backup_type().is_some_and(|kind| *kind != BackupType::User)
                {
                    continue;
                }
                let mut resource = Resource::new(self.spec.name.clone(), context.region().clone(), arn);
                resource.name = backup.backup_name().unwrap_or(arn).into();
                resource.arn = Some(arn.into());
                resource.created = timestamp::fact(backup.backup_creation_date_time());
                for (property, value) in
                    [("table_name", backup.table_name()), ("table_arn", backup.table_arn())]
                {
                    resource.properties.extend(value.map(|value| (property, Value::from(value))));
                }
                sink.push(resource).await?;
            }
            start = following("ListBackups", start.as_ref(), token(page.last_evaluated_backup_arn()))?;
            if start.is_none() {
                return Ok(());
            }
        }
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        let client = client::dynamodb(context)?;
        send(context, SERVICE, "DeleteBackup", || client.delete_backup().backup_arn(&*resource.id).send())
            .await?;
        Ok(Deletion::Done)
    }
}
