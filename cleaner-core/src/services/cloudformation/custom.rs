//! What custom resources call outside of their stack: functions and topics that must outlive it, or its deletion hangs for an hour.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{Stack, StackResourceSummary, TemplateStage};

use super::SERVICE;
use crate::error::Error;
use crate::handler::Context;
use crate::resource::Ref;
use crate::services::client::send;

/// The functions and topics a stack names by ARN, if it has custom resources: in its parameters and in its template.
///
/// # Errors
/// If the template of a stack with custom resources cannot be read: nobody knows then what it needs.
pub(super) async fn providers(
    context: &Context,
    client: &Client,
    stack: &Stack,
    resources: &[StackResourceSummary],
) -> Result<Vec<Ref>, Error> {
    if !resources.iter().filter_map(StackResourceSummary::resource_type).any(is_custom) {
        return Ok(Vec::new());
    }
    let id = stack.stack_id().unwrap_or_default();
    let template = send(context, SERVICE, "GetTemplate", || {
        client.get_template().stack_name(id).template_stage(TemplateStage::Processed).send()
    })
    .await?;
    let values = stack.parameters().iter().filter_map(|parameter| parameter.parameter_value());
    let mut providers: Vec<Ref> =
        template.template_body().into_iter().chain(values).flat_map(named_in).collect();
    providers.sort_by(|one, other| one.target.cmp(&other.target));
    providers.dedup();
    Ok(providers)
}

fn is_custom(resource_type: &str) -> bool {
    resource_type.starts_with("Custom::") || resource_type == "AWS::CloudFormation::CustomResource"
}

/// The functions and topics whose ARNs stand in a text.
fn named_in(text: &str) -> impl Iterator<Item = Ref> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_:/.".contains(c))).filter_map(|word| {
        let parts: Vec<&str> = word.split(':').collect();
        match parts[..] {
            ["arn", _, "lambda", _, _, "function", _, ..] => {
                Some(Ref { type_name: "LambdaFunction".into(), target: parts[..7].join(":").into() })
            }
            ["arn", _, "sns", _, _, _] => Some(Ref { type_name: "SNSTopic".into(), target: word.into() }),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_found_by_their_arns() {
        let text = r#"{"ServiceToken": "arn:aws:lambda:eu-west-1:111122223333:function:maker:live", "x": ["arn:aws:sns:eu-west-1:1:t"],
                       "y": "arn:aws:s3:::bucket", "z": {"Fn::GetAtt": ["Own", "Arn"]}}"#;
        let found: Vec<String> = named_in(text).map(|found| found.target.to_string()).collect();
        assert_eq!(
            found,
            ["arn:aws:lambda:eu-west-1:111122223333:function:maker", "arn:aws:sns:eu-west-1:1:t"]
        );
        assert!(is_custom("Custom::Thing") && is_custom("AWS::CloudFormation::CustomResource"));
        assert!(!is_custom("AWS::Lambda::Function"));
    }
}
