use std::collections::BTreeSet;

use aws_dynamic::Pages;
use aws_dynamic::model::{Models, ShapeKind};

use super::builtin::entries;
use super::{FILES, check, check_graph};

#[test]
fn no_file_of_the_folder_is_forgotten() {
    // Asked at run time: builds may be shared by checkouts.
    let package = std::env::var("CARGO_MANIFEST_DIR").expect("cargo runs tests");
    let folder = std::path::Path::new(&package).join("catalog");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|file| file.expect("readable").file_name().into_string().expect("a plain name"))
        .collect();
    let known: BTreeSet<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(known, files, "each file of catalog/ needs its line in FILES");
}

#[test]
fn all_entries_are_verified_against_the_models() {
    let entries = entries().unwrap_or_else(|problems| panic!("the catalog cannot be read:\n\n{problems}"));
    let problems = check(&entries, Models::builtin());
    assert!(problems.is_empty(), "{} problems:\n\n{problems}", problems.len());
}

#[test]
fn files_are_named_after_their_service() {
    for entry in entries().expect("the catalog is readable") {
        let position = entry.position();
        assert_eq!(format!("{}.toml", entry.service.value), *position.file, "{}", entry.name());
    }
}

#[test]
fn every_relation_names_a_type() {
    let registry = crate::builtin().expect("the types fit together");
    for entry in entries().expect("the catalog is readable") {
        let edges = entry.refs.iter().chain(&entry.owned_by).chain(&entry.part_of).map(|edge| &edge.target);
        for target in edges.chain(&entry.delete_after) {
            let known = registry.resolve(target.value.as_str());
            assert_eq!(known, Some(&target.value), "{}: no such type", target.at);
        }
    }
}

#[test]
fn the_order_of_types_has_no_circle() {
    let registry = crate::builtin().expect("the types fit together");
    assert_eq!(check_graph(registry.specs()), Vec::<String>::new());
}

#[test]
fn every_listing_is_read_to_its_end() {
    // Members that look like page tokens and are none.
    const OTHERS: [&str; 5] =
        ["clientRequestToken", "clientToken", "ClientToken", "ConditionalToken", "UpdateToken"];
    let looks_like_one = |name: &str| {
        !OTHERS.contains(&name)
            && (["Token", "Marker", "Cursor"].iter().any(|end| name.ends_with(end))
                || ["Next", "next", "HasMore", "hasMore", "IsTruncated", "isTruncated", "position"]
                    .iter()
                    .any(|start| name.starts_with(start)))
    };
    let mut unpaged = BTreeSet::new();
    for entry in entries().expect("the catalog is readable") {
        for call in entry.listings() {
            let model = Models::builtin().service(&call.service).expect("it is checked elsewhere");
            let operation = model.operation(&call.operation).expect("it is checked elsewhere");
            let Some(output) = operation.output() else { continue };
            let inner = output.members().filter_map(|name| output.member(name));
            let inner = inner.filter(|shape| shape.kind() == ShapeKind::Structure);
            let has_token =
                output.members().chain(inner.flat_map(|shape| shape.members())).any(looks_like_one);
            if has_token && !Pages::are_known_of(operation) {
                unpaged.insert(call.title());
            }
        }
    }
    assert!(unpaged.is_empty(), "nobody asks for the second page of {unpaged:?}");
}

#[test]
fn actions_are_those_of_iam() {
    let registry = crate::builtin().expect("the types fit together");
    for (name, expected) in [
        ("APIGatewayRestAPI", &["apigateway:DELETE", "apigateway:GET"][..]),
        ("APIGatewayVpcLink", &["apigateway:DELETE", "apigateway:GET"]),
        (
            "CloudWatchDashboard",
            &["cloudwatch:DeleteDashboards", "cloudwatch:ListDashboards", "cloudwatch:ListTagsForResource"],
        ),
        ("SESIdentity", &["ses:DeleteIdentity", "ses:ListIdentities", "ses:ListTagsForResource"]),
        ("AthenaWorkGroup", &["athena:DeleteWorkGroup", "athena:ListWorkGroups", "tag:GetResources"]),
    ] {
        assert_eq!(*registry.get(name).expect(name).spec().iam_actions, *expected, "{name}");
    }
}
