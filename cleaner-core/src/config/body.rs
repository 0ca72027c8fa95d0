//! The keys that the file, its presets and its account blocks have in common.

use resource_filters::source::{Entry, Node, Problem, Value, nearest};
use resource_filters::{Choice, Filters, RuleList, TypeSelector, Vocabulary};
use serde_json::json;

use crate::config::file::Reader;
use crate::config::key::{Key, read_keys, schema_of, texts_schema};
use crate::config::layer::Selection;
use crate::config::region;
use crate::resource::TypeName;

pub(super) const BODY: &[Key] = &[
    Key {
        name: "regions",
        doc: "The regions to clear: names, `global` for what has no region, or `all`.",
        read: |reader, entry| read_regions(reader, &entry.value),
        schema: || texts_schema(Some(region::PATTERN)),
    },
    Key {
        name: "exclude_regions",
        doc: "Regions that stay untouched, whatever `regions` says.",
        read: |reader, entry| read_excluded_regions(reader, &entry.value),
        schema: || texts_schema(Some(region::PATTERN)),
    },
    Key {
        name: "types",
        doc: "The resource types to clear.",
        read: |reader, entry| read_keys(reader, &entry.value, "types", &[TYPES]),
        schema: || schema_of(&[TYPES]),
    },
    Key {
        name: "filters",
        doc: "Rules that say which resources stay and which may go.",
        read: |reader, entry| {
            let vocabulary: &dyn Vocabulary = reader.vocabulary;
            let filters = Filters::parse(&entry.value, vocabulary, reader.problems);
            let outer = std::mem::take(&mut reader.layer.filters);
            reader.layer.filters = outer.overlaid(filters);
        },
        schema: Filters::schema,
    },
    Key {
        name: "reset_data",
        doc: "Rules that say what `reset-data` empties: what matches any of them.",
        read: |reader, entry| {
            let vocabulary: &dyn Vocabulary = reader.vocabulary;
            let rules = Choice::parse(RuleList::ResetData, &entry.value, vocabulary, reader.problems);
            reader.layer.reset_data = Some(rules);
        },
        schema: Choice::schema,
    },
    Key {
        name: "settings",
        doc: "Switches of single resource types; all are off unless turned on here.",
        read: |reader, entry| read_settings(reader, &entry.value),
        schema: || {
            let value = json!({"type": ["boolean", "string"]});
            json!({"type": "object", "additionalProperties": {"type": "object", "additionalProperties": value}})
        },
    },
];

const TYPES: &[Key] = &[
    Key {
        name: "include",
        doc: "Type names, aliases or globs. Types that are off by default are only included by name.",
        read: |reader, entry| read_included_types(reader, &entry.value),
        schema: || texts_schema(None),
    },
    Key {
        name: "exclude",
        doc: "Type names, aliases or globs of what stays untouched, whatever `include` says.",
        read: |reader, entry| read_excluded_types(reader, &entry.value),
        schema: || texts_schema(None),
    },
];

pub(super) fn read_regions(reader: &mut Reader<'_>, node: &Node) {
    let Some(regions) = region::read(node, "regions", true, reader.problems) else { return };
    if regions.is_empty() {
        let problem = Problem::new(&node.at, "`regions`: the list is empty, so nothing would be cleared");
        reader.problems.push(problem.with_help("write [all] for every region"));
        return;
    }
    let regions = regions.into_iter().map(|(_, region)| region).collect();
    reader.layer.regions = Some(reader.sourced(regions, node));
}

pub(super) fn read_excluded_regions(reader: &mut Reader<'_>, node: &Node) {
    for (item, region) in region::read(node, "exclude_regions", false, reader.problems).unwrap_or_default() {
        let excluded = reader.sourced(region, item);
        reader.layer.exclude_regions.push(excluded);
    }
}

pub(super) fn read_included_types(reader: &mut Reader<'_>, node: &Node) {
    if let Some(selection) = read_selection(reader, node, "include") {
        reader.layer.include = Some(reader.sourced(selection, node));
    }
}

pub(super) fn read_excluded_types(reader: &mut Reader<'_>, node: &Node) {
    // One by one, so that each shows where it came from. To exclude nothing is fine.
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    for item in items {
        if let Some(selection) = read_selection(reader, item, "exclude") {
            let excluded = reader.sourced(selection, item);
            reader.layer.exclude.push(excluded);
        }
    }
}

fn read_selection(reader: &mut Reader<'_>, node: &Node, what: &str) -> Option<Selection> {
    let vocabulary: &dyn Vocabulary = reader.vocabulary;
    let selector = TypeSelector::read(node, what, vocabulary, reader.problems)?;
    let text = match &node.value {
        Value::Text(text) => text.clone(),
        _ => node.to_line(),
    };
    Some(Selection { selector, text })
}

fn read_settings(reader: &mut Reader<'_>, node: &Node) {
    let Some(types) = reader.entries(node, "settings", "a mapping of type names") else { return };
    for of_type in types {
        let Some(type_name) = reader.vocabulary.resolve_type(&of_type.key) else {
            if let Some(why) = reader.vocabulary.why_not(&of_type.key) {
                let message = format!("there is no resource type `{}`: {why}", of_type.key);
                reader.problems.push(Problem::new(&of_type.key_at, message));
                continue;
            }
            let problem = Problem::new(&of_type.key_at, format!("unknown resource type `{}`", of_type.key));
            let names = reader.vocabulary.types();
            let suggestion = nearest(&of_type.key, names.iter().map(String::as_str));
            reader.problems.push(problem.with_suggestion(suggestion));
            continue;
        };
        let Some(settings) = reader.entries(&of_type.value, &of_type.key, "a mapping of settings") else {
            continue;
        };
        for setting in settings {
            read_setting(reader, &type_name, setting);
        }
    }
}

fn read_setting(reader: &mut Reader<'_>, type_name: &str, setting: &Entry) {
    let Some(kind) = reader.vocabulary.setting_kind(type_name, &setting.key) else {
        let known = reader.vocabulary.settings(type_name);
        let message = match known.as_slice() {
            [] => format!("unknown setting `{}`: {type_name} has no settings", setting.key),
            _ => {
                let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                format!(
                    "unknown setting `{}` of {type_name}, expected one of {}",
                    setting.key,
                    known.join(", ")
                )
            }
        };
        let suggestion = nearest(&setting.key, known.iter().map(String::as_str));
        reader.problems.push(Problem::new(&setting.key_at, message).with_suggestion(suggestion));
        return;
    };
    if let Some(value) = kind.read(&setting.value, &setting.key, reader.problems) {
        let value = reader.sourced(value, &setting.value);
        reader.layer.settings.insert((TypeName::from(type_name), setting.key.clone()), value);
    }
}
