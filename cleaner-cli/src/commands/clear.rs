use std::fs;
use std::path::Path;

use cleaner_core::report::Journal;
use cleaner_core::run::{Cleaner, RunError};

use super::deletion::{Deletion, Ended};
use super::fleet::clear_many;
use super::report;
use crate::args::{ClearArgs, Globals};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::setup::{Setup, Wish};
use crate::ui::Ui;

/// Deletes everything that is not kept, and proves it.
pub(crate) async fn clear(globals: &Globals, args: &ClearArgs, ui: &Ui) -> Result<Exit, Failure> {
    if args.fleet.is_used() {
        return clear_many(globals, args, ui).await;
    }
    let ClearArgs { resume, restore, stacks, fleet: _, delete: args } = args;
    let setup = Setup::load_with_baseline(globals, |flags| args.set(flags))?;
    // Before the files to write are opened: one of them might be this one.
    let journal = resume.as_deref().map(report::read).transpose()?;
    if let (Some(resume), Some(events)) = (resume, &args.events)
        && is_same(resume, events)
    {
        return Err(Failure::usage(format!(
            "--events would overwrite {}, which --resume reads; give it another name.",
            events.display()
        )));
    }
    let mut deletion = Deletion::prepare(&setup, args, ui)?;
    let account = args.account.clone().or_else(|| journal.as_ref().map(|journal| journal.account.clone()));
    let restore = restore.iter().map(|choice| (*choice).into()).collect();
    let wish = Wish { account, restore, stacks: stacks.choice(), ..Wish::default() };
    let ended = match &journal {
        Some(journal) => {
            let go_on = async |deletion: &mut Deletion<'_>, cleaner: &Cleaner| {
                go_on(deletion, cleaner, journal).await
            };
            deletion.attempt(wish, go_on).await
        }
        None => deletion.attempt(wish, Deletion::carry_out).await,
    };
    deletion.conclude(&ended)
}

/// Goes on where another run ended.
async fn go_on(deletion: &mut Deletion<'_>, cleaner: &Cleaner, journal: &Journal) -> Result<Ended, RunError> {
    let run = cleaner.begin(deletion.reporters()).await?;
    let remaining = match run.check_journal(journal) {
        Ok(plan) => journal.remaining().unwrap_or_else(|| plan.clone()),
        Err(error) => return Ok(run.give_up(error).into()),
    };
    if let Err(error) = run.check_limit(&remaining) {
        return Ok(run.give_up(error).into());
    }
    match deletion.confirm(&run, cleaner, &remaining).await {
        Ok(()) => Ok(run.resume(journal).await?.into()),
        Err(error) => Ok(run.give_up(error).into()),
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    fs::canonicalize(one).ok().is_some_and(|one| fs::canonicalize(other).ok() == Some(one))
}
