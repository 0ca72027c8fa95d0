use cleaner_core::plan::Plan;
use cleaner_core::run::{Cleaner, RunError, Task};

use super::deletion::{Deletion, Ended};
use crate::args::{Globals, ResetDataArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::setup::{Setup, Wish};
use crate::ui::Ui;

/// Empties what is chosen, leaves it as it is, and proves it.
pub(crate) async fn reset_data(globals: &Globals, args: &ResetDataArgs, ui: &Ui) -> Result<Exit, Failure> {
    let common = args.common();
    let setup = Setup::load(globals, |flags| common.set(flags))?;
    let mut deletion = Deletion::prepare(&setup, &common, ui)?.of(Task::ResetData);
    let wish = Wish {
        account: common.account.clone(),
        task: Task::ResetData,
        stacks: args.choice(),
        ..Wish::default()
    };
    let mut plan = None;
    let ended = match deletion.connect(wish).await {
        Ok(cleaner) => {
            let ended = run(&mut deletion, &cleaner, &mut plan).await;
            ended.unwrap_or_else(|error| deletion.not_begun(Some(&cleaner), error))
        }
        Err(ended) => ended,
    };
    deletion.conclude(&ended, plan)
}

async fn run(
    deletion: &mut Deletion<'_>,
    cleaner: &Cleaner,
    shown: &mut Option<Plan>,
) -> Result<Ended, RunError> {
    let mut run = cleaner.begin(deletion.reporters()).await?;
    let plan = match run.plan_reset().await {
        Ok(plan) => plan,
        Err(error) => return Ok(run.give_up(error).into()),
    };
    if deletion.args.dry_run {
        let report = run.dry_run(&plan);
        *shown = Some(plan);
        return Ok(report.into());
    }
    match deletion.confirm(&run, cleaner, &plan).await {
        Ok(()) => Ok(run.reset(plan).await.into()),
        Err(error) => Ok(run.give_up(error).into()),
    }
}
