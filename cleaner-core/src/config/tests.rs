use std::collections::BTreeSet;
use std::time::Duration;

use resource_filters::source::{Node, Problems, nearest};
use resource_filters::{Decision, Field, Known, Subject, Vocabulary};

use super::*;
use crate::account::AccountId;
use crate::config::scalar::SCALARS;
use crate::resource::Region;

struct Types;

impl Vocabulary for Types {
    fn resolve_type(&self, name: &str) -> Option<String> {
        match name {
            "AWS::SQS::Queue" => Some("SQSQueue".to_owned()),
            _ => ["SQSQueue", "EC2Instance", "IAMRole"].contains(&name).then(|| name.to_owned()),
        }
    }

    fn types(&self) -> Vec<String> {
        ["SQSQueue", "AWS::SQS::Queue", "EC2Instance", "IAMRole"].map(str::to_owned).into()
    }

    fn properties(&self, _type_name: &str) -> Vec<String> {
        Vec::new()
    }
}

impl TypeVocabulary for Types {
    fn setting_kind(&self, type_name: &str, setting: &str) -> Option<SettingKind> {
        match (type_name, setting) {
            ("EC2Instance", "disable_termination_protection") => Some(SettingKind::Bool),
            ("EC2Instance", "grace") => Some(SettingKind::Duration),
            ("EC2Instance", "note") => Some(SettingKind::Text),
            _ => None,
        }
    }

    fn settings(&self, type_name: &str) -> Vec<String> {
        match type_name {
            "EC2Instance" => ["disable_termination_protection", "grace", "note"].map(str::to_owned).into(),
            _ => Vec::new(),
        }
    }

    fn protections(&self) -> Vec<String> {
        vec!["default-vpc".into(), "keep-tag".into()]
    }
}

struct Named(&'static str);

impl Subject for Named {
    fn resource_type(&self) -> &str {
        "SQSQueue"
    }

    fn field(&self, field: &Field) -> Known {
        if *field == Field::Name { Known::Text(self.0.into()) } else { Known::Absent }
    }
}

fn sources(text: &str) -> Sources {
    Sources { file: Some(ConfigFile { name: "f.yaml".into(), text: text.into() }), ..Sources::default() }
}

fn load(text: &str) -> Config {
    Config::load(&sources(text), &Types).unwrap_or_else(|problems| panic!("{text}\n{problems}"))
}

fn problems(text: &str) -> Problems {
    Config::load(&sources(text), &Types).expect_err(text)
}

fn account(id: &str) -> AccountId {
    id.parse().expect("twelve digits")
}

fn decision(config: &Config, name: &'static str) -> Decision {
    config.filters.verdict(&Named(name), "2025-01-01T00:00:00Z".parse().expect("a valid time")).decision
}

#[test]
fn the_example_holds_every_key_and_gives_the_defaults() {
    let built_in = Config::load(&Sources::default(), &Types).expect("the defaults are valid");
    let example = load(EXAMPLE);
    let values = |config: &Config| {
        config.shown().iter().map(|shown| format!("{} = {}", shown.key, shown.value)).collect::<Vec<_>>()
    };
    assert_eq!(values(&built_in), values(&example));
    assert_eq!(
        built_in.show(),
        "protected_alias_words = [prod]   # from the defaults\n\
         regions = [all]   # from the defaults\n\
         types.include = [\"*\"]   # from the defaults\n\
         call_timeout = 30s   # from the defaults\n\
         patience = 5m   # from the defaults\n\
         verify_passes = 1   # from the defaults\n\
         coverage = report   # from the defaults\n\
         baseline_drift = report   # from the defaults\n\
         quotas = auto   # from the defaults\n"
    );
    // With the comment marks taken off, every key is there and every line of it is right.
    let uncommented: String = EXAMPLE
        .lines()
        .filter_map(|line| match line.trim_start().strip_prefix('#') {
            None => Some(line.replace("deny: []", "deny:")),
            Some(rest) => {
                let key = rest.trim_start().trim_start_matches(['-', ' ', '"', '{']);
                let is_key = key.split_once([':', '"']).is_some_and(|(key, after)| {
                    let word = key
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit());
                    word || (key == "EC2Instance" && after.starts_with(' '))
                });
                let indent = line.len() - line.trim_start().len();
                (is_key && !rest.starts_with(" deny: what"))
                    .then(|| format!("{}{}", " ".repeat(indent), rest.strip_prefix(' ').unwrap_or(rest)))
            }
        })
        .map(|line| line + "\n")
        .collect();
    let node = Node::parse_yaml("example", &uncommented)
        .unwrap_or_else(|problems| panic!("{uncommented}\n{problems}"));
    let schema = Config::schema();
    for key in schema["properties"].as_object().expect("an object").keys() {
        assert!(node.get(key).is_some(), "default.yaml does not show `{key}`:\n{uncommented}");
    }
    load(&uncommented);
}

