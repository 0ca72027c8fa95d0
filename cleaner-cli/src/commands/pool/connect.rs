use std::sync::Arc;

use aws_dynamic::Session;
use cleaner_core::report::ApiStats;
use cleaner_pool::state::Refusal;
use cleaner_pool::store::dynamodb::DynamoDb;
use cleaner_pool::store::{StoreError, StoreErrorKind};
use cleaner_pool::{Pool, PoolError};

use crate::args::{Globals, TableArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::setup::Setup;
use crate::variables;

/// A pool, and how its accounts are reached.
pub(super) struct Connected {
    pub(super) setup: Setup,
    pub(super) session: Session,
    pub(super) region: String,
    pub(super) table: DynamoDb,
}

impl Connected {
    /// Finds credentials and names the table; makes no call.
    pub(super) async fn new(globals: &Globals, args: &TableArgs) -> Result<Self, Failure> {
        let setup = Setup::load(globals, |_| {})?;
        let session = setup
            .session(setup.configured_role(), Arc::new(ApiStats::default()))
            .await
            .map_err(|error| Failure::run(&error, None, setup.endpoint().as_deref()))?;
        let region = session.region().unwrap_or("us-east-1").to_owned();
        let table = DynamoDb::new(&session, &region, &args.name());
        Ok(Self { setup, session, region, table })
    }

    /// The pool, once its table is known to be one.
    pub(super) async fn open(globals: &Globals, args: &TableArgs) -> Result<(Self, Pool), Failure> {
        let settings = variables::settings()?;
        let connected = Self::new(globals, args).await?;
        connected.table.check().await.map_err(|error| failure(&error.into()))?;
        let pool = Pool::new(Arc::new(connected.table.clone()), settings);
        Ok((connected, pool))
    }
}

/// Says why a pool could not do what it was asked for, and what helps.
pub(super) fn failure(error: &PoolError) -> Failure {
    let exit = match error {
        PoolError::Waited(_) => Exit::Deadline,
        PoolError::Refused(Refusal::Unknown(_)) | PoolError::Empty => Exit::Usage,
        PoolError::Refused(_) | PoolError::RanOut { .. } => Exit::Refused,
        PoolError::Store(StoreError { kind: StoreErrorKind::NoTable, .. }) => Exit::Usage,
        PoolError::Store(StoreError { kind: StoreErrorKind::Credentials, .. }) => Exit::Credentials,
        PoolError::Store(_) => Exit::Unexpected,
    };
    let said = if exit == Exit::Refused { "refused" } else { "error" };
    let help = match error {
        PoolError::Empty => "\n  help: `aws-cleaner pool add` puts accounts into it",
        PoolError::Store(StoreError { kind: StoreErrorKind::NoTable, .. }) => {
            "\n  help: `aws-cleaner pool init` makes a pool; `--table` names another one"
        }
        PoolError::Store(StoreError { kind: StoreErrorKind::Credentials, .. }) => {
            "\n  help: log in, give `--profile NAME`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        }
        PoolError::Waited(waited) if waited.waited.as_secs() == 0 => "\n  help: `--wait 10m` waits for one",
        _ => "",
    };
    Failure { exit, message: format!("{said}: {error}.{help}") }
}
