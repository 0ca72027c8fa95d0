use std::ffi::OsString;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use cleaner_core::account::Identity;
use cleaner_core::report::ApiStats;
use cleaner_fixtures::role_of;
use cleaner_pool::{Claim, Lease, Wait};
use tokio::process::{Child, Command};

use super::after::clean_now;
use super::clean::AccountCleaner;
use super::connect::{Connected, failure};
use super::credentials::CredentialServer;
use super::forward::Forward;
use super::holder::claim;
use crate::args::{AfterArgs, ClaimArgs, CleaningArgs, ExecArgs, Globals, RunArgs, TableArgs, When};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::say;
use crate::ui::Ui;
use crate::variables;

/// How long a command may take to end when its account is lost.
const ENDING: Duration = Duration::from_secs(10);

/// Variables that would lead a command to another account than its own.
const TAKEN_AWAY: [&str; 10] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

/// A file in which there is nothing.
const NOTHING: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// What is to be done in which account, and what becomes of it.
struct Task<'a> {
    claim: &'a ClaimArgs,
    after: &'a AfterArgs,
    table: &'a TableArgs,
    command: &'a [OsString],
}

/// How a command ended.
struct Ran {
    status: ExitStatus,
    /// Whether a signal asked for the end.
    told: bool,
}

/// Runs a command in an account of the pool.
pub(crate) async fn run(globals: &Globals, args: &RunArgs, ui: &Ui) -> Result<Exit, Failure> {
    let RunArgs { claim, after, table, command } = args;
    in_account(globals, Task { claim, after, table, command }, ui).await
}

/// Runs a command in one account of the pool.
pub(crate) async fn exec(globals: &Globals, args: &ExecArgs, ui: &Ui) -> Result<Exit, Failure> {
    let claim = ClaimArgs {
        wait: args.wait,
        account: Some(args.account.clone()),
        owner: args.owner.clone(),
        test: args.test.clone(),
        lease: None,
    };
    let ExecArgs { after, table, command, .. } = args;
    in_account(globals, Task { claim: &claim, after, table, command }, ui).await
}

async fn in_account(globals: &Globals, task: Task<'_>, ui: &Ui) -> Result<Exit, Failure> {
    let cleaner = cleaner(globals, task.after)?;
    let (connected, pool) = Connected::open(globals, task.table).await?;
    let (claim, wait): (Claim, Wait) = claim(task.claim);
    let mut forward = Forward::listen();
    let lease = tokio::select! {
        biased;
        // The ticket, if there is one, dies by its silence.
        signal = forward.next() => return Ok(forward.end_by(signal)),
        lease = pool.acquire(&claim, wait) => lease.map_err(|error| failure(&error))?,
    };
    if ui.verbosity > 0 {
        say(&format!("account {} is ours, with token {}", lease.account(), lease.token()));
    }
    let ran = with_lease(&connected, &lease, task.command, &mut forward).await;
    let lost = !lease.is_live();
    let account = lease.account().clone();
    match (&ran, cleaner) {
        // Whoever asks for the end is not kept waiting: a worker cleans the account.
        (Ok(Ran { told: false, .. }), Some(cleaner)) if !lost => {
            clean_now(lease, cleaner, &mut forward, ui).await;
        }
        _ => {
            if let Err(error) = lease.release().await
                && !lost
            {
                // It comes back all the same, once its lease ran out.
                say(&format!("warning: account {account} could not be given back: {error}"));
            }
        }
    }
    let status = ran?.status;
    if lost {
        let message = format!("refused: account {account} was lost while the command ran.");
        return Err(Failure { exit: Exit::Refused, message });
    }
    Ok(Exit::Command(code(status)))
}

