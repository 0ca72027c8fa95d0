use std::fs;
use std::path::Path;

use cleaner_core::report::Journal;

use crate::args::ReportArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{print, print_json};
use crate::render;
use crate::ui::Ui;

/// Shows what the events of a run tell of it.
pub(crate) fn report(args: &ReportArgs, ui: &Ui) -> Result<Exit, Failure> {
    let journal = read(&args.events)?;
    if ui.json() {
        print_json(journal.report())?;
    } else {
        print(&render::summary(journal.report(), ui.verbosity, ui.out))?;
    }
    Ok(Exit::Clean)
}

/// Reads the events of a run.
pub(super) fn read(path: &Path) -> Result<Journal, Failure> {
    let name = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("the events {name} cannot be read: {error}.")))?;
    Journal::parse(&text).map_err(|error| Failure::usage(format!("{name}:{error}")))
}
