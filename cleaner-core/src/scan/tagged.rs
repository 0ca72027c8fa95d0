use serde_json::{Value, json};

use crate::error::Error;
use crate::handler::Context;

/// Hands over what the Resource Groups Tagging API shows in a region, of everything or of what has a tag with this key: the ARN
/// and the tags of each.
///
/// # Errors
/// The first page that cannot be read.
pub(crate) async fn each_tagged(
    context: &Context,
    key: Option<&str>,
    mut take: impl FnMut(&str, Vec<(String, String)>) + Send,
) -> Result<(), Error> {
    let mut input = json!({ "ResourcesPerPage": 100 });
    if let Some(key) = key {
        input["TagFilters"] = json!([{ "Key": key }]);
    }
    let mut pages = context.pages("resourcegroupstaggingapi", "GetResources", input)?;
    while let Some(page) = pages.next().await? {
        for mapping in page.get("ResourceTagMappingList").and_then(Value::as_array).into_iter().flatten() {
            let Some(arn) = mapping.get("ResourceARN").and_then(Value::as_str) else { continue };
            let tags = mapping.get("Tags").and_then(Value::as_array).into_iter().flatten();
            let tags = tags.filter_map(|tag| {
                let text = |key: &str| tag.get(key).and_then(Value::as_str).map(str::to_owned);
                Some((text("Key")?, text("Value").unwrap_or_default()))
            });
            take(arn, tags.collect());
        }
    }
    Ok(())
}
