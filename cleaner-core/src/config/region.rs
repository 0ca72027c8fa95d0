use resource_filters::source::{Node, Problem, Problems, Value, nearest};

use crate::resource::{GLOBAL, Region};

/// Stands for every region that is enabled, and for what has none.
pub(super) const ALL: &str = "all";

/// The pattern of what may stand in a list of regions.
pub(super) const PATTERN: &str = "^(all|global|[a-z]{2,4}(-[a-z]+)*-\
    (north|northeast|east|southeast|south|southwest|west|northwest|central)-[0-9]{1,2})$";

/// How the part before the number of every region ends: a typing error there is found without asking AWS.
const DIRECTIONS: [&str; 9] =
    ["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest", "central"];

/// Words for "did you mean", and for nothing else: which regions there are is asked of AWS.
const KNOWN: [&str; 36] = [
    ALL,
    GLOBAL,
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-west-2",
    "us-gov-west-1",
];

/// Reads one region or a list, each with its node; the words that are no region are problems.
pub(super) fn read<'a>(
    node: &'a Node,
    what: &str,
    all_allowed: bool,
    problems: &mut Problems,
) -> Option<Vec<(&'a Node, Region)>> {
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let before = problems.len();
    let mut regions = Vec::new();
    for item in items {
        let Some(text) = item.text(what, problems) else { continue };
        if is_region(text) || text == GLOBAL || (text == ALL && all_allowed) {
            regions.push((item, Region::from(text)));
        } else {
            let problem = Problem::new(&item.at, format!("`{what}`: `{text}` is not a region"));
            let words = if all_allowed { "`all` or `global`" } else { "or `global`" };
            problems.push(match nearest(text, KNOWN) {
                Some(word) => problem.with_suggestion(Some(word)),
                None => problem.with_help(format!("expected a region such as `eu-west-1`, {words}")),
            });
        }
    }
    (problems.len() == before).then_some(regions)
}

/// Whether the text has the form of a region: which ones exist only AWS knows.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [area, middle @ .., number] = parts.as_slice() else { return false };
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    (2..=4).contains(&area.len())
        && is_word(area)
        && middle.iter().all(|word| is_word(word))
        && middle.last().is_some_and(|word| DIRECTIONS.contains(word))
        && (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_known_by_their_form() {
        for region in ["eu-west-1", "us-gov-east-1", "ap-southeast-5", "eusc-de-east-1", "us-isob-west-1"] {
            assert!(is_region(region), "{region}");
        }
        for word in [
            "",
            "eu",
            "eu-west",
            "eu-1",
            "eu-west-1a",
            "EU-WEST-1",
            "eu_west_1",
            "eu--1",
            "all",
            "*",
            "us-esat-1",
        ] {
            assert!(!is_region(word), "{word}");
        }
    }
}
