use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use resource_filters::source::Node;
use serde_json::{Map, Value};

/// A family of types, and a small account of them: what is there, and what AWS refuses. Knows nothing of the catalog's order.
#[derive(Debug)]
pub(super) struct Family {
    /// The services, as botocore spells them.
    pub(super) services: Vec<String>,
    /// What AWS says of things that are not there.
    pub(super) gone: Refusal,
    /// The calls that are refused while something else is there.
    pub(super) rules: Vec<Rule>,
    pub(super) things: Vec<Thing>,
}

/// One thing of an account: a resource, or a part of one, whose type is then no type of the catalog but some words.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) type_name: String,
    /// What tells it from others of its type in rules.
    pub(super) id: String,
    /// The call that ends it.
    pub(super) ends: Call,
    /// How long AWS works on that.
    pub(super) takes: Duration,
    /// The word by which answers say that it is there, and the one while AWS works on its end.
    pub(super) states: Option<(String, String)>,
    /// What it adds to answers.
    pub(super) says: Vec<(Call, Value)>,
    /// What takes its place at its end.
    pub(super) becomes: Option<Box<Self>>,
}

/// A call that a thing has to do with: an operation, and texts that its input must have, in any place.
#[derive(Clone, Debug)]
pub(super) struct Call {
    operation: String,
    texts: Vec<String>,
}

/// A call that is refused while one of these is there, by type or id.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) call: Call,
    pub(super) holders: BTreeSet<String>,
    pub(super) refusal: Refusal,
}

/// How AWS says no.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) message: String,
}

impl Family {
    /// Reads a family file; see `families/`.
    pub(super) fn read(name: &str, text: &str) -> Self {
        let node = Node::parse_toml(name, text).unwrap_or_else(|problems| panic!("{problems}"));
        let table = Table::of(name, &node.to_json());
        let things: Vec<Thing> = table.tables("things").iter().map(Thing::read).collect();
        let known: BTreeSet<&str> =
            things.iter().flat_map(|thing| [thing.type_name.as_str(), thing.id.as_str()]).collect();
        let rules: Vec<Rule> =
            table.table("refuses").entries().map(|(call, rule)| Rule::read(call, &rule)).collect();
        for holder in rules.iter().flat_map(|rule| &rule.holders) {
            assert!(known.contains(holder.as_str()), "{name}: a rule names {holder}, which is not there");
        }
        let services = table.texts("services");
        Self { services, gone: Refusal::read(&table.table("gone")), rules, things }
    }

    /// The types of the catalog among the things.
    pub(super) fn types(&self) -> BTreeSet<String> {
        let types = self.things.iter().map(|thing| thing.type_name.clone());
        types.filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase())).collect()
    }
}

impl Thing {
    fn read(table: &Table) -> Self {
        let states = table.texts("states");
        Self {
            type_name: table.text("type"),
            id: table.text("id"),
            ends: Call::read(&table.text("ends")),
            takes: Duration::from_secs(table.0.get("takes").and_then(Value::as_u64).unwrap_or(0)),
            states: states.first().cloned().zip(states.get(1).cloned()),
            says: table.table("says").0.iter().map(|(call, add)| (Call::read(call), add.clone())).collect(),
            becomes: table.0.contains_key("becomes").then(|| {
                let mut next = table.table("becomes");
                for key in ["type", "id"] {
                    next.0.insert(key.to_owned(), table.text(key).into());
                }
                Box::new(Self::read(&next))
            }),
        }
    }

    /// Whether a rule about this type or id is about it.
    pub(super) fn is_named(&self, names: &BTreeSet<String>) -> bool {
        names.contains(&self.type_name) || names.contains(&self.id)
    }
}

impl Call {
    fn read(text: &str) -> Self {
        let mut words = text.split_whitespace().map(str::to_owned);
        Self { operation: words.next().expect("an operation"), texts: words.collect() }
    }

    /// Whether a request is this call. Where two services have the operation, `service:Operation` tells them apart.
    pub(super) fn is(&self, service: &str, operation: &str, texts: &BTreeSet<String>) -> bool {
        let same = match self.operation.split_once(':') {
            Some((of, name)) => of == service && name == operation,
            None => self.operation == operation,
        };
        same && self.texts.iter().all(|text| texts.contains(text))
    }

    /// Whether the call asks for a thing by its name, and is no listing that it is a part of.
    pub(super) fn is_about(&self, thing: &Thing) -> bool {
        self.texts.contains(&thing.id)
    }
}

impl Rule {
    fn read(call: &str, table: &Table) -> Self {
        let holders = table.texts("while").into_iter().collect();
        Self { call: Call::read(call), holders, refusal: Refusal::read(table) }
    }
}

impl Refusal {
    fn read(table: &Table) -> Self {
        let message = table.0.get("message").and_then(Value::as_str).unwrap_or("It is in use.");
        Self { code: table.text("code"), message: message.to_owned() }
    }
}

/// A table of a family file.
struct Table(BTreeMap<String, Value>);

impl Table {
    fn of(what: &str, value: &Value) -> Self {
        let members: &Map<String, Value> = value.as_object().unwrap_or_else(|| panic!("{what} is no table"));
        Self(members.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    fn text(&self, key: &str) -> String {
        let text = self.0.get(key).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("`{key}` is no text in {:?}", self.0)).to_owned()
    }

    fn texts(&self, key: &str) -> Vec<String> {
        let texts = self.0.get(key).and_then(Value::as_array).into_iter().flatten();
        texts.map(|text| text.as_str().expect("a list of texts").to_owned()).collect()
    }

    fn table(&self, key: &str) -> Self {
        self.0.get(key).map_or(Self(BTreeMap::new()), |value| Self::of(key, value))
    }

    fn tables(&self, key: &str) -> Vec<Self> {
        let tables = self.0.get(key).and_then(Value::as_array).into_iter().flatten();
        tables.map(|value| Self::of(key, value)).collect()
    }

    fn entries(&self) -> impl Iterator<Item = (&str, Self)> {
        self.0.iter().map(|(key, value)| (key.as_str(), Self::of(key, value)))
    }
}
