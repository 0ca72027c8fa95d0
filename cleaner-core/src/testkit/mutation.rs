use std::cell::Cell;
use std::ops::Range;

use super::simulation::{Failure, play};

thread_local! {
    /// What is wrong with the engine on this thread.
    static MUTATION: Cell<Option<Mutation>> = const { Cell::new(None) };
}

macro_rules! mutations {
    ($($name:ident: $what:literal,)*) => {
        /// Makes the engine wrong in one way, to see whether the simulation notices.
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
    LosesUses: "What uses something need not go before it.",
    LosesOwners: "What takes something along need not go before it.",
    LosesTypeOrder: "Types come in no order.",
    LosesOwnersOfUsed: "What uses a part of something need not go before the whole.",
    SkipsUnlink: "Circles are deleted without being unlinked.",
    SkipsVerify: "Nobody looks back.",
    LooksBackOnly: "Whoever looks back deletes nothing more.",
    ForgetsByProducts: "Nobody looks for what deletions leave behind.",
    IgnoresFailedLists: "A listing that failed found nothing.",
    LosesThrottledLists: "A listing that was throttled is empty.",
    DeniedIsGone: "What may not be deleted is taken for gone.",
    StartedIsGone: "What AWS works on is taken for gone.",
    FailedLateIsGone: "What fails after a while is taken for gone.",
    UnreadableIsGone: "What nobody can look at is taken for gone.",
    KeepsDoNotSpread: "What stays keeps nothing that it needs.",
    KeepsNoUsed: "What stays does not keep what it uses.",
    KeepsNoOwned: "An owner that stays does not keep what it owns.",
    KeepsNoOwners: "What stays does not keep its owner.",
    KeepsNoWholes: "What stays does not keep what it is part of.",
    IgnoresKeepTags: "The keep tag means nothing.",
    IgnoresUnreadableTags: "Tags that nobody can read are none.",
    IgnoresProtections: "Built-in protections mean nothing.",
    IgnoresManaged: "What AWS manages is deleted.",
    IgnoresRules: "The rules of the user mean nothing.",
    IgnoresSelection: "Types and regions that were not chosen are deleted, too.",
    IgnoresExclusions: "What is excluded goes along with its stack.",
    ForgetsUnlistedStacks: "Where stacks could not be listed, what they may own is deleted.",
    ForgetsUnlistedUsers: "What something unlisted may need is deleted.",
    ForgetsEarlierKeeps: "What was kept before may go when somebody looks back.",
    NoIdentityCheck: "A plan is applied to whatever bears the names it names.",
    BlocksNobody: "What could not be deleted blocks nothing that it needs.",
    IgnoresStop: "A run that is told to stop goes on calling.",
    IgnoresLoss: "A run goes on calling though the account is lost.",
    NeverTriesAgain: "What is held once is given up.",
    NeverGivesUp: "What is held is never given up.",
    NeverLooksAgain: "What AWS works on is looked at once.",
    TransientIsFinal: "What fails in passing fails for good.",
    FinishesTwice: "The end of an item is told twice.",
    LosesAnEvent: "An event in a hundred bears the number of the one before.",
    LosesLeftovers: "What is left is not reported.",
    FailedIsDeleted: "What failed is reported as deleted.",
    UnknownIsClean: "What nobody knows is no reason not to be clean.",
    LimitMeansNothing: "More deletions are made than are allowed.",
    NamesakeIsTheSame: "What is made anew under a name is taken for what had it before.",
    LeftoversHoldNothing: "What leftovers need is deleted when somebody looks back.",
}

impl Mutation {
    /// Whether the engine is wrong in this way now, on this thread.
    pub(crate) fn is_on(self) -> bool {
        MUTATION.get() == Some(self)
    }

    /// Does something with an engine that is wrong in this way.
    pub fn with<T>(self, what: impl FnOnce() -> T) -> T {
        MUTATION.set(Some(self));
        let result = what();
        MUTATION.set(None);
        result
    }
}

/// The first scenario in which a wrong engine is noticed.
pub fn caught(mutation: Mutation, seeds: Range<u64>) -> Option<Failure> {
    seeds.into_iter().find_map(|seed| mutation.with(|| play(seed)).err().map(|failure| *failure))
}
