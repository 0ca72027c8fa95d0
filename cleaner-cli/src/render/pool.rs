use cleaner_pool::StateName;
use cleaner_pool::shape::{AccountShape, HistoryShape, StatusShape};

use super::table::{Cell, Table};
use super::{Paint, Tone};

/// All accounts, and who waits.
pub(crate) fn pool_status(status: &StatusShape, paint: Paint) -> String {
    let mut accounts = Table::new(&["account", "state", ">token", "since", ">failures", ""]);
    for account in &status.accounts {
        accounts.row([
            account.account.as_str().into(),
            Cell::new(tone(account.state), account.state.as_str()),
            account.token.to_string().into(),
            account.since.strftime("%Y-%m-%d %H:%M:%S").to_string().into(),
            Cell::count(Tone::Doubt, usize::try_from(account.failures).unwrap_or(usize::MAX)),
            what(account).into(),
        ]);
    }
    let mut text = accounts.render(paint);
    if !status.queue.is_empty() {
        let mut queue = Table::new(&[">ticket", "waits", "since", "for"]);
        for ticket in &status.queue {
            let (owner, test) = (&ticket.owner, ticket.test.as_deref());
            queue.row([
                ticket.number.to_string().into(),
                named(owner, test).into(),
                ticket.since.strftime("%Y-%m-%d %H:%M:%S").to_string().into(),
                ticket.wants.as_ref().map_or("any", |account| account.as_str()).into(),
            ]);
        }
        text.push('\n');
        text.push_str(&queue.render(paint));
    }
    let counts: Vec<String> = status.states.iter().map(|(state, count)| format!("{count} {state}")).collect();
    let last = format!("\n{}; {} waiting\n", counts.join(", "), status.waiting);
    text + &last
}

fn tone(state: StateName) -> Tone {
    match state {
        StateName::Available => Tone::Good,
        StateName::Quarantined => Tone::Bad,
        StateName::Dirty | StateName::Cleaning => Tone::Doubt,
        StateName::Leased | StateName::Removed => Tone::Normal,
    }
}

fn named(owner: &str, test: Option<&str>) -> String {
    test.map_or_else(|| owner.to_owned(), |test| format!("{owner} ({test})"))
}

/// What there is to say of an account in its state.
fn what(account: &AccountShape) -> String {
    let mut said = match (&account.owner, &account.reason, account.why) {
        (Some(owner), _, _) => named(owner, account.test.as_deref()),
        (_, Some(reason), _) => reason.clone(),
        (_, _, Some(why)) => why.as_str().replace('_', " "),
        _ => String::new(),
    };
    if let Some(cause) = account.causes.first().filter(|_| account.state != StateName::Available) {
        said.push_str(": ");
        said.push_str(cause);
    }
    said
}

/// What happened to an account, the latest first.
pub(crate) fn pool_history(history: &HistoryShape, paint: Paint) -> String {
    let mut table = Table::new(&["when", "what", "state", ">token", "who", ""]);
    for entry in &history.entries {
        table.row([
            entry.at.strftime("%Y-%m-%d %H:%M:%S").to_string().into(),
            entry.what.replace('_', " ").into(),
            Cell::new(tone(entry.to), entry.to.as_str()),
            entry.token.to_string().into(),
            entry.who.as_deref().unwrap_or_default().into(),
            entry.causes.join("; ").into(),
        ]);
    }
    table.render(paint)
}
