use aws_dynamic::model::{Models, OperationModel};
use resource_filters::source::{Problem, Problems, nearest};

use super::infer::infer;
use super::input::check_input;
use super::kind::Kind;
use crate::catalog::entry::Call;
use crate::catalog::path::Path;

/// Checks single calls and what is made of their answers.
pub(in crate::catalog) struct CallCheck<'c> {
    /// Whose calls they are, for messages.
    pub(in crate::catalog) owner: &'c str,
    pub(in crate::catalog) models: &'c Models,
    pub(in crate::catalog) problems: &'c mut Problems,
}

impl CallCheck<'_> {
    /// Checks a call that must not change anything: a dry run makes it, too. Returns what it yields.
    pub(in crate::catalog) fn reading(&mut self, call: &Call, scope: &Kind) -> Kind {
        let Some(model) = self.call(call, scope) else { return Kind::Any };
        if !model.is_read_only() {
            let message = format!("{}: {} is no reading operation", self.owner, call.title());
            self.problems.report(&call.at, message);
        }
        model.output().map_or_else(|| Kind::record("the output", [], []), Kind::of)
    }

    /// Checks that a call exists and takes its input.
    pub(super) fn call(&mut self, call: &Call, scope: &Kind) -> Option<OperationModel> {
        let owner = self.owner;
        let Some(service) = self.models.service(&call.service) else {
            let message = format!("{owner}: no service `{}` among the models", call.service);
            let suggestion = nearest(&call.service, self.models.services());
            self.problems.push(Problem::new(&call.at, message).with_suggestion(suggestion));
            return None;
        };
        let Some(model) = service.operation(&call.operation) else {
            let message =
                format!("{owner}: no operation `{}` among the models of {}", call.operation, call.service);
            let suggestion = nearest(&call.operation, service.operations());
            self.problems.push(Problem::new(&call.at, message).with_suggestion(suggestion));
            return None;
        };
        check_input(call, model, scope, owner, self.problems);
        Some(model)
    }

    /// Checks that a path leads to members that its scope has. Returns what it yields.
    pub(in crate::catalog) fn path(&mut self, path: &Path, scope: &Kind) -> Kind {
        infer(path, scope, self.owner, self.problems)
    }
}

/// What calls and paths know of where they are: `ctx`.
pub(in crate::catalog) fn ctx() -> Kind {
    let member = |name: &str| (name.to_owned(), Kind::Text);
    Kind::record("`ctx`", ["account", "region", "partition"].map(member), [])
}
