use std::num::NonZeroUsize;

use resource_filters::source::Position;

use super::path::Path;
use super::template::Template;
use crate::error::ErrorKind;
use crate::handler::Scope;
use crate::resource::TypeName;

/// Holds one type of a catalog file, as it was read.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(super) name: Placed<TypeName>,
    pub(super) service: Placed<String>,
    pub(super) scope: Scope,
    pub(super) aliases: Vec<String>,
    pub(super) cloudformation: Option<String>,
    /// The levels of parents, outermost first.
    pub(super) levels: Vec<Level>,
    pub(super) list: Call,
    pub(super) items: Path,
    pub(super) describe: Option<Lookup>,
    pub(super) details: Option<Lookup>,
    pub(super) id: Path,
    pub(super) label: Option<Path>,
    pub(super) arn: Option<Path>,
    pub(super) arn_template: Option<Template>,
    pub(super) created: Option<Path>,
    pub(super) tags: Tagged,
    pub(super) properties: Vec<(Placed<String>, Path)>,
    pub(super) gone: Option<Path>,
    pub(super) deleting: Option<Path>,
    pub(super) failed: Option<Path>,
    pub(super) managed: Vec<Managed>,
    pub(super) protect: Vec<Protect>,
    pub(super) refs: Vec<Edge>,
    pub(super) owned_by: Vec<Edge>,
    pub(super) part_of: Vec<Edge>,
    pub(super) delete_after: Vec<Placed<TypeName>>,
    pub(super) settings: Vec<(Placed<String>, String)>,
    pub(super) before: Vec<Step>,
    pub(super) unlink: Vec<Step>,
    pub(super) delete: Step,
    pub(super) asynchronous: bool,
    pub(super) status: Option<StatusCall>,
    pub(super) errors: Vec<ErrorRule>,
    pub(super) by_product: bool,
    pub(super) bills_idle: bool,
    pub(super) default: bool,
    pub(super) why_off: Option<String>,
    pub(super) iam_actions: Vec<Placed<String>>,
    pub(super) emulator_tested: bool,
}

impl Entry {
    /// The name of the type.
    pub fn name(&self) -> &TypeName {
        &self.name.value
    }

    /// Where the type is written.
    pub fn position(&self) -> &Position {
        &self.name.at
    }

    /// The steps, those before the deletion first.
    pub(super) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.before.iter().chain(&self.unlink).chain([&self.delete])
    }

    /// The calls of which all pages are read.
    #[cfg(test)]
    pub(super) fn listings(&self) -> impl Iterator<Item = &Call> {
        let levels = self.levels.iter().filter_map(|level| match &level.parents {
            Parents::Listed(each) => Some(&each.call),
            Parents::Fixed(_) => None,
        });
        let steps = self.steps().filter_map(|step| step.each.as_ref().map(|each| &each.call));
        levels.chain([&self.list]).chain(steps)
    }

    /// The calls that find resources and tell what they are.
    pub(super) fn reading_calls(&self) -> Vec<&Call> {
        let mut calls = Vec::new();
        for level in &self.levels {
            if let Parents::Listed(each) = &level.parents {
                calls.push(&each.call);
            }
        }
        calls.push(&self.list);
        let tags = match &self.tags {
            Tagged::Call(lookup) => Some(lookup),
            _ => None,
        };
        calls.extend(
            [&self.describe, &self.details].into_iter().flatten().chain(tags).map(|lookup| &lookup.call),
        );
        calls
    }
}

/// Something and where it is written.
#[derive(Clone, Debug)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) at: Position,
}

/// An operation and its input.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The service, as botocore spells it.
    pub(super) service: String,
    pub(super) operation: String,
    pub(super) at: Position,
    pub(super) with: Template,
}

impl Call {
    /// The call as messages name it.
    pub(super) fn title(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

/// One level of parents of a listing.
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub(super) parents: Parents,
    pub(super) when: Option<Path>,
}

/// Where parents come from.
#[derive(Clone, Debug)]
pub(super) enum Parents {
    Listed(Box<Each>),
    Fixed(Vec<serde_json::Value>),
}

/// A call whose output adds to what is known of one resource.
#[derive(Clone, Debug)]
pub(super) struct Lookup {
    pub(super) call: Call,
    /// What of the output; all of it by default.
    pub(super) at: Option<Path>,
}

/// Where the tags of a type are.
#[derive(Clone, Debug)]
pub(super) enum Tagged {
    Nowhere,
    Listed(Path),
    Bulk,
    Call(Lookup),
}

/// When AWS owns a resource, or it goes with its parent.
#[derive(Clone, Debug)]
pub(super) struct Managed {
    pub(super) when: Path,
    pub(super) why: String,
}

/// When a built-in protection holds.
#[derive(Clone, Debug)]
pub(super) struct Protect {
    pub(super) name: String,
    pub(super) when: Path,
    pub(super) why: String,
}

/// A relation to resources of another type.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) target: Placed<TypeName>,
    pub(super) path: Path,
}

/// A step of a deletion.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) call: Call,
    pub(super) each: Option<Each>,
    pub(super) chunk: Option<NonZeroUsize>,
    pub(super) get: Option<Call>,
    pub(super) when: Option<Path>,
    pub(super) setting: Option<Placed<String>>,
    pub(super) ignore: Vec<String>,
}

impl Step {
    /// Every call the step makes.
    pub(super) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.get.iter().chain(self.each.iter().map(|each| &each.call)).chain([&self.call])
    }
}

/// A listing: the parents of another one, or the things a step runs for.
#[derive(Clone, Debug)]
pub(super) struct Each {
    pub(super) call: Call,
    pub(super) items: Path,
}

/// A question for one resource that is going.
#[derive(Clone, Debug)]
pub(super) struct StatusCall {
    pub(super) call: Call,
    pub(super) gone: Option<Path>,
    pub(super) failed: Option<Path>,
}

/// What an error code means for this type.
#[derive(Clone, Debug)]
pub(super) struct ErrorRule {
    pub(super) code: String,
    /// Text the message must contain.
    pub(super) message: Option<String>,
    pub(super) kind: ErrorKind,
}
