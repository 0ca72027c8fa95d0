use cleaner_pool::{Cleaned, Ended, Lease};
use tokio_util::sync::CancellationToken;

use super::clean::AccountCleaner;
use super::forward::Forward;
use crate::output::say;
use crate::render;
use crate::ui::Ui;

/// Cleans the account that a command has used, and frees it. Whatever comes of it is said, and no more: the command has ended.
pub(super) async fn clean_now(lease: Lease, cleaner: AccountCleaner, forward: &mut Forward, ui: &Ui) {
    let account = lease.account().clone();
    let stop = CancellationToken::new();
    let cleaned = lease.clean(cleaner, &stop);
    tokio::pin!(cleaned);
    let result = loop {
        tokio::select! {
            biased;
            result = &mut cleaned => break result,
            signal = forward.next() => match (Forward::ends(signal), stop.is_cancelled()) {
                (false, _) => {}
                (true, false) => {
                    stop.cancel();
                    say("stopping: nothing new is deleted, and the account is given back; once more stops at once");
                }
                (true, true) => {
                    say(&format!("warning: account {account} comes back once its lease ran out"));
                    return;
                }
            },
        }
    };
    match result {
        Ok(Ended { cleaned: Cleaned::Clean, took, .. }) => {
            if ui.verbosity > 0 {
                say(&format!("account {account} is available again after {}", render::seconds(took)));
            }
        }
        Ok(Ended { cleaned: Cleaned::Interrupted, state, .. }) => {
            say(&format!("warning: account {account} is {state}: its cleaning was stopped"));
        }
        Ok(Ended { cleaned: Cleaned::Failed(causes) | Cleaned::Refused(causes), state, .. }) => {
            let causes: String = causes.iter().map(|cause| format!("\n  {}", render::clean(cause))).collect();
            say(&format!("warning: account {account} could not be cleaned, and is {state}:{causes}"));
        }
        Err(error) => say(&format!("warning: account {account} was not cleaned: {error}")),
    }
}
