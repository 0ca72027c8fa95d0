//! Rules out of JSON and TOML: whatever is wrong is said with its place, all at once.

use std::path::Path;
use std::time::Duration;

use globset::{Glob, GlobMatcher, GlobSet, GlobSetBuilder};
use resource_filters::source::{MapReader, Node, Problem, Problems, Value, nearest, parse_duration};

use super::fault::{Dimension, Fault, Limit, NAMES, Words};
use super::rule::{Matcher, Moment, Rule, Rules};

/// Why a file of rules could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read.
    #[error("failed to read {file}: {source}.")]
    Read {
        /// The file as it was named.
        file: String,
        /// Why not.
        source: std::io::Error,
    },
    /// What it says is wrong.
    #[error("{0}")]
    Wrong(Problems),
}

impl Rules {
    /// Reads rules from a file: TOML if its name ends so, else JSON.
    ///
    /// # Errors
    /// If there is no such file, or with everything that is wrong in it.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let file = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|source| LoadError::Read { file: file.clone(), source })?;
        let is_toml = path.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("toml"));
        let rules = if is_toml { Self::parse_toml(&file, &text) } else { Self::parse_json(&file, &text) };
        rules.map_err(LoadError::Wrong)
    }

    /// Reads rules from JSON; `file` names it in messages.
    ///
    /// # Errors
    /// With everything that is wrong.
    pub fn parse_json(file: &str, text: &str) -> Result<Self, Problems> {
        read(&Node::parse_json(file, text)?)
    }

    /// Reads rules from TOML, where the list is `[[rules]]`; `file` names it in messages.
    ///
    /// # Errors
    /// With everything that is wrong.
    pub fn parse_toml(file: &str, text: &str) -> Result<Self, Problems> {
        read(&Node::parse_toml(file, text)?)
    }

    /// Takes rules that are JSON already.
    ///
    /// # Errors
    /// With everything that is wrong.
    pub fn from_json(rules: &serde_json::Value) -> Result<Self, Problems> {
        Self::parse_json("rules", &format!("{rules:#}"))
    }
}

fn read(node: &Node) -> Result<Rules, Problems> {
    let mut problems = Problems::new();
    let mut rules = Rules::default();
    let list = if matches!(node.value, Value::Map(_)) {
        let mut map = MapReader::new(node, "the rules", &mut problems);
        let list = map.as_mut().and_then(|map| {
            if let Some(seed) = map.take("seed").and_then(|seed| whole(seed, "seed", 0, &mut problems)) {
                rules.seed = seed;
            }
            map.require("rules", &mut problems)
        });
        if let Some(map) = map {
            map.finish(&mut problems);
        }
        list
    } else {
        Some(node)
    };
    let list = list.and_then(|list| list.list("rules", &mut problems)).unwrap_or_default();
    rules.rules = list.iter().filter_map(|node| rule(node, &mut problems)).collect();
    problems.into_result(rules)
}

fn rule(node: &Node, problems: &mut Problems) -> Option<Rule> {
    let mut map = MapReader::new(node, "a rule", problems)?;
    let name = map.require("fault", problems);
    let matcher = Matcher {
        service: globs(&mut map, "service", problems),
        operation: globs(&mut map, "operation", problems),
        region: globs(&mut map, "region", problems),
        access_key: globs(&mut map, "access_key", problems),
    };
    let mut number = |key, least| map.take(key).and_then(|node| whole(node, key, least, problems));
    let (after, every, times) = (number("after", 0), number("every", 1), number("times", 1));
    let probability = map.take("probability").and_then(|node| {
        let value = node.float("probability", problems)?;
        checked(
            value,
            (0.0..=1.0).contains(&value),
            node,
            "`probability`: expected a number from 0 to 1",
            problems,
        )
    });
    let moment = Moment { after: after.unwrap_or(0), every, probability, times };
    let name_node = name?;
    let name = name_node.text("fault", problems)?;
    let known = NAMES.contains(&name);
    let fault = fault(name, name_node, &mut map, problems);
    if known {
        map.finish(problems);
    }
    Some(Rule { matcher, moment, fault: fault? })
}

