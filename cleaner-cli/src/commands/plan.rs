use super::read::read_as;
use crate::args::{Globals, PlanArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{OutputFile, print, print_json};
use crate::render;
use crate::setup::{Setup, Wish};
use crate::ui::Ui;

/// Shows what would be deleted, and saves the plan.
pub(crate) async fn plan(globals: &Globals, args: &PlanArgs, ui: &Ui) -> Result<Exit, Failure> {
    let setup = Setup::load_with_baseline(globals, |flags| args.baseline.set(flags))?;
    let cannot = |error| Failure::usage(format!("the plan cannot be saved to {}: {error}.", named(args)));
    let file = args.output.as_deref().map(OutputFile::prepare).transpose().map_err(cannot)?;
    // A plan that is applied later must know everything's age.
    let wish = Wish { details: file.is_some() || ui.json(), stacks: args.stacks.choice(), ..Wish::default() };
    let (plan, report) = read_as(&setup, ui, wish).await?;
    if let Some(file) = file {
        let written = file.write(|file| Ok(serde_json::to_writer_pretty(file, &plan)?));
        written.map_err(|error| Failure { exit: Exit::Unexpected, ..cannot(error) })?;
    }
    if ui.json() {
        print_json(&plan)?;
    } else {
        print(&render::plan(&plan, &report, &setup.registry, ui.verbosity, ui.out))?;
    }
    Ok(Exit::of_report(&report))
}

fn named(args: &PlanArgs) -> String {
    args.output.as_deref().map(|path| path.display().to_string()).unwrap_or_default()
}
