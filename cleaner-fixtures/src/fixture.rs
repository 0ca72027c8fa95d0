use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use aws_dynamic::{AssumeRole, Credentials, Session, SessionOptions};
use cleaner_core::account::Identity;
use cleaner_core::baseline::Baseline;
use cleaner_core::handler::Registry;
use cleaner_core::report::{ApiStats, Report};
use cleaner_core::run::{Cleaner, Options, RunError};
use cleaner_pool::{
    AccountId, Claim, Clean, Cleaned, Details, Ended, Holder, Job, Lease, Pool, PoolError, Token, Wait,
};
use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

use crate::clearing::{Clearing, LOOKS, clear_held};

/// Where tests get their accounts from, how these are reached, and what becomes of them.
#[derive(Clone, Debug)]
pub struct TestAccounts {
    /// The pool.
    pub pool: Pool,
    /// How long a test waits for an account.
    pub wait: Wait,
    /// Who holds accounts, for people.
    pub owner: String,
    /// How accounts are reached; the role that the pool knows of an account is assumed on top.
    pub session: SessionOptions,
    /// The types.
    pub registry: Arc<Registry>,
    /// The limits of the clearing. Which account is expected is set by the lease.
    pub options: Options,
    /// What becomes of an account after the test.
    pub after: After,
}

/// What becomes of an account after a test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum After {
    /// It is cleared at once, under the lease of the test.
    #[default]
    Clear,
    /// It is given back as dirty, and a worker clears it.
    Release,
}

/// An account of a pool that belongs to one test.
#[derive(Debug)]
pub struct TestAccount {
    accounts: TestAccounts,
    session: Session,
    region: String,
    stats: Arc<ApiStats>,
    lease: Lease,
}

/// What came of a test in an account.
#[derive(Debug)]
pub struct Used<T> {
    /// What the test returned.
    pub value: T,
    /// How the clearing ended; none if that is left to a worker. An error says that the account comes back by itself, later.
    pub ended: Result<Option<Ended>, PoolError>,
    /// The report of the clearing, if it got that far.
    pub report: Option<Report>,
}

/// Says why a test got no account, or lost it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FixtureError {
    /// The pool gave none.
    #[error("{0}")]
    Pool(PoolError),
    /// Its credentials could not be had, or are those of another account.
    #[error("account {account} cannot be opened: {why}")]
    Closed {
        /// The account.
        account: AccountId,
        /// Why.
        why: String,
    },
    /// It was lost while the test ran. The test was dropped where it stood.
    #[error("account {account}, held with token {token}, was lost while the test ran")]
    Lost {
        /// The account.
        account: AccountId,
        /// The token of the lease.
        token: Token,
    },
}

/// Runs a test in a clean account of its own, and clears the account afterwards.
///
/// # Behavior
/// - The account is given back whether the test returns or panics; a panic goes on once that is done.
/// - The lease is renewed for as long as the test runs. If the account is lost all the same, the test is dropped where it stands.
/// - A clearing that fails is no failure of the test: the account is dirty, and workers take it. Who wants it to be one looks at
///   [`Used::ended`], or asserts with [`assert_no_leftovers`](crate::assert_no_leftovers) on [`Used::report`].
/// - If this future is dropped, the account is given back as [`Lease`] says.
///
/// # Examples
/// ```no_run
/// # use cleaner_fixtures::{FixtureError, TestAccounts, assert_no_leftovers, clean_account};
/// # async fn test(accounts: &TestAccounts) -> Result<(), FixtureError> {
/// clean_account(accounts, "checkout", async |account| {
///     let credentials = account.credentials().await.expect("credentials");
///     // … what is tested, with any SDK and these credentials, and its own cleaning up. Then: nothing is left behind.
///     assert_no_leftovers(&account.look().await.expect("a look"));
/// })
/// .await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// There was no account, it could not be opened, or it was lost while the test ran.
pub async fn clean_account<T>(
    accounts: &TestAccounts,
    test: &str,
    body: impl AsyncFnOnce(&TestAccount) -> T,
) -> Result<Used<T>, FixtureError> {
    let holder = Holder { owner: accounts.owner.clone(), test: Some(test.to_owned()) };
    let claim = Claim { holder, ..Claim::default() };
    let lease = accounts.pool.acquire(&claim, accounts.wait).await.map_err(FixtureError::Pool)?;
    let account = TestAccount::open(accounts, lease).await?;
    let outcome = tokio::select! {
        biased;
        () = account.lease.lost() => {
            let (account, token) = (account.id().clone(), account.lease.token());
            return Err(FixtureError::Lost { account, token });
        }
        outcome = AssertUnwindSafe(body(&account)).catch_unwind() => outcome,
    };
    let (ended, report) = account.give_back().await;
    match outcome {
        Ok(value) => Ok(Used { value, ended, report }),
        Err(panic) => resume_unwind(panic),
    }
}