fn fault(name: &str, node: &Node, map: &mut MapReader<'_>, problems: &mut Problems) -> Option<Fault> {
    Some(match name {
        "latency" => Fault::Latency {
            delay: map.require("delay", problems).and_then(|node| span(node, "delay", problems))?,
            jitter: duration(map, "jitter", problems).unwrap_or_default(),
        },
        "bandwidth" => {
            let node = map.require("bytes_per_second", problems)?;
            Fault::Bandwidth { bytes_per_second: whole(node, "bytes_per_second", 1, problems)? }
        }
        "throttle" => Fault::Throttle { limit: limit(map, problems), words: words(map, problems) },
        "server_error" => Fault::ServerError {
            has_body: map.take("body").and_then(|node| node.boolean("body", problems)).unwrap_or(true),
            words: words(map, problems),
        },
        "reset" => Fault::Reset,
        "truncate" => Fault::Truncate,
        "hang" => Fault::Hang { delay: duration(map, "delay", problems) },
        "deny" => Fault::Deny(words(map, problems)),
        "expired" => Fault::Expired(words(map, problems)),
        "opt_in" => Fault::OptIn(words(map, problems)),
        "wrong_region" => Fault::WrongRegion {
            bucket: map
                .take("bucket")
                .and_then(|node| glob(node, "bucket", problems))
                .map(|glob| matcher(&glob)),
            home: map.require("home", problems).and_then(|node| node.text("home", problems))?.to_owned(),
        },
        "stale" => {
            Fault::Stale { lasts: map.require("for", problems).and_then(|node| span(node, "for", problems))? }
        }
        "defer" => Fault::Defer {
            delay: map.require("delay", problems).and_then(|node| span(node, "delay", problems))?,
        },
        "lost_reply" => Fault::LostReply,
        "vanish" => Fault::Vanish,
        _ => {
            let message = format!("unknown fault `{name}`, expected one of `{}`", NAMES.join("`, `"));
            problems.push(Problem::new(&node.at, message).with_suggestion(nearest(name, NAMES)));
            return None;
        }
    })
}

fn words(map: &mut MapReader<'_>, problems: &mut Problems) -> Words {
    let mut text = |key| map.take(key).and_then(|node| node.text(key, problems)).map(str::to_owned);
    let (code, message) = (text("code"), text("message"));
    let status = map.take("status").and_then(|node| {
        let status = u16::try_from(node.integer("status", problems)?)
            .ok()
            .filter(|status| (300..600).contains(status));
        if status.is_none() {
            problems.report(&node.at, "`status`: expected an HTTP status from 300 to 599");
        }
        status
    });
    Words { code, status, message }
}

fn limit(map: &mut MapReader<'_>, problems: &mut Problems) -> Limit {
    let rate = map.take("rate").and_then(|node| {
        let rate = node.float("rate", problems)?;
        let fits = rate > 0.0 && rate.is_finite();
        checked(rate, fits, node, "`rate`: expected calls per second, more than 0", problems)
    });
    let burst_node = map.take("burst");
    let burst = burst_node.and_then(|node| {
        let burst = node.float("burst", problems)?;
        let fits = burst >= 1.0 && burst.is_finite();
        checked(burst, fits, node, "`burst`: expected how many calls may come at once, at least 1", problems)
    });
    let in_flight = map.take("in_flight").and_then(|node| whole(node, "in_flight", 1, problems));
    if let (None, Some(node)) = (rate, burst_node) {
        problems.report(&node.at, "`burst` means nothing without `rate`");
    }
    let per = match map.take("per") {
        None => vec![Dimension::AccessKey, Dimension::Service, Dimension::Region],
        Some(node) => node
            .texts("per", problems)
            .unwrap_or_default()
            .iter()
            .filter_map(|word| dimension(word, node, problems))
            .collect(),
    };
    Limit {
        rate: rate.map(|rate| (rate, burst.unwrap_or_else(|| rate.max(1.0)))),
        in_flight: in_flight.map(|count| usize::try_from(count).unwrap_or(usize::MAX)),
        per,
    }
}

fn dimension(word: &str, node: &Node, problems: &mut Problems) -> Option<Dimension> {
    let found = Dimension::ALL.iter().find(|(name, _)| *name == word);
    if found.is_none() {
        let names = Dimension::ALL.map(|(name, _)| name);
        let message = format!("`per`: unknown word `{word}`, expected some of `{}`", names.join("`, `"));
        problems.push(Problem::new(&node.at, message).with_suggestion(nearest(word, names)));
    }
    found.map(|(_, dimension)| *dimension)
}

fn checked(value: f64, fits: bool, node: &Node, expected: &str, problems: &mut Problems) -> Option<f64> {
    if !fits {
        problems.report(&node.at, format!("{expected}, found {value}"));
    }
    fits.then_some(value)
}

fn whole(node: &Node, key: &str, least: u64, problems: &mut Problems) -> Option<u64> {
    let value = node.integer(key, problems)?;
    let fitting = u64::try_from(value).ok().filter(|value| *value >= least);
    if fitting.is_none() {
        problems
            .report(&node.at, format!("`{key}`: expected a whole number, at least {least}, found {value}"));
    }
    fitting
}

fn duration(map: &mut MapReader<'_>, key: &'static str, problems: &mut Problems) -> Option<Duration> {
    map.take(key).and_then(|node| span(node, key, problems))
}

