use crate::handler::Context;
use crate::resource::{Keep, Resource};
use crate::services::arn::Arn;
use serde_json::{Map, Value};

/// The protection of what looks as if AWS had made it.
pub(super) const AWS_MADE: &str = "aws-made";
/// What that protection keeps.
pub(super) const AWS_MADE_WHY: &str = "it looks like something that AWS made, which schemas do not tell";

/// How names and identifiers of such things begin.
const BEGINNINGS: [&str; 10] = [
    "aws/",
    "aws-",
    "aws:",
    "awsservicerole",
    "awsreservedsso",
    "awscontroltower",
    "alias/aws/",
    "amazon",
    "default.",
    "default:",
];
/// Properties that say whose something is, and what they say of AWS's.
const OWNERS: [&str; 6] = ["Owner", "OwnerType", "ManagedBy", "CreatedBy", "Scope", "Type"];
const AWS: [&str; 7] =
    ["aws", "amazon", "aws_managed", "aws_owned", "awsmanaged", "amazon_managed", "system"];

/// Why nobody may delete a resource: it is AWS's, or another account's.
pub(super) fn managed(context: &Context, resource: &Resource) -> Option<String> {
    let arn = Arn::parse(resource.arn.as_deref()?)?;
    match arn.account {
        "aws" => Some("it is AWS's own".to_owned()),
        account if is_account(account) && account != context.account().as_str() => {
            Some(format!("it belongs to the account {account}"))
        }
        _ => None,
    }
}

/// The protection of what looks like something that AWS made: nothing tells it from what users make, so it stays unless lifted.
pub(super) fn protection(resource: &Resource, properties: &Map<String, Value>) -> Option<Keep> {
    let parts = resource.id.split('|').chain([&*resource.name]);
    let looks_so = |text: &str| {
        let text = text.rsplit_once("::aws:").map_or(text, |(_, rest)| rest).to_lowercase();
        text == "default" || text == "primary" || BEGINNINGS.iter().any(|start| text.starts_with(start))
    };
    // An ARN begins with `arn:`, and says in its last part what it names.
    let last =
        |text: &str| Arn::parse(text).and_then(|arn| arn.resource.rsplit(['/', ':']).next().map(looks_so));
    let by_name = parts.into_iter().any(|part| looks_so(part) || last(part) == Some(true));
    let by_owner = OWNERS.iter().any(|name| {
        let owner = properties.get(*name).and_then(Value::as_str);
        owner.is_some_and(|owner| AWS.contains(&owner.to_lowercase().as_str()))
    });
    (by_name || by_owner).then(|| Keep { name: AWS_MADE.into(), why: AWS_MADE_WHY.into() })
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_looks_like_aws_stays() {
        let keeps = |id: &str, properties: Value| {
            let resource = Resource::new("AWS::A::B".into(), "eu-west-1".into(), id);
            let Value::Object(properties) = properties else { panic!("an object") };
            protection(&resource, &properties).is_some()
        };
        for id in [
            "aws/s3",
            "alias/aws/ebs",
            "AWSServiceRoleForX",
            "AWS-RunShellScript",
            "default",
            "app|Default",
            "arn:aws:x:eu-west-1:111122223333:thing/aws-managed",
            "arn:aws:x:eu-west-1:111122223333:group/default",
        ] {
            assert!(keeps(id, json!({})), "{id}");
        }
        for id in ["mine", "my-default", "laws-of-nature", "arn:aws:x:eu-west-1:111122223333:thing/mine"] {
            assert!(!keeps(id, json!({ "Owner": "me", "Type": "STANDARD" })), "{id}");
        }
        assert!(keeps("mine", json!({ "Owner": "AWS" })) && keeps("mine", json!({ "Type": "AWS_MANAGED" })));
    }
}
