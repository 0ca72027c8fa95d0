use cleaner_pool::shape::GrantShape;
use cleaner_pool::{Grant, Token};
use serde_json::json;

use super::connect::{Connected, failure};
use super::holder::claim;
use crate::args::{AcquireArgs, Globals, HoldArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{print, print_json};
use crate::ui::Ui;

/// Gets an account.
pub(super) async fn acquire(globals: &Globals, args: &AcquireArgs, ui: &Ui) -> Result<Exit, Failure> {
    let (_, pool) = Connected::open(globals, &args.table).await?;
    let (claim, wait) = claim(&args.claim);
    let grant = pool.take(&claim, wait).await.map_err(|error| failure(&error))?;
    say(&grant, ui)
}

/// Renews a lease.
pub(super) async fn heartbeat(globals: &Globals, args: &HoldArgs, ui: &Ui) -> Result<Exit, Failure> {
    let (_, pool) = Connected::open(globals, &args.table).await?;
    let grant = pool.heartbeat(&args.account, Token(args.token)).await.map_err(|error| failure(&error))?;
    say(&grant, ui)
}

/// Gives an account back.
pub(super) async fn release(globals: &Globals, args: &HoldArgs, ui: &Ui) -> Result<Exit, Failure> {
    let (_, pool) = Connected::open(globals, &args.table).await?;
    pool.release(&args.account, Token(args.token)).await.map_err(|error| failure(&error))?;
    if ui.json() {
        print_json(&json!({ "version": 1, "account": args.account, "token": args.token, "state": "dirty" }))?;
    } else {
        print(&format!("{} is dirty\n", args.account))?;
    }
    Ok(Exit::Clean)
}

fn say(grant: &Grant, ui: &Ui) -> Result<Exit, Failure> {
    let Some(shape) = GrantShape::of(grant) else {
        return Err(Failure::unexpected(format!("account {} is not held any more.", grant.account())));
    };
    if ui.json() {
        print_json(&shape)?;
    } else {
        let (account, token, until) = (&shape.account, shape.token, shape.until);
        print(&format!("account  {account}\ntoken    {token}\nuntil    {until}\n"))?;
    }
    Ok(Exit::Clean)
}
