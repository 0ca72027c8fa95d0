use aws_dynamic::model::Models;
use resource_filters::source::Problems;

use super::call_check::{CallCheck, ctx};
use super::infer::infer;
use super::kind::Kind;
use crate::catalog::entry::{Call, Edge, Entry, Lookup, Parents, Step, Tagged};
use crate::catalog::path::Path;
use crate::catalog::template::Template;

/// Checks entries against AWS's models.
///
/// # Behavior
/// - Every operation exists, and what only reads is called by reading operations.
/// - Every input has the members it is given, each of the right kind, and the required ones are given.
/// - Every path leads to members that its scope has, and yields what is wanted of it.
/// - No type is there twice.
pub fn check(entries: &[Entry], models: &Models) -> Problems {
    let mut problems = Problems::new();
    for (index, entry) in entries.iter().enumerate() {
        if let Some(first) = entries[..index].iter().find(|first| first.name() == entry.name()) {
            let message = format!("type {} is there twice, first at {}", entry.name(), first.position());
            problems.report(entry.position(), message);
        }
        EntryCheck { entry, models, problems: &mut problems }.run();
    }
    problems
}

struct EntryCheck<'c> {
    entry: &'c Entry,
    models: &'c Models,
    problems: &'c mut Problems,
}

/// What a path is to yield.
#[derive(Clone, Copy)]
enum Wanted {
    /// Text or a number.
    Scalar,
    /// Texts or one text.
    Texts,
    /// A list or an object.
    Tags,
    /// Whatever can be true or false: everything.
    Condition,
}

