use cleaner_core::run::Task;

use super::deletion::Deletion;
use crate::args::{Globals, ResetDataArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::setup::{Setup, Wish};
use crate::ui::Ui;

/// Empties what is chosen, leaves it as it is, and proves it.
pub(crate) async fn reset_data(globals: &Globals, args: &ResetDataArgs, ui: &Ui) -> Result<Exit, Failure> {
    let common = args.common();
    let setup = Setup::load(globals, |flags| common.set(flags))?;
    let mut deletion = Deletion::prepare(&setup, &common, ui)?;
    let wish = Wish {
        account: common.account.clone(),
        task: Task::ResetData,
        stacks: args.choice(),
        ..Wish::default()
    };
    let ended = deletion.attempt(wish, Deletion::carry_out).await;
    deletion.conclude(&ended)
}
