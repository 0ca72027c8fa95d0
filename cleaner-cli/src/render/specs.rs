use cleaner_core::handler::{Scope, TypeSpec};
use serde_json::{Value, json};

use super::table::{Cell, Table};
use super::{Paint, Tone, count};

/// The types as a table, and those that nobody has described as another one below.
pub(crate) fn types(specs: &[&TypeSpec], paint: Paint) -> String {
    let (undescribed, described): (Vec<_>, Vec<_>) =
        specs.iter().copied().partition(|spec| spec.is_via_cloud_control());
    let mut text = if described.is_empty() && !undescribed.is_empty() {
        String::new()
    } else {
        table(&described, paint)
    };
    if !undescribed.is_empty() {
        let gap = if text.is_empty() { "" } else { "\n" };
        let mut table = Table::new(&["TYPE", "VIA", "SCOPE", "DELETED"]);
        for spec in &undescribed {
            let named = Cell::new(Tone::Doubt, "if named");
            table.row([spec.name.as_str().into(), "cloud control".into(), scope(spec.scope).into(), named]);
        }
        text.extend([gap, &table.render(paint), &count(undescribed.len(), "type"), "\n"]);
    }
    text
}

fn table(specs: &[&TypeSpec], paint: Paint) -> String {
    let mut table = Table::new(&["TYPE", "SERVICE", "SCOPE", "DELETED", "CLOUDFORMATION"]);
    for spec in specs {
        table.row([
            spec.name.as_str().into(),
            spec.service.as_str().into(),
            scope(spec.scope).into(),
            if spec.default { "by default".into() } else { Cell::new(Tone::Doubt, "if named") },
            Cell::new(Tone::Faint, spec.cloudformation.as_deref().unwrap_or("-")),
        ]);
    }
    format!("{}{}\n", table.render(paint), count(specs.len(), "type"))
}

/// The types as JSON: a contract.
pub(crate) fn types_json(specs: &[&TypeSpec]) -> Value {
    json!({ "types": specs.iter().map(|spec| type_json(spec)).collect::<Vec<_>>() })
}

pub(super) fn type_json(spec: &TypeSpec) -> Value {
    let setting_help: serde_json::Map<String, Value> =
        spec.settings.iter().map(|setting| (setting.name.clone(), json!(setting.doc))).collect();
    let settings: Vec<&str> = spec.settings.iter().map(|setting| setting.name.as_str()).collect();
    json!({
        "name": spec.name,
        "aliases": spec.aliases,
        "service": spec.service,
        "scope": scope(spec.scope),
        "cloudformation": spec.cloudformation,
        "delete_after": spec.delete_after,
        "settings": settings,
        "protections": spec.protections,
        "iam_actions": spec.all_iam_actions().collect::<Vec<_>>(),
        "bills_idle": spec.bills_idle,
        "model_checked": spec.model_checked,
        "emulator_tested": spec.emulator_tested,
        "default": spec.default,
        "properties": spec.properties,
        "refs": spec.refs,
        "owned_by": spec.owned_by,
        "part_of": spec.part_of,
        "before": spec.before,
        "setting_help": setting_help,
        "protection_reasons": spec.protection_reasons,
        "tags": spec.tags,
        "by_product": spec.by_product,
        "holds": spec.data.as_ref().map(|data| &data.what),
        "why_off": spec.why_off,
        "defined_in": spec.definition,
        "via": spec.is_via_cloud_control().then_some("cloud_control"),
    })
}

pub(super) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Regional => "regional",
        Scope::Global => "global",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_contract_is_there() {
        let spec = TypeSpec::new("SQSQueue", "sqs")
            .cloudformation("AWS::SQS::Queue")
            .delete_after(&["SNSTopic"])
            .setting("force", "Does it by force.");
        let json = types_json(&[&spec]);
        let one = &json["types"][0];
        for key in [
            "name",
            "aliases",
            "service",
            "scope",
            "cloudformation",
            "delete_after",
            "settings",
            "protections",
            "iam_actions",
            "bills_idle",
            "model_checked",
            "emulator_tested",
        ] {
            assert!(!one[key].is_null(), "{key}");
        }
        assert_eq!(one["settings"], json!(["force"]));
        assert_eq!(one["scope"], "regional");
    }

    #[test]
    fn the_table_says_what_is_off_by_default() {
        let mut off = TypeSpec::new("S3Object", "s3");
        off.default = false;
        let queue = TypeSpec::new("SQSQueue", "sqs").cloudformation("AWS::SQS::Queue");
        assert_eq!(
            types(&[&off, &queue], Paint::Plain),
            "TYPE      SERVICE  SCOPE     DELETED     CLOUDFORMATION\n\
             S3Object  s3       regional  if named    -\n\
             SQSQueue  sqs      regional  by default  AWS::SQS::Queue\n\
             2 types\n"
        );
    }

    #[test]
    fn what_nobody_has_described_is_shown_apart() {
        let registry = cleaner_core::builtin().expect("the types fit together");
        let spec = registry.get("AWS::GroundStation::Config").expect("it is there").spec();
        let queue = TypeSpec::new("SQSQueue", "sqs");
        let own = "TYPE                        VIA            SCOPE     DELETED\n\
                   AWS::GroundStation::Config  cloud control  regional  if named\n\
                   1 type\n";
        assert_eq!(types(&[spec], Paint::Plain), own);
        let both = types(&[spec, &queue], Paint::Plain);
        assert!(
            both.starts_with("TYPE      SERVICE") && both.ends_with(&format!("1 type\n\n{own}")),
            "{both}"
        );
        let json = types_json(&[spec, &queue]);
        assert_eq!(
            (&json["types"][0]["via"], &json["types"][1]["via"]),
            (&json!("cloud_control"), &Value::Null)
        );
        assert_eq!(json["types"][0]["model_checked"], false);
    }
}
