use serde_json::{Value, json};

use crate::error::{Error, ErrorKind};
use crate::handler::{Context, Emptying, TypeSpec};
use crate::resource::Resource;
use crate::services::holder::Contents;

const SERVICE: &str = "sqs";
/// What AWS counts: waiting, received and not yet deleted, sent for later.
const COUNTS: [&str; 3] = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
];

/// Deletes the messages of queues.
///
/// AWS takes one purge of a queue in 60 seconds, which may take as long, and refuses the next one meanwhile
/// (`PurgeQueueInProgress`). How many messages there are it only tells by approximation.
pub(crate) struct Messages;

impl Contents for Messages {
    const TYPE: &'static str = "SQSQueue";

    fn describe(spec: TypeSpec) -> TypeSpec {
        spec.data("messages", &["sqs:PurgeQueue", "sqs:GetQueueAttributes"])
    }

    async fn empty(&self, context: &Context, resource: &Resource) -> Result<Emptying, Error> {
        context.call(SERVICE, "PurgeQueue", json!({ "QueueUrl": &*resource.id })).await?;
        Ok(Emptying::Started)
    }

    async fn contents(&self, context: &Context, resource: &Resource) -> Result<Option<String>, Error> {
        let input = json!({ "QueueUrl": &*resource.id, "AttributeNames": COUNTS });
        let answer = context.call(SERVICE, "GetQueueAttributes", input).await?;
        let mut messages = 0;
        for name in COUNTS {
            let count = answer.pointer(&format!("/Attributes/{name}")).and_then(number);
            messages += count.ok_or_else(|| {
                let message = format!("SQS does not tell the {name} of {}.", resource.name);
                Error::new(ErrorKind::Unexpected, message)
            })?;
        }
        Ok(match messages {
            0 => None,
            1 => Some("about 1 message".to_owned()),
            _ => Some(format!("about {messages} messages")),
        })
    }
}

/// SQS writes numbers as texts.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
