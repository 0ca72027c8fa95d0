use std::time::Duration;

use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TableDescription, TableStatus, Tag, TimeToLiveSpecification, TimeToLiveStatus,
};

use super::key::{EXPIRES, Key, PARTITION, SORT};
use super::table::DynamoDb;
use crate::store::{StoreError, StoreErrorKind};

/// The format of the items. It is raised when who knows only the old one would do harm.
const FORMAT: u64 = 1;
/// How long a table may take to become active.
const MAKING: Duration = Duration::from_secs(180);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// What `init` found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// It made the table.
    New,
    /// The table was there and is a pool's.
    There,
}

impl DynamoDb {
    /// Makes the table unless it is there, and makes sure that it is a pool's. To do so twice does no harm.
    ///
    /// # Errors
    /// A table of that name is not a pool's, or DynamoDB fails.
    pub async fn init(&self) -> Result<Made, StoreError> {
        let made = match self.describe().await? {
            Some(table) => {
                self.check_keys(&table)?;
                Made::There
            }
            None => {
                self.create().await?;
                Made::New
            }
        };
        self.wait_until_active().await?;
        self.forget_expired().await?;
        self.mark().await?;
        self.check().await?;
        Ok(made)
    }

    /// Makes sure that the table is a pool's, in a format that is known here.
    ///
    /// # Errors
    /// It is not, or DynamoDB fails.
    pub async fn check(&self) -> Result<(), StoreError> {
        let format = match self.raw(Key::format()).await? {
            Some(item) => item.get("format").and_then(|format| format.as_n().ok()?.parse::<u64>().ok()),
            None => None,
        };
        let wrong = |what: String| Err(StoreError::new(StoreErrorKind::NoTable, what));
        match format {
            Some(FORMAT) => Ok(()),
            Some(newer) => wrong(format!(
                "table {} has format {newer}, and this version knows only {FORMAT}: a newer one made it",
                self.table()
            )),
            None => wrong(format!("table {} is no pool", self.table())),
        }
    }

    async fn describe(&self) -> Result<Option<TableDescription>, StoreError> {
        match self.client.describe_table().table_name(self.table()).send().await {
            Ok(answer) => Ok(answer.table),
            Err(error) => match error.as_service_error() {
                Some(DescribeTableError::ResourceNotFoundException(_)) => Ok(None),
                _ => Err(self.failed("DescribeTable", error)),
            },
        }
    }

    fn check_keys(&self, table: &TableDescription) -> Result<(), StoreError> {
        let keys: Vec<&str> = table.key_schema().iter().map(KeySchemaElement::attribute_name).collect();
        if keys == [PARTITION, SORT] {
            return Ok(());
        }
        let message =
            format!("table {} is there and is no pool: its keys are {}", self.table(), keys.join(", "));
        Err(StoreError::new(StoreErrorKind::NoTable, message))
    }

    async fn create(&self) -> Result<(), StoreError> {
        let mut create = self
            .client
            .create_table()
            .table_name(self.table())
            .billing_mode(BillingMode::PayPerRequest)
            // Whoever clears the account that the table is in keeps it.
            .tags(tag("aws-cleaner:keep", "")?)
            .tags(tag("aws-cleaner:pool", self.table())?);
        for (name, kind) in [(PARTITION, KeyType::Hash), (SORT, KeyType::Range)] {
            let key = KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
            let definition = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build();
            create = create
                .key_schema(key.map_err(|error| incomplete(&error))?)
                .attribute_definitions(definition.map_err(|error| incomplete(&error))?);
        }
        match create.send().await {
            Ok(_) => Ok(()),
            // Somebody else makes it at this moment.
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_resource_in_use_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(self.failed("CreateTable", error)),
        }
    }

    async fn wait_until_active(&self) -> Result<(), StoreError> {
        let active = async {
            loop {
                if let Some(table) = self.describe().await?
                    && table.table_status() == Some(&TableStatus::Active)
                {
                    return Ok(());
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(MAKING, active).await.unwrap_or_else(|_| {
            let message =
                format!("table {} did not become active within {} s", self.table(), MAKING.as_secs());
            Err(StoreError::new(StoreErrorKind::Broken, message))
        })
    }

    /// Lets DynamoDB forget old history.
    async fn forget_expired(&self) -> Result<(), StoreError> {
        let known = self
            .client
            .describe_time_to_live()
            .table_name(self.table())
            .send()
            .await
            .map_err(|error| self.failed("DescribeTimeToLive", error))?;
        let status = known.time_to_live_description.and_then(|known| known.time_to_live_status);
        if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
            return Ok(());
        }
        let wanted = TimeToLiveSpecification::builder().enabled(true).attribute_name(EXPIRES).build();
        self.client
            .update_time_to_live()
            .table_name(self.table())
            .time_to_live_specification(wanted.map_err(|error| incomplete(&error))?)
            .send()
            .await
            .map(drop)
            .map_err(|error| self.failed("UpdateTimeToLive", error))
    }

    /// Writes down the format, unless one is written down.
    async fn mark(&self) -> Result<(), StoreError> {
        let mut item = Key::format().attributes();
        item.insert("format".to_owned(), AttributeValue::N(FORMAT.to_string()));
        let put = self
            .client
            .put_item()
            .table_name(self.table())
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#partition)")
            .expression_attribute_names("#partition", PARTITION)
            .send()
            .await;
        match put {
            Ok(_) => Ok(()),
            Err(error) => match self.failed("PutItem", error) {
                error if error.kind == StoreErrorKind::Conflict => Ok(()),
                error => Err(error),
            },
        }
    }
}

fn tag(key: &str, value: &str) -> Result<Tag, StoreError> {
    Tag::builder().key(key).value(value).build().map_err(|error| incomplete(&error))
}

fn incomplete(error: &aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::new(StoreErrorKind::Broken, error.to_string())
}
