//! Allow and deny rules over named resources, and the positioned documents they are read from.
//!
//! - [`source`] reads YAML, TOML and JSON into a tree in which every value knows its file, line and column, so that
//!   whatever is wrong can be reported where it stands, all of it at once and with the nearest right word.
//! - [`Filters`] holds the rules: which resources may be deleted and which must stay. A [`Verdict`] names the rule that
//!   decided; a rule that touches what could not be read never lets a resource be deleted.
//! - [`Choice`] is a list of the same rules that chooses what matches.
//!
//! This crate is pure: no AWS, no tokio, no file or environment access.
//!
//! ```
//! use resource_filters::source::{Node, Problems};
//! use resource_filters::{Decision, Field, Filters, Known, Subject, Vocabulary};
//!
//! struct Types;
//! impl Vocabulary for Types {
//!     fn resolve_type(&self, name: &str) -> Option<String> {
//!         (name == "IAMRole" || name == "AWS::IAM::Role").then(|| "IAMRole".to_owned())
//!     }
//!     fn types(&self) -> Vec<String> {
//!         vec!["IAMRole".into(), "AWS::IAM::Role".into()]
//!     }
//!     fn properties(&self, _type_name: &str) -> Vec<String> {
//!         Vec::new()
//!     }
//! }
//!
//! struct Role(&'static str);
//! impl Subject for Role {
//!     fn resource_type(&self) -> &str {
//!         "IAMRole"
//!     }
//!     fn field(&self, field: &Field) -> Known {
//!         match field {
//!             Field::Name => Known::Text(self.0.into()),
//!             _ => Known::Absent,
//!         }
//!     }
//! }
//!
//! let text = "deny:\n  - { type: IAMRole, name: { glob: \"ci-*\" } }\n";
//! let mut problems = Problems::new();
//! let filters = Filters::parse(&Node::parse_yaml("cleaner.yaml", text)?, &Types, &mut problems);
//! let filters = problems.into_result(filters)?;
//!
//! let now = "2025-01-01T00:00:00Z".parse().expect("a valid time");
//! let verdict = filters.verdict(&Role("ci-runner"), now);
//! assert_eq!(verdict.decision, Decision::Keep);
//! let rule = verdict.rule.expect("a rule decided").to_string();
//! assert_eq!(rule, r#"deny[0] cleaner.yaml:2: {type: IAMRole, name: {glob: "ci-*"}}"#);
//! assert_eq!(filters.verdict(&Role("test"), now).decision, Decision::Delete);
//! # Ok::<(), Problems>(())
//! ```
#![deny(missing_docs)]

pub mod source;

mod choice;
mod filters;
mod matcher;
mod needs;
mod rule;
mod schema;
mod subject;
mod truth;
mod verdict;
mod vocabulary;

pub use choice::Choice;
pub use filters::Filters;
pub use needs::Needs;
pub use rule::TypeSelector;
pub use subject::{Field, Known, Subject};
pub use truth::Truth;
pub use verdict::{Decision, RuleId, RuleList, RuleOutcome, Verdict};
pub use vocabulary::Vocabulary;
