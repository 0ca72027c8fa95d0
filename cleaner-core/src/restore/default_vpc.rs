use serde_json::{Value, json};

use crate::error::{Error, ErrorKind};
use crate::handler::Context;

/// The IAM actions that [`make`] needs.
pub(super) const ACTIONS: &[&str] = &["ec2:CreateDefaultVpc", "ec2:DescribeVpcs"];

/// Makes a default VPC in the region of a context, unless there is one. Returns its id.
pub(super) async fn make(context: &Context) -> Result<Option<String>, Error> {
    let input = json!({ "Filters": [{ "Name": "is-default", "Values": ["true"] }] });
    let mut pages = context.pages("ec2", "DescribeVpcs", input)?;
    while let Some(page) = pages.next().await? {
        if page.get("Vpcs").and_then(Value::as_array).is_some_and(|vpcs| !vpcs.is_empty()) {
            return Ok(None);
        }
    }
    match context.call("ec2", "CreateDefaultVpc", json!({})).await {
        // Somebody was faster, or an answer was lost.
        Err(error) if error.is_code("DefaultVpcAlreadyExists") => Ok(None),
        Err(error) => Err(error),
        Ok(answer) => match answer.pointer("/Vpc/VpcId").and_then(Value::as_str) {
            Some(id) => Ok(Some(id.to_owned())),
            None => Err(Error::new(ErrorKind::Unexpected, "CreateDefaultVpc answers with no VPC.")),
        },
    }
}
