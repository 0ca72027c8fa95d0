use super::*;

fn read(line: &str) -> Result<Cli, clap::Error> {
    parse(std::iter::once("aws-cleaner").chain(line.split_whitespace()).map(Into::into))
}

fn globals(line: &str) -> Globals {
    read(line).unwrap_or_else(|error| panic!("{line}: {error}")).globals
}

#[test]
fn the_grammar_is_consistent() {
    command().debug_assert();
}

#[test]
fn global_options_stand_on_both_sides_of_the_command() {
    let wanted = "-c f.yaml --profile p --endpoint-url http://x --assume-role-arn arn --external-id e --catalog c.toml \
                  --format json --color never --region a,b --exclude-region c --type S* --exclude-type T -vv -q";
    for command in ["whoami", "scan", "clear", "config show", "types"] {
        for line in [format!("{wanted} {command}"), format!("{command} {wanted}")] {
            let globals = globals(&line);
            assert_eq!(globals.config.as_deref(), Some("f.yaml".as_ref()), "{line}");
            assert_eq!(globals.profile.as_deref(), Some("p"), "{line}");
            assert_eq!(globals.format, Some(Format::Json), "{line}");
            assert_eq!(globals.color, Some(ColorChoice::Never), "{line}");
            assert_eq!(globals.regions, ["a", "b"], "{line}");
            assert_eq!(globals.exclude_types, ["T"], "{line}");
            assert_eq!(globals.catalogs.len(), 1, "{line}");
            assert_eq!(globals.verbosity(), 1, "{line}");
        }
    }
}

#[test]
fn what_repeats_adds_up_over_both_sides() {
    let globals = globals("--exclude-region a -v clear --exclude-region b,c -v --exclude-region d");
    assert_eq!(globals.exclude_regions, ["a", "b", "c", "d"]);
    assert_eq!(globals.verbosity(), 2);
}

#[test]
fn what_cannot_repeat_may_not_stand_on_both_sides() {
    for line in [
        "--profile a clear --profile b",
        "clear --profile a --profile b",
        "--format json config --format text show",
    ] {
        let error = read(line).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}");
        assert!(error.to_string().contains("cannot be used multiple times"), "{line}: {error}");
    }
}

#[test]
fn wrong_usage_is_exit_code_two_and_help_is_none() {
    for line in [
        "",
        "claer",
        "clear --yse",
        "clear --account 123",
        "clear --account 12345678901x",
        "--format yaml clear",
        "apply",
        "explain",
        "completions tcl",
        "snapshot",
        "reset-data --stack a*",
        "reset-data --max-deletions 5",
        "clear --restore defualt-vpc",
        "apply plan.json --restore default-vpc",
    ] {
        assert_eq!(read(line).expect_err(line).exit_code(), 2, "{line}");
    }
    for line in ["--help", "-h", "--version", "help clear", "clear --help"] {
        assert_eq!(read(line).expect_err(line).exit_code(), 0, "{line}");
    }
}

#[test]
fn a_baseline_reaches_the_configuration_wherever_it_counts() {
    for line in [
        "clear --baseline b.json",
        "apply plan.json --baseline b.json",
        "plan --baseline b.json",
        "scan --baseline b.json",
        "explain x --baseline b.json",
    ] {
        let mut flags = cleaner_core::config::Flags::default();
        match read(line).expect(line).command {
            Command::Clear(args) => args.delete.set(&mut flags),
            Command::Apply(args) => args.delete.set(&mut flags),
            Command::Plan(args) => args.baseline.set(&mut flags),
            Command::Scan(args) => args.baseline.set(&mut flags),
            Command::Explain(args) => args.baseline.set(&mut flags),
            other => panic!("{line}: {other:?}"),
        }
        let shown = format!("{flags:?}");
        assert!(shown.contains("--baseline") && shown.contains("b.json"), "{line}: {shown}");
    }
    let Command::Clear(args) = read("clear --restore default-vpc").expect("it is right").command else {
        panic!()
    };
    assert_eq!(args.restore.len(), 1);
}

#[test]
fn a_misspelt_option_and_command_are_answered_with_the_right_word() {
    assert!(read("clear --repotr f").expect_err("misspelt").to_string().contains("--report"));
    assert!(read("claer").expect_err("misspelt").to_string().contains("clear"));
}

#[test]
fn options_of_deletions_reach_the_configuration_as_typed() {
    let line =
        "clear --account 111122223333 --yes --timeout 90s --patience 1m --max-deletions 5 --verify-passes 2";
    let Command::Clear(args) = read(line).expect("it is right").command else { panic!("{line}") };
    assert_eq!(args.delete.account.map(String::from).as_deref(), Some("111122223333"));
    assert!(args.delete.yes && !args.delete.dry_run);
    assert_eq!(args.delete.timeout.as_deref(), Some("90s"));
    assert_eq!(args.delete.max_deletions.as_deref(), Some("5"));
}

#[test]
fn options_of_reset_data_are_those_of_deletions_and_stacks_repeat() {
    let line = "reset-data --stack a --stack b --account 111122223333 -y --timeout 90s --patience 1m --report r.json";
    let Command::ResetData(args) = read(line).expect("it is right").command else { panic!("{line}") };
    assert_eq!(args.choice().iter().map(ToString::to_string).collect::<Vec<_>>(), ["a", "b"]);
    let common = args.common();
    assert_eq!(common.account.clone().map(String::from).as_deref(), Some("111122223333"));
    assert!(common.yes && !common.dry_run && common.report.is_some());
    let mut flags = cleaner_core::config::Flags::default();
    common.set(&mut flags);
    let shown = format!("{flags:?}");
    assert!(shown.contains("90s") && shown.contains("--patience"), "{shown}");
}
