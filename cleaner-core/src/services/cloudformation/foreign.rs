//! Stacks that other AWS services made, known by their names.

use crate::resource::Keep;

/// The built-in protection of a stack by this name.
pub(super) fn protection(name: &str) -> Option<Keep> {
    let keep = |name: &str, why: &str| Some(Keep { name: name.into(), why: why.into() });
    let inner = name.strip_prefix("StackSet-").unwrap_or(name);
    if inner.starts_with("AWSControlTower") || inner.starts_with("aws-controltower") {
        return keep("control-tower", "Control Tower made it");
    }
    // `StackSet-<name of the set>-<uuid>`, which nobody types by hand.
    let uuid = name.strip_prefix("StackSet-").and_then(|rest| rest.get(rest.len().checked_sub(37)?..));
    if uuid.is_some_and(is_dashed_uuid) {
        return keep("stackset-stack", "it is an instance of a stack set");
    }
    None
}

/// Whether a text is a UUID after a dash.
fn is_dashed_uuid(text: &str) -> bool {
    text.len() == 37
        && text.bytes().enumerate().all(|(at, byte)| match at {
            0 | 9 | 14 | 19 | 24 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether Config made a stack, and takes it along with the conformance pack it stands for.
pub(super) fn is_conformance_pack(name: &str, description: Option<&str>) -> bool {
    name.starts_with("awsconfigconforms-")
        || description.is_some_and(|text| text.contains("managed by") && text.contains("onformance Pack"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_of_others_are_known_by_their_names() {
        let name = |stack: &str| protection(stack).map(|keep| keep.name.to_string());
        let uuid = "0b1c2d3e-0000-1111-2222-333344445555";
        assert_eq!(name(&format!("StackSet-guardrails-{uuid}")).as_deref(), Some("stackset-stack"));
        assert_eq!(name(&format!("StackSet-AWSControlTowerBP-x-{uuid}")).as_deref(), Some("control-tower"));
        assert_eq!(name("aws-controltower-baseline").as_deref(), Some("control-tower"));
        for free in ["StackSet-mine", "app", "StackSet-", "my-AWSControlTower"] {
            assert_eq!(name(free), None, "{free}");
        }
        assert!(is_conformance_pack("awsconfigconforms-x-conformance-pack-abc", None));
        assert!(!is_conformance_pack("app", Some("an app")));
    }
}
