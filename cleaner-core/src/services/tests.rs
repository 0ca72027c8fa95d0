use std::collections::BTreeSet;

use super::*;

#[test]
fn names_are_unique_and_settings_and_properties_are_spelt_alike() {
    let handlers = handlers();
    let mut names = BTreeSet::new();
    for handler in &handlers {
        let spec = handler.spec();
        assert!(names.insert(spec.name.clone()), "{} is there twice", spec.name);
        let words = spec.settings.iter().map(|setting| setting.name.as_str());
        for word in words.chain(spec.properties.iter().map(String::as_str)) {
            let plain = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(plain, "{} of {} is no snake_case word", word, spec.name);
        }
        assert!(spec.settings.iter().all(|setting| setting.doc.ends_with('.')), "{}", spec.name);
    }
}

#[test]
fn stacks_are_known_to_be_stacks() {
    let stacks: Vec<_> = handlers()
        .iter()
        .map(|handler| handler.spec().clone())
        .filter(|spec| spec.is_stack)
        .map(|spec| spec.name.as_str().to_owned())
        .collect();
    assert_eq!(stacks, ["CloudFormationStack"], "rules about stacks, and what they own, depend on it");
}

#[test]
fn iam_actions_are_of_the_service_or_of_a_named_helper() {
    for handler in handlers() {
        let spec = handler.spec();
        let unique: BTreeSet<_> = spec.iam_actions.iter().collect();
        assert_eq!(unique.len(), spec.iam_actions.len(), "{}", spec.name);
        for action in spec.all_iam_actions() {
            let (service, verb) = action.split_once(':').expect("an action has a service");
            // A stack's contents are emptied, and its role made again, by calls to other services.
            let helper = spec.name == "CloudFormationStack" && ["ecr", "iam", "s3"].contains(&service);
            let helper = helper || action == "tag:GetResources";
            assert!(service == spec.service || helper, "{action} of {}", spec.name);
            assert!(verb.starts_with(|first: char| first.is_ascii_uppercase()), "{action}");
        }
    }
}

/// The operation an action allows; none for permissions that no call of their own asks for.
fn operation(action: &str) -> Option<&str> {
    Some(match action {
        "s3:ListAllMyBuckets" => "ListBuckets",
        "s3:ListBucket" => "HeadBucket",
        "s3:ListBucketVersions" => "ListObjectVersions",
        "s3:ListBucketMultipartUploads" => "ListMultipartUploads",
        "s3:DeleteObjectVersion" | "s3:BypassGovernanceRetention" => "DeleteObjects",
        // Asked for by CreateRole with tags.
        "iam:TagRole" => return None,
        action => action.split_once(':')?.1,
    })
}

#[test]
fn iam_actions_are_operations_of_the_models() {
    let models = aws_dynamic::model::Models::builtin();
    for handler in handlers() {
        let spec = handler.spec();
        assert!(spec.model_checked, "{}", spec.name);
        for action in spec.all_iam_actions().filter(|action| *action != "tag:GetResources") {
            let service = action.split(':').next().and_then(|service| models.service(service));
            let service = service.unwrap_or_else(|| panic!("no model of the service of {action}"));
            let known = operation(action).is_none_or(|operation| service.operation(operation).is_some());
            assert!(known, "{action} of {} names no operation of the bundled models", spec.name);
        }
    }
}
