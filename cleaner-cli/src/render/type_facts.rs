use cleaner_core::handler::{Registry, TagSource, TypeSpec};
use cleaner_core::resource::TypeName;
use serde_json::{Value, json};

use super::page::Page;
use super::specs::{scope, type_json};
use super::{Paint, clean};

/// The facts of a type, as text and as JSON.
pub(crate) fn type_facts(registry: &Registry, spec: &TypeSpec, paint: Paint) -> (String, Value) {
    let neighbours = registry.neighbours(spec);
    let mut page = Page::new(paint);
    page.title(spec.name.as_str());
    page.line("service", &spec.service);
    page.line("scope", scope(spec.scope));
    page.line("aliases", &spec.aliases.join(", "));
    page.line("defined", &clean(&spec.definition.to_string()));
    page.line("deleted", &deleted(spec));
    page.line("tags", tags(spec.tags));
    if spec.is_stack {
        page.line("stack", "it takes its members along, of whatever type they are");
    }
    if spec.by_product {
        page.line("by-product", "other deletions create it: listed again after every run");
    }
    if spec.bills_idle {
        page.line("billing", "it costs money while nobody uses it");
    }
    if let Some(data) = &spec.data {
        page.line("holds", &format!("{}: what `reset-data` deletes", data.what));
    }
    page.line("proof", proof(spec));
    page.whole_list("waits for", &names(&neighbours.waits_for));
    page.whole_list("goes before", &names(&neighbours.goes_before));
    page.whole_list("takes along", &names(&neighbours.takes_along));
    page.whole_list("is kept together with", &names(&spec.part_of));
    page.whole_list("has as parts", &names(&neighbours.parts));
    page.whole_list("before the deletion", &spec.before);
    let settings: Vec<String> = spec.settings.iter().map(setting).collect();
    page.whole_list("settings, all off", &settings);
    page.whole_list("protections", &protections(spec));
    page.whole_list("properties", &spec.properties);
    page.whole_list("IAM actions", &spec.iam_actions);
    let mut json = type_json(spec);
    json["settings"] = json!(spec.settings);
    json["neighbours"] = json!(neighbours);
    (page.text, json)
}

fn names(types: &[TypeName]) -> Vec<String> {
    types.iter().map(|name| name.as_str().to_owned()).collect()
}

fn deleted(spec: &TypeSpec) -> String {
    match &spec.why_off {
        _ if spec.default => "by default".to_owned(),
        None => "only if asked for by name".to_owned(),
        Some(why) => format!("only if asked for by name: {}", clean(why)),
    }
}

fn tags(source: TagSource) -> &'static str {
    match source {
        TagSource::None => "it has none",
        TagSource::Listed => "the list brings them",
        TagSource::Bulk => "read in bulk, by ARN",
        TagSource::Call => "one call for each resource",
    }
}

fn proof(spec: &TypeSpec) -> &'static str {
    if spec.is_via_cloud_control() {
        return "none of its own: Cloud Control is tested, and AWS's schema says the rest";
    }
    match (spec.emulator_tested, spec.model_checked) {
        (true, _) => "deleted on an emulator, in tests",
        (false, true) => "checked against AWS's own description of the service",
        (false, false) => "",
    }
}

fn setting(setting: &cleaner_core::handler::SettingSpec) -> String {
    let mut text = format!("{}: {}", setting.name, clean(&setting.doc));
    if !setting.iam_actions.is_empty() {
        text.extend([" Needs ", &setting.iam_actions.join(", "), "."]);
    }
    text
}

fn protections(spec: &TypeSpec) -> Vec<String> {
    let with_reasons = |name: &String| {
        let reasons = spec.protection_reasons.iter().filter(|reason| reason.name == *name);
        let reasons: Vec<_> = reasons.map(|reason| clean(&reason.why)).collect();
        if reasons.is_empty() { name.clone() } else { format!("{name}: {}", reasons.join("; ")) }
    };
    spec.protections.iter().map(with_reasons).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_explained_from_all_sides() {
        let registry = cleaner_core::builtin().expect("the types fit together");
        let spec = registry.get("EC2VPC").expect("it is there").spec();
        let (text, json) = type_facts(&registry, spec, Paint::Plain);
        for part in [
            "defined      built in, catalog ec2.toml\n",
            "  waits for\n",
            "    EC2Subnet\n",
            "    ec2:DeleteVpc\n",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains(" more\n"), "{text}");
        assert!(json["neighbours"]["waits_for"].as_array().is_some_and(|names| names.len() > 10), "{json}");
    }
}
