use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Says what is done with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is deleted.
    Delete,
    /// It stays.
    Keep,
    /// A rule could not be answered, so it stays, and nobody can call the account clean.
    Unknown,
    /// It stays, and what it holds is deleted.
    Empty,
}

/// The rules by which keeps spread.
const SPREAD: [&str; 5] = [
    "built-in:needed",
    "built-in:owner-kept",
    "built-in:owns-kept",
    "built-in:part-of-kept",
    "built-in:part-kept",
];

/// The rule of what AWS manages.
const MANAGED: &str = "built-in:managed";
/// The rule of what was not chosen.
const NOT_SELECTED: &str = "built-in:not-selected";

/// The rule of what does not belong to the chosen stacks.
const OUTSIDE: &str = "built-in:outside";

/// Holds what was decided about a resource, and which rule decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What is done.
    pub action: Action,
    /// The rule: `built-in:NAME`, or where a rule stands in the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Why, in one sentence.
    pub reason: Cow<'static, str>,
    /// Whether the keep says nothing about what the resource uses: AWS owns it, it goes with its parent, or it is simply not part
    /// of the run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub local: bool,
}

impl Verdict {
    /// Deletes: nothing speaks against it.
    pub fn delete(rule: Option<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { action: Action::Delete, rule, reason: reason.into(), local: false }
    }

    /// Empties: it was chosen, and nothing speaks against it.
    pub(super) fn empty(rule: Option<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { action: Action::Empty, rule, reason: reason.into(), local: false }
    }

    /// Leaves alone what nobody chose to empty.
    pub(super) fn not_chosen() -> Self {
        Self { local: true, ..Self::keep("built-in:not-chosen", "nobody chose to empty it") }
    }

    /// Keeps.
    pub fn keep(rule: impl Into<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { action: Action::Keep, rule: Some(rule.into()), reason: reason.into(), local: false }
    }

    /// Keeps what nobody may delete.
    pub fn managed(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { action: Action::Keep, rule: Some(MANAGED.to_owned()), reason: reason.into(), local: true }
    }

    /// Leaves alone what is not part of the run, and was listed for what it owns and needs.
    pub fn not_selected() -> Self {
        Self {
            action: Action::Keep,
            rule: Some(NOT_SELECTED.to_owned()),
            reason: "its type or region is not part of this run".into(),
            local: true,
        }
    }

    /// Leaves alone what does not belong to the stacks that the run is about. It stays for sure, and so does what it needs.
    pub(super) fn outside() -> Self {
        Self::keep(OUTSIDE, "it does not belong to the chosen stacks")
    }

    /// Keeps because a rule could not be answered.
    pub fn unknown(rule: impl Into<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { action: Action::Unknown, rule: Some(rule.into()), reason: reason.into(), local: false }
    }

    /// Keeps for the sake of another resource that stays.
    pub(super) fn spread(rule: &str, reason: impl Into<Cow<'static, str>>) -> Self {
        debug_assert!(SPREAD.contains(&rule), "{rule} is a rule by which keeps spread");
        Self::keep(rule, reason)
    }

    /// Whether the resource itself is what a rule speaks of, not another one that needs it.
    pub(crate) fn is_for_itself(&self) -> bool {
        self.rule.as_deref().is_none_or(|rule| !SPREAD.contains(&rule))
    }

    /// Whether the resource stays for no other reason than that it is not part of the run.
    pub(super) fn is_bystander(&self) -> bool {
        self.local && self.rule.as_deref() == Some(NOT_SELECTED) || self.rule.as_deref() == Some(OUTSIDE)
    }

    /// Whether the resource stays because AWS manages it, or because nobody chose it: it needs nothing by itself.
    pub(crate) fn keeps_itself_only(&self) -> bool {
        matches!(self.rule.as_deref(), Some(MANAGED | NOT_SELECTED))
    }

    /// Whether the resource is deleted.
    pub fn deletes(&self) -> bool {
        self.action == Action::Delete
    }

    /// Whether the resource is emptied.
    pub fn empties(&self) -> bool {
        self.action == Action::Empty
    }
}
