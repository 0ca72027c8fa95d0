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
    let search = args.search.as_deref().map(str::to_lowercase);
    let specs: Vec<&TypeSpec> = registry
        .specs()
        .filter(|spec| chosen.as_ref().is_none_or(|chosen| chosen.contains(&spec.name)))
        .filter(|spec| search.as_deref().is_none_or(|search| is_found(spec, search)))
        .collect();
    if ui.json() {
        print_json(&render::types_json(&specs))?;
    } else {
        print(&render::types(&specs, ui.out))?;
        for (name, why) in retired() {
            if search.as_deref().is_some_and(|search| name.to_lowercase().contains(search)) {
                print(&format!("There is no {name}: {why}.\n"))?;
            }
        }
    }
    Ok(Exit::Clean)
}

fn is_found(spec: &TypeSpec, search: &str) -> bool {
    let texts = [spec.name.as_str(), spec.service.as_str()].into_iter();
    texts.chain(spec.aliases.iter().map(String::as_str)).any(|text| text.to_lowercase().contains(search))
}
