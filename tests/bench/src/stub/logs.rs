//! Log groups: numbers that are there or not.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::Value;

use crate::message::{Answer, Request};

/// As many as `DescribeLogGroups` has on a page.
const PAGE: usize = 50;
const PREFIX: &str = "/bench/group-";

/// The log groups of all regions.
pub(crate) struct Logs(BTreeMap<String, Groups>);

struct Groups {
    is_there: Vec<AtomicBool>,
    left: AtomicUsize,
}

impl Logs {
    pub(crate) fn new(counts: &BTreeMap<String, usize>) -> Self {
        let groups = |count: usize| Groups {
            is_there: (0..count).map(|_| AtomicBool::new(true)).collect(),
            left: AtomicUsize::new(count),
        };
        Self(counts.iter().map(|(region, count)| (region.clone(), groups(*count))).collect())
    }

    pub(crate) fn regions(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn left(&self) -> usize {
        self.0.values().map(|groups| groups.left.load(Ordering::Relaxed)).sum()
    }

    pub(crate) fn answer(&self, operation: &str, request: &Request) -> Option<Answer> {
        let input: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match operation {
            "DescribeLogGroups" => {
                let start = input["nextToken"].as_str().and_then(|token| token.parse().ok()).unwrap_or(0);
                Some(match self.0.get(&request.region) {
                    Some(groups) => groups.page(start, &request.region),
                    None => Answer::json(r#"{"logGroups":[]}"#),
                })
            }
            "DeleteLogGroup" => {
                let number =
                    input["logGroupName"].as_str().and_then(|name| name.strip_prefix(PREFIX)?.parse().ok());
                let is_gone =
                    self.0.get(&request.region).zip(number).is_some_and(|(groups, at)| groups.delete(at));
                Some(if is_gone {
                    Answer::json("{}")
                } else {
                    Answer::json(
                        r#"{"__type":"ResourceNotFoundException","message":"The log group does not exist."}"#,
                    )
                    .with(400)
                })
            }
            _ => None,
        }
    }
}

impl Groups {
    fn page(&self, start: usize, region: &str) -> Answer {
        let mut body = String::with_capacity(PAGE * 240);
        body.push_str(r#"{"logGroups":["#);
        let (mut listed, mut at) = (0, start);
        while listed < PAGE && at < self.is_there.len() {
            if self.is_there[at].load(Ordering::Relaxed) {
                let comma = if listed > 0 { "," } else { "" };
                write!(
                    body,
                    r#"{comma}{{"logGroupName":"{PREFIX}{at:07}","creationTime":1700000000000,"metricFilterCount":0,"arn":"arn:aws:logs:{region}:123456789012:log-group:{PREFIX}{at:07}:*","storedBytes":0,"logGroupClass":"STANDARD"}}"#
                )
                .expect("a text takes all that is written");
                listed += 1;
            }
            at += 1;
        }
        body.push(']');
        if self.is_there[at.min(self.is_there.len())..].iter().any(|group| group.load(Ordering::Relaxed)) {
            write!(body, r#","nextToken":"{at}""#).expect("a text takes all that is written");
        }
        body.push('}');
        Answer::json(body)
    }

    fn delete(&self, at: usize) -> bool {
        let was_there = self.is_there.get(at).is_some_and(|group| group.swap(false, Ordering::Relaxed));
        if was_there {
            self.left.fetch_sub(1, Ordering::Relaxed);
        }
        was_there
    }
}
