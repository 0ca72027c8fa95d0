use std::fmt;

use serde::{Deserialize, Serialize};

use super::default_vpc;
use crate::error::Error;
use crate::handler::Context;
use crate::resource::Region;

/// Something an account came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Restore {
    /// The default VPC of each region, with its subnets, its gateway and its route.
    DefaultVpc,
}

/// Something that was made again, or could not be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Restored {
    /// What.
    pub what: Restore,
    /// The region.
    pub region: Region,
    /// The id of what was made.
    pub id: Option<String>,
    /// What was in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

impl Restore {
    /// All there is.
    pub const ALL: &[Self] = &[Self::DefaultVpc];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DefaultVpc => "default-vpc",
        }
    }

    /// The IAM actions it needs.
    pub fn iam_actions(self) -> &'static [&'static str] {
        match self {
            Self::DefaultVpc => default_vpc::ACTIONS,
        }
    }

    /// Makes it in the region of a context, unless it is there. Returns the id of what was made.
    pub(crate) async fn make(self, context: &Context) -> Result<Option<String>, Error> {
        match self {
            Self::DefaultVpc => default_vpc::make(context).await,
        }
    }
}

impl fmt::Display for Restore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