#[test]
fn every_layer_replaces_the_one_before() {
    let text = "\
version: 1
patience: 1m
regions: [eu-west-1]
exclude_regions: [us-east-1]
types: { exclude: [IAMRole] }
filters: { deny: [{ name: file }], allow: [{ name: a }, { name: b }] }
settings: { EC2Instance: { note: file } }
presets:
  p: { regions: [eu-west-2], filters: { deny: [{ name: a }] }, settings: { EC2Instance: { note: preset } } }
  q: { exclude_regions: [eu-west-2] }
use: [p]
account_overrides:
  111122223333:
    presets: [q]
    regions: [eu-west-2, eu-west-3]
    filters: { allow: [{ name: b }, { name: c }] }
    settings: { EC2Instance: { note: block } }
";
    let mut sources = sources(text);
    sources.environment.insert("AWS_CLEANER_PATIENCE".into(), "2m".into());
    sources.environment.insert("AWS_CLEANER_DEADLINE".into(), "1h".into());
    sources.environment.insert("AWS_CLEANER_QUOTAS".into(), String::new());
    sources.environment.insert("HOME".into(), "/root".into());
    sources.flags.set("deadline", "--timeout", Some("3h"));
    sources.flags.set("profile", "--profile", None::<String>);
    sources.flags.exclude_types.push("AWS::SQS::*".into());
    let config = Config::load(&sources, &Types).expect("a valid configuration");
    let of = |key: &str, config: &Config| {
        let shown = config.shown().iter().find(|shown| shown.key == key).expect(key);
        format!("{} from {}", shown.value, shown.source)
    };
    assert_eq!(config.patience, Duration::from_secs(120));
    assert_eq!(config.deadline, Some(Duration::from_secs(3 * 3_600)));
    assert_eq!(of("patience", &config), "2m from AWS_CLEANER_PATIENCE");
    assert_eq!(of("deadline", &config), "3h from --timeout");
    assert_eq!(of("regions", &config), "[eu-west-2] from preset p, f.yaml:9");
    assert_eq!(of("settings.EC2Instance.note", &config), "preset from preset p, f.yaml:9");
    assert_eq!(of("filters.deny[1]", &config), "{name: a} from f.yaml:9");
    assert_eq!(
        ["file", "a", "b", "c"].map(|name| decision(&config, name) == Decision::Delete),
        [false, false, true, false]
    );
    assert!(!config.selects_type("SQSQueue", true) && !config.selects_type("IAMRole", true));
    assert!(config.selects_type("EC2Instance", true));

    let config = config.for_account(&account("111122223333"));
    assert_eq!(
        of("settings.EC2Instance.note", &config),
        "block from the block of account 111122223333, f.yaml:17"
    );
    assert_eq!(
        ["file", "a", "b", "c"].map(|name| decision(&config, name) == Decision::Delete),
        [false, false, true, true]
    );
    let selected = |region: &str| config.selects_region(&Region::from(region));
    assert_eq!(
        ["eu-west-1", "eu-west-2", "eu-west-3", "us-east-1", "global"].map(selected),
        [false, false, true, false, false]
    );
    assert_eq!(of("patience", &config), "2m from AWS_CLEANER_PATIENCE", "the environment still wins");

    sources.flags.regions = vec!["all".into()];
    let config = Config::load(&sources, &Types).expect("valid").for_account(&account("111122223333"));
    assert_eq!(of("regions", &config), "[all] from --region");
    assert!(config.selects_region(&Region::global()) && !config.selects_region(&Region::from("us-east-1")));
}

