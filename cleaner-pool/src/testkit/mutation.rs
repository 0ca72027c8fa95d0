use std::cell::Cell;
use std::ops::Range;

use super::simulation::{Failure, Scenario, simulate};

thread_local! {
    /// What is wrong with the pool on this thread.
    static MUTATION: Cell<Option<Mutation>> = const { Cell::new(None) };
}

macro_rules! mutations {
    ($($name:ident: $what:literal,)*) => {
        /// Makes the pool wrong in one way, to see whether the simulation notices.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Mutation {
            $(#[doc = $what] $name,)*
        }

        impl Mutation {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What is wrong, in one sentence.
            pub fn what(self) -> &'static str {
                match self { $(Self::$name => $what,)* }
            }
        }
    };
}

mutations! {
    IgnoresConditions: "The store writes whatever the version.",
    IgnoresTokens: "An older token counts as much as the current one.",
    LeaseKeepsToken: "A lease does not raise the token.",
    CleaningKeepsToken: "A cleaning does not raise the token.",
    ForgetsTokens: "An account that comes back into the pool begins with a new token.",
    HandsOutDirty: "Dirty accounts are handed out.",
    QuarantinesAtOnce: "An account that is held is quarantined, and may be restored, at once.",
    FailedIsClean: "An account whose cleaning failed is available.",
    ForgetsReaper: "Nobody ends leases whose holders fell silent.",
    ExpiresEarly: "Observers end a lease before it is over.",
    TrustsClocks: "Observers take the written end of a lease at its word.",
    NeverRunsOut: "Holders believe in their lease until somebody says otherwise.",
    CountsFromReply: "Holders count from the reply to their last heartbeat.",
    NeverBeats: "Holders do not renew.",
    ForgetsOwnWrites: "A write whose reply was lost is taken for somebody else's.",
    ForgetsFailures: "Failed cleanings are not counted.",
    TicketsNeverDie: "The tickets of those who fell silent stay.",
    IgnoresQueue: "Whoever comes takes what is there.",
    LosesHistory: "Changes leave no history.",
}

impl Mutation {
    /// Whether the pool is wrong in this way now, on this thread.
    pub(crate) fn is_on(self) -> bool {
        MUTATION.get() == Some(self)
    }

    /// Does something with a pool that is wrong in this way.
    pub fn with<T>(self, what: impl FnOnce() -> T) -> T {
        MUTATION.set(Some(self));
        let result = what();
        MUTATION.set(None);
        result
    }
}

/// The first seed in which a wrong pool is noticed.
pub fn caught(mutation: Mutation, seeds: Range<u64>) -> Option<Failure> {
    seeds
        .into_iter()
        .find_map(|seed| mutation.with(|| simulate(&Scenario::small(seed))).err().map(|failure| *failure))
}
