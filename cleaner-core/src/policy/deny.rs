use std::collections::BTreeSet;

use aws_dynamic::model::Models;
use serde_json::{Value, json};

use crate::handler::Registry;
use crate::iam;
use crate::resource::TypeName;
use crate::services::cloud_control::Schema;

/// How many characters a service control policy may have. AWS counts spaces as well, if it does not come from the console.
pub const SERVICE_CONTROL_LIMIT: usize = 5_120;

/// A service control policy that denies every service of which none of these types is, so that nothing is made there that a
/// run would not see. What every account needs, and roles that the organization acts through, are exempt.
///
/// # Behavior
/// It tells services apart, not types: within a service that has a type, everything can be made, also what has none.
/// Service-linked roles and the management account are never bound by service control policies.
pub fn deny_unsupported(registry: &Registry, types: &BTreeSet<TypeName>) -> Value {
    let models = Models::builtin();
    let of_types = registry.specs().filter(|spec| types.contains(&spec.name)).flat_map(|spec| {
        match Schema::find(spec.name.as_str()).filter(|_| spec.is_via_cloud_control()) {
            Some(schema) => schema.namespaces().map(str::to_owned).collect::<Vec<_>>(),
            None => {
                let prefix = models.service(&spec.service).map(|service| service.iam_prefix());
                vec![prefix.unwrap_or(&spec.service).to_owned()]
            }
        }
    });
    let services: BTreeSet<String> = of_types.chain(iam::foundation()).collect();
    let allowed: Vec<String> = services.iter().map(|service| format!("{service}:*")).collect();
    let exempt: Vec<String> = iam::exempt().map(|role| format!("arn:*:iam::*:role/{role}")).collect();
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny",
            "NotAction": allowed,
            "Resource": "*",
            "Condition": { "ArnNotLike": { "aws:PrincipalArn": exempt } },
        }],
    })
}