#[test]
fn the_rest_of_the_file_is_read() {
    let config = load(
        "version: 1
accounts: { allow: [\"111122223333\", \"012345678901\"], deny: \"999999999999\" }
types: { include: [AWS::SQS::Queue, \"IAM*\"] }
settings: { EC2Instance: { disable_termination_protection: true, grace: 5m } }
protections: { lift: [default-vpc] }
protected_alias_words: []
max_deletions: 0
endpoint_url: http://127.0.0.1:5000
assume_role: { arn: \"arn:aws:iam::111122223333:role/x\", external_id: e }
quotas: auto
",
    );
    let guard = config.guard(None);
    assert!(guard.check_account(&account("012345678901")).is_ok());
    assert!(guard.check_account(&account("999999999999")).is_err());
    assert!(guard.check_account(&account("222222222222")).is_err());
    assert!(guard.check_alias("prod").is_ok());
    assert!(config.selects_type("SQSQueue", false), "named by an alias");
    assert!(config.selects_type("IAMRole", true) && !config.selects_type("IAMRole", false));
    assert!(config.switches("EC2Instance").is_on("disable_termination_protection"));
    assert!(!config.switches("EC2Instance").is_on("grace"));
    assert_eq!(config.settings["EC2Instance"]["grace"], SettingValue::Duration(Duration::from_secs(300)));
    assert_eq!(config.lifted_protections, BTreeSet::from(["default-vpc".to_owned()]));
    assert_eq!(config.max_deletions, Some(0));
    assert_eq!(config.start_quotas(), crate::lane::Quotas::Adaptive);
    assert_eq!(config.assume_role.and_then(|role| role.external_id).as_deref(), Some("e"));
}

#[test]
fn every_mistake_has_its_place_and_a_suggestion() {
    for (text, expected) in [
        ("regions: [all]", "f.yaml:1:1: missing key `version` in the configuration"),
        ("", "f.yaml:1:1: the configuration: expected a mapping, found nothing"),
        ("version: 2", "f.yaml:1:10: `version`: expected 1, found 2"),
        ("version: 1\ntpyes: {}", "f.yaml:2:1: unknown key `tpyes`, expected one of"),
        (
            "version: 1\ntypes: {inlcude: []}",
            "f.yaml:2:9: unknown key `inlcude`, expected one of `include`, `exclude`\n  help: did you mean `include`?",
        ),
        ("version: 1\ntypes: {include: []}", "f.yaml:2:18: `include`: the list is empty"),
        (
            "version: 1\ntypes: {exclude: [SQSQueu]}",
            "f.yaml:2:19: unknown resource type `SQSQueu`\n  help: did you mean `SQSQueue`?",
        ),
        ("version: 1\nregions: [eu-wets]", "f.yaml:2:11: `regions`: `eu-wets` is not a region"),
        ("version: 1\nregions: []", "f.yaml:2:10: `regions`: the list is empty"),
        ("version: 1\nexclude_regions: [all]", "f.yaml:2:19: `exclude_regions`: `all` is not a region"),
        (
            "version: 1\naccounts: {allow: [111122223333]}",
            "f.yaml:2:20: `allow`: expected a string, found an integer\n  help: put the value in quotes",
        ),
        (
            "version: 1\naccounts: {deny: [\"1234\"]}",
            "f.yaml:2:19: `deny`: `1234` is no account id, expected twelve digits",
        ),
        (
            "version: 1\naccounts: {allow: []}",
            "f.yaml:2:19: `allow`: the list is empty, so no account could be cleared",
        ),
        ("version: 1\naccount_overrides: {1234: {}}", "f.yaml:2:21: `1234` is no account id"),
        (
            "version: 1\naccount_overrides: {111122223333: {patience: 1m}}",
            "f.yaml:2:36: unknown key `patience`, expected one of `regions`",
        ),
        (
            "version: 1\nuse: [warn]\npresets: {warm: {}}",
            "f.yaml:2:7: unknown preset `warn`\n  help: did you mean `warm`?",
        ),
        (
            "version: 1\naccount_overrides: {111122223333: {presets: x}}",
            "f.yaml:2:45: unknown preset `x`\n  help: the file has no `presets`",
        ),
        ("version: 1\npresets: {p: {deadline: 1h}}", "f.yaml:2:15: unknown key `deadline`"),
        (
            "version: 1\nsettings: {EC2Instnace: {}}",
            "f.yaml:2:12: unknown resource type `EC2Instnace`\n  help: did you mean `EC2Instance`?",
        ),
        (
            "version: 1\nsettings: {EC2Instance: {disable_termination_protecton: true}}",
            "f.yaml:2:26: unknown setting `disable_termination_protecton` of EC2Instance, expected one of",
        ),
        (
            "version: 1\nsettings: {SQSQueue: {x: true}}",
            "f.yaml:2:23: unknown setting `x`: SQSQueue has no settings",
        ),
        (
            "version: 1\nsettings: {EC2Instance: {disable_termination_protection: yes}}",
            "f.yaml:2:58: `disable_termination_protection`: expected `true` or `false`, found a string",
        ),
        (
            "version: 1\nprotections: {lift: [default-vcp]}",
            "f.yaml:2:22: unknown protection `default-vcp`\n  help: did you mean `default-vpc`?",
        ),
        ("version: 1\npatience: 15", "f.yaml:2:11: `patience`: expected a duration"),
        (
            "version: 1\nverify_passes: 0",
            "f.yaml:2:16: `verify_passes`: expected a whole number of at least 1, found 0",
        ),
        (
            "version: 1\nmax_deletions: -1",
            "f.yaml:2:16: `max_deletions`: expected a whole number of at least 0, found -1",
        ),
        (
            "version: 1\nendpoint_url: localhost",
            "f.yaml:2:15: `endpoint_url`: expected a URL that starts with http://",
        ),
        (
            "version: 1\nquotas: adaptiv",
            "f.yaml:2:9: `quotas`: expected one of auto, aws, adaptive, found `adaptiv`\n  help: did you mean `adaptive`?",
        ),
        ("version: 1\nassume_role: {arn: me}", "f.yaml:2:20: `arn`: expected the ARN of a role"),
        (
            "version: 1\nassume_role: {external_id: e}",
            "f.yaml:2:28: `assume_role.external_id` is of no use without a role",
        ),
        ("version: 1\nfilters: {deny: [{type: SQSQeue}]}", "f.yaml:2:25: unknown resource type `SQSQeue`"),
        ("version: 1\nreset_data: [{type: SQSQeue}]", "f.yaml:2:21: unknown resource type `SQSQeue`"),
        ("version: 1\nreset_data: [{}]", "f.yaml:2:14: an empty rule would match everything"),
        ("version: 1\nversion: 1", "f.yaml:2:1: duplicate key `version`"),
    ] {
        let problems = problems(text);
        let shown = problems.to_string();
        assert!(shown.starts_with(expected), "{text}\n  wanted: {expected}\n  got:    {shown}");
        assert_eq!(problems.len(), 1, "{text}: {shown}");
    }
}

#[test]
fn a_callers_own_variables_must_be_spelt_right_too() {
    let mut sources = sources("version: 1\n");
    sources.own_variables = &["AWS_CLEANER_POOL_TABLE"];
    sources.environment.insert("AWS_CLEANER_POOL_TABLE".into(), "t".into());
    assert!(Config::load(&sources, &Types).is_ok());
    sources.environment.insert("AWS_CLEANER_POOL_TABEL".into(), "t".into());
    let problems = Config::load(&sources, &Types).expect_err("a mistake").to_string();
    assert_eq!(
        problems,
        "AWS_CLEANER_POOL_TABEL: no such setting can be given in the environment\n  help: did you mean `AWS_CLEANER_POOL_TABLE`?"
    );
}

#[test]
fn all_mistakes_of_all_layers_are_reported_at_once() {
    let mut sources = sources("version: 1\npatience: 5x\nfilters: {deny: [{nmae: x}], denny: []}\n");
    sources.environment.insert("AWS_CLEANER_DEADLNE".into(), "1h".into());
    sources.environment.insert("AWS_CLEANER_MAX_DELETIONS".into(), "many".into());
    sources.flags.types.push("S3Bucket".into());
    sources.flags.set("patience", "--patience", Some("soon"));
    let problems = Config::load(&sources, &Types).expect_err("mistakes").to_string();
    for expected in [
        "f.yaml:2:11: `patience`: invalid duration `5x`",
        "f.yaml:3:19: unknown key `nmae`",
        "f.yaml:3:30: unknown key `denny`",
        "AWS_CLEANER_DEADLNE: no such setting can be given in the environment\n  help: did you mean `AWS_CLEANER_DEADLINE`?",
        "AWS_CLEANER_MAX_DELETIONS: `max_deletions`: expected an integer, found a string",
        "--type: unknown resource type `S3Bucket`",
        "--patience: `patience`: invalid duration `soon`",
    ] {
        assert!(problems.contains(expected), "wanted: {expected}\ngot: {problems}");
    }
    assert_eq!(problems.split("\n\n").count(), 7, "{problems}");
}

#[test]
fn what_chooses_the_data_to_delete_is_replaced_by_later_layers() {
    let config = load(
        "version: 1\nreset_data: [{ name: file }]\npresets:\n  p: { reset_data: [{ name: a }, { name: b }] }\n\
         account_overrides:\n  \"111122223333\": { presets: [p] }\n  \"444455556666\": { reset_data: [] }\n",
    );
    let rules = |config: &Config| -> Vec<String> {
        config.reset_data.rule_ids().map(|rule| rule.text.to_string()).collect()
    };
    let of = |account: &str| rules(&config.for_account(&account.parse().expect("twelve digits")));
    assert_eq!(rules(&config), ["{name: file}"]);
    assert_eq!(of("111122223333"), ["{name: a}", "{name: b}"]);
    assert!(of("444455556666").is_empty());
    let shown = config.show();
    assert!(shown.contains("reset_data[0] = {name: file}   # from f.yaml:2"), "{shown}");
}

#[test]
fn the_schema_and_the_reader_know_the_same_keys() {
    let schema = Config::schema();
    let definitions = schema["$defs"].as_object().expect("an object");
    assert!(definitions.contains_key("rule") && definitions.contains_key("matcher"));
    let block = &schema["properties"]["account_overrides"]["additionalProperties"];
    let preset = &schema["properties"]["presets"]["additionalProperties"];
    for (schema, before, after) in [
        (&schema, "", ""),
        (&schema["properties"]["types"], "types: {", "}"),
        (&schema["properties"]["accounts"], "accounts: {", "}"),
        (&schema["properties"]["filters"], "filters: {", "}"),
        (&schema["properties"]["protections"], "protections: {", "}"),
        (&schema["properties"]["assume_role"], "assume_role: {", "}"),
        (block, "account_overrides: {111122223333: {", "}}"),
        (preset, "presets: {p: {", "}}"),
    ] {
        let expected: BTreeSet<&str> =
            schema["properties"].as_object().expect(before).keys().map(String::as_str).collect();
        assert_eq!(schema["additionalProperties"], false, "{before}");
        // An unknown key makes the reader name all that it knows.
        let version = if before.is_empty() { "" } else { "version: 1\n" };
        let shown = problems(&format!("{version}{before}zzz: 1{after}"));
        let unknown =
            shown.iter().find(|problem| problem.message.starts_with("unknown key `zzz`")).expect(before);
        let known: BTreeSet<&str> = unknown.message.split('`').skip(3).step_by(2).collect();
        assert_eq!(known, expected, "{before}");
    }
}

#[test]
fn every_scalar_can_be_set_in_the_environment() {
    for key in SCALARS {
        let mut sources = Sources::default();
        let value = ["7", "7m", "http://x", "arn:aws:iam::111122223333:role/x", "adaptive", "strict"]
            .into_iter()
            .find(|value| {
                let mut problems = Problems::new();
                key.read_text(value, &resource_filters::source::Position::named("test"), &mut problems)
                    .is_some()
            })
            .expect(key.name);
        sources.environment.insert(key.variable(), value.into());
        sources
            .environment
            .entry("AWS_CLEANER_ASSUME_ROLE_ARN".into())
            .or_insert("arn:aws:iam::1:role/r".into());
        let config = Config::load(&sources, &Types).expect(key.name);
        let shown = config.shown().iter().find(|shown| shown.key == key.name).expect(key.name);
        assert_eq!((shown.value.as_str(), shown.source.to_string()), (value, key.variable()));
        assert_eq!(
            nearest(&key.variable(), [shown.source.to_string().as_str()]),
            Some(key.variable().as_str())
        );
    }
}

#[test]
fn what_nobody_has_described_is_meant_by_its_name_or_a_glob_of_such_names() {
    let registry = crate::builtin().expect("the types fit together");
    let selects = |types: &str| {
        let text = format!("version: 1\ntypes: {types}\n");
        let config = Config::load(&sources(&text), &registry).expect("valid");
        let name = "AWS::GroundStation::Config";
        (config.selects_type(name, false), config.excludes_type(name))
    };
    assert_eq!(selects("{ include: [\"*\"], exclude: [\"*Config\"] }"), (false, false));
    assert_eq!(selects("{ include: [AWS::GroundStation::Config] }"), (true, false));
    assert_eq!(selects("{ include: [\"AWS::Ground*\"], exclude: [\"*\"] }"), (true, false));
    assert_eq!(selects("{ include: [\"AWS::Ground*\"], exclude: [\"AWS::*\"] }"), (false, true));
}