/// What cleans the account after the command, if that is wanted.
fn cleaner(globals: &Globals, args: &AfterArgs) -> Result<Option<AccountCleaner>, Failure> {
    let CleaningArgs { reports, baseline_dir } = &args.cleaning;
    match args.clean {
        When::Now => AccountCleaner::new(globals, &args.cleaning).map(Some),
        When::Later if reports.is_some() || baseline_dir.is_some() => Err(Failure::usage(
            "`--reports` and `--baseline-dir` are for `--clean now`: without it, a worker cleans the account.",
        )),
        When::Later => Ok(None),
    }
}

async fn with_lease(
    connected: &Connected,
    lease: &Lease,
    command: &[OsString],
    forward: &mut Forward,
) -> Result<Ran, Failure> {
    let server = serve(connected, lease).await?;
    let mut child = spawn(connected, lease, command, &server)?;
    let lost = lease.lost();
    tokio::pin!(lost);
    let mut told = false;
    let status = loop {
        tokio::select! {
            biased;
            status = child.wait() => break status.map_err(|error| {
                Failure::unexpected(format!("the command cannot be waited for: {error}."))
            })?,
            () = &mut lost => break end(&mut child, forward).await?,
            signal = forward.next() => {
                told |= Forward::ends(signal);
                forward.pass(signal, &child);
            }
        }
    };
    Ok(Ran { status, told })
}

/// Serves the account's credentials, once it is sure that they are the account's.
async fn serve(connected: &Connected, lease: &Lease) -> Result<CredentialServer, Failure> {
    let endpoint = connected.setup.endpoint();
    let fail = |error| Failure::run(&error, None, endpoint.as_deref());
    let session = match role_of(&lease.record().details) {
        Some(role) => {
            connected.setup.session(Some(role), Arc::new(ApiStats::default())).await.map_err(fail)?
        }
        None => connected.session.clone(),
    };
    let identity = Identity::ask(&session, &connected.region).await.map_err(|error| fail(error.into()))?;
    if identity.account.as_str() != lease.account().as_str() {
        let (account, other) = (lease.account(), &identity.account);
        let message = format!("refused: account {account} was meant, but STS answers {other}.");
        return Err(Failure { exit: Exit::Refused, message });
    }
    CredentialServer::start(session)
        .await
        .map_err(|error| Failure::unexpected(format!("no port for credentials on 127.0.0.1: {error}.")))
}

fn spawn(
    connected: &Connected,
    lease: &Lease,
    command: &[OsString],
    server: &CredentialServer,
) -> Result<Child, Failure> {
    let (program, arguments) =
        command.split_first().ok_or_else(|| Failure::usage("there is no command after `--`."))?;
    let mut command = Command::new(program);
    command.args(arguments).kill_on_drop(true);
    for variable in TAKEN_AWAY {
        command.env_remove(variable);
    }
    command
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url())
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", server.token())
        // Profiles come before what is served, and would open another account.
        .env("AWS_CONFIG_FILE", NOTHING)
        .env("AWS_SHARED_CREDENTIALS_FILE", NOTHING)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_REGION", &connected.region)
        .env("AWS_DEFAULT_REGION", &connected.region)
        .env(variables::ACCOUNT, lease.account().as_str())
        .env(variables::TOKEN, lease.token().to_string());
    if let Some(url) = &connected.setup.config.endpoint_url {
        command.env("AWS_ENDPOINT_URL", url);
    }
    command.spawn().map_err(|error| Failure::usage(format!("{} cannot be run: {error}.", program.display())))
}

/// Ends a command whose account is lost.
async fn end(child: &mut Child, forward: &Forward) -> Result<ExitStatus, Failure> {
    forward.terminate(child);
    match tokio::time::timeout(ENDING, child.wait()).await {
        Ok(status) => status,
        Err(_) => {
            drop(child.start_kill());
            child.wait().await
        }
    }
    .map_err(|error| Failure::unexpected(format!("the command cannot be waited for: {error}.")))
}

/// The exit code of a command, as a shell tells it.
fn code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return u8::try_from(128 + signal).unwrap_or(u8::MAX);
        }
    }
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
