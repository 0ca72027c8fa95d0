use cleaner_core::catalog::retired;
use cleaner_core::handler::TypeSpec;
use cleaner_core::run::TypeChoice;

use crate::args::{Globals, TypesArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{print, print_json};
use crate::registry::registry;
use crate::render;
use crate::ui::Ui;

/// Lists the resource types, all unless some are chosen. Reads no configuration: a broken one is no reason not to show them.
pub(crate) fn types(globals: &Globals, args: &TypesArgs, ui: &Ui) -> Result<Exit, Failure> {
    let registry = registry(&globals.catalogs)?;
    let (include, exclude) = (globals.types.clone(), globals.exclude_types.clone());
    let chosen = if include.is_empty() && exclude.is_empty() {
        None
    } else {
        let choice = TypeChoice { include, exclude };
        Some(choice.resolve(&registry).map_err(|problems| Failure::usage(problems.join("\nerror: ")))?)
    };
    let words: Vec<String> = args.search.iter().map(|word| word.to_lowercase()).collect();
    let specs: Vec<&TypeSpec> = registry
        .specs()
        .filter(|spec| chosen.as_ref().is_none_or(|chosen| chosen.contains(&spec.name)))
        .filter(|spec| words.iter().all(|word| is_found(spec, word)))
        .collect();
    if ui.json() {
        print_json(&render::types_json(&specs))?;
    } else {
        print(&render::types(&specs, ui.out))?;
        for (name, why) in retired() {
            let name_has = |word: &String| name.to_lowercase().contains(word);
            if !words.is_empty() && words.iter().all(name_has) {
                print(&format!("There is no {name}: {why}.\n"))?;
            }
        }
    }
    Ok(Exit::Clean)
}

/// Whether name, service or an alias, such as the CloudFormation name, contains the word.
fn is_found(spec: &TypeSpec, word: &str) -> bool {
    let texts = [spec.name.as_str(), spec.service.as_str()].into_iter();
    texts.chain(spec.aliases.iter().map(String::as_str)).any(|text| text.to_lowercase().contains(word))
}
