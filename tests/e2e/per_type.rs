//! Every type that the emulator can hold: one resource that a rule keeps and one that goes, made by recipes, listed in pages of one
//! where the emulator has pages, and looked at afterwards by somebody else. The recipes are data: `tests/emulator/recipes`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use cleaner_tests::{Cli, Emulator, python, tree};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::scene::Done;

/// How long making or finding the resources of a quarter may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(300);

/// Of how many lists the emulator makes pages in each quarter at least.
const PAGED: usize = 15;

#[test]
fn the_first_quarter_of_all_types() {
    prove("1/4");
}

#[test]
fn the_second_quarter_of_all_types() {
    prove("2/4");
}

#[test]
fn the_third_quarter_of_all_types() {
    prove("3/4");
}

#[test]
fn the_last_quarter_of_all_types() {
    prove("4/4");
}

#[test]
fn every_type_has_a_recipe_or_a_reason_why_not() {
    let all = Cli::bare().args(["types", "--format", "json"]).run().expect_code(0);
    let dir = TempDir::new().expect("a temporary directory");
    let types = dir.path().join("types.json");
    std::fs::write(&types, &all.stdout).expect("the file can be written");
    let types = types.display().to_string();
    // A type of which the emulator has learned all that a reason names needs a recipe now: that is an error as well.
    let recipes = recipes();
    let emulator = Emulator::shared();
    for arguments in [&["coverage", &recipes, "--types", &types][..], &["check", &recipes]] {
        python::script(emulator, "recipes.py", arguments, DEADLINE).unwrap_or_else(|error| panic!("{error}"));
    }
    let tested = all.json()["types"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|one| one["emulator_tested"] == true)
        .map(|one| one["name"].as_str().expect("a text").to_owned())
        .collect::<BTreeSet<_>>();
    let listed = python::script(emulator, "recipes.py", &["tested", &recipes], DEADLINE)
        .unwrap_or_else(|error| panic!("{error}"));
    let proven: BTreeSet<String> = listed.lines().map(str::to_owned).collect();
    assert_eq!(tested, proven, "`emulator_tested` is for the types with a recipe");
}

/// Makes, clears and verifies the types of one part.
fn prove(shard: &str) {
    let emulator = Emulator::start();
    let credentials = emulator.new_account();
    let dir = TempDir::new().expect("a temporary directory");
    let file = |name: &str| dir.path().join(name).display().to_string();
    let (state, config, recipes) = (file("state.json"), file("aws-cleaner.yaml"), recipes());
    let script = |arguments: &[&str]| {
        python::script_in(&emulator, &credentials, "recipes.py", arguments, DEADLINE)
            .unwrap_or_else(|error| panic!("{error}\n{}", emulator.noise()))
    };
    script(&["make", "--endpoint-url", emulator.url(), "--shard", shard, "--out", &state, &recipes]);
    script(&["config", "--state", &state, "--out", &config]);
    let made = std::fs::read_to_string(&state).expect("the script wrote it");
    let made: Value = serde_json::from_str(&made).expect("it is JSON");
    let types = made["types"].as_object().expect("a table");
    let parents = made["parents"].as_object().expect("a table").values();
    let mut named: BTreeSet<&str> = types.keys().map(String::as_str).collect();
    named.extend(parents.map(|parent| parent["type"].as_str().expect("a text")));
    let named: Vec<&str> = named.into_iter().flat_map(|name| ["--type", name]).collect();

    // A thing a page: what does not read on finds one of two.
    emulator.settings(&json!({ "page_size": 1 }));
    let account = credentials.account.as_str();
    let cli = Cli::new(&emulator, &credentials)
        .args(["clear", "--yes", "--account", account, "--report", "report.json", "--config", &config])
        .args(named)
        .deadline(DEADLINE);
    let done = Done::of(cli, 0).clean();
    let mut wrong = Vec::new();
    for (name, one) in types {
        let mut expect = |which: &str, outcomes: &[&str]| {
            let Some(id) = one[which].as_str() else { return };
            let region = one["looks"][which]["region"].as_str().expect("a text");
            let outcome = done.outcome_in(name, id, region);
            if !outcomes.contains(&outcome) {
                wrong.push(format!("{name} {id}: {outcome}"));
            }
        };
        expect("keep", &["kept"]);
        expect("delete", &["deleted", "already_gone"]);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let lists: BTreeSet<(String, String)> = emulator
        .calls()
        .into_iter()
        .filter(|call| call.goes_on)
        .map(|call| (call.service, call.operation))
        .collect();
    assert!(lists.len() >= PAGED, "only {} lists had several pages: {lists:?}", lists.len());
    script(&["verify", "--endpoint-url", emulator.url(), "--state", &state, &recipes]);
}

fn recipes() -> String {
    let folder: PathBuf = tree::root().join("tests/emulator/recipes");
    folder.display().to_string()
}
