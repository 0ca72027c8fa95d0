use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_dynamic::Session;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, ReturnValue, TransactWriteItem};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::endpoint_config::AccountIdEndpointMode;
use serde::de::DeserializeOwned;

use super::call::{failed, failed_transaction};
use super::encode::{Item, content, item};
use super::key::{ACCOUNTS, Key, PARTITION, TICKETS, history};
use crate::account::AccountId;
use crate::history::Entry;
use crate::record::{Record, RequestId, State};
use crate::state::Step;
use crate::store::{Answer, DropIf, Store, StoreError, StoreErrorKind};
use crate::ticket::Ticket;

/// How long a call may take: a heartbeat that comes late is as bad as none.
const CALL: Duration = Duration::from_secs(10);

/// A pool's table.
#[derive(Clone)]
pub struct DynamoDb {
    pub(super) client: Client,
    pub(super) table: Arc<str>,
    pub(super) region: Arc<str>,
}

impl DynamoDb {
    /// The table of this name, wherever the session calls to.
    pub fn new(session: &Session, region: &str, table: &str) -> Self {
        let config = aws_sdk_dynamodb::config::Builder::from(&session.sdk_config("dynamodb", region))
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(CALL).build())
            // One endpoint per region, as everybody's firewall knows it.
            .account_id_endpoint_mode(AccountIdEndpointMode::Disabled)
            .interceptor(session.interceptor("dynamodb", region))
            .build();
        Self::with_client(Client::from_conf(config), region, table)
    }

    /// The table of this name, by way of a client made elsewhere. The pool repeats calls itself: the client need not.
    pub fn with_client(client: Client, region: &str, table: &str) -> Self {
        Self { client, table: table.into(), region: region.into() }
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// What a failed call means.
    pub(super) fn failed<E>(&self, operation: &str, error: SdkError<E, HttpResponse>) -> StoreError
    where
        E: aws_sdk_dynamodb::error::ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        failed(operation, &self.region, &self.table, error)
    }

    async fn get<T: DeserializeOwned>(&self, key: Key) -> Result<Option<T>, StoreError> {
        self.raw(key).await?.map(content).transpose()
    }

    /// All items of a partition, or the last ones, the last first.
    async fn query<T: DeserializeOwned>(
        &self,
        partition: &str,
        last: Option<usize>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        let mut from = None;
        loop {
            let left = last.map(|last| i32::try_from(last - found.len()).unwrap_or(i32::MAX));
            let answer = self
                .client
                .query()
                .table_name(&*self.table)
                .key_condition_expression("#partition = :partition")
                .expression_attribute_names("#partition", PARTITION)
                .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()))
                .consistent_read(true)
                .scan_index_forward(last.is_none())
                .set_limit(left)
                .set_exclusive_start_key(from.take())
                .send()
                .await
                .map_err(|error| self.failed("Query", error))?;
            for item in answer.items.unwrap_or_default() {
                found.push(content(item)?);
            }
            from = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if from.is_none() || last.is_some_and(|last| found.len() >= last) {
                return Ok(found);
            }
        }
    }

    /// The account's part of a transaction.
    fn put_account(&self, step: &Step) -> Result<Put, StoreError> {
        let put = Put::builder()
            .table_name(&*self.table)
            .set_item(Some(item(Key::account(&step.record.account), &step.record)?));
        let put = match step.replaces {
            None => put
                .condition_expression("attribute_not_exists(#partition)")
                .expression_attribute_names("#partition", PARTITION),
            Some(version) => put
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":version", AttributeValue::N(version.to_string())),
        };
        put.build().map_err(|error| incomplete(&error))
    }

    fn drop_of(&self, ticket: &Ticket) -> Result<Delete, StoreError> {
        Delete::builder()
            .table_name(&*self.table)
            .set_key(Some(Key::ticket(ticket.number).attributes()))
            .condition_expression("#request = :request")
            .expression_attribute_names("#request", "request")
            .expression_attribute_values(":request", request(ticket.request))
            .build()
            .map_err(|error| incomplete(&error))
    }

    /// A heartbeat: one item, and no transaction, which would cost twice as much.
    async fn write_account(&self, put: Put) -> Result<(), StoreError> {
        self.client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression)
            .set_expression_attribute_names(put.expression_attribute_names)
            .set_expression_attribute_values(put.expression_attribute_values)
            .send()
            .await
            .map(drop)
            .map_err(|error| self.failed("PutItem", error))
    }

    async fn write_all(&self, step: &Step, ticket: Option<&Ticket>) -> Result<(), StoreError> {
        let account = self.put_account(step)?;
        let mut parts = vec![TransactWriteItem::builder().put(account.clone()).build()];
        if let Some(entry) = &step.entry {
            let entry = Put::builder()
                .table_name(&*self.table)
                .set_item(Some(item(Key::entry(&entry.account, entry.version), entry)?))
                .build()
                .map_err(|error| incomplete(&error))?;
            parts.push(TransactWriteItem::builder().put(entry).build());
        }
        if let Some(ticket) = ticket {
            parts.push(TransactWriteItem::builder().delete(self.drop_of(ticket)?).build());
        }
        let count = parts.len();
        if count == 1 {
            return self.write_account(account).await;
        }
        self.client
            .transact_write_items()
            .set_transact_items(Some(parts))
            .send()
            .await
            .map(drop)
            .map_err(|error| failed_transaction(&self.region, &self.table, count, error))
    }

    async fn raise_counter(&self) -> Result<u64, StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(Key::counter().attributes()))
            .update_expression("ADD #number :one")
            .expression_attribute_names("#number", "number")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(|error| self.failed("UpdateItem", error))?;
        match answer.attributes.as_ref().and_then(|attributes| attributes.get("number")) {
            Some(AttributeValue::N(number)) => number.parse().ok(),
            _ => None,
        }
        .ok_or_else(|| StoreError::new(StoreErrorKind::Broken, "the counter of tickets is no number"))
    }

    async fn write_ticket(&self, ticket: &Ticket, replaces: Option<u64>) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(item(Key::ticket(ticket.number), ticket)?));
        let put = match replaces {
            None => put
                .condition_expression("attribute_not_exists(#partition)")
                .expression_attribute_names("#partition", PARTITION),
            Some(beat) => put
                .condition_expression("#request = :request AND #beat = :beat")
                .expression_attribute_names("#request", "request")
                .expression_attribute_names("#beat", "beat")
                .expression_attribute_values(":request", request(ticket.request))
                .expression_attribute_values(":beat", AttributeValue::N(beat.to_string())),
        };
        put.send().await.map(drop).map_err(|error| self.failed("PutItem", error))
    }

    async fn delete_ticket(&self, ticket: &Ticket, condition: DropIf) -> Result<(), StoreError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&*self.table)
            .set_key(Some(Key::ticket(ticket.number).attributes()))
            .expression_attribute_names("#request", "request")
            .expression_attribute_values(":request", request(ticket.request));
        let delete = match condition {
            DropIf::Same => delete.condition_expression("#request = :request"),
            DropIf::Silent => delete
                .condition_expression("#request = :request AND #beat = :beat")
                .expression_attribute_names("#beat", "beat")
                .expression_attribute_values(":beat", AttributeValue::N(ticket.beat.to_string())),
        };
        delete.send().await.map(drop).map_err(|error| self.failed("DeleteItem", error))
    }

    /// The item with this key, whatever it says.
    pub(super) async fn raw(&self, key: Key) -> Result<Option<Item>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&*self.table)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| self.failed("GetItem", error))?;
        Ok(answer.item)
    }
}

