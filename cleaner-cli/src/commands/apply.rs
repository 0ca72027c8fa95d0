use std::fs;
use std::path::Path;

use cleaner_core::plan::Plan;
use cleaner_core::run::{Cleaner, RunError};

use super::deletion::{Deletion, Ended};
use crate::args::{ApplyArgs, Globals};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::setup::{Setup, Wish};
use crate::ui::Ui;

/// Deletes exactly what a saved plan says.
pub(crate) async fn apply(globals: &Globals, args: &ApplyArgs, ui: &Ui) -> Result<Exit, Failure> {
    let setup = Setup::load_with_baseline(globals, |flags| args.delete.set(flags))?;
    let plan = read(&args.plan)?;
    let mut deletion = Deletion::prepare(&setup, &args.delete, ui)?;
    let account = args.delete.account.clone().unwrap_or_else(|| plan.account.clone());
    let wish = Wish { account: Some(account), details: true, ..Wish::default() };
    let follow = async |deletion: &mut Deletion<'_>, cleaner: &Cleaner| run(deletion, cleaner, plan).await;
    let ended = deletion.attempt(wish, follow).await;
    deletion.conclude(&ended)
}

fn read(path: &Path) -> Result<Plan, Failure> {
    let name = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("the plan {name} cannot be read: {error}.")))?;
    Plan::parse(&text).map_err(|error| Failure::usage(format!("{name}:{error}")))
}

async fn run(deletion: &mut Deletion<'_>, cleaner: &Cleaner, plan: Plan) -> Result<Ended, RunError> {
    let run = cleaner.begin(deletion.reporters()).await?;
    if let Err(error) = run.check_plan(&plan).and_then(|()| run.check_limit(&plan)) {
        return Ok(run.give_up(error).into());
    }
    if deletion.args.dry_run {
        return Ok(run.dry_apply(&plan).await?.into());
    }
    match deletion.confirm(&run, cleaner, &plan).await {
        Ok(()) => Ok(run.apply(plan).await?.into()),
        Err(error) => Ok(run.give_up(error).into()),
    }
}
