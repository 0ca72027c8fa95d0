//! What tables hold: how it is deleted, however much it is, and how a table is proven to hold nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::error::{Error, ErrorKind};
use crate::handler::Context;
use crate::lane::Purpose;
use crate::services::client::{self, failed, send};
use crate::services::paging::following;

const SERVICE: &str = "dynamodb";
/// In how many places a table is read at once.
const SEGMENTS: i32 = 8;
/// How many items one call deletes at most.
const BATCH: usize = 25;
/// How many batches of a page are deleted at once.
const BATCHES_AT_ONCE: usize = 8;

type Key = HashMap<String, AttributeValue>;

/// A table that is being emptied.
struct Table<'a> {
    name: &'a str,
    /// The names of its key attributes.
    keys: &'a [String],
    client: Client,
    /// Reading has a budget of its own, so that finding items never waits behind deleting them.
    listing: Context,
    deleting: Context,
}

/// Deletes all items of a table, given the names of its key attributes. Needs the same memory for any number of items.
///
/// # Errors
/// What DynamoDB answered first; some items are deleted then.
pub(super) async fn delete_items(context: &Context, table: &str, keys: &[String]) -> Result<(), Error> {
    let table = Table {
        name: table,
        keys,
        client: client::dynamodb(context)?,
        listing: context.clone().with_purpose(Purpose::List),
        deleting: context.clone().with_purpose(Purpose::Delete),
    };
    let segments = (0..SEGMENTS).map(|segment| empty_segment(&table, segment));
    stream::iter(segments).buffer_unordered(SEGMENTS as usize).try_collect().await
}

/// Whether a table holds any item.
///
/// # Errors
/// What DynamoDB answered.
pub(super) async fn holds_items(context: &Context, table: &str) -> Result<bool, Error> {
    let client = client::dynamodb(context)?;
    let mut start: Option<Key> = None;
    loop {
        let page = send(context, SERVICE, "Scan", || {
            client
                .scan()
                .table_name(table)
                .consistent_read(true)
                .select(aws_sdk_dynamodb::types::Select::Count)
                .set_exclusive_start_key(start.clone())
                .send()
        })
        .await?;
        if page.count() > 0 {
            return Ok(true);
        }
        start = next(start.as_ref(), page.last_evaluated_key)?;
        if start.is_none() {
            return Ok(false);
        }
    }
}

/// Reads one segment page by page, and deletes each page before the next one is read.
async fn empty_segment(table: &Table<'_>, segment: i32) -> Result<(), Error> {
    // Names of attributes may be words of the query language: they are sent apart.
    let names: HashMap<String, String> =
        (0..).zip(table.keys).map(|(number, name): (u32, _)| (format!("#k{number}"), name.clone())).collect();
    let projection = (0..table.keys.len()).map(|number| format!("#k{number}")).collect::<Vec<_>>().join(", ");
    let mut start: Option<Key> = None;
    loop {
        let page = send(&table.listing, SERVICE, "Scan", || {
            table
                .client
                .scan()
                .table_name(table.name)
                .consistent_read(true)
                .segment(segment)
                .total_segments(SEGMENTS)
                .projection_expression(&projection)
                .set_expression_attribute_names(Some(names.clone()))
                .set_exclusive_start_key(start.clone())
                .send()
        })
        .await?;
        let mut items = page.items.unwrap_or_default().into_iter().peekable();
        let batches = std::iter::from_fn(|| {
            items.peek()?;
            Some(items.by_ref().take(BATCH).collect::<Vec<Key>>())
        });
        stream::iter(batches.map(|batch| delete_batch(table, batch)))
            .buffer_unordered(BATCHES_AT_ONCE)
            .try_collect::<()>()
            .await?;
        start = next(start.as_ref(), page.last_evaluated_key)?;
        if start.is_none() {
            return Ok(());
        }
    }
}

/// Deletes up to 25 items. What DynamoDB leaves unprocessed, for want of capacity, is sent again until nothing is left; the lane
/// slows down meanwhile, as if all had been refused.
async fn delete_batch(table: &Table<'_>, keys: Vec<Key>) -> Result<(), Error> {
    let requests = keys
        .into_iter()
        .map(|key| {
            let request = DeleteRequest::builder().set_key(Some(key)).build();
            request.map(|request| WriteRequest::builder().delete_request(request).build())
        })
        .collect::<Result<Vec<WriteRequest>, _>>()
        .map_err(|error| Error::new(ErrorKind::Invalid, error.to_string()))?;
    let left = Mutex::new(requests);
    let left = &left;
    table
        .deleting
        .paced(SERVICE, "BatchWriteItem", || {
            let requests = left.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let call = table.client.batch_write_item().request_items(table.name, requests).send();
            async move {
                let region = table.deleting.call_region();
                let output = call.await.map_err(|error| failed(SERVICE, "BatchWriteItem", region, error))?;
                let rest: Vec<WriteRequest> =
                    output.unprocessed_items.unwrap_or_default().into_values().flatten().collect();
                if rest.is_empty() {
                    return Ok(());
                }
                let message = format!("{} items of {} were left unprocessed.", rest.len(), table.name);
                *left.lock().unwrap_or_else(PoisonError::into_inner) = rest;
                Err(Error::new(ErrorKind::Throttled, message).with_code("UnprocessedItems"))
            }
        })
        .await
}

/// Where the next page starts. A page may be empty though others follow.
fn next(sent: Option<&Key>, last: Option<Key>) -> Result<Option<Key>, Error> {
    following("Scan", sent, last.filter(|key| !key.is_empty()))
}
