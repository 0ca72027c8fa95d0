use cleaner_core::config::{Config, Sources};
use serde_json::{Value, json};

use crate::args::{CheckArgs, Globals, ShowArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{print, print_json};
use crate::registry::registry;
use crate::render;
use crate::setup::{Setup, config_file};
use crate::ui::Ui;

/// Finds everything that is wrong with a file, and with nothing else: neither the environment nor other options count.
pub(crate) fn check(globals: &Globals, args: &CheckArgs, ui: &Ui) -> Result<Exit, Failure> {
    let registry = registry(&globals.catalogs)?;
    let Some(file) = config_file(args.file.as_deref().or(globals.config.as_deref()))? else {
        return Err(Failure::usage("there is no aws-cleaner.yaml here; name a file.".to_owned()));
    };
    let name = file.name.clone();
    let sources = Sources { file: Some(file), ..Sources::default() };
    match Config::load(&sources, &registry) {
        Ok(_) if ui.json() => print_json(&json!({ "file": name, "problems": [] }))?,
        Ok(_) => print("ok\n")?,
        Err(problems) if ui.json() => {
            let problems: Vec<Value> = problems
                .iter()
                .map(|problem| {
                    json!({
                        "file": &*problem.at.file, "line": problem.at.line, "column": problem.at.column,
                        "message": problem.message, "help": problem.help,
                    })
                })
                .collect();
            print_json(&json!({ "file": name, "problems": problems }))?;
            return Ok(Exit::Usage);
        }
        Err(problems) => return Err(Failure::problems(&problems, &name)),
    }
    Ok(Exit::Clean)
}

/// Shows every value that holds, and where it came from.
pub(crate) fn show(globals: &Globals, args: &ShowArgs, ui: &Ui) -> Result<Exit, Failure> {
    let setup = Setup::load(globals, |_| {})?;
    let config = match &args.account {
        Some(account) => setup.config.for_account(account),
        None => setup.config,
    };
    if ui.json() {
        let values: Vec<Value> = config
            .shown()
            .iter()
            .map(
                |shown| json!({ "key": shown.key, "value": shown.value, "source": shown.source.to_string() }),
            )
            .collect();
        print_json(&json!({ "values": values }))?;
    } else {
        let lines = config.show();
        print(&lines.lines().map(|line| format!("{}\n", render::clean(line))).collect::<String>())?;
    }
    Ok(Exit::Clean)
}

/// Prints the JSON Schema of the file.
pub(crate) fn schema() -> Result<Exit, Failure> {
    print_json(&Config::schema())?;
    Ok(Exit::Clean)
}
