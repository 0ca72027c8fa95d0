use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::catalog::time_of;
use crate::error::{Error, ErrorKind};
use crate::handler::{Context, Emptying, TypeSpec};
use crate::lane::Purpose;
use crate::resource::Resource;
use crate::services::holder::Contents;

const SERVICE: &str = "kinesis";
/// How many shards are read at once.
const SHARDS_AT_ONCE: usize = 8;

/// Looks for the records of streams. AWS has no way to delete them: they end with the retention period of their stream.
pub(crate) struct Records;

impl Contents for Records {
    const TYPE: &'static str = "KinesisStream";

    fn describe(spec: TypeSpec) -> TypeSpec {
        spec.data(
            "records",
            &[
                "kinesis:DescribeStreamSummary",
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:ListShards",
            ],
        )
    }

    async fn empty(&self, context: &Context, resource: &Resource) -> Result<Emptying, Error> {
        let context = context.clone().with_purpose(Purpose::List);
        let Some(arrived) = first_record(&context, resource).await? else { return Ok(Emptying::Done) };
        let input = json!({ "StreamName": &*resource.id });
        let summary = context.call(SERVICE, "DescribeStreamSummary", input).await?;
        let hours = summary.pointer("/StreamDescriptionSummary/RetentionPeriodHours").and_then(Value::as_u64);
        Err(Error::new(ErrorKind::Protected, held(arrived, hours)))
    }

    async fn contents(&self, context: &Context, resource: &Resource) -> Result<Option<String>, Error> {
        Ok(first_record(context, resource).await?.map(|_| "records".to_owned()))
    }
}

/// Why a stream stays as full as it is, and until when.
fn held(arrived: Arrived, hours: Option<u64>) -> String {
    let hours =
        hours.map_or_else(|| "the retention period of the stream".to_owned(), |hours| format!("{hours} h"));
    let when = arrived.0.map(|time| format!(" The first that was found came at {time}.")).unwrap_or_default();
    format!(
        "the stream holds records, and AWS has no way to delete them: each ends {hours} after it came.{when}"
    )
}

/// When a record came, if AWS says it.
#[derive(Clone, Copy, Debug)]
struct Arrived(Option<Timestamp>);

/// Reads from the oldest place of all shards, those that are closed among them, until there is a record.
async fn first_record(context: &Context, resource: &Resource) -> Result<Option<Arrived>, Error> {
    let mut pages = context.pages(SERVICE, "ListShards", json!({ "StreamName": &*resource.id }))?;
    while let Some(page) = pages.next().await? {
        let shards = page["Shards"].as_array().map_or(&[][..], Vec::as_slice);
        let ids: Vec<&str> = shards.iter().filter_map(|shard| shard["ShardId"].as_str()).collect();
        if ids.len() < shards.len() {
            return Err(Error::new(
                ErrorKind::Unexpected,
                "ListShards answered with a shard that has no id.",
            ));
        }
        let shards: Vec<_> = ids.into_iter().map(|id| first_of_shard(context, resource, id)).collect();
        let mut reading = stream::iter(shards).buffer_unordered(SHARDS_AT_ONCE);
        while let Some(found) = reading.try_next().await? {
            if found.is_some() {
                return Ok(found);
            }
        }
    }
    Ok(None)
}

async fn first_of_shard(
    context: &Context,
    resource: &Resource,
    shard: &str,
) -> Result<Option<Arrived>, Error> {
    let input = json!({ "StreamName": &*resource.id, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON" });
    let answer = context.call(SERVICE, "GetShardIterator", input).await?;
    let mut iterator = answer["ShardIterator"].as_str().map(str::to_owned);
    // An answer without records says nothing: there may be some behind it. A closed shard ends, an open one has a tip.
    while let Some(at) = iterator {
        let answer = context.call(SERVICE, "GetRecords", json!({ "ShardIterator": at, "Limit": 1 })).await?;
        let records = answer["Records"].as_array().map_or(&[][..], Vec::as_slice);
        if let Some(record) = records.first() {
            return Ok(Some(Arrived(time_of(&record["ApproximateArrivalTimestamp"]).known().copied())));
        }
        iterator = answer["NextShardIterator"].as_str().map(str::to_owned);
        match answer["MillisBehindLatest"].as_u64() {
            Some(0) => return Ok(None),
            None if iterator.is_some() => {
                let message = "GetRecords does not tell how much of the shard is left to read.";
                return Err(Error::new(ErrorKind::Unexpected, message));
            }
            _ => {}
        }
    }
    Ok(None)
}
