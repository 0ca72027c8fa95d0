use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::Actions;
use crate::iam;
use crate::resource::TypeName;

/// States what is true of all resources of a type.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TypeSpec {
    /// The name: the one aws-nuke uses.
    pub name: TypeName,
    /// Other names it is known by, its CloudFormation name among them.
    pub aliases: Vec<String>,
    /// The service, as botocore spells it: `iam`, `cognito-idp`.
    pub service: String,
    /// Whether it lives in regions.
    pub scope: Scope,
    /// The CloudFormation name: how members of stacks are matched.
    pub cloudformation: Option<String>,
    /// The types that must be gone first, where no instance is known.
    pub delete_after: Vec<TypeName>,
    /// The types of which [`refs`](crate::resource::Resource::refs) name instances; for these no type-wide order is needed.
    pub refs: Vec<TypeName>,
    /// The types of which [`owners`](crate::resource::Resource::owners) name instances.
    pub owned_by: Vec<TypeName>,
    /// The types of which [`parts_of`](crate::resource::Resource::parts_of) name instances.
    pub part_of: Vec<TypeName>,
    /// The switches of this type, all off by default.
    pub settings: Vec<SettingSpec>,
    /// The names of the built-in protections that may hold for it.
    pub protections: Vec<String>,
    /// The facts rules may ask of it.
    pub properties: Vec<String>,
    /// Where its tags are.
    pub tags: TagSource,
    /// The reasons of protections, as far as they are known: a name may have several.
    pub protection_reasons: Vec<ProtectionReason>,
    /// The IAM actions that listing needs, with reading tags and details: all that a plan takes.
    pub listing_actions: Actions,
    /// The IAM actions that listing and deleting need, without what only switches need.
    pub iam_actions: Actions,
    /// What a deletion does before it deletes.
    pub before: Vec<String>,
    /// Its resources are stacks: what they own is known by their [`members`](crate::resource::Resource::members), and rules may name them.
    pub is_stack: bool,
    /// Whether what counts as the creation date moves while the thing stays the same, as that of the last change or start does:
    /// AWS tells no other.
    pub dated_by_change: bool,
    /// What its resources hold, if that can be deleted while they stay.
    pub data: Option<DataSpec>,
    /// Other deletions create it, so it is listed again after every run.
    pub by_product: bool,
    /// It costs money while nobody uses it.
    pub bills_idle: bool,
    /// It is deleted unless excluded; otherwise only when asked for by name.
    pub default: bool,
    /// Why it is not deleted unless asked for by name, if there is something to say.
    pub why_off: Option<String>,
    /// Where the type is defined.
    pub definition: Definition,
    /// Every listed path and operation was checked against AWS's own model.
    pub model_checked: bool,
    /// An end-to-end test proves it on the emulator.
    pub emulator_tested: bool,
}

/// Says where the tags of a type are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TagSource {
    /// The type has no tags.
    #[default]
    None,
    /// The list brings them.
    Listed,
    /// The Resource Groups Tagging API knows them, by ARN.
    Bulk,
    /// One call per resource brings them.
    Call,
}

impl TypeSpec {
    /// A regional type with no order, no settings and no tags.
    pub fn new(name: &str, service: &str) -> Self {
        Self {
            name: name.into(),
            aliases: Vec::new(),
            service: service.to_owned(),
            scope: Scope::Regional,
            cloudformation: None,
            delete_after: Vec::new(),
            refs: Vec::new(),
            owned_by: Vec::new(),
            part_of: Vec::new(),
            settings: Vec::new(),
            protections: Vec::new(),
            properties: Vec::new(),
            tags: TagSource::None,
            protection_reasons: Vec::new(),
            listing_actions: Actions::default(),
            iam_actions: Actions::default(),
            before: Vec::new(),
            is_stack: false,
            dated_by_change: false,
            data: None,
            by_product: false,
            bills_idle: false,
            default: true,
            why_off: None,
            definition: Definition::Code,
            model_checked: false,
            emulator_tested: false,
        }
    }

    /// Sets the CloudFormation name, which is an alias as well.
    #[must_use]
    pub fn cloudformation(mut self, name: &str) -> Self {
        self.cloudformation = Some(name.to_owned());
        self.aliases.push(name.to_owned());
        self
    }

    /// Adds other names.
    #[must_use]
    pub fn aliases(mut self, names: &[&str]) -> Self {
        self.aliases.extend(names.iter().map(|name| (*name).to_owned()));
        self
    }

    /// Makes the type global.
    #[must_use]
    pub fn global(mut self) -> Self {
        self.scope = Scope::Global;
        self
    }

    /// Names the types that must be gone first.
    #[must_use]
    pub fn delete_after(mut self, types: &[&str]) -> Self {
        self.delete_after.extend(types.iter().map(|name| TypeName::from(*name)));
        self
    }

    /// Names the types whose instances [`Resource::refs`](crate::resource::Resource::refs) may name.
    #[must_use]
    pub fn refs(mut self, types: &[&str]) -> Self {
        self.refs.extend(types.iter().map(|name| TypeName::from(*name)));
        self
    }

    /// Names the types whose instances [`Resource::owners`](crate::resource::Resource::owners) may name.
    #[must_use]
    pub fn owned_by(mut self, types: &[&str]) -> Self {
        self.owned_by.extend(types.iter().map(|name| TypeName::from(*name)));
        self
    }

    /// Names the types whose instances [`Resource::parts_of`](crate::resource::Resource::parts_of) may name.
    #[must_use]
    pub fn part_of(mut self, types: &[&str]) -> Self {
        self.part_of.extend(types.iter().map(|name| TypeName::from(*name)));
        self
    }

