use cleaner_core::plan::{Action, Entry, Explanation, Plan};
use cleaner_core::resource::{Fact, State};
use resource_filters::Truth;
use serde_json::{Value, json};

use super::label::{called, place};
use super::page::Page;
use super::{Paint, Tone, clean};

/// Everything about one resource: facts, verdict, rules, relations.
pub(crate) fn explanation(plan: &Plan, explanation: &Explanation, paint: Paint) -> String {
    let entry = &plan.entries[explanation.place as usize];
    let mut page = Page::new(paint);
    page.title(&label(entry));
    facts(&mut page, entry);
    let verdict = &entry.verdict;
    let (tone, word) = match verdict.action {
        Action::Delete => (Tone::Doubt, "delete"),
        Action::Keep => (Tone::Good, "keep"),
        Action::Empty => (Tone::Doubt, "empty"),
        Action::Unknown => (Tone::Bad, "unknown, so it is kept"),
    };
    page.line("verdict", &format!("{}: {}", paint.tone(tone, word), clean(&verdict.reason)));
    page.line("by", &clean(verdict.rule.as_deref().unwrap_or("no rule")));
    let rules: Vec<String> = explanation
        .rules
        .iter()
        .map(|outcome| {
            let word = match &outcome.truth {
                Truth::True => paint.tone(Tone::Good, "matches"),
                Truth::False => "does not match".to_owned(),
                Truth::Unknown(_) => paint.tone(Tone::Bad, "unknown"),
            };
            format!("{}\n      {word}: {}", clean(&outcome.rule.to_string()), clean(&outcome.why))
        })
        .collect();
    page.list("rules", &rules);
    for (title, places) in relations(explanation) {
        page.list(title, &places.iter().map(|place| related(plan, *place)).collect::<Vec<_>>());
    }
    if explanation.in_circle {
        page.line("circle", "it is part of a circle, which is unlinked first");
    }
    page.text
}

fn relations(explanation: &Explanation) -> [(&'static str, &Vec<u32>); 5] {
    [
        ("belongs to", &explanation.owners),
        ("takes along", &explanation.owned),
        ("uses", &explanation.uses),
        ("used by", &explanation.used_by),
        ("waits for", &explanation.waits_for),
    ]
}

fn facts(page: &mut Page, entry: &Entry) {
    let resource = &entry.resource;
    page.line("id", &clean(&resource.id));
    if resource.name != resource.id {
        page.line("name", &clean(&resource.name));
    }
    if let Some(arn) = &resource.arn {
        page.line("arn", &clean(arn));
    }
    let created = match &resource.created {
        Fact::Known(time) => time.to_string(),
        Fact::Absent => "it has no creation date".to_owned(),
        Fact::Unread => "not read".to_owned(),
        Fact::Unreadable(why) => format!("could not be read: {why}"),
    };
    page.line("created", &clean(&created));
    let tags = match &resource.tags {
        Fact::Known(tags) if tags.is_empty() => "none".to_owned(),
        Fact::Known(tags) => {
            tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
        }
        Fact::Absent => "none".to_owned(),
        Fact::Unread => "not read".to_owned(),
        Fact::Unreadable(why) => format!("could not be read: {why}"),
    };
    page.line("tags", &clean(&tags));
    if let Some(stack) = &entry.stack {
        page.line("stack", &clean(stack));
    }
    match &resource.state {
        State::Present => {}
        State::Gone => page.line("state", "it is gone, but for its list"),
        State::Deleting => page.line("state", "its deletion is under way"),
        State::Failed(why) => page.line("state", &clean(&format!("its deletion failed: {why}"))),
    }
    if let Some(why) = &resource.managed {
        page.line("managed", &clean(why));
    }
    if let Some(keep) = &resource.protection {
        page.line("protection", &clean(&format!("{}: {}", keep.name, keep.why)));
    }
    let properties: Vec<String> = resource
        .properties
        .iter()
        .map(|(name, value)| clean(&format!("{name} = {value}")).into_owned())
        .collect();
    page.list("properties", &properties);
}

/// The same as JSON.
pub(crate) fn explanation_json(plan: &Plan, explanation: &Explanation) -> Value {
    let entry = &plan.entries[explanation.place as usize];
    let refs = |places: &[u32]| -> Vec<Value> {
        let one = |place: &u32| {
            let entry = &plan.entries[*place as usize];
            json!({
                "type": entry.resource.type_name, "id": entry.resource.id, "name": entry.resource.name,
                "region": entry.resource.region, "action": entry.verdict.action,
            })
        };
        places.iter().map(one).collect()
    };
    let rules: Vec<Value> = explanation
        .rules
        .iter()
        .map(|outcome| {
            let matches = match &outcome.truth {
                Truth::True => "yes",
                Truth::False => "no",
                Truth::Unknown(_) => "unknown",
            };
            json!({ "rule": outcome.rule.to_string(), "matches": matches, "why": outcome.why })
        })
        .collect();
    json!({
        "resource": entry.resource,
        "stack": entry.stack,
        "verdict": entry.verdict,
        "rules": rules,
        "belongs_to": refs(&explanation.owners),
        "takes_along": refs(&explanation.owned),
        "uses": refs(&explanation.uses),
        "used_by": refs(&explanation.used_by),
        "waits_for": refs(&explanation.waits_for),
        "in_circle": explanation.in_circle,
    })
}

fn label(entry: &Entry) -> String {
    let one = &entry.resource;
    place(one.type_name.as_str(), &one.id, &one.name, one.region.as_str())
}

fn related(plan: &Plan, place: u32) -> String {
    let entry = &plan.entries[place as usize];
    let word = if entry.verdict.deletes() { "deleted" } else { "kept" };
    let one = &entry.resource;
    format!("{} {}, which is {word}", clean(one.type_name.as_str()), called(&one.id, &one.name))
}
