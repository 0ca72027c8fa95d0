use serde::Serialize;
use serde_json::{Value, json};

use super::AccountId;
use crate::error::{Error, ErrorKind};
use crate::handler::Context;
use crate::lane::Lanes;
use crate::resource::Region;

/// Says whose credentials these are, and which account they open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// The ARN of the caller.
    pub arn: String,
    /// The unique id of the caller.
    pub user_id: String,
    /// The partition, such as `aws`.
    pub partition: String,
}

/// The IAM entity behind the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A role, by name.
    Role(String),
    /// A user, by name.
    User(String),
    /// The root user, or something else that lives outside IAM.
    Other,
}

impl Identity {
    /// Asks STS who the caller is: the first call of every run, and the only one before the account is known to be the right one.
    ///
    /// # Errors
    /// Credentials, if there are none or they are not accepted; what the call answered otherwise.
    pub async fn ask(session: &aws_dynamic::Session, region: &str) -> Result<Self, Error> {
        session.check_credentials().await.map_err(Error::from)?;
        let client = session.client("sts", region)?;
        let lane = Lanes::default().lane("sts", region);
        let answer = lane
            .run("GetCallerIdentity", crate::lane::Purpose::List, || async {
                Ok(client.call("GetCallerIdentity", json!({})).await?)
            })
            .await
            .map_err(|error| match error.kind {
                // Whoever is denied this call has credentials that are good for nothing.
                ErrorKind::Denied => error.with_kind(ErrorKind::Credentials),
                _ => error,
            })?;
        let text = |key: &str| answer.get(key).and_then(Value::as_str).map(str::to_owned);
        let incomplete =
            || Error::new(ErrorKind::Unexpected, "sts:GetCallerIdentity did not say which account this is.");
        let account = text("Account").ok_or_else(incomplete)?;
        let arn = text("Arn").ok_or_else(incomplete)?;
        Ok(Self {
            account: account.parse().map_err(|_| incomplete())?,
            partition: arn.split(':').nth(1).unwrap_or("aws").to_owned(),
            arn,
            user_id: text("UserId").unwrap_or_default(),
        })
    }

    /// The entity behind the credentials, from the ARN.
    pub fn principal(&self) -> Principal {
        let resource = self.arn.splitn(6, ':').nth(5).unwrap_or_default();
        let mut parts = resource.split('/');
        match (parts.next(), parts.next()) {
            (Some("assumed-role"), Some(role)) => Principal::Role(role.to_owned()),
            // A user's path comes before its name.
            (Some("user"), Some(first)) => Principal::User(parts.next_back().unwrap_or(first).to_owned()),
            _ => Principal::Other,
        }
    }

    /// Reads the account's alias. `None`: it has none.
    ///
    /// # Errors
    /// What the call answered.
    pub async fn alias(&self, context: &Context) -> Result<Option<String>, Error> {
        let answer = context.in_region(Region::global()).call("iam", "ListAccountAliases", json!({})).await?;
        Ok(answer.pointer("/AccountAliases/0").and_then(Value::as_str).map(str::to_owned))
    }

    /// Lists the regions that are enabled for the account.
    ///
    /// # Errors
    /// What the call answered.
    pub async fn regions(&self, context: &Context) -> Result<Vec<Region>, Error> {
        let answer = context
            .in_region(Region::global())
            .call("ec2", "DescribeRegions", json!({ "AllRegions": false }))
            .await?;
        let mut regions: Vec<Region> = answer
            .get("Regions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter(|region| region.get("OptInStatus").and_then(Value::as_str) != Some("not-opted-in"))
            .filter_map(|region| region.get("RegionName").and_then(Value::as_str))
            .map(Region::from)
            .collect();
        if regions.is_empty() {
            return Err(Error::new(ErrorKind::Unexpected, "ec2:DescribeRegions named no region."));
        }
        regions.sort();
        Ok(regions)
    }

    /// Whether the account is the management account of its organization. `None`: it is in none.
    ///
    /// # Errors
    /// What the call answered.
    pub async fn is_management_account(&self, context: &Context) -> Result<Option<bool>, Error> {
        let management = management_account(&context.in_region(Region::global())).await?;
        Ok(management.map(|id| id == self.account))
    }
}

/// How AWS says that an account is in no organization.
pub(crate) const NO_ORGANIZATION: &str = "AWSOrganizationsNotInUseException";

/// The account that manages the organization of the caller. `None`: it is in none.
///
/// # Errors
/// What the call answered.
pub(crate) async fn management_account(context: &Context) -> Result<Option<AccountId>, Error> {
    match context.call("organizations", "DescribeOrganization", json!({})).await {
        Ok(answer) => {
            let id = answer.pointer("/Organization/MasterAccountId").and_then(Value::as_str);
            let unnamed = || {
                Error::new(
                    ErrorKind::Unexpected,
                    "organizations:DescribeOrganization named no management account.",
                )
            };
            id.and_then(|id| id.parse().ok()).map(Some).ok_or_else(unnamed)
        }
        Err(error) if error.is_code(NO_ORGANIZATION) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(arn: &str) -> Principal {
        Identity {
            account: "123456789012".parse().expect("twelve digits"),
            arn: arn.to_owned(),
            user_id: String::new(),
            partition: "aws".to_owned(),
        }
        .principal()
    }

    #[test]
    fn the_principal_is_read_from_the_arn() {
        let role = |name: &str| Principal::Role(name.to_owned());
        let user = |name: &str| Principal::User(name.to_owned());
        for (arn, expected) in [
            ("arn:aws:sts::123456789012:assumed-role/cleaner/session", role("cleaner")),
            ("arn:aws-cn:sts::123456789012:assumed-role/cleaner/i-0abc", role("cleaner")),
            ("arn:aws:iam::123456789012:user/jo", user("jo")),
            ("arn:aws:iam::123456789012:user/team/a/jo", user("jo")),
            ("arn:aws:iam::123456789012:root", Principal::Other),
            ("arn:aws:sts::123456789012:federated-user/jo", Principal::Other),
            ("", Principal::Other),
        ] {
            assert_eq!(principal(arn), expected, "{arn}");
        }
    }
}
