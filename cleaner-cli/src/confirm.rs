use std::collections::BTreeMap;
use std::io::{self, BufRead as _, Write as _};

use cleaner_core::account::{AccountId, Refusal};
use cleaner_core::error::Error;
use cleaner_core::run::{RunError, Stop, Task};

use crate::args::DeleteArgs;
use crate::render::{clean, count};

/// Makes sure that somebody confirms the deletion, or has done so by naming what is to be cleared. Asked before any call.
///
/// # Errors
/// Nobody can be asked.
pub(crate) fn check(args: &DeleteArgs, is_named: bool, attended: bool) -> Result<(), RunError> {
    let named = args.yes && is_named;
    // Who says yes without saying to what has confirmed nothing.
    let can_ask = attended && !args.yes;
    if args.dry_run || named || can_ask { Ok(()) } else { Err(Refusal::NobodyToAsk.into()) }
}

/// Asks for the account's id or alias, unless that was answered on the command line. A stop ends the question.
///
/// # Errors
/// It was not confirmed, or the run was stopped.
pub(crate) async fn ask(
    args: &DeleteArgs,
    task: Task,
    items: usize,
    account: &AccountId,
    alias: Option<&str>,
    stop: &Stop,
) -> Result<(), RunError> {
    if args.yes || items == 0 {
        return Ok(());
    }
    match read_answer(question(task, items, account, alias), stop).await? {
        Some(answer) if confirms(&answer, account, alias) => Ok(()),
        _ => Err(Refusal::NotConfirmed.into()),
    }
}

/// Asks for the number of accounts, unless that was answered on the command line. A stop ends the question.
///
/// # Errors
/// It was not confirmed, or the run was stopped.
pub(crate) async fn ask_many(
    args: &DeleteArgs,
    accounts: &BTreeMap<AccountId, String>,
    stop: &Stop,
) -> Result<(), RunError> {
    if args.yes || args.dry_run {
        return Ok(());
    }
    let names: Vec<String> =
        accounts.iter().map(|(account, name)| format!("  {account} {}\n", clean(name))).collect();
    let question = format!(
        "{}This deletes everything that is not kept in {}.\nType their number to go on: ",
        names.concat(),
        count(accounts.len(), "account"),
    );
    match read_answer(question, stop).await? {
        Some(answer) if answer.trim() == accounts.len().to_string() => Ok(()),
        _ => Err(Refusal::NotConfirmed.into()),
    }
}

/// What somebody types, if it can be read.
///
/// # Errors
/// The run was stopped.
async fn read_answer(question: String, stop: &Stop) -> Result<Option<String>, RunError> {
    let (sender, answer) = tokio::sync::oneshot::channel();
    // A thread of its own: the runtime would wait for one of its own, and nobody can interrupt reading.
    std::thread::spawn(move || {
        // Nobody listens any more if the run was stopped meanwhile.
        drop(sender.send(read(&question)));
    });
    let answer = tokio::select! {
        () = stop.token().cancelled() => return Err(Error::interrupted().into()),
        answer = answer => answer,
    };
    Ok(answer.ok().and_then(Result::ok))
}

fn question(task: Task, items: usize, account: &AccountId, alias: Option<&str>) -> String {
    let what = if task.is_clear() { "deletes" } else { "deletes all data in" };
    let resources = count(items, "resource");
    match alias {
        Some(alias) => format!(
            "This {what} {resources} of account {account} ({alias}).\nType the account id or its alias to go on: "
        ),
        None => {
            format!("This {what} {resources} of account {account}.\nType the account id to go on: ")
        }
    }
}

fn read(question: &str) -> io::Result<String> {
    let mut stderr = io::stderr().lock();
    stderr.write_all(question.as_bytes())?;
    stderr.flush()?;
    drop(stderr);
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer)
}

fn confirms(answer: &str, account: &AccountId, alias: Option<&str>) -> bool {
    let answer = answer.trim();
    answer == account.as_str() || alias.is_some_and(|alias| !alias.is_empty() && answer == alias)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> AccountId {
        "111122223333".parse().expect("twelve digits")
    }

    #[test]
    fn deleting_needs_somebody_to_ask_or_the_account_by_name() {
        for (attended, yes, named, dry_run, allowed) in [
            (true, false, false, false, true),
            (true, true, false, false, false),
            (true, true, true, false, true),
            (false, false, false, false, false),
            (false, false, true, false, false),
            (false, true, false, false, false),
            (false, true, true, false, true),
            (false, false, false, true, true),
        ] {
            let account = named.then(account);
            let args = DeleteArgs { yes, account, dry_run, ..DeleteArgs::default() };
            let case = format!("attended {attended}, yes {yes}, named {named}, dry run {dry_run}");
            assert_eq!(check(&args, args.account.is_some(), attended).is_ok(), allowed, "{case}");
        }
    }

    #[test]
    fn only_the_id_or_the_alias_confirms() {
        let alias = Some("sandbox-1");
        for (answer, alias, confirmed) in [
            ("111122223333\n", alias, true),
            (" sandbox-1 \n", alias, true),
            ("yes\n", alias, false),
            ("\n", alias, false),
            ("", Some(""), false),
            ("", None, false),
            ("sandbox-1", None, false),
            ("999999999999", alias, false),
        ] {
            assert_eq!(confirms(answer, &account(), alias), confirmed, "{answer:?}");
        }
    }
}