    /// Adds a switch, off by default.
    #[must_use]
    pub fn setting(mut self, name: &str, doc: &str) -> Self {
        self.settings.push(SettingSpec {
            name: name.to_owned(),
            doc: doc.to_owned(),
            iam_actions: Actions::default(),
        });
        self
    }

    /// Names the IAM actions that a switch needs besides. The switch must be there.
    #[must_use]
    pub fn setting_actions(mut self, name: &str, actions: &[&str]) -> Self {
        let setting = self.settings.iter_mut().find(|setting| setting.name == name);
        setting.expect("the switch is declared first").iam_actions = more(&[], actions);
        self
    }

    /// Names built-in protections that may hold.
    #[must_use]
    pub fn protections(mut self, names: &[&str]) -> Self {
        self.protections.extend(names.iter().map(|name| (*name).to_owned()));
        self
    }

    /// Declares facts that rules may ask.
    #[must_use]
    pub fn properties(mut self, names: &[&str]) -> Self {
        self.properties.extend(names.iter().map(|name| (*name).to_owned()));
        self
    }

    /// Says where tags are read.
    #[must_use]
    pub fn tags(mut self, source: TagSource) -> Self {
        self.tags = source;
        self
    }

    /// Names the IAM actions that listing needs, with reading tags and details.
    #[must_use]
    pub fn listing_actions(mut self, actions: &[&str]) -> Self {
        self.listing_actions = more(&self.listing_actions, actions);
        self.iam_actions(actions)
    }

    /// Names the IAM actions that deleting needs.
    #[must_use]
    pub fn iam_actions(mut self, actions: &[&str]) -> Self {
        self.iam_actions = more(&self.iam_actions, actions);
        self
    }

    /// Says what its resources hold, and which IAM actions deleting that needs, with the proof that nothing is left.
    #[must_use]
    pub fn data(mut self, what: &str, actions: &[&str]) -> Self {
        self.data = Some(DataSpec { what: what.to_owned(), iam_actions: more(&[], actions) });
        self
    }

    /// All IAM actions that the type may need, whatever switches are on. None is there twice.
    pub fn all_iam_actions(&self) -> impl Iterator<Item = &str> {
        let settings = self.settings.iter().flat_map(|setting| setting.iam_actions.iter());
        let all: BTreeSet<&str> = self.iam_actions.iter().chain(settings).map(String::as_str).collect();
        all.into_iter()
    }

    /// Says what a deletion does before it deletes.
    #[must_use]
    pub fn before(mut self, steps: &[&str]) -> Self {
        self.before.extend(steps.iter().map(|step| (*step).to_owned()));
        self
    }

    /// Marks a type whose resources are stacks.
    #[must_use]
    pub fn stack(mut self) -> Self {
        self.is_stack = true;
        self
    }

    /// Marks a type that other deletions create.
    #[must_use]
    pub fn by_product(mut self) -> Self {
        self.by_product = true;
        self
    }

    /// Marks a type that costs money while nobody uses it.
    #[must_use]
    pub fn bills_idle(mut self) -> Self {
        self.bills_idle = true;
        self
    }

    /// Marks a type whose operations a test finds in AWS's own model.
    #[must_use]
    pub fn model_checked(mut self) -> Self {
        self.model_checked = true;
        self
    }

    /// Marks a type that an end-to-end test proves on the emulator.
    #[must_use]
    pub fn emulator_tested(mut self) -> Self {
        self.emulator_tested = true;
        self
    }

    /// Whether nothing stands behind the type but AWS's resource schema and Cloud Control. Such a type is only spoken of where
    /// somebody asks for it.
    pub fn is_via_cloud_control(&self) -> bool {
        self.definition == Definition::CloudControl
    }

    /// Whether the text is the name or an alias.
    pub fn is_named(&self, text: &str) -> bool {
        self.name == text || self.aliases.iter().any(|alias| alias == text)
    }
}

/// Says where resources of a type live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// In each region for itself.
    Regional,
    /// Once per partition; listed through the partition's global region.
    Global,
}

/// Declares a switch of a type.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SettingSpec {
    /// The name in the configuration.
    pub name: String,
    /// What turning it on does.
    pub doc: String,
    /// The IAM actions that it needs besides, if it is on.
    pub iam_actions: Actions,
}

/// Says what the resources of a type hold that can be deleted while they stay.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DataSpec {
    /// The word for it: `messages`.
    pub what: String,
    /// The IAM actions that emptying needs besides listing.
    pub iam_actions: Actions,
}

/// Says why a built-in protection holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProtectionReason {
    /// The name of the protection.
    pub name: String,
    /// What it keeps.
    pub why: String,
}

/// Says where a type is defined.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Definition {
    /// In Rust.
    Code,
    /// In a catalog file that comes with the library, by name.
    Library(String),
    /// Nowhere: AWS's resource schema says how Cloud Control lists and deletes it.
    CloudControl,
    /// In a user's catalog: the file and the line.
    User {
        /// The file, as it was given.
        file: String,
        /// The line, from 1.
        line: u32,
    },
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code => f.write_str("built in, in Rust"),
            Self::Library(file) => write!(f, "built in, catalog {file}"),
            Self::CloudControl => f.write_str("by AWS's resource schema, through Cloud Control"),
            Self::User { file, line } => write!(f, "{file}:{line}"),
        }
    }
}

impl Serialize for Definition {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn more(known: &[String], actions: &[&str]) -> Actions {
    let new = actions.iter().flat_map(|action| iam::with_dependents(action));
    known.iter().cloned().chain(new).collect::<Vec<String>>().into()
}