impl EntryCheck<'_> {
    fn run(mut self) {
        let entry = self.entry;
        let listed = self.listed();
        let described = self.described(listed);
        let detailed = self.detailed(&described);
        self.path(&entry.id, &described, Wanted::Scalar);
        for path in entry.label.iter().chain(&entry.arn) {
            self.path(path, &described, Wanted::Scalar);
        }
        if let Some(path) = &entry.created {
            self.late_path(path, &described, detailed.as_ref());
        }
        if let Tagged::Listed(path) = &entry.tags {
            self.path(path, &described, Wanted::Tags);
        }
        let conditions = entry.gone.iter().chain(&entry.deleting).chain(&entry.failed);
        let conditions = conditions.chain(entry.managed.iter().map(|managed| &managed.when));
        for path in conditions.chain(entry.protect.iter().map(|protect| &protect.when)) {
            self.path(path, &described, Wanted::Condition);
        }
        for Edge { path, .. } in entry.refs.iter().chain(&entry.owned_by).chain(&entry.part_of) {
            self.path(path, &described, Wanted::Texts);
        }
        let mut properties = Vec::new();
        for (name, path) in &entry.properties {
            properties.push((name.value.clone(), self.late_path(path, &described, detailed.as_ref())));
        }
        let scope = step_scope(properties);
        if let Some(template) = &entry.arn_template {
            self.text(template, &scope);
        }
        if let Tagged::Call(lookup) = &entry.tags {
            let output = self.lookup(lookup, &scope);
            if let Some(at) = &lookup.at {
                self.wanted(at, &output, Wanted::Tags);
            }
        }
        for step in entry.steps() {
            self.step(step, &scope);
        }
        if let Some(status) = &entry.status {
            let output = self.reading(&status.call, &scope);
            for path in status.gone.iter().chain(&status.failed) {
                self.path(path, &output, Wanted::Condition);
            }
        }
    }

    /// The scope of the paths of a found thing, as the list alone gives it.
    fn listed(&mut self) -> Kind {
        let entry = self.entry;
        let mut parent: Option<Kind> = None;
        for level in &entry.levels {
            let found = match &level.parents {
                Parents::Listed(each) => self.items(&each.call, &each.items, &list_scope(parent.clone())),
                Parents::Fixed(values) => Kind::one_of(values.iter().map(Kind::of_value)),
            };
            let found = found.extended("a parent", around(parent));
            if let Some(when) = &level.when {
                self.path(when, &found, Wanted::Condition);
            }
            parent = Some(found);
        }
        let found = self.items(&entry.list, &entry.items, &list_scope(parent.clone()));
        found.extended("a listed thing", around(parent))
    }

    /// The same scope with what `describe` adds.
    fn described(&mut self, listed: Kind) -> Kind {
        let entry = self.entry;
        let Some(lookup) = &entry.describe else { return listed };
        // Only what the list alone brings can be used to ask for more.
        let mut properties = Vec::new();
        for (name, path) in &entry.properties {
            let mut unknown = Problems::new();
            let kind = infer(path, &listed, entry.name().as_str(), &mut unknown);
            if unknown.is_empty() {
                properties.push((name.value.clone(), kind));
            }
        }
        let more = self.lookup(lookup, &step_scope(properties));
        Kind::record("a listed thing", [], [more, listed])
    }

    /// The scope of the paths that `details` may answer, with no trace of the list left.
    fn detailed(&mut self, described: &Kind) -> Option<Kind> {
        let entry = self.entry;
        let lookup = entry.details.as_ref()?;
        let mut properties = Vec::new();
        for (name, path) in &entry.properties {
            let mut unknown = Problems::new();
            let kind = infer(path, described, entry.name().as_str(), &mut unknown);
            if unknown.is_empty() {
                properties.push((name.value.clone(), kind));
            }
        }
        let scope = step_scope(properties);
        let more = self.lookup(lookup, &scope);
        Some(Kind::record("the details", [], [more, scope]))
    }

    fn step(&mut self, step: &Step, scope: &Kind) {
        let mut scope = scope.clone();
        if let Some(get) = &step.get {
            let got = self.reading(get, &scope);
            scope = Kind::record(STEP, [("got".to_owned(), got)], [scope]);
        }
        let mut asked = scope.clone();
        if let Some(each) = &step.each {
            let item = self.items(&each.call, &each.items, &scope).extended("an item", []);
            asked = Kind::record(STEP, [("item".to_owned(), item.clone())], [scope.clone()]);
            scope = if step.chunk.is_some() {
                Kind::record(STEP, [("items".to_owned(), Kind::list(item))], [scope])
            } else {
                asked.clone()
            };
        }
        if let Some(when) = &step.when {
            self.path(when, &asked, Wanted::Condition);
        }
        self.call(&step.call, &scope);
    }

    /// What a listing call lists.
    fn items(&mut self, call: &Call, items: &Path, scope: &Kind) -> Kind {
        let output = self.reading(call, scope);
        let found = infer(items, &output, self.entry.name().as_str(), self.problems);
        found.element().unwrap_or_else(|| {
            let message =
                format!("{}: path `{}` yields {}, not a list", self.entry.name(), items.text(), found.noun());
            self.problems.report(&items.place(0), message);
            Kind::Any
        })
    }

    /// What a lookup yields.
    fn lookup(&mut self, lookup: &Lookup, scope: &Kind) -> Kind {
        let output = self.reading(&lookup.call, scope);
        match &lookup.at {
            Some(at) => infer(at, &output, self.entry.name().as_str(), self.problems),
            None => output,
        }
    }

    fn reading(&mut self, call: &Call, scope: &Kind) -> Kind {
        self.calls().reading(call, scope)
    }

    fn call(&mut self, call: &Call, scope: &Kind) {
        self.calls().call(call, scope);
    }

    fn calls(&mut self) -> CallCheck<'_> {
        CallCheck { owner: self.entry.name().as_str(), models: self.models, problems: self.problems }
    }

    fn path(&mut self, path: &Path, scope: &Kind, wanted: Wanted) {
        let kind = self.calls().path(path, scope);
        self.wanted(path, &kind, wanted);
    }

    /// Checks a path that is evaluated on the listed thing, and again on the details if that gave null.
    fn late_path(&mut self, path: &Path, described: &Kind, detailed: Option<&Kind>) -> Kind {
        let owner = self.entry.name().as_str();
        let mut early = Problems::new();
        let kind = infer(path, described, owner, &mut early);
        if let (false, Some(detailed)) = (early.is_empty(), detailed) {
            let mut late = Problems::new();
            let kind = infer(path, detailed, owner, &mut late);
            if late.is_empty() {
                return kind;
            }
            // Each is evaluated by itself, so a path over both would never have all it needs.
            if late.len() < early.len() {
                early = late;
            }
        }
        self.problems.extend(early);
        kind
    }

    fn wanted(&mut self, path: &Path, kind: &Kind, wanted: Wanted) {
        let fits = |kind: &Kind| match (wanted, kind) {
            (Wanted::Condition, _) | (_, Kind::Any) => true,
            (Wanted::Scalar, kind) => matches!(kind, Kind::Text | Kind::Number),
            (Wanted::Texts, Kind::List(element)) => {
                let elements = element.alternatives();
                elements.is_empty() || elements.iter().any(|kind| matches!(kind, Kind::Text | Kind::Any))
            }
            (Wanted::Texts, kind) => matches!(kind, Kind::Text),
            (Wanted::Tags, kind) => matches!(kind, Kind::List(_) | Kind::Shape(_) | Kind::Record(_)),
        };
        let alternatives = kind.alternatives();
        if !alternatives.is_empty() && !alternatives.iter().any(|kind| fits(kind)) {
            let noun = match wanted {
                Wanted::Scalar => "text or a number",
                Wanted::Texts => "text or a list of texts",
                Wanted::Tags => "a list or map of tags",
                Wanted::Condition => "anything",
            };
            let message =
                format!("{}: path `{}` yields {}, not {noun}", self.entry.name(), path.text(), kind.noun());
            self.problems.report(&path.place(0), message);
        }
    }

    /// Checks the paths of a text.
    fn text(&mut self, template: &Template, scope: &Kind) {
        for path in template.paths() {
            self.path(path, scope, Wanted::Scalar);
        }
    }
}

/// What messages call the scope of steps.
const STEP: &str = "the context of a step";

/// What surrounds a found thing.
fn around(parent: Option<Kind>) -> Vec<(String, Kind)> {
    let parent = parent.map(|parent| ("parent".to_owned(), parent));
    parent.into_iter().chain([("ctx".to_owned(), ctx())]).collect()
}

/// What the input of a listing can use.
fn list_scope(parent: Option<Kind>) -> Kind {
    Kind::record("the context of a listing", around(parent), [])
}

fn step_scope(properties: Vec<(String, Kind)>) -> Kind {
    let text = |name: &str| (name.to_owned(), Kind::Text);
    let properties = ("properties".to_owned(), Kind::record("`properties`", properties, []));
    let members = ["id", "name", "arn"].map(text).into_iter().chain([properties, ("ctx".to_owned(), ctx())]);
    Kind::record(STEP, members, [])
}
