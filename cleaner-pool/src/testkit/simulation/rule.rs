use std::fmt;

/// What must hold in every pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Who believes to hold an account holds it: nobody else has it, or may take it. Who no longer does is refused.
    OneHolder,
    /// Only a clean account is handed out.
    OnlyClean,
    /// Tokens never go back, and grow with each lease and each start of a cleaning.
    TokensGrow,
    /// Each write replaces the version it was made from.
    VersionsFollow,
    /// Who is told that something did not happen can rely on it.
    AnswersAreTrue,
    /// Nobody who renews in time loses an account, whatever the clocks show.
    NoneLostWithoutCause,
    /// Nobody who waits is overtaken more often than the accounts allow.
    FirstComeFirstServed,
    /// Everybody who waits long enough gets an account.
    NobodyStarves,
    /// In the end each account is available, or quarantined for a reason.
    NoAccountLost,
    /// In the end nobody's ticket is left.
    NoTicketLeft,
    /// History tells each change, without a gap.
    HistoryIsComplete,
    /// The pool does not panic.
    NoPanic,
}

/// What does not hold.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// What happened instead.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.rule, self.what)
    }
}
