use std::sync::Arc;

use cleaner_core::account::Identity;
use cleaner_core::report::ApiStats;
use cleaner_fixtures::role_of;
use cleaner_pool::shape::ChangedShape;
use cleaner_pool::store::dynamodb::Made;
use cleaner_pool::{AccountId, Details, PoolError, Quarantine, Record};
use serde_json::json;

use super::connect::{Connected, failure};
use super::holder::owner;
use crate::args::{ACCOUNT, AccountsArgs, AddArgs, Globals, QuarantineArgs, TableArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{print, print_json};
use crate::ui::Ui;

/// Makes the table.
pub(super) async fn init(globals: &Globals, args: &TableArgs, ui: &Ui) -> Result<Exit, Failure> {
    let connected = Connected::new(globals, args).await?;
    let made = connected.table.init().await.map_err(|error| failure(&error.into()))?;
    let (table, region) = (args.name(), &connected.region);
    if ui.json() {
        let made = match made {
            Made::New => "new",
            Made::There => "there",
        };
        print_json(&json!({ "version": 1, "table": table, "region": region, "made": made }))?;
    } else {
        print(&match made {
            Made::New => format!("made table {table} in {region}\n"),
            Made::There => format!("table {table} in {region} is there\n"),
        })?;
    }
    Ok(Exit::Clean)
}

/// Puts accounts into the pool.
pub(super) async fn add(globals: &Globals, args: &AddArgs, ui: &Ui) -> Result<Exit, Failure> {
    if args.accounts.is_empty() && args.role.as_ref().is_some_and(|role| role.contains(ACCOUNT)) {
        return Err(Failure::usage(format!("`{ACCOUNT}` in --role needs the id of an account.")));
    }
    let (connected, pool) = Connected::open(globals, &args.table).await?;
    let wanted: Vec<Option<&AccountId>> =
        if args.accounts.is_empty() { vec![None] } else { args.accounts.iter().map(Some).collect() };
    let mut added = Vec::new();
    for account in wanted {
        let details = details(args, account);
        let account = ask(&connected, &details, account).await?;
        added.push(pool.add(&account, details).await.map_err(|error| failure(&error))?);
    }
    say(&added, ui)
}

fn details(args: &AddArgs, account: Option<&AccountId>) -> Details {
    let role = args.role.clone();
    Details {
        role_arn: match account {
            Some(account) => role.map(|role| role.replace(ACCOUNT, account.as_str())),
            None => role,
        },
        external_id: args.role_external_id.clone(),
        baseline: None,
        config: args.with_config.clone(),
        note: args.note.clone(),
    }
}

/// Asks STS which account it is: a wrong role would have the wrong account cleaned.
async fn ask(
    connected: &Connected,
    details: &Details,
    named: Option<&AccountId>,
) -> Result<AccountId, Failure> {
    let endpoint = connected.setup.endpoint();
    let fail = |error| Failure::run(&error, None, endpoint.as_deref());
    let session = match role_of(details) {
        Some(role) => {
            connected.setup.session(Some(role), Arc::new(ApiStats::default())).await.map_err(fail)?
        }
        None => connected.session.clone(),
    };
    let identity = Identity::ask(&session, &connected.region).await.map_err(|error| fail(error.into()))?;
    let account: AccountId =
        identity.account.as_str().parse().map_err(|error| Failure::unexpected(format!("{error}")))?;
    match named {
        Some(named) if *named != account => {
            let arn = &identity.arn;
            Err(Failure::usage(format!("account {named} was named, but STS answers {account} ({arn}).")))
        }
        _ => Ok(account),
    }
}

/// Takes accounts out of the pool.
pub(super) async fn remove(globals: &Globals, args: &AccountsArgs, ui: &Ui) -> Result<Exit, Failure> {
    let (_, pool) = Connected::open(globals, &args.table).await?;
    each(&args.accounts, ui, async |account| pool.remove(account).await).await
}

/// Takes accounts out of use.
pub(super) async fn quarantine(globals: &Globals, args: &QuarantineArgs, ui: &Ui) -> Result<Exit, Failure> {
    let (_, pool) = Connected::open(globals, &args.accounts.table).await?;
    let why = Quarantine { reason: args.reason.clone(), by: owner() };
    each(&args.accounts.accounts, ui, async |account| pool.quarantine(account, why.clone()).await).await
}

/// Takes accounts out of quarantine.
pub(super) async fn restore(globals: &Globals, args: &AccountsArgs, ui: &Ui) -> Result<Exit, Failure> {
    let (_, pool) = Connected::open(globals, &args.table).await?;
    let by = owner();
    each(&args.accounts, ui, async |account| pool.restore(account, &by).await).await
}

async fn each(
    accounts: &[AccountId],
    ui: &Ui,
    change: impl AsyncFn(&AccountId) -> Result<Arc<Record>, PoolError>,
) -> Result<Exit, Failure> {
    let mut changed = Vec::new();
    for account in accounts {
        changed.push(change(account).await.map_err(|error| failure(&error))?);
    }
    say(&changed, ui)
}

fn say(changed: &[Arc<Record>], ui: &Ui) -> Result<Exit, Failure> {
    if ui.json() {
        let changed: Vec<ChangedShape> = changed.iter().map(|record| record.as_ref().into()).collect();
        print_json(&changed)?;
    } else {
        for record in changed {
            let note = match &record.condemned {
                Some(_) => ", and quarantined once its holder is gone",
                None => "",
            };
            print(&format!("{} is {}{note}\n", record.account, record.state.name()))?;
        }
    }
    Ok(Exit::Clean)
}
