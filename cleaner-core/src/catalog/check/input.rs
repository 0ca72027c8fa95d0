use aws_dynamic::model::{OperationModel, Shape, ShapeKind};
use resource_filters::source::{Problem, Problems, nearest};

use super::infer::infer;
use super::kind::Kind;
use crate::catalog::entry::Call;
use crate::catalog::template::{Form, Member, Part, Template};

/// Checks the input of a call: its members exist, are of the right kind, and the required ones are given.
pub(super) fn check_input(
    call: &Call,
    model: OperationModel,
    scope: &Kind,
    owner: &str,
    problems: &mut Problems,
) {
    let mut check = InputCheck { call, scope, owner, problems };
    match (model.input(), &call.with.form) {
        (Some(shape), _) => check.template(&call.with, shape),
        (None, Form::Members(members)) => {
            for member in members {
                check.report(&member.at, format!("{} takes no input", call.title()));
            }
        }
        (None, _) => {}
    }
}

struct InputCheck<'c> {
    call: &'c Call,
    scope: &'c Kind,
    owner: &'c str,
    problems: &'c mut Problems,
}

impl InputCheck<'_> {
    fn template(&mut self, template: &Template, shape: Shape) {
        match &template.form {
            Form::Literal(value) => self.kind(template, &Kind::of_value(value), shape),
            Form::Path(path) => {
                let kind = infer(path, self.scope, self.owner, self.problems);
                self.kind(template, &kind, shape);
            }
            Form::Text(parts) => {
                for part in parts {
                    if let Part::Path(path) = part {
                        let kind = infer(path, self.scope, self.owner, self.problems);
                        if !kind.alternatives().is_empty()
                            && !kind.alternatives().iter().any(|kind| is_scalar(kind))
                        {
                            let message = format!("`{}` puts {} into text", path.text(), kind.noun());
                            self.report(&path.place(0), message);
                        }
                    }
                }
                self.kind(template, &Kind::Text, shape);
            }
            Form::List(items) => match (shape.kind(), shape.element()) {
                (ShapeKind::List, Some(element)) => {
                    for item in items {
                        self.template(item, element);
                    }
                }
                (ShapeKind::Document, _) => {}
                _ => self.mismatch(template, "a list", shape),
            },
            Form::Members(members) => self.members(template, members, shape),
        }
    }

    fn members(&mut self, template: &Template, members: &[Member], shape: Shape) {
        match shape.kind() {
            ShapeKind::Structure | ShapeKind::Union => {}
            ShapeKind::Map => {
                if let Some(element) = shape.element() {
                    for member in members {
                        self.template(&member.template, element);
                    }
                }
                return;
            }
            ShapeKind::Document => return,
            _ => return self.mismatch(template, "an object", shape),
        }
        for member in members {
            if let Some(inner) = shape.member(&member.name) {
                self.template(&member.template, inner);
            } else {
                let message = format!("{}: `{}` has no member `{}`", self.title(), shape.name(), member.name);
                let suggestion = nearest(&member.name, shape.members());
                self.problems.push(Problem::new(&member.at, message).with_suggestion(suggestion));
            }
        }
        for required in shape.required() {
            let given = members.iter().any(|member| member.name == *required);
            if !given && !shape.idempotency_tokens().any(|token| token == *required) {
                let message = format!(
                    "{}: required member `{required}` of `{}` is not given",
                    self.title(),
                    shape.name()
                );
                let typo = members
                    .iter()
                    .map(|member| member.name.as_str())
                    .filter(|name| shape.member(name).is_none());
                let problem = Problem::new(&template.at, message);
                self.problems.push(match nearest(required, typo) {
                    Some(name) => problem.with_help(format!("is `{name}` meant to be `{required}`?")),
                    None => problem,
                });
            }
        }
    }

    fn kind(&mut self, template: &Template, kind: &Kind, shape: Shape) {
        let alternatives = kind.alternatives();
        if !alternatives.is_empty() && !alternatives.iter().any(|kind| suits(kind, shape)) {
            self.mismatch(template, kind.noun(), shape);
        }
    }

    fn mismatch(&mut self, template: &Template, found: &str, shape: Shape) {
        let message = format!("{}: `{}` is {}, not {found}", self.title(), shape.name(), shape.kind().noun());
        self.problems.report(&template.at, message);
    }

    fn report(&mut self, at: &resource_filters::source::Position, message: String) {
        self.problems.report(at, format!("{}: {message}", self.owner));
    }

    fn title(&self) -> String {
        format!("{}: {}", self.owner, self.call.title())
    }
}

fn is_scalar(kind: &Kind) -> bool {
    matches!(kind, Kind::Any | Kind::Bool | Kind::Number | Kind::Text)
}

/// Whether a value of a kind may stand where a shape is wanted.
fn suits(kind: &Kind, shape: Shape) -> bool {
    match (kind, shape.kind()) {
        (Kind::Any, _) | (_, ShapeKind::Document) => true,
        (Kind::Text, wanted) => matches!(wanted, ShapeKind::String | ShapeKind::Blob | ShapeKind::Timestamp),
        (Kind::Number, wanted) => {
            matches!(wanted, ShapeKind::Integer | ShapeKind::Float | ShapeKind::Timestamp)
        }
        (Kind::Bool, wanted) => wanted == ShapeKind::Boolean,
        (Kind::List(element), ShapeKind::List) => {
            let alternatives = element.alternatives();
            shape.element().is_none_or(|wanted| {
                alternatives.is_empty() || alternatives.iter().any(|kind| suits(kind, wanted))
            })
        }
        (Kind::Record(record), ShapeKind::Structure | ShapeKind::Union) => {
            record.members.iter().all(|(name, kind)| {
                let alternatives = kind.alternatives();
                shape.member(name).is_some_and(|wanted| {
                    alternatives.is_empty() || alternatives.iter().any(|kind| suits(kind, wanted))
                })
            })
        }
        (Kind::Record(_), ShapeKind::Map)
        | (Kind::Shape(_), ShapeKind::Structure | ShapeKind::Union | ShapeKind::Map) => true,
        _ => false,
    }
}
