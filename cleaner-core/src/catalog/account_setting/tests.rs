use std::collections::BTreeSet;

use aws_dynamic::model::Models;

use super::check::check;
use super::read::read;
use super::{FILE, account_settings};

#[test]
fn every_account_setting_is_right_by_the_models_of_aws() {
    let settings = read(FILE.0, FILE.1).unwrap_or_else(|problems| panic!("{problems}"));
    let problems = check(&settings, Models::builtin());
    assert!(problems.is_empty(), "{problems}");
    let names: Vec<&str> = account_settings().iter().map(|setting| setting.name()).collect();
    assert!(names.is_sorted(), "they are in the order of their names: {names:?}");
    assert!(account_settings().iter().all(|setting| setting.what().contains(' ')));
}

#[test]
fn each_mistake_is_a_problem_at_its_place() {
    let head = "[a]\nwhat = \"x y\"\n";
    for (lines, expected) in [
        (
            "call = \"ec2:GetEbsEncryptionByDefalt\"\nvalue = \"x\"",
            "s.toml:3:8: a: no operation `GetEbsEncryptionByDefalt`",
        ),
        (
            "call = \"ec2:GetEbsEncryptionByDefault\"\nvalue = \"EbsEncryptionByDefalt\"",
            "did you mean `EbsEncryptionByDefault`?",
        ),
        ("call = \"ec2:EnableSerialConsoleAccess\"\nvalue = \"SerialConsoleAccessEnabled\"", "no operation"),
        (
            "call = \"ec2:DisableSerialConsoleAccess\"\nvalue = \"SerialConsoleAccessEnabled\"",
            "is no reading operation",
        ),
        ("call = \"athena:GetWorkGroup\"\nvalue = \"WorkGroup.State\"", "required member `WorkGroup`"),
        (
            "call = \"ec2:GetEbsEncryptionByDefault\"\nvalue = \"x\"\nsocpe = \"global\"",
            "did you mean `scope`?",
        ),
        ("call = \"ec2:GetEbsEncryptionByDefault\"", "missing key `value`"),
    ] {
        let shown = match read("s.toml", &format!("{head}{lines}\n")) {
            Ok(settings) => check(&settings, Models::builtin()).to_string(),
            Err(problems) => problems.to_string(),
        };
        assert!(shown.contains(expected), "{lines}\n  expected {expected}\n  found    {shown}");
    }
}

#[test]
fn reading_them_needs_no_more_than_reading() {
    let actions: BTreeSet<String> =
        account_settings().iter().flat_map(|setting| setting.iam_actions()).collect();
    let verbs = ["Describe", "Get", "GET", "List"];
    let changes: Vec<&String> = actions
        .iter()
        .filter(|action| {
            let name = action.split_once(':').map_or("", |(_, name)| name);
            !verbs.iter().any(|verb| name.starts_with(verb))
        })
        .collect();
    assert!(changes.is_empty(), "{changes:?}");
}
