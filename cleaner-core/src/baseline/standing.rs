use super::{Baseline, BaselineResource};
use crate::resource::{Fact, Resource, State};

/// How a found resource stands to a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It was not there.
    New,
    /// It was there.
    Same,
    /// Another one of its type and id was there: why.
    Another(String),
    /// It is there under the type and id of one that was, and nobody can tell whether it is that one: why.
    Unknown(String),
    /// The baseline says nothing of its type in its region.
    Uncovered,
}

impl Baseline {
    /// How a found resource stands to this baseline.
    ///
    /// Type, region and id must be those of a resource that was there, the ARN if both have one, and the creation date. Where the
    /// type has no date, the rest decides. Where AWS tells only when something was last changed, another date tells nothing.
    pub(crate) fn standing(&self, found: &Resource) -> Standing {
        match self.get(&found.key()) {
            Some(then) => against(then, found, self.index.by_change.contains(&found.type_name)),
            None if self.covers(&found.type_name, &found.region) => Standing::New,
            None => Standing::Uncovered,
        }
    }
}

fn against(then: &BaselineResource, found: &Resource, is_by_change: bool) -> Standing {
    if let (Some(was), Some(is)) = (&then.arn, &found.arn)
        && was != is
    {
        return Standing::Another(format!("its ARN is {is}, and that of the baseline's is {was}"));
    }
    match (&then.created_at, &found.created) {
        (Fact::Known(was), Fact::Known(is)) if was != is && is_by_change => Standing::Unknown(format!(
            "it was changed or replaced: AWS tells only when it last changed, {is}, and the baseline has {was}"
        )),
        (Fact::Known(was), Fact::Known(is)) if was != is => {
            Standing::Another(format!("it was made at {is}, and the baseline's at {was}"))
        }
        _ if found.state == State::Deleting => Standing::Unknown("its deletion is under way".to_owned()),
        // Its list lags behind: whatever it was, it is probably gone.
        _ if found.state == State::Gone => {
            Standing::Unknown("it is listed, and AWS does not know it any more".to_owned())
        }
        (Fact::Known(_), Fact::Known(_)) | (Fact::Absent, Fact::Absent) => Standing::Same,
        (Fact::Unreadable(why), _) => Standing::Unknown(format!(
            "its creation date could not be read when the baseline was taken: {why}"
        )),
        (Fact::Unread, _) => {
            Standing::Unknown("its creation date was not read when the baseline was taken".to_owned())
        }
        (_, Fact::Unreadable(why)) => Standing::Unknown(format!("its creation date cannot be read: {why}")),
        (_, Fact::Unread) => Standing::Unknown("its creation date was not read".to_owned()),
        (Fact::Known(_), Fact::Absent) => {
            Standing::Unknown("it has no creation date, and the baseline's has one".to_owned())
        }
        (Fact::Absent, Fact::Known(_)) => {
            Standing::Unknown("it has a creation date, and the baseline's has none".to_owned())
        }
    }
}
