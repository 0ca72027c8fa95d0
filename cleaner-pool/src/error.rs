use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::account::AccountId;
use crate::record::{StateName, Token};
use crate::state::Refusal;
use crate::store::{StoreError, StoreErrorKind};

/// Says why a pool could not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// The rules forbid it.
    #[error("{0}")]
    Refused(Refusal),
    /// A lease or a cleaning ran out before it could be renewed.
    #[error("account {account} was held with token {token} until its lease ran out")]
    RanOut {
        /// The account.
        account: AccountId,
        /// The token of who held it.
        token: Token,
    },
    /// No account came free in time.
    #[error("{0}")]
    Waited(Waited),
    /// There are no accounts that could ever come free.
    #[error("the pool has no accounts")]
    Empty,
    /// The store does not answer, or not as it should.
    #[error("the pool's table: {0}")]
    Store(StoreError),
}

/// What somebody waited for in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waited {
    /// How long.
    pub waited: Duration,
    /// The account, if only one would do.
    pub account: Option<AccountId>,
    /// How many accounts were in which state at the last look.
    pub states: BTreeMap<StateName, usize>,
    /// How many were ahead in the queue, as far as it was looked at.
    pub ahead: Option<usize>,
    /// What was wrong with the store at last, if anything.
    pub trouble: Option<String>,
}

impl PoolError {
    /// Whether an account is lost to who asked.
    pub fn is_lost(&self) -> bool {
        matches!(
            self,
            Self::Refused(Refusal::Lost { .. } | Refusal::Unknown(_) | Refusal::Condemned { .. })
                | Self::RanOut { .. }
        )
    }

    /// Whether the store failed in a way that may pass.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, Self::Store(error) if error.may_pass())
    }

    pub(crate) fn is_ticket_gone(&self) -> bool {
        matches!(self, Self::Store(error) if error.kind == StoreErrorKind::TicketGone)
    }
}

impl From<StoreError> for PoolError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Refusal> for PoolError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl fmt::Display for Waited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.account {
            Some(account) => write!(f, "account {account} did not come free")?,
            None => f.write_str("no account came free")?,
        }
        write!(f, " within {} s", self.waited.as_secs())?;
        let states: Vec<String> =
            self.states.iter().map(|(state, count)| format!("{count} {state}")).collect();
        if !states.is_empty() {
            write!(f, ": {}", states.join(", "))?;
        }
        match self.ahead {
            Some(1) => f.write_str("; 1 waits ahead")?,
            Some(ahead) if ahead > 1 => write!(f, "; {ahead} wait ahead")?,
            _ => {}
        }
        match &self.trouble {
            Some(trouble) => write!(f, "; at last, {trouble}"),
            None => Ok(()),
        }
    }
}
