use std::collections::{BTreeMap, BTreeSet};

use super::tables::{ACTIONS, DEPENDENTS};
use super::{exempt, foundation};
use crate::handler::TypeSpec;
use crate::policy::{ALWAYS, baseline_actions};

/// Action names by service, as AWS's reference has them.
fn reference() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let lines = include_str!("../../iam/reference.txt").lines().filter(|line| !line.starts_with('#'));
    let services = lines.filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.collect()))
    });
    services.collect()
}

/// All actions that the tool may ever ask for on behalf of some types.
fn asked_for(counts: impl Fn(&TypeSpec) -> bool) -> BTreeSet<String> {
    let registry = crate::builtin().expect("the types fit together");
    let specs = registry.specs().filter(|spec| counts(spec));
    let of_types = specs.flat_map(|spec| {
        let data = spec.data.iter().flat_map(|data| data.iam_actions.iter().map(String::as_str));
        spec.all_iam_actions().chain(data).map(str::to_owned).collect::<Vec<_>>()
    });
    let always = ALWAYS.iter().map(|(action, _)| (*action).to_owned());
    of_types.chain(always).chain(baseline_actions()).collect()
}

#[test]
fn every_action_is_one_of_aws() {
    let reference = reference();
    let is_known = |action: &str| {
        let (service, name) = action.split_once(':').expect("an action has a service");
        // API Gateway's are HTTP methods, of which the reference has only those that need a path.
        let is_method = service == "apigateway" && ["DELETE", "GET", "PATCH", "POST", "PUT"].contains(&name);
        is_method || reference.get(service).is_some_and(|names| names.contains(name))
    };
    // AWS's schemas are newer than the reference, and not free of mistakes.
    let asked_for = asked_for(|spec| !spec.is_via_cloud_control());
    let unknown: Vec<&String> =
        asked_for.iter().filter(|action| !is_known(action) && !ACTIONS.newer.contains_key(*action)).collect();
    assert!(
        unknown.is_empty(),
        "IAM has no such actions: {unknown:?}. Where an action is not called like its operation, say so under \
         `operations` in iam/actions.toml; where it is newer than iam/reference.txt, under `newer`. Where a whole service \
         is called otherwise, IAM_PREFIXES of aws-dynamic says so."
    );
    for (action, why) in &ACTIONS.newer {
        assert!(!is_known(action), "{action} is in the reference now: it is no exception any more");
        assert!(asked_for.contains(action), "nobody asks for {action}, so it needs no exception");
        assert!(why.contains(' '), "{action}: say why");
    }
}

#[test]
fn the_tables_say_only_what_is_so() {
    let reference = reference();
    let is_known = |action: &String| {
        action.split_once(':').and_then(|(service, name)| Some(reference.get(service)?.contains(name)))
            == Some(true)
    };
    for (operation, actions) in &ACTIONS.operations {
        for action in actions {
            assert!(is_known(action), "{action}, of {operation}, is no action");
        }
        assert!(
            !is_known(operation) || operation == "s3:DeleteObjects",
            "{operation} is an action of its own name"
        );
    }
    let dependents: BTreeSet<&String> = DEPENDENTS.values().flatten().collect();
    for (action, why) in &ACTIONS.not_needed {
        assert!(dependents.contains(action) && why.contains(' '), "nothing depends on {action}");
    }
    for service in foundation() {
        assert!(reference.contains_key(&*service), "{service} is no service");
    }
    assert!(exempt().any(|role| role == "OrganizationAccountAccessRole"));
}

#[test]
fn no_action_makes_what_then_is_left() {
    // To give CloudFormation back the role of a stack, one has to be made; a stopped cluster is started to be deleted; the
    // deletion of a signal map's monitor is started, and so are those of an approval team and of a policy's association.
    let known = [
        "iam:CreateRole",
        "iam:TagRole",
        "medialive:StartDeleteMonitorDeployment",
        "mpa:StartActiveApprovalTeamDeletion",
        "rds:StartDBCluster",
        "securityhub:StartConfigurationPolicyDisassociation",
    ];
    let makes: Vec<String> = asked_for(|_| true)
        .into_iter()
        .filter(|action| !known.contains(&&**action))
        .filter(|action| {
            let name = action.split_once(':').map_or("", |(_, name)| name);
            ["Create", "Start", "Run", "Allocate", "Tag"].iter().any(|verb| {
                name.strip_prefix(verb).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
            })
        })
        .collect();
    assert_eq!(makes, Vec::<String>::new(), "if a deletion really needs it, name it here");
}
