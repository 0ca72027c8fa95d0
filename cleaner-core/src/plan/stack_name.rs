use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::services::arn::Arn;

/// The most characters that the name of a stack may have.
const LONGEST: usize = 128;

/// Names a stack: by its name, which is that of one stack in each region, or by its ARN, which is that of one stack ever.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StackName(Arc<str>);

/// The parts of the ARN of a stack.
pub(super) struct StackArn<'a> {
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) name: &'a str,
}

impl<'a> StackArn<'a> {
    pub(super) fn parse(arn: &'a str) -> Option<Self> {
        let Arn { partition, service, region, account, resource, .. } = Arn::parse(arn)?;
        let (name, id) = resource.strip_prefix("stack/")?.split_once('/')?;
        let is_word = |text: &str| {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && !text.is_empty()
        };
        let is_stack = service == "cloudformation" && is_name(name);
        (is_stack && [partition, region, account, id].into_iter().all(is_word)).then_some(Self {
            region,
            account,
            name,
        })
    }
}

impl StackName {
    /// The name or the ARN, as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the stack, also if it was given by its ARN.
    pub(crate) fn name(&self) -> &str {
        self.arn().map_or(&self.0, |arn| arn.name)
    }

    pub(super) fn arn(&self) -> Option<StackArn<'_>> {
        StackArn::parse(&self.0)
    }
}

/// Whether CloudFormation takes this as the name of a stack.
fn is_name(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

impl FromStr for StackName {
    type Err = InvalidStackName;

    fn from_str(text: &str) -> Result<Self, InvalidStackName> {
        if is_name(text) || StackArn::parse(text).is_some() {
            Ok(Self(text.into()))
        } else {
            Err(InvalidStackName(text.to_owned()))
        }
    }
}

impl TryFrom<String> for StackName {
    type Error = InvalidStackName;

    fn try_from(text: String) -> Result<Self, InvalidStackName> {
        text.parse()
    }
}

impl From<StackName> for String {
    fn from(name: StackName) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for StackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for StackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is neither the name nor the ARN of a stack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no stack: expected its name, of letters, digits and hyphens with a letter first, or its ARN. Patterns are for rules."
)]
pub struct InvalidStackName(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_arns_are_taken_and_patterns_are_not() {
        let long = "a".repeat(LONGEST);
        for good in [
            "web",
            "web-2",
            &long,
            "arn:aws:cloudformation:eu-west-1:111122223333:stack/web/0a1b-2c3d",
            "arn:aws-us-gov:cloudformation:us-gov-west-1:111122223333:stack/web/0a1b",
        ] {
            assert_eq!(good.parse::<StackName>().map(|name| name.as_str().to_owned()), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "web*",
            "2-web",
            "web_2",
            "web 2",
            "wéb",
            &format!("{long}a"),
            "arn:aws:cloudformation:eu-west-1:111122223333:stack/web",
            "arn:aws:cloudformation:eu-west-1:111122223333:stack/web*/0a1b",
            "arn:aws:cloudformation:eu-west-1:111122223333:stackset/web/0a1b",
            "arn:aws:sqs:eu-west-1:111122223333:stack/web/0a1b",
            "arn:aws:cloudformation::111122223333:stack/web/0a1b",
        ] {
            assert!(bad.parse::<StackName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_arn_has_the_name_in_it() {
        let name: StackName =
            "arn:aws:cloudformation:eu-west-1:111122223333:stack/web/0a1b".parse().expect("an ARN");
        assert_eq!(name.name(), "web");
        let arn = name.arn().expect("an ARN");
        assert_eq!((arn.region, arn.account), ("eu-west-1", "111122223333"));
    }
}
