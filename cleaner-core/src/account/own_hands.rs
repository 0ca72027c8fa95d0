use super::{Identity, Principal};
use crate::resource::{Keep, Resource};

/// The name of the protection that keeps the caller's own identity. It cannot be lifted.
pub const CALLER: &str = "caller";

/// Protects what the caller acts through: its role or user, and the instance profiles that hold the role.
///
/// What these use (policies, groups, the provider a role trusts) is kept with them, as with every kept resource.
pub fn protect_own_hands(identity: &Identity, resource: &mut Resource) {
    let (type_name, name) = match identity.principal() {
        Principal::Role(name) => ("IAMRole", name),
        Principal::User(name) => ("IAMUser", name),
        Principal::Other => return,
    };
    let is_caller = resource.type_name == type_name && *resource.name == *name;
    let holds_caller = resource.type_name == "IAMInstanceProfile"
        && resource.refs.iter().any(|used| used.type_name == type_name && is_name_of(&used.target, &name));
    if is_caller || holds_caller {
        resource.protection = Some(Box::new(Keep {
            name: CALLER.into(),
            why: format!("the caller acts through {name}").into(),
        }));
    }
}

/// Whether a reference by name or ARN means the entity of this name.
fn is_name_of(target: &str, name: &str) -> bool {
    target == name || (target.starts_with("arn:") && target.rsplit('/').next() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Region;

    fn protected(arn: &str, type_name: &str, name: &str, uses: Option<&str>) -> bool {
        let identity = Identity {
            account: "123456789012".parse().expect("twelve digits"),
            arn: arn.to_owned(),
            user_id: String::new(),
            partition: "aws".to_owned(),
        };
        let mut resource = Resource::new(type_name.into(), Region::global(), name);
        if let Some(target) = uses {
            resource.uses("IAMRole", target);
        }
        protect_own_hands(&identity, &mut resource);
        resource.protection.is_some()
    }

    #[test]
    fn the_caller_keeps_its_hands() {
        let role = "arn:aws:sts::123456789012:assumed-role/ci/run-1";
        let user = "arn:aws:iam::123456789012:user/ci";
        assert!(protected(role, "IAMRole", "ci", None));
        assert!(protected(role, "IAMInstanceProfile", "box", Some("ci")));
        assert!(protected(role, "IAMInstanceProfile", "box", Some("arn:aws:iam::123456789012:role/path/ci")));
        assert!(!protected(role, "IAMInstanceProfile", "box", Some("other")));
        assert!(!protected(role, "IAMRole", "ci-2", None));
        assert!(!protected(role, "IAMUser", "ci", None));
        assert!(protected(user, "IAMUser", "ci", None));
        assert!(!protected(user, "IAMRole", "ci", None));
    }
}
