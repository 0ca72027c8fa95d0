use std::fmt;
use std::time::Duration;

use resource_filters::source::{Node, Position, Problem, Problems, Value, format_duration, nearest};
use serde_json::json;

/// One value that is neither a list nor a mapping: settable in the file, the environment and on the command line.
pub(super) struct ScalarKey {
    /// The name in the file; a dot stands for a mapping around it.
    pub(super) name: &'static str,
    pub(super) kind: ScalarKind,
    pub(super) doc: &'static str,
}

#[derive(Clone, Copy)]
pub(super) enum ScalarKind {
    Duration,
    /// A whole number of at least this.
    Count(u32),
    Text,
    Url,
    RoleArn,
    OneOf(&'static [&'static str]),
}

/// Every scalar of the configuration.
pub(super) const SCALARS: &[ScalarKey] = &[
    ScalarKey {
        name: "deadline",
        kind: ScalarKind::Duration,
        doc: "The run ends after this time, whatever is left; without it, it ends when nothing more can happen.",
    },
    ScalarKey {
        name: "call_timeout",
        kind: ScalarKind::Duration,
        doc: "How long one call may take before it counts as failed and is repeated.",
    },
    ScalarKey {
        name: "patience",
        kind: ScalarKind::Duration,
        doc: "How long nothing may change before what is held by something else is given up and reported.",
    },
    ScalarKey {
        name: "verify_passes",
        kind: ScalarKind::Count(1),
        doc: "How many looks in a row must find everything that was deleted gone.",
    },
    ScalarKey {
        name: "coverage",
        kind: ScalarKind::OneOf(&["off", "report", "strict"]),
        doc: "What is done about tagged resources that no type of the run lists: nothing, a word about them, or no run is clean while there are any.",
    },
    ScalarKey {
        name: "baseline",
        kind: ScalarKind::Text,
        doc: "The file that says what the account held before, as `snapshot` wrote it: that stays.",
    },
    ScalarKey {
        name: "baseline_drift",
        kind: ScalarKind::OneOf(&["report", "strict"]),
        doc: "What is done about what of the baseline is missing or changed: a word about it, or no run is clean that finds any.",
    },
    ScalarKey {
        name: "max_deletions",
        kind: ScalarKind::Count(0),
        doc: "A plan that deletes more than this is refused.",
    },
    ScalarKey {
        name: "endpoint_url",
        kind: ScalarKind::Url,
        doc: "The endpoint of an emulator that stands for all of AWS.",
    },
    ScalarKey {
        name: "profile",
        kind: ScalarKind::Text,
        doc: "The profile of the AWS configuration files to take credentials from.",
    },
    ScalarKey {
        name: "quotas",
        kind: ScalarKind::OneOf(&["auto", "aws", "adaptive"]),
        doc: "The rates to start with: those AWS documents, or none (adaptive); auto means aws unless there is an endpoint_url.",
    },
    ScalarKey { name: "assume_role.arn", kind: ScalarKind::RoleArn, doc: "The role to assume." },
    ScalarKey {
        name: "assume_role.external_id",
        kind: ScalarKind::Text,
        doc: "The external id that the role's trust policy asks for.",
    },
    ScalarKey {
        name: "assume_role.session_name",
        kind: ScalarKind::Text,
        doc: "The name of the session, as CloudTrail shows it.",
    },
];

/// Holds a scalar that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Duration(Duration),
    Count(u32),
    Text(String),
}

impl ScalarKey {
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        SCALARS.iter().find(|key| key.name == name)
    }

    /// The name inside of the mapping it stands in.
    pub(super) fn last_name(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }

    /// The environment variable that sets it.
    pub(super) fn variable(&self) -> String {
        format!("AWS_CLEANER_{}", self.name.replace('.', "_").to_uppercase())
    }

    pub(super) fn read(&self, node: &Node, problems: &mut Problems) -> Option<Scalar> {
        let what = self.last_name();
        match self.kind {
            ScalarKind::Duration => node.duration(what, problems).map(Scalar::Duration),
            ScalarKind::Count(least) => {
                let number = node.integer(what, problems)?;
                let count = u32::try_from(number).ok().filter(|count| *count >= least);
                if count.is_none() {
                    let message =
                        format!("`{what}`: expected a whole number of at least {least}, found {number}");
                    problems.report(&node.at, message);
                }
                count.map(Scalar::Count)
            }
            ScalarKind::Text => self
                .checked(node, problems, |text| !text.is_empty(), "text that is not empty")
                .map(Scalar::Text),
            ScalarKind::Url => self
                .checked(
                    node,
                    problems,
                    |text| text.starts_with("http://") || text.starts_with("https://"),
                    "a URL that starts with http:// or https://",
                )
                .map(Scalar::Text),
            ScalarKind::RoleArn => self
                .checked(
                    node,
                    problems,
                    |text| text.starts_with("arn:") && text.contains(":iam::") && text.contains(":role/"),
                    "the ARN of a role such as `arn:aws:iam::111122223333:role/cleaner`",
                )
                .map(Scalar::Text),
            ScalarKind::OneOf(words) => {
                let text = node.text(what, problems)?;
                if !words.contains(&text) {
                    let message = format!("`{what}`: expected one of {}, found `{text}`", words.join(", "));
                    let problem = Problem::new(&node.at, message);
                    problems.push(problem.with_suggestion(nearest(text, words.iter().copied())));
                    return None;
                }
                Some(Scalar::Text(text.to_owned()))
            }
        }
    }

    /// Reads the value out of text, as environment variables and options hold it.
    pub(super) fn read_text(&self, text: &str, at: &Position, problems: &mut Problems) -> Option<Scalar> {
        let value = match (self.kind, text.parse()) {
            (ScalarKind::Count(_), Ok(number)) => Value::Integer(number),
            _ => Value::Text(text.to_owned()),
        };
        self.read(&Node { value, at: at.clone() }, problems)
    }

    pub(super) fn schema(&self) -> serde_json::Value {
        let mut schema = match self.kind {
            ScalarKind::Duration => json!({"type": "string", "pattern": "^([0-9]+[smhdw])+$"}),
            ScalarKind::Count(least) => json!({"type": "integer", "minimum": least}),
            ScalarKind::Text => json!({"type": "string", "minLength": 1}),
            ScalarKind::Url => json!({"type": "string", "pattern": "^https?://"}),
            ScalarKind::RoleArn => json!({"type": "string", "pattern": "^arn:.*:iam::.*:role/"}),
            ScalarKind::OneOf(words) => json!({"enum": words}),
        };
        schema["description"] = self.doc.into();
        schema
    }

    fn checked(
        &self,
        node: &Node,
        problems: &mut Problems,
        is_good: fn(&str) -> bool,
        expected: &str,
    ) -> Option<String> {
        let text = node.text(self.last_name(), problems)?;
        if !is_good(text) {
            problems.report(&node.at, format!("`{}`: expected {expected}, found `{text}`", self.last_name()));
            return None;
        }
        Some(text.to_owned())
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duration(value) => f.write_str(&format_duration(*value)),
            Self::Count(value) => value.fmt(f),
            Self::Text(value) => f.write_str(value),
        }
    }
}
