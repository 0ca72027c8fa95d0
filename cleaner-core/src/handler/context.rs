use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde_json::Value;

use crate::account::AccountId;
use crate::error::{Error, ErrorKind};
use crate::handler::Settings;
use crate::lane::{Lanes, Purpose};
use crate::resource::{GLOBAL, Region};

/// What a handler works with: one account, one region, the settings of its type, and paced access to AWS.
#[derive(Clone)]
pub struct Context {
    account: AccountId,
    partition: Arc<str>,
    region: Region,
    settings: Arc<Settings>,
    purpose: Purpose,
    session: Option<aws_dynamic::Session>,
    lanes: Lanes,
}

impl Context {
    /// A context of an account and a region.
    ///
    /// Without a session every call fails: enough for handlers that call nothing, such as those of a simulated cloud.
    pub fn new(
        account: AccountId,
        region: Region,
        session: Option<aws_dynamic::Session>,
        lanes: Lanes,
    ) -> Self {
        let partition = aws_dynamic::partition_of(region.as_str()).id.into();
        Self { account, partition, region, settings: Arc::default(), purpose: Purpose::List, session, lanes }
    }

    /// The same context with a partition other than what its region says (`global` says none).
    #[must_use]
    pub fn with_partition(mut self, partition: &str) -> Self {
        self.partition = partition.into();
        self
    }

    /// The same context with the settings of another type.
    #[must_use]
    pub fn with_settings(mut self, settings: Arc<Settings>) -> Self {
        self.settings = settings;
        self
    }

    /// The same context whose calls count against another budget.
    #[must_use]
    pub fn with_purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// The same context in another region.
    #[must_use]
    pub fn in_region(&self, region: Region) -> Self {
        Self { region, ..self.clone() }
    }

    /// The account.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The partition, such as `aws` or `aws-cn`.
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The region, or `global`.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The region calls go to: where the partition keeps its global services, if the region is `global`.
    pub fn call_region(&self) -> &str {
        if self.region == GLOBAL { global_region(&self.partition) } else { self.region.as_str() }
    }

    /// The switches of the type.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The session behind the calls.
    ///
    /// # Errors
    /// Invalid, if the context has none.
    pub fn session(&self) -> Result<&aws_dynamic::Session, Error> {
        self.session
            .as_ref()
            .ok_or_else(|| Error::new(ErrorKind::Invalid, "this context cannot call AWS: it has no session."))
    }

    /// Calls one operation, paced by its lane and repeated while the error is one that passes.
    ///
    /// # Errors
    /// What AWS answered; interrupted, if the run is over.
    pub async fn call(&self, service: &str, operation: &str, input: Value) -> Result<Value, Error> {
        let client = self.session()?.client(service, self.call_region())?;
        self.paced(service, operation, || {
            let client = client.clone();
            let input = input.clone();
            async move { Ok(client.call(operation, input).await?) }
        })
        .await
    }

    /// Reads an operation page by page.
    ///
    /// # Errors
    /// If the service or the region is unknown.
    pub fn pages(&self, service: &str, operation: &str, input: Value) -> Result<Pager<'_>, Error> {
        let client = self.session()?.client(service, self.call_region())?;
        Ok(Pager {
            context: self,
            service: service.to_owned(),
            operation: operation.to_owned(),
            pages: Arc::new(tokio::sync::Mutex::new(client.pages(operation, input))),
            has_begun: false,
        })
    }

    /// Runs a call of a generated client under the lane of its service: paced, and repeated while the error is one that passes.
    ///
    /// # Errors
    /// What the call answered; interrupted, if the run is over.
    pub async fn paced<T, F, Fut>(&self, service: &str, operation: &str, call: F) -> Result<T, Error>
    where
        F: FnMut() -> Fut + Send,
        Fut: Future<Output = Result<T, Error>> + Send,
        T: Send,
    {
        self.lanes.lane(service, self.call_region()).run(operation, self.purpose, call).await
    }

    /// The lanes all calls go through.
    pub fn lanes(&self) -> &Lanes {
        &self.lanes
    }
}

/// Where a partition keeps its global services.
fn global_region(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        "aws-iso" => "us-iso-east-1",
        "aws-iso-b" => "us-isob-east-1",
        "aws-eusc" => "eusc-de-east-1",
        _ => "us-east-1",
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("account", &self.account)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// Reads the pages of one listing, each call paced by the lane.
pub struct Pager<'a> {
    context: &'a Context,
    service: String,
    operation: String,
    pages: Arc<tokio::sync::Mutex<aws_dynamic::Pages>>,
    /// Whether a page was answered.
    has_begun: bool,
}

impl Pager<'_> {
    /// The next page; `None` after the last.
    ///
    /// # Errors
    /// What AWS answered. A failed page is asked for again by the next call, never skipped. That there is no such operation, or that
    /// nobody knows the credentials, tells something of a region only as an answer to the first call: afterwards it is unexpected.
    pub async fn next(&mut self) -> Result<Option<Value>, Error> {
        let pages = self.pages.clone();
        let page = self
            .context
            .paced(&self.service, &self.operation, || {
                let pages = pages.clone();
                async move {
                    match pages.lock().await.next().await {
                        None => Ok(None),
                        Some(Ok(page)) => Ok(Some(page)),
                        Some(Err(error)) => Err(error.into()),
                    }
                }
            })
            .await;
        match page {
            Err(error)
                if self.has_begun
                    && matches!(error.kind, ErrorKind::UnsupportedRegion | ErrorKind::Credentials) =>
            {
                Err(error.with_kind(ErrorKind::Unexpected))
            }
            page => {
                self.has_begun |= page.is_ok();
                page
            }
        }
    }
}