/// A duration that may be of milliseconds.
fn span(node: &Node, key: &str, problems: &mut Problems) -> Option<Duration> {
    let Value::Text(text) = &node.value else {
        let message = format!("`{key}`: expected a duration such as `250ms` or `2s`, found {}", node.kind());
        problems.report(&node.at, message);
        return None;
    };
    let millis = text.strip_suffix("ms").and_then(|digits| digits.parse().ok()).map(Duration::from_millis);
    match millis.map_or_else(|| parse_duration(text), Ok) {
        Ok(duration) => Some(duration),
        Err(message) => {
            problems.report(&node.at, format!("`{key}`: {message}"));
            None
        }
    }
}

fn globs(map: &mut MapReader<'_>, key: &'static str, problems: &mut Problems) -> Option<GlobSet> {
    let node = map.take(key)?;
    let nodes = match &node.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![node],
    };
    let mut set = GlobSetBuilder::new();
    for node in nodes {
        set.add(glob(node, key, problems)?);
    }
    match set.build() {
        Ok(set) => Some(set),
        Err(error) => {
            problems.report(&node.at, format!("`{key}`: {error}"));
            None
        }
    }
}

fn glob(node: &Node, key: &str, problems: &mut Problems) -> Option<Glob> {
    let text = node.text(key, problems)?;
    match Glob::new(text) {
        Ok(glob) => Some(glob),
        Err(error) => {
            problems.report(&node.at, format!("`{key}`: invalid glob `{text}`: {}", error.kind()));
            None
        }
    }
}

fn matcher(glob: &Glob) -> GlobMatcher {
    glob.compile_matcher()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_and_toml_say_the_same() {
        let toml = "seed = 7\n[[rules]]\nfault = \"latency\"\ndelay = \"20ms\"\njitter = \"1s\"\n\n\
                    [[rules]]\nfault = \"throttle\"\nservice = [\"sqs\", \"sns\"]\nrate = 0.5\nper = []\n";
        let json = json!({ "seed": 7, "rules": [
            { "fault": "latency", "delay": "20ms", "jitter": "1s" },
            { "fault": "throttle", "service": ["sqs", "sns"], "rate": 0.5, "per": [] },
        ]});
        let dir = tempfile::tempdir().expect("a directory");
        for (name, text) in [("rules.toml", toml.to_owned()), ("rules.json", json.to_string())] {
            let path = dir.path().join(name);
            std::fs::write(&path, text).expect("written");
            let rules = Rules::load(&path).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((rules.seed, rules.len(), rules.is_empty()), (7, 2, false));
            assert!(
                matches!(rules.rules[0].fault, Fault::Latency { delay, jitter } if delay.as_millis() == 20 && jitter.as_secs() == 1)
            );
            assert!(
                matches!(&rules.rules[1].fault, Fault::Throttle { limit, .. } if limit.rate == Some((0.5, 1.0)) && limit.per.is_empty())
            );
        }
        assert!(Rules::load(&dir.path().join("none.json")).is_err());
        assert!(Rules::from_json(&json!([])).expect("no rules are rules").is_empty());
    }

    #[test]
    fn every_fault_can_be_written() {
        for name in NAMES {
            let rule = json!([{ "fault": name, "delay": "1s", "for": "1s", "home": "eu-west-1", "bytes_per_second": 1 }]);
            let text = match Rules::from_json(&rule) {
                Ok(rules) => rules.rules[0].fault.name().to_owned(),
                Err(problems) => problems.to_string(),
            };
            // Keys of other faults are unknown, but none is missing.
            assert!(
                text == name || (text.contains("unknown key") && !text.contains("missing")),
                "{name}: {text}"
            );
        }
    }

    #[test]
    fn all_problems_are_told_at_once_and_where() {
        let text = r#"{"rules": [
  {"fault": "throtle"},
  {"fault": "throttle", "rate": -1, "brust": 2, "per": ["regoin"]},
  {"fault": "latency"},
  {"fault": "stale", "for": 5, "times": 0},
  {"fault": "deny", "operation": "[", "probability": 2, "status": 200},
  {"service": "sqs"},
  {"fault": "throttle", "burst": 2},
  7
], "sed": 1}"#;
        let problems = Rules::parse_json("f.json", text).expect_err("wrong");
        let shown = problems.to_string();
        for part in [
            "f.json:2:13: unknown fault `throtle`",
            "did you mean `throttle`?",
            "f.json:3:33: `rate`: expected calls per second",
            "f.json:3:37: unknown key `brust`",
            "did you mean `burst`?",
            "`per`: unknown word `regoin`",
            "f.json:4:3: missing key `delay`",
            "`for`: expected a duration such as `250ms`",
            "`times`: expected a whole number, at least 1, found 0",
            "`operation`: invalid glob `[`",
            "`probability`: expected a number from 0 to 1, found 2",
            "`status`: expected an HTTP status",
            "f.json:7:3: missing key `fault`",
            "`burst` means nothing without `rate`",
            "f.json:9:3: a rule: expected a mapping",
            "unknown key `sed`",
        ] {
            assert!(shown.contains(part), "{part} in\n{shown}");
        }
    }
}
