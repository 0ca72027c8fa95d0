use std::collections::HashMap;

use futures::TryStreamExt as _;
use serde_json::json;

use super::SERVICE;
use super::facts::Model;
use super::listing::{AT_ONCE, learn, models};
use super::managed::{AWS_MADE, AWS_MADE_WHY};
use super::requests::{Progress, Requests};
use super::schema::{Schema, TagPlace};
use crate::error::{Error, ErrorKind};
use crate::handler::{
    Actions, Context, Definition, Deletion, ProtectionReason, ResourceHandler, Scope, Sink, Status,
    TagSource, TypeSpec,
};
use crate::resource::{Resource, State, TypeName};

/// Lists and deletes the resources of one type through Cloud Control.
#[derive(Debug)]
pub(super) struct CloudControlHandler {
    spec: TypeSpec,
    schema: &'static Schema,
    targets: Vec<Target>,
    requests: Requests,
}

/// A property that names what a resource uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) path: &'static str,
    /// The type, as the registry calls it.
    pub(super) type_name: TypeName,
}

impl CloudControlHandler {
    /// The handler of a type; `names` are the types that there are, by their CloudFormation names.
    pub(super) fn new(schema: &'static Schema, scope: Scope, names: &HashMap<&str, TypeName>) -> Self {
        let target =
            |(path, name): (&'static str, &str)| Some(Target { path, type_name: names.get(name)?.clone() });
        let targets: Vec<Target> = schema.refs().filter_map(target).collect();
        Self { spec: spec(schema, scope, &targets), schema, targets, requests: Requests::default() }
    }

    /// What is known of a listed thing; none if it has gone.
    ///
    /// A list may bring identifiers alone, and what it leaves out is asked for here: no rule can be answered without.
    async fn found(&self, context: &Context, mut model: Model) -> Result<Option<Resource>, Error> {
        let id = model.identifier.as_str().into();
        let state = match self.requests.progress(context, &id).await? {
            Progress::None => State::Present,
            Progress::Running => State::Deleting,
            Progress::Done => return Ok(None),
            Progress::Failed(error) => State::Failed(reason(&error).into()),
        };
        self.requests.listed(context, &id);
        let mut is_whole = model.is_whole(self.schema, &self.targets);
        // What is on its way out is looked at again and again, and its state is all that counts.
        if !is_whole && state == State::Present {
            if !learn(context, self.schema, &mut model).await? {
                return Ok(None);
            }
            is_whole = true;
        }
        let mut resource = model.resource(context, self.schema, &self.spec.name, &self.targets, is_whole);
        resource.state = state;
        Ok(Some(resource))
    }
}

impl ResourceHandler for CloudControlHandler {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let found = models(context, self.schema).map_ok(|model| self.found(context, model));
        let mut found = found.try_buffer_unordered(AT_ONCE);
        while let Some(resource) = found.try_next().await? {
            if let Some(resource) = resource {
                sink.push(resource).await?;
            }
        }
        Ok(())
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        // A second request while AWS works on the first is refused.
        match self.requests.progress(context, &resource.id).await? {
            Progress::Running => return Ok(Deletion::Started),
            Progress::Done => return Ok(Deletion::Done),
            Progress::None | Progress::Failed(_) => {}
        }
        if let Some(error) = self.requests.refusal(context, &resource.id) {
            return Err(error);
        }
        match self.requests.delete(context, self.schema.name, &resource.id).await? {
            Progress::Running => Ok(Deletion::Started),
            _ => Ok(Deletion::Done),
        }
    }

    async fn status(&self, context: &Context, resource: &Resource) -> Result<Option<Status>, Error> {
        match self.requests.progress(context, &resource.id).await? {
            Progress::Running => return Ok(Some(Status::Deleting)),
            Progress::Done => return Ok(Some(Status::Gone)),
            Progress::Failed(error) => return Ok(Some(Status::Failed(reason(&error)))),
            Progress::None => {}
        }
        let input = json!({ "TypeName": self.schema.name, "Identifier": &*resource.id });
        match context.call(SERVICE, "GetResource", input).await {
            Ok(_) => Ok(Some(Status::Present)),
            Err(error) if error.kind == ErrorKind::Gone => Ok(Some(Status::Gone)),
            // Not all types can be read one by one.
            Err(error) if error.kind == ErrorKind::UnsupportedRegion => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn reason(error: &Error) -> String {
    match &error.code {
        Some(code) => format!("{code}: {}", error.message),
        None => error.message.clone(),
    }
}

/// The facts of the type.
fn spec(schema: &'static Schema, scope: Scope, targets: &[Target]) -> TypeSpec {
    let mut spec = TypeSpec::new(schema.name, SERVICE);
    spec.scope = scope;
    spec.cloudformation = Some(schema.name.to_owned());
    spec.refs = targets.iter().map(|target| target.type_name.clone()).collect();
    spec.refs.sort_unstable();
    spec.refs.dedup();
    spec.protections = vec![AWS_MADE.to_owned()];
    spec.protection_reasons =
        vec![ProtectionReason { name: AWS_MADE.to_owned(), why: AWS_MADE_WHY.to_owned() }];
    spec.tags = match schema.tags() {
        TagPlace::Nowhere => TagSource::None,
        TagPlace::Property(_) | TagPlace::Hidden => TagSource::Listed,
    };
    spec.listing_actions = Actions::later(|| sorted(schema.listing_actions()));
    spec.iam_actions = Actions::later(|| {
        let mut actions = schema.listing_actions();
        actions.extend(schema.deleting_actions());
        sorted(actions)
    });
    spec.default = false;
    spec.why_off = Some("nothing is known of it but AWS's schema".to_owned());
    spec.definition = Definition::CloudControl;
    spec
}

/// Each once, in order.
fn sorted(mut actions: Vec<String>) -> Vec<String> {
    actions.sort_unstable();
    actions.dedup();
    actions
}
