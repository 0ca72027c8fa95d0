use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_dynamic::model::{OperationModel, is_read_only};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::family::{Family, Refusal, Thing};

/// The account of a family, which enforces what AWS enforces.
#[derive(Clone, Debug)]
pub(super) struct Account {
    family: Arc<Family>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    there: Vec<(Thing, Option<Instant>)>,
    gone: Vec<Thing>,
    refused: Vec<String>,
    strange: Vec<String>,
}

impl Account {
    pub(super) fn new(family: Arc<Family>) -> Self {
        let there = family.things.iter().map(|thing| (thing.clone(), None)).collect();
        Self { family, state: Arc::new(Mutex::new(State { there, ..State::default() })) }
    }

    /// The ids of what is there.
    pub(super) fn left(&self) -> Vec<String> {
        self.lock().there.iter().map(|(thing, _)| thing.id.clone()).collect()
    }

    /// The calls that were refused because of something that is still there.
    pub(super) fn refused(&self) -> Vec<String> {
        self.lock().refused.clone()
    }

    /// The calls that change something nobody thought of.
    pub(super) fn strange(&self) -> Vec<String> {
        self.lock().strange.clone()
    }

    /// Answers a call of which these are the texts of the input.
    pub(super) fn answer(
        &self,
        operation: OperationModel,
        texts: &BTreeSet<String>,
    ) -> Result<Value, Refusal> {
        let (service, name) = (operation.service().id(), operation.name());
        let mut state = self.lock();
        if is_read_only(name) {
            self.told(&state, service, name, texts)
        } else {
            self.changed(&mut state, service, name, texts)
        }
    }

    /// What all that is there has to say.
    fn told(
        &self,
        state: &State,
        service: &str,
        operation: &str,
        texts: &BTreeSet<String>,
    ) -> Result<Value, Refusal> {
        let mut answer = Value::Object(Map::new());
        let mut is_told = false;
        for (thing, leaving) in &state.there {
            for (call, add) in thing.says.iter().filter(|(call, _)| call.is(service, operation, texts)) {
                let leaving = thing.states.as_ref().filter(|_| leaving.is_some());
                add_to(
                    &mut answer,
                    &leaving.map_or_else(|| add.clone(), |(from, to)| replaced(add, from, to)),
                );
                is_told |= call.is_about(thing);
            }
        }
        let was_told = |thing: &Thing| {
            thing.says.iter().any(|(call, _)| call.is_about(thing) && call.is(service, operation, texts))
        };
        if !is_told && state.gone.iter().any(was_told) { Err(self.family.gone.clone()) } else { Ok(answer) }
    }

    /// Ends what the call ends, or refuses to.
    fn changed(
        &self,
        state: &mut State,
        service: &str,
        operation: &str,
        texts: &BTreeSet<String>,
    ) -> Result<Value, Refusal> {
        let nothing = Ok(Value::Object(Map::new()));
        let Some(place) = state.there.iter().position(|(thing, _)| thing.ends.is(service, operation, texts))
        else {
            if state.gone.iter().any(|thing| thing.ends.is(service, operation, texts)) {
                return Err(self.family.gone.clone());
            }
            state.strange.push(format!("{service}:{operation} {texts:?}"));
            return nothing;
        };
        for rule in self.family.rules.iter().filter(|rule| rule.call.is(service, operation, texts)) {
            let holder = state.there.iter().find(|(thing, _)| thing.is_named(&rule.holders));
            if let Some((holder, _)) = holder {
                let refused = format!("{operation} {} while {} is there", state.there[place].0.id, holder.id);
                state.refused.push(refused);
                return Err(rule.refusal.clone());
            }
        }
        let (thing, leaving) = &mut state.there[place];
        // Whoever asks again does not begin it anew.
        leaving.get_or_insert(Instant::now() + thing.takes);
        state.settle();
        nothing
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().expect("no test panics while it holds this");
        state.settle();
        state
    }
}

impl State {
    /// Lets happen what time has brought.
    fn settle(&mut self) {
        let now = Instant::now();
        for (thing, leaving) in std::mem::take(&mut self.there) {
            if leaving.is_none_or(|at| at > now) {
                self.there.push((thing, leaving));
                continue;
            }
            if let Some(next) = thing.becomes.clone() {
                self.there.push((*next, None));
            }
            self.gone.push(thing);
        }
    }
}

/// Adds one part of an answer to another: lists grow, and what names the same thing is one.
fn add_to(answer: &mut Value, add: &Value) {
    match (answer, add) {
        (Value::Object(answer), Value::Object(add)) => {
            for (key, value) in add {
                add_to(answer.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(answer), Value::Array(add)) => {
            for item in add {
                match answer.iter_mut().find(|known| is_same(known, item)) {
                    Some(known) => add_to(known, item),
                    None => answer.push(item.clone()),
                }
            }
        }
        (answer, add) => *answer = add.clone(),
    }
}

/// Whether two things of a list are one: they agree somewhere, and contradict each other nowhere.
fn is_same(one: &Value, other: &Value) -> bool {
    let (Value::Object(one), Value::Object(other)) = (one, other) else { return false };
    let is_plain = |value: &Value| !value.is_object() && !value.is_array();
    let both = one.iter().filter_map(|(key, value)| Some((value, other.get(key)?)));
    let mut plain = both.filter(|(a, b)| is_plain(a) && is_plain(b)).peekable();
    plain.peek().is_some() && plain.all(|(a, b)| a == b)
}

/// The same with one word in place of another.
fn replaced(value: &Value, from: &str, to: &str) -> Value {
    match value {
        Value::String(text) if text == from => to.into(),
        Value::Array(items) => items.iter().map(|item| replaced(item, from, to)).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), replaced(value, from, to))).collect()
        }
        other => other.clone(),
    }
}
