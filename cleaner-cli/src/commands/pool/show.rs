use cleaner_pool::prometheus;
use cleaner_pool::shape::{HistoryShape, StatusShape};

use super::connect::{Connected, failure};
use crate::args::{Globals, HistoryArgs, TableArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{print, print_json};
use crate::render;
use crate::ui::Ui;

/// Shows all accounts and who waits.
pub(super) async fn status(globals: &Globals, args: &TableArgs, ui: &Ui) -> Result<Exit, Failure> {
    let (_, pool) = Connected::open(globals, args).await?;
    let status = StatusShape::from(&pool.status().await.map_err(|error| failure(&error))?);
    if ui.json() {
        print_json(&status)?;
    } else {
        print(&render::pool_status(&status, ui.out))?;
    }
    Ok(Exit::Clean)
}

/// Shows what happened to an account.
pub(super) async fn history(globals: &Globals, args: &HistoryArgs, ui: &Ui) -> Result<Exit, Failure> {
    let (_, pool) = Connected::open(globals, &args.table).await?;
    let entries = pool.history(&args.account, args.limit).await.map_err(|error| failure(&error))?;
    let history = HistoryShape::new(args.account.clone(), entries);
    if ui.json() {
        print_json(&history)?;
    } else {
        print(&render::pool_history(&history, ui.out))?;
    }
    Ok(Exit::Clean)
}

/// Prints metrics.
pub(super) async fn metrics(globals: &Globals, args: &TableArgs) -> Result<Exit, Failure> {
    let (_, pool) = Connected::open(globals, args).await?;
    print(&prometheus(&pool.status().await.map_err(|error| failure(&error))?))?;
    Ok(Exit::Clean)
}
