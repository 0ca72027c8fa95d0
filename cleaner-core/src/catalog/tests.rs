use std::collections::BTreeSet;

use aws_dynamic::model::Models;

use super::builtin::entries;
use super::{FILES, builtin, check, check_graph};
use crate::handler::TypeSpec;

#[test]
fn no_file_of_the_folder_is_forgotten() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/catalog");
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
fn the_order_of_types_has_no_circle() {
    let handlers = builtin().expect("the catalog is readable");
    let specs: Vec<&TypeSpec> = handlers.iter().map(|handler| handler.spec()).collect();
    assert_eq!(check_graph(specs), Vec::<String>::new());
}
