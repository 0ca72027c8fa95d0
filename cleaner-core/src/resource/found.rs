use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use super::{Fact, Properties, Region, ResourceKey, Tags, TypeName};

/// Describes one resource that a handler found.
///
/// Deleting needs nothing but what is here, so that a saved plan can be applied later. A hundred thousand of them are in memory at
/// once: what most resources do not have takes no more than a pointer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resource {
    /// The type.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// Unique within type and region; never a display string.
    pub id: Arc<str>,
    /// What people call it; the id where AWS has no name.
    pub name: Arc<str>,
    /// The ARN, where the type has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<Arc<str>>,
    /// The region, or `global`.
    pub region: Region,
    /// When it was made: with the id, what makes this resource this resource.
    #[serde(rename = "created_at", default)]
    pub created: Fact<Timestamp>,
    /// Its tags.
    #[serde(default)]
    pub tags: Fact<Tags>,
    /// The facts its type declares, for rules and for the deletion.
    #[serde(default, skip_serializing_if = "Properties::is_empty")]
    pub properties: Properties,
    /// Why not all of its facts could be read; rules about those that are missing cannot be answered then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<Arc<str>>,
    /// What it uses: it goes before those, and if it is kept, so are they.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub refs: ThinVec<Ref>,
    /// What takes it along when it goes.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub owners: ThinVec<Ref>,
    /// What it is a part of: if that is kept, so is this. Says nothing about order.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub parts_of: ThinVec<Ref>,
    /// What it takes along, as CloudFormation names it: the members of a stack.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub members: ThinVec<Member>,
    /// How far its deletion is.
    #[serde(default)]
    pub state: State,
    /// Why nobody may delete it: AWS manages it, or it goes with its parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<Arc<str>>,
    /// The built-in protection that keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<Box<Keep>>,
}

impl Resource {
    /// A resource of which nothing but its identity is known; its name is its id.
    pub fn new(type_name: TypeName, region: Region, id: impl Into<Arc<str>>) -> Self {
        let id = id.into();
        Self {
            type_name,
            name: id.clone(),
            id,
            arn: None,
            region,
            created: Fact::Absent,
            tags: Fact::Absent,
            properties: Properties::new(),
            unreadable: None,
            refs: ThinVec::new(),
            owners: ThinVec::new(),
            parts_of: ThinVec::new(),
            members: ThinVec::new(),
            state: State::Present,
            managed: None,
            protection: None,
        }
    }

    /// The identity within the account.
    pub fn key(&self) -> ResourceKey {
        ResourceKey { type_name: self.type_name.clone(), region: self.region.clone(), id: self.id.clone() }
    }

    /// The type and region: what one listing shows.
    pub(crate) fn place(&self) -> (TypeName, Region) {
        (self.type_name.clone(), self.region.clone())
    }

    /// Whether another one of its name is another resource, if the dates tell.
    pub(crate) fn is_replaced(&self, by: &Self) -> Option<bool> {
        Some(self.created.known()? != by.created.known()?)
    }

    /// What it is called: its id, its name, and its ARN if it has one.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        [&self.id, &self.name].into_iter().chain(&self.arn)
    }

    /// Whether a reference by this text means this resource: by id, name or ARN.
    pub fn answers_to(&self, text: &str) -> bool {
        &*self.id == text || &*self.name == text || self.arn.as_deref() == Some(text)
    }

    /// Adds a reference to what this resource uses.
    pub fn uses(&mut self, type_name: &str, target: impl Into<Arc<str>>) {
        self.refs.push(Ref { type_name: type_name.into(), target: target.into() });
    }
}

/// Names another resource by type and by its id, name or ARN.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ref {
    /// The type of the other resource.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// Its id, name or ARN.
    pub target: Arc<str>,
}

/// Names a member of a stack as CloudFormation does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Member {
    /// The CloudFormation type, such as `AWS::SQS::Queue`.
    pub cloudformation: Arc<str>,
    /// The physical id: an id, a name or an ARN, as CloudFormation chose for the type.
    pub physical_id: Arc<str>,
}

/// Tells how far the deletion of a resource is, as AWS shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is there.
    #[default]
    Present,
    /// Its deletion is under way: wait, don't ask again.
    Deleting,
    /// Its deletion was under way and failed, for this reason: ask again.
    Failed(Box<str>),
    /// Lists show it, and whoever asks about it hears that there is no such thing: it is probably gone, and the list lags behind.
    Gone,
}

/// Names a built-in protection, and why it holds here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// The name by which it is lifted.
    pub name: Arc<str>,
    /// Why it holds.
    pub why: Arc<str>,
}
