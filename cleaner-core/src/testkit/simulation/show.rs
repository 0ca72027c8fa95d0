use std::fmt;
use std::fmt::Write as _;

use std::sync::Arc;

use super::history::{History, How, Said, What};
use super::{Ending, Failure, Mode, Scenario, Tag, Thing};
use crate::handler::TagSource;

/// How many lines of a story are shown.
const LINES: usize = 120;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}: {}\n", self.scenario.seed, self.violation)?;
        writeln!(f, "{}", self.scenario)?;
        let lines: Vec<&str> = self.story.lines().collect();
        if lines.len() > LINES {
            writeln!(f, "  ({} lines before)", lines.len() - LINES)?;
        }
        for line in lines.iter().skip(lines.len().saturating_sub(LINES)) {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "regions {}; off: {}", list(&self.regions), list(&self.off))?;
        for kind in &self.kinds {
            let mut words = vec![format!("service {}", kind.service)];
            word(&mut words, kind.global, "global");
            word(&mut words, kind.stack, "stack");
            word(&mut words, kind.by_product, "by-product");
            names(&mut words, "uses", &kind.refs);
            names(&mut words, "owned by", &kind.owned_by);
            names(&mut words, "after", &kind.delete_after);
            word(&mut words, kind.tags == TagSource::None, "no tags");
            word(&mut words, kind.tags == TagSource::Call, "tags by call");
            word(&mut words, kind.asks, "can be asked");
            word(&mut words, !kind.shows_state, "shows no state");
            words.push(format!("dates {:?}", kind.dates));
            word(&mut words, kind.page < 100, &format!("pages of {}", kind.page));
            word(&mut words, kind.steps > 0, &format!("{} steps", kind.steps));
            word(&mut words, !kind.lag_gone.is_zero(), &format!("gone shows after {:?}", kind.lag_gone));
            word(&mut words, !kind.lag_new.is_zero(), &format!("new shows after {:?}", kind.lag_new));
            writeln!(f, "type {}: {}", kind.name, words.join(", "))?;
        }
        for thing in &self.things {
            writeln!(f, "{}", thing_words(thing))?;
        }
        for one in &self.happenings {
            writeln!(f, "at {:?}: {} {:?}", one.at, one.id, one.what)?;
        }
        for trouble in &self.lists {
            writeln!(f, "list trouble: {trouble:?}")?;
        }
        for limit in &self.limits {
            writeln!(f, "limit: {limit:?}")?;
        }
        if self.passing > 0 {
            writeln!(f, "{} % of calls fail in passing", self.passing)?;
        }
        writeln!(f, "{:?}", self.choice)?;
        if self.mode != Mode::Clear || self.ending != Ending::None {
            writeln!(f, "mode {:?}, ending {:?}", self.mode, self.ending)?;
        }
        Ok(())
    }
}

fn thing_words(thing: &Thing) -> String {
    let mut words = Vec::new();
    for used in &thing.uses {
        let how = if used.enforced { "uses" } else { "uses (not enforced)" };
        words.push(format!("{how} {}", used.target));
    }
    names(&mut words, "owned by", &thing.owners);
    names(&mut words, "member of", &thing.stacks);
    word(&mut words, thing.left, "left by its owners");
    names(&mut words, "part of", &thing.parts_of);
    word(&mut words, thing.tag != Tag::None, &format!("tag {:?}", thing.tag));
    word(&mut words, thing.protected, "protected");
    word(&mut words, thing.managed, "managed");
    words.extend(thing.parent.iter().map(|parent| format!("goes with {parent}")));
    words.extend(thing.comes.map(|at| format!("comes at {at:?}")));
    words.extend(thing.takes.map(|takes| format!("takes {takes:?}")));
    word(&mut words, thing.fails_late > 0, &format!("fails late {} times", thing.fails_late));
    word(&mut words, !thing.refusals.is_empty(), &format!("refuses as {:?}", thing.refusals));
    words.extend(thing.forever.map(|kind| format!("refuses as {kind} for good")));
    word(&mut words, thing.takes.is_some(), &format!("asked again says {:?}", thing.again));
    word(&mut words, thing.lost_reply, "its reply is lost");
    words.extend(thing.holder.iter().map(|holder| format!("held by {holder}")));
    words.extend(thing.held_until.map(|until| format!("held until {until:?}")));
    word(&mut words, thing.no_unlink, "cannot be unlinked");
    for (after, left) in &thing.leaves {
        words.push(format!("leaves after {after:?} [{}]", thing_words(left)));
    }
    format!("{} in {}: {}", thing.id, thing.region, words.join(", "))
}

fn word(words: &mut Vec<String>, is_true: bool, text: &str) {
    if is_true {
        words.push(text.to_owned());
    }
}

fn names(words: &mut Vec<String>, what: &str, names: &[Arc<str>]) {
    if !names.is_empty() {
        words.push(format!("{what} {}", list(names)));
    }
}

fn list(names: &[Arc<str>]) -> String {
    names.join(", ")
}

/// Tells a history line by line, up to and with a record.
pub(super) fn story(history: &History, until: usize) -> String {
    let name = |life: &usize| {
        let it = &history.lives[*life];
        format!("{} (#{life})", it.thing.id)
    };
    let mut lines = String::new();
    for (number, record) in history.records.iter().enumerate().take(until + 1) {
        let what = match &record.what {
            What::RunBegan => "--- a run begins".to_owned(),
            What::Called { operation, target } => format!("-> {} {target}", operation.name()),
            What::Asked { operation, life } => format!("   {} {}", operation.name(), name(life)),
            What::Answered { operation, target, answer } => {
                format!(
                    "<- {} {target}: {}",
                    operation.name(),
                    match answer {
                        Ok(done) => (*done).to_owned(),
                        Err(kind) => kind.to_string(),
                    }
                )
            }
            What::Born { life } => format!("   {} is there", name(life)),
            What::Removed { life, how } => {
                let how = match how {
                    How::Called => "as asked".to_owned(),
                    How::TakenAlong(owner) => format!("along with {owner}"),
                    How::Vanished => "by itself".to_owned(),
                };
                format!("   {} is gone, {how}", name(life))
            }
            What::Listed { kind, region, found, .. } => {
                let found: Vec<String> = found.iter().map(name).collect();
                format!("   {kind} in {region} is listed: {}", found.join(", "))
            }
            What::ListFailed { kind, region, error } => {
                format!("   {kind} in {region} is not listed: {error}")
            }
            What::Stopped => "--- stopped".to_owned(),
            What::Crashed => "--- crashed".to_owned(),
            What::Said { event: Said::Other, .. } => continue,
            What::Said { seq, event } => format!("   event {seq}: {event:?}"),
        };
        let at = record.at.as_secs_f64();
        writeln!(lines, "{number:>6} {at:>10.3} {what}").expect("a text takes whatever is written");
    }
    lines
}
