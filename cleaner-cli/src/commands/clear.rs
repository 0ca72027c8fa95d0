use cleaner_core::plan::Plan;
use cleaner_core::run::{Cleaner, RunError};

use super::deletion::{Deletion, Ended};
use crate::args::{DeleteArgs, Globals};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::setup::{Setup, Wish};
use crate::ui::Ui;

/// Deletes everything that is not kept, and proves it.
pub(crate) async fn clear(globals: &Globals, args: &DeleteArgs, ui: &Ui) -> Result<Exit, Failure> {
    let setup = Setup::load(globals, |flags| args.set(flags))?;
    let mut deletion = Deletion::prepare(&setup, args, ui)?;
    let wish = Wish { account: args.account.clone(), details: false };
    let mut plan = None;
    let ended = match deletion.connect(wish).await {
        Ok(cleaner) => match run(&mut deletion, &cleaner, &mut plan).await {
            Ok(ended) => ended,
            Err(error) => deletion.not_begun(Some(&cleaner), error),
        },
        Err(ended) => ended,
    };
    match plan {
        // What a dry run shows is the plan.
        Some(plan) if args.dry_run => {
            let (verbosity, paint) = (ui.verbosity, ui.out);
            let registry = setup.registry.clone();
            deletion.end(&ended, move |report| render::plan(&plan, report, &registry, verbosity, paint))
        }
        _ => {
            let summary = deletion.summary();
            deletion.end(&ended, summary)
        }
    }
}

async fn run(
    deletion: &mut Deletion<'_>,
    cleaner: &Cleaner,
    shown: &mut Option<Plan>,
) -> Result<Ended, RunError> {
    let mut run = cleaner.begin(deletion.reporters()).await?;
    let plan = match run.plan().await {
        Ok(plan) => plan,
        Err(error) => return Ok(run.give_up(error).into()),
    };
    if deletion.args.dry_run {
        let report = run.dry_run(&plan);
        *shown = Some(plan);
        return Ok(report.into());
    }
    if let Err(error) = run.check_limit(&plan) {
        return Ok(run.give_up(error).into());
    }
    match deletion.confirm(&run, cleaner, &plan).await {
        Ok(()) => Ok(run.clear(plan).await?.into()),
        Err(error) => Ok(run.give_up(error).into()),
    }
}
