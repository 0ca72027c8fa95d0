use std::collections::BTreeSet;
use std::fmt;

use super::AccountId;

/// The tag by which an account of an organization says that no run over many accounts may clear it. Its value is of no consequence.
pub const OPT_OUT_TAG: &str = "aws-cleaner:opt-out";
/// The protection by that tag: where it is lifted, nobody looks for one.
pub const OPT_OUT_PROTECTION: &str = "opt-out-tag";

/// Decides whether an account may be cleared at all.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// The account the caller means to clear. Needed when nobody can be asked.
    pub expected: Option<AccountId>,
    /// If not empty, only these accounts may be cleared.
    pub allow: BTreeSet<AccountId>,
    /// These accounts may not be cleared.
    pub deny: BTreeSet<AccountId>,
    /// An account whose alias holds one of these as a whole word may not be cleared.
    pub protected_words: Vec<String>,
}

/// Says why an account may not be cleared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The credentials open another account than the caller means.
    WrongAccount {
        /// The one they open.
        found: AccountId,
        /// The one the caller means.
        expected: AccountId,
    },
    /// The configuration denies this account.
    Denied(AccountId),
    /// The configuration allows others only.
    NotAllowed(AccountId),
    /// The alias holds a protected word.
    ProtectedAlias {
        /// The alias.
        alias: String,
        /// The word.
        word: String,
    },
    /// It is the organization's management account.
    ManagementAccount(AccountId),
    /// It carries the tag that forbids a run over many accounts to clear it.
    OptedOut(AccountId),
    /// Nobody knows whether it carries that tag.
    MayOptOut {
        /// The account.
        account: AccountId,
        /// What was in the way.
        why: String,
    },
    /// More resources would be deleted than the limit allows.
    TooManyDeletions {
        /// How many the plan deletes.
        planned: usize,
        /// How many may be deleted.
        limit: usize,
    },
    /// The plan was made for another account, or by an incompatible version.
    WrongPlan(String),
    /// The baseline is of another account.
    WrongBaseline {
        /// The account the credentials open.
        found: AccountId,
        /// The account of the baseline.
        baseline: AccountId,
    },
    /// Somebody was asked and did not confirm.
    NotConfirmed,
    /// The account was not named, and nobody can be asked.
    NobodyToAsk,
}

impl Guard {
    /// Judges the account by its id alone: before any call but STS.
    ///
    /// # Errors
    /// The reason to refuse.
    pub fn check_account(&self, account: &AccountId) -> Result<(), Refusal> {
        if let Some(expected) = &self.expected
            && expected != account
        {
            return Err(Refusal::WrongAccount { found: account.clone(), expected: expected.clone() });
        }
        if self.deny.contains(account) {
            return Err(Refusal::Denied(account.clone()));
        }
        if !self.allow.is_empty() && !self.allow.contains(account) {
            return Err(Refusal::NotAllowed(account.clone()));
        }
        Ok(())
    }

    /// Judges the account by its alias.
    ///
    /// # Errors
    /// The reason to refuse.
    pub fn check_alias(&self, alias: &str) -> Result<(), Refusal> {
        let words = || alias.split(|c: char| !c.is_alphanumeric());
        match self.protected_words.iter().find(|word| words().any(|part| part.eq_ignore_ascii_case(word))) {
            Some(word) => Err(Refusal::ProtectedAlias { alias: alias.to_owned(), word: word.clone() }),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongAccount { found, expected } => {
                write!(f, "these credentials open account {found}, not {expected}.")
            }
            Self::Denied(account) => write!(f, "account {account} is on the deny list."),
            Self::NotAllowed(account) => write!(f, "account {account} is not on the allow list."),
            Self::ProtectedAlias { alias, word } => {
                write!(f, "the account's alias `{alias}` holds the protected word `{word}`.")
            }
            Self::ManagementAccount(account) => {
                write!(f, "account {account} is the management account of its organization.")
            }
            Self::OptedOut(account) => write!(f, "account {account} carries the tag {OPT_OUT_TAG}."),
            Self::MayOptOut { account, why } => {
                write!(f, "whether account {account} carries the tag {OPT_OUT_TAG} could not be read: {why}")
            }
            Self::TooManyDeletions { planned, limit } => {
                write!(f, "the plan deletes {planned} resources, more than the limit of {limit}.")
            }
            Self::WrongPlan(why) => write!(f, "this plan cannot be applied: {why}."),
            Self::WrongBaseline { found, baseline } => {
                write!(f, "the baseline is of account {baseline}, these credentials open {found}.")
            }
            Self::NotConfirmed => f.write_str("the deletion was not confirmed."),
            Self::NobodyToAsk => f.write_str(
                "nobody can be asked to confirm the deletion, and it was not confirmed beforehand.",
            ),
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digits: &str) -> AccountId {
        digits.parse().expect("twelve digits")
    }

    #[test]
    fn the_expected_account_must_be_the_one_found() {
        let guard = Guard { expected: Some(id("111122223333")), ..Guard::default() };
        assert!(guard.check_account(&id("111122223333")).is_ok());
        assert!(matches!(guard.check_account(&id("999999999999")), Err(Refusal::WrongAccount { .. })));
    }

    #[test]
    fn deny_beats_allow() {
        let account = id("111122223333");
        let guard =
            Guard { allow: [account.clone()].into(), deny: [account.clone()].into(), ..Guard::default() };
        assert_eq!(guard.check_account(&account), Err(Refusal::Denied(account)));
    }

    #[test]
    fn an_allow_list_excludes_all_others() {
        let guard = Guard { allow: [id("111122223333")].into(), ..Guard::default() };
        assert!(matches!(guard.check_account(&id("999999999999")), Err(Refusal::NotAllowed(_))));
    }

    #[test]
    fn protected_words_are_whole_words() {
        let guard = Guard { protected_words: vec!["prod".to_owned()], ..Guard::default() };
        for (alias, allowed) in [
            ("acme-prod", false),
            ("PROD", false),
            ("prod.acme", false),
            ("nonprod", true),
            ("product-tests", true),
        ] {
            assert_eq!(guard.check_alias(alias).is_ok(), allowed, "{alias}");
        }
    }
}
