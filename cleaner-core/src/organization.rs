//! The accounts of an organization, for runs over many of them.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::account::{AccountId, Identity, NO_ORGANIZATION, OPT_OUT_TAG, management_account};
use crate::error::{Error, ErrorKind};
use crate::handler::{Access, Context};
use crate::lane::Lanes;

/// The organization that accounts belong to, as somebody sees it who may: the management account, or one it delegated to.
#[derive(Clone, Debug)]
pub struct Organization {
    context: Context,
    identity: Identity,
}

/// Names an organizational unit, or the root above all: `ou-…` or `r-…`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnitId(Arc<str>);

/// A text that is no id of an organizational unit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no organizational unit: expected its id, such as `ou-ab12-34567890`, or that of the root, such as `r-ab12`"
)]
pub struct InvalidUnitId(pub String);

/// An account of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberAccount {
    /// Its id.
    pub account: AccountId,
    /// Its name in the organization.
    pub name: String,
    /// Whether it is in use: not suspended, not being closed.
    pub active: bool,
}

impl Organization {
    /// Finds out who asks. Makes one call, to STS.
    ///
    /// # Errors
    /// Credentials, or what STS answered.
    pub async fn open(session: &aws_dynamic::Session, home_region: &str) -> Result<Self, Error> {
        let identity = Identity::ask(session, home_region).await?;
        let access = Access::new(
            identity.account.clone(),
            &identity.partition,
            Some(session.clone()),
            Lanes::default(),
            HashMap::new(),
        );
        Ok(Self { context: access.global(), identity })
    }

    /// Who asks.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Lists the accounts of a unit and of all units below it, by id.
    ///
    /// # Errors
    /// What a call answered: of a unit that is known in part, nothing is known.
    pub async fn accounts_of(&self, unit: &UnitId) -> Result<Vec<MemberAccount>, Error> {
        let mut found = Vec::new();
        let mut units = vec![unit.0.as_ref().to_owned()];
        let mut seen: BTreeSet<String> = units.iter().cloned().collect();
        while let Some(unit) = units.pop() {
            for account in self.list("ListAccountsForParent", &unit, "Accounts").await? {
                found.push(member(&account).ok_or_else(|| {
                    Error::new(
                        ErrorKind::Unexpected,
                        "organizations:ListAccountsForParent named an account without an id.",
                    )
                })?);
            }
            for below in self.list("ListOrganizationalUnitsForParent", &unit, "OrganizationalUnits").await? {
                let id = below.get("Id").and_then(Value::as_str).unwrap_or_default().to_owned();
                if seen.insert(id.clone()) {
                    units.push(id);
                }
            }
        }
        found.sort_by(|one, other| one.account.cmp(&other.account));
        Ok(found)
    }

    /// The account that manages the organization. `None`: there is no organization.
    ///
    /// # Errors
    /// What the call answered.
    pub async fn management_account(&self) -> Result<Option<AccountId>, Error> {
        management_account(&self.context).await
    }

    /// Whether an account carries the tag that forbids to clear it. Without an organization there are no such tags.
    ///
    /// # Errors
    /// What the call answered: nobody knows.
    pub async fn opts_out(&self, account: &AccountId) -> Result<bool, Error> {
        let input = json!({ "ResourceId": account.as_str() });
        let mut pages = self.context.pages("organizations", "ListTagsForResource", input)?;
        loop {
            let page = match pages.next().await {
                Ok(Some(page)) => page,
                Ok(None) => return Ok(false),
                Err(error) if error.is_code(NO_ORGANIZATION) => return Ok(false),
                Err(error) => return Err(error),
            };
            let mut tags = page.get("Tags").and_then(Value::as_array).into_iter().flatten();
            if tags.any(|tag| tag.get("Key").and_then(Value::as_str) == Some(OPT_OUT_TAG)) {
                return Ok(true);
            }
        }
    }

    async fn list(&self, operation: &str, unit: &str, at: &str) -> Result<Vec<Value>, Error> {
        let mut pages = self.context.pages("organizations", operation, json!({ "ParentId": unit }))?;
        let mut all = Vec::new();
        while let Some(page) = pages.next().await? {
            all.extend(page.get(at).and_then(Value::as_array).into_iter().flatten().cloned());
        }
        Ok(all)
    }
}

fn member(account: &Value) -> Option<MemberAccount> {
    let text = |key: &str| account.get(key).and_then(Value::as_str);
    Some(MemberAccount {
        account: text("Id")?.parse().ok()?,
        name: text("Name").unwrap_or_default().to_owned(),
        active: text("State").or_else(|| text("Status")) == Some("ACTIVE"),
    })
}

impl UnitId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UnitId {
    type Err = InvalidUnitId;

    /// Reads an id as AWS writes it: `r-` and 4 to 32 letters or digits; `ou-`, the part of its root, and 8 to 32 of its own.
    fn from_str(text: &str) -> Result<Self, InvalidUnitId> {
        let is_part = |part: &str, least: usize| {
            (least..=32).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let is_good = match text.split('-').collect::<Vec<_>>()[..] {
            ["r", root] => is_part(root, 4),
            ["ou", root, unit] => is_part(root, 4) && is_part(unit, 8),
            _ => false,
        };
        if is_good { Ok(Self(text.into())) } else { Err(InvalidUnitId(text.to_owned())) }
    }
}

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_told_from_other_words() {
        for good in ["r-ab12", "ou-ab12-34567890", "ou-ab12-3456abcd90"] {
            assert_eq!(good.parse::<UnitId>().map(|unit| unit.to_string()), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "r-",
            "r-a",
            "ou-ab12",
            "ou-ab12-3",
            "OU-ab12-34567890",
            "ou-ab12-34567890-x",
            "sandbox",
            "111122223333",
        ] {
            assert!(bad.parse::<UnitId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_what_is_said_to_be_active_is() {
        for (account, active) in [
            (json!({ "Id": "111122223333", "Name": "one", "Status": "ACTIVE" }), true),
            (json!({ "Id": "111122223333", "State": "ACTIVE" }), true),
            (json!({ "Id": "111122223333", "State": "PENDING_CLOSURE", "Status": "ACTIVE" }), false),
            (json!({ "Id": "111122223333", "Status": "SUSPENDED" }), false),
            (json!({ "Id": "111122223333" }), false),
        ] {
            assert_eq!(member(&account).map(|member| member.active), Some(active), "{account}");
        }
        assert_eq!(member(&json!({ "Name": "no id" })), None);
    }
}
