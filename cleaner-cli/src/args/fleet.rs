use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use cleaner_core::account::AccountId;
use cleaner_core::organization::UnitId;

use super::ACCOUNT;

/// The accounts of a run over many.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct FleetArgs {
    /// Clear every account of this file: one id a line, `#` begins a comment
    #[arg(long, value_name = "FILE", group = "fleet", conflicts_with_all = ["account", "resume", "baseline"])]
    pub(crate) accounts: Option<PathBuf>,
    /// Clear every active account of this organizational unit, and of those below it (repeat)
    #[arg(long = "org-unit", value_name = "OU", group = "fleet", conflicts_with_all = ["account", "resume", "baseline"])]
    pub(crate) org_units: Vec<UnitId>,
    /// Assume this role in each account: its name with its path, or an ARN with `{account}` in it [default:
    /// OrganizationAccountAccessRole]
    #[arg(long, value_name = "ROLE", requires = "fleet")]
    pub(crate) role: Option<RoleTemplate>,
    /// Clear this many accounts at once [default: 4]
    #[arg(long, value_name = "N", requires = "fleet")]
    pub(crate) concurrency: Option<NonZeroUsize>,
}

impl FleetArgs {
    /// Whether the run is about many accounts.
    pub(crate) fn is_used(&self) -> bool {
        self.accounts.is_some() || !self.org_units.is_empty()
    }
}

/// Names the role of each account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoleTemplate(String);

impl RoleTemplate {
    /// The ARN of the role in an account.
    pub(crate) fn arn(&self, partition: &str, account: &AccountId) -> String {
        if self.0.contains(ACCOUNT) {
            self.0.replace(ACCOUNT, account.as_str())
        } else {
            format!("arn:{partition}:iam::{account}:role/{}", self.0)
        }
    }
}

impl Default for RoleTemplate {
    /// The role that AWS makes in the accounts that an organization creates.
    fn default() -> Self {
        Self("OrganizationAccountAccessRole".to_owned())
    }
}

impl FromStr for RoleTemplate {
    type Err = InvalidRole;

    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        let is_name = |name: &str| {
            !name.is_empty()
                && name.split('/').all(|part| !part.is_empty())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-/".contains(&byte))
        };
        let arn = |text: &str| {
            let mut parts = text.splitn(6, ':');
            let mut next = || parts.next().unwrap_or_default();
            let head = [next(), next(), next(), next(), next()];
            matches!(head, ["arn", partition, "iam", "", ACCOUNT] if !partition.is_empty())
                && next().strip_prefix("role/").is_some_and(is_name)
        };
        let is_good = if text.starts_with("arn:") { arn(text) } else { is_name(text) };
        if is_good { Ok(Self(text.to_owned())) } else { Err(InvalidRole(text.to_owned())) }
    }
}

/// A text that names no role of each account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvalidRole(String);

impl fmt::Display for InvalidRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no role of each account: expected a name, such as `cleaner` or `team/cleaner`, or an ARN such as \
             `arn:aws:iam::{ACCOUNT}:role/cleaner`",
            self.0
        )
    }
}

impl std::error::Error for InvalidRole {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_found_in_each_account() {
        let account: AccountId = "111122223333".parse().expect("twelve digits");
        for (template, arn) in [
            ("cleaner", "arn:aws-cn:iam::111122223333:role/cleaner"),
            ("team/a.b@c", "arn:aws-cn:iam::111122223333:role/team/a.b@c"),
            ("arn:aws:iam::{account}:role/x/cleaner", "arn:aws:iam::111122223333:role/x/cleaner"),
        ] {
            let role: RoleTemplate = template.parse().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(role.arn("aws-cn", &account), arn);
        }
    }

    #[test]
    fn the_role_of_one_account_is_no_role_of_each() {
        for bad in [
            "",
            "/cleaner",
            "a//b",
            "cleaner role",
            "arn:aws:iam::111122223333:role/cleaner",
            "arn:aws:iam::{account}:user/cleaner",
            "arn:aws:sts::{account}:role/cleaner",
            "arn:aws:iam::{account}:role/",
            "{account}",
        ] {
            assert!(bad.parse::<RoleTemplate>().is_err(), "{bad}");
        }
    }
}