impl TestAccount {
    /// The account.
    pub fn id(&self) -> &AccountId {
        self.lease.account()
    }

    /// The lease, which says whether the account is still ours.
    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// What calls AWS in the account: all that finds and deletes things. What makes them is left to other SDKs, with
    /// [`credentials`](Self::credentials).
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The region of the session.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Credentials of the account, for other SDKs. Those of a role run out; ask again.
    ///
    /// # Errors
    /// There are none any more.
    pub async fn credentials(&self) -> Result<Credentials, aws_dynamic::Error> {
        self.session.credentials().await
    }

    /// What would have to be deleted now: what the test has left behind, if the account was clean before. Calls nothing that
    /// writes.
    ///
    /// # Errors
    /// A guard refuses, or something was in the way of all of it.
    pub async fn look(&self) -> Result<Report, RunError> {
        let cleaner = self.cleaner(self.accounts.options.clone());
        let mut run = cleaner.begin(Vec::new()).await?;
        let plan = run.plan().await?;
        Ok(run.dry_run(&plan))
    }

    /// What the account holds now, to be compared with another moment. Calls nothing that writes.
    ///
    /// # Errors
    /// A guard refuses, or something was in the way of all of it.
    pub async fn snapshot(&self) -> Result<Baseline, RunError> {
        let options =
            Options { details: true, all_tags: true, baseline: None, ..self.accounts.options.clone() };
        let cleaner = self.cleaner(options);
        let mut run = cleaner.begin(Vec::new()).await?;
        let plan = run.plan().await?;
        run.snapshot(&plan).await
    }

    async fn open(accounts: &TestAccounts, lease: Lease) -> Result<Self, FixtureError> {
        match Self::connect(accounts, &lease).await {
            Ok((session, stats)) => {
                let region = session.region().unwrap_or("us-east-1").to_owned();
                Ok(Self { accounts: accounts.clone(), session, region, stats, lease })
            }
            Err(why) => {
                let account = lease.account().clone();
                // It comes back by its silence if that fails.
                drop(lease.release().await);
                Err(FixtureError::Closed { account, why })
            }
        }
    }

    /// Opens the account, and makes sure that it is the one.
    async fn connect(accounts: &TestAccounts, lease: &Lease) -> Result<(Session, Arc<ApiStats>), String> {
        let role = role_of(&lease.record().details);
        let stats = Arc::new(ApiStats::default());
        let options = SessionOptions {
            assume_role: role.or_else(|| accounts.session.assume_role.clone()),
            observer: Some(stats.clone()),
            ..accounts.session.clone()
        };
        let session = Session::load(options).await.map_err(|error| error.to_string())?;
        let region = session.region().unwrap_or("us-east-1").to_owned();
        let identity = Identity::ask(&session, &region).await.map_err(|error| error.to_string())?;
        if identity.account.as_str() == lease.account().as_str() {
            Ok((session, stats))
        } else {
            Err(format!("STS answers {}", identity.account))
        }
    }

    /// A cleaner of this account that makes no call once the account is lost.
    fn cleaner(&self, mut options: Options) -> Cleaner {
        let id = self.id().as_str().parse().expect("both crates mean twelve digits");
        options.guard.expected = Some(id);
        options.home_region.clone_from(&self.region);
        let registry = self.accounts.registry.clone();
        let cleaner = Cleaner::new(self.session.clone(), registry, options, self.stats.clone());
        let fence = self.lease.fence().clone();
        cleaner.stop().only_while(move || fence.is_live());
        cleaner
    }

    async fn give_back(self) -> (Result<Option<Ended>, PoolError>, Option<Report>) {
        let mut options = self.accounts.options.clone();
        options.verify_passes = options.verify_passes.max(LOOKS);
        match self.accounts.after {
            After::Release => (self.lease.release().await.map(|()| None), None),
            After::Clear => {
                let report = Arc::default();
                let engine = Engine { cleaner: self.cleaner(options), report: Arc::clone(&report) };
                let ended = self.lease.clean(engine, &CancellationToken::new()).await;
                (ended.map(Some), report.lock().unwrap_or_else(PoisonError::into_inner).take())
            }
        }
    }
}

/// The role to assume in an account, if it has one.
pub fn role_of(details: &Details) -> Option<AssumeRole> {
    details.role_arn.clone().map(|role_arn| AssumeRole {
        role_arn,
        external_id: details.external_id.clone(),
        session_name: None,
    })
}

/// Clears one account, and keeps the report.
struct Engine {
    cleaner: Cleaner,
    report: Arc<Mutex<Option<Report>>>,
}

impl Clean for Engine {
    async fn clean(&self, job: Job) -> Cleaned {
        let Clearing { cleaned, report } = clear_held(&self.cleaner, &job).await;
        *self.report.lock().unwrap_or_else(PoisonError::into_inner) = report;
        cleaned
    }
}