fn request(id: RequestId) -> AttributeValue {
    AttributeValue::S(id.into())
}

fn incomplete(error: &aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::new(StoreErrorKind::Broken, error.to_string())
}

impl fmt::Debug for DynamoDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDb")
            .field("table", &self.table)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

impl Store for DynamoDb {
    fn account<'a>(&'a self, account: &'a AccountId) -> Answer<'a, Option<Arc<Record>>> {
        Box::pin(async move { Ok(self.get(Key::account(account)).await?.map(Arc::new)) })
    }

    fn accounts(&self) -> Answer<'_, Vec<Arc<Record>>> {
        Box::pin(async move {
            let all: Vec<Record> = self.query(ACCOUNTS, None).await?;
            Ok(all.into_iter().filter(|record| record.state != State::Removed).map(Arc::new).collect())
        })
    }

    fn write<'a>(&'a self, step: &'a Step, ticket: Option<&'a Ticket>) -> Answer<'a, ()> {
        Box::pin(self.write_all(step, ticket))
    }

    fn entry<'a>(&'a self, account: &'a AccountId, version: u64) -> Answer<'a, Option<Entry>> {
        Box::pin(self.get(Key::entry(account, version)))
    }

    fn history<'a>(&'a self, account: &'a AccountId, limit: usize) -> Answer<'a, Vec<Entry>> {
        Box::pin(async move { self.query(&history(account), Some(limit.max(1))).await })
    }

    fn next_number(&self) -> Answer<'_, u64> {
        Box::pin(self.raise_counter())
    }

    fn tickets(&self) -> Answer<'_, Vec<Arc<Ticket>>> {
        Box::pin(async move {
            let all: Vec<Ticket> = self.query(TICKETS, None).await?;
            Ok(all.into_iter().map(Arc::new).collect())
        })
    }

    fn put_ticket<'a>(&'a self, ticket: &'a Ticket, replaces: Option<u64>) -> Answer<'a, ()> {
        Box::pin(self.write_ticket(ticket, replaces))
    }

    fn drop_ticket<'a>(&'a self, ticket: &'a Ticket, condition: DropIf) -> Answer<'a, ()> {
        Box::pin(self.delete_ticket(ticket, condition))
    }
}
