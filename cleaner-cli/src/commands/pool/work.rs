use std::time::Duration;

use cleaner_core::run::{Stop, StopCause};
use cleaner_pool::{AccountId, Cleaned, Holder, StateName, Until, WorkEvent, WorkSummary, Worker};
use serde_json::json;

use super::clean::AccountCleaner;
use super::connect::{Connected, failure};
use super::holder::owner;
use crate::args::{CleanArgs, Globals, TableArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{print, print_json, say};
use crate::render;
use crate::signals::Signals;
use crate::ui::Ui;

/// Ends what fell silent.
pub(super) async fn reap(globals: &Globals, args: &TableArgs, ui: &Ui) -> Result<Exit, Failure> {
    let (_, pool) = Connected::open(globals, args).await?;
    let ended = pool.reap().await.map_err(|error| failure(&error))?;
    if ui.json() {
        let ended: Vec<_> =
            ended.iter().map(|(account, was)| json!({ "account": account, "was": was })).collect();
        print_json(&json!({ "version": 1, "ended": ended }))?;
    } else {
        for (account, was) in &ended {
            print(&format!("{account} was {was}, and its holder is silent\n"))?;
        }
        if ended.is_empty() {
            print("nobody is silent\n")?;
        }
    }
    Ok(Exit::Clean)
}

/// Cleans accounts.
pub(super) async fn clean(globals: &Globals, args: &CleanArgs, ui: &Ui) -> Result<Exit, Failure> {
    let (_, pool) = Connected::open(globals, &args.table).await?;
    let cleaner = AccountCleaner::new(globals, &args.cleaning)?;
    let until = match (args.once, args.until_empty) {
        (true, _) => Until::Once,
        (_, true) => Until::Empty,
        _ => Until::Stopped,
    };
    let stop = Stop::default();
    Signals::listen().stops(&stop);
    let verbosity = ui.verbosity;
    let worker = Worker::new(pool, cleaner, Holder { owner: owner(), test: None })
        .concurrency(args.concurrency.into())
        .on_event(move |event| {
            if let Some(line) = line(event).filter(|_| verbosity >= 0) {
                say(&line);
            }
        });
    let done = worker.run(until, stop.token()).await.map_err(|error| failure(&error))?;
    tell(&done, ui)?;
    Ok(match stop.cause() {
        Some(StopCause::Interrupt) => Exit::Interrupted,
        _ if done.failed + done.lost > 0 => Exit::Leftovers,
        _ => Exit::Clean,
    })
}

fn tell(done: &WorkSummary, ui: &Ui) -> Result<(), Failure> {
    let WorkSummary { cleaned, failed, interrupted, lost } = *done;
    if ui.json() {
        return print_json(&json!({
            "version": 1, "cleaned": cleaned, "failed": failed, "interrupted": interrupted, "lost": lost,
        }));
    }
    let parts = [(failed, "failed"), (interrupted, "interrupted"), (lost, "lost")];
    let rest: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!(", {number} {what}"))
        .collect();
    print(&format!("{} cleaned{}\n", render::count(cleaned, "account"), rest.concat()))
}

fn line(event: WorkEvent) -> Option<String> {
    Some(match event {
        WorkEvent::Began { account, token } => format!("{account}: cleaning, with token {token}"),
        WorkEvent::Ended { account, cleaned, took, state } => ended(&account, &cleaned, took, state),
        WorkEvent::Lost { account, error } => format!("{account}: lost: {error}"),
        WorkEvent::Expired { account, state } => format!("{account}: was {state}, and its holder is silent"),
        WorkEvent::Trouble(error) => format!("{error}; trying on"),
        _ => return None,
    })
}

fn ended(account: &AccountId, cleaned: &Cleaned, took: Duration, state: StateName) -> String {
    let mut line = format!("{account}: {state} after {}", render::seconds(took));
    if let Cleaned::Failed(causes) | Cleaned::Refused(causes) = cleaned {
        for cause in causes {
            line.push_str("\n  ");
            line.push_str(&render::clean(cause));
        }
    }
    line
}
