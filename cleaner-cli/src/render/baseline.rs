use std::collections::BTreeSet;

use cleaner_core::baseline::{Baseline, UnknownPart};
use cleaner_core::report::Report;
use cleaner_core::resource::Fact;

use super::label::{clean, place};
use super::problems::{section, unknown, warnings};
use super::summary::MOST;
use super::{Paint, Tone, count};

/// What a snapshot took down, and what it could not.
pub(crate) fn snapshot(
    baseline: &Baseline,
    report: &Report,
    file: &str,
    verbosity: i16,
    paint: Paint,
) -> String {
    let most = if verbosity > 0 { usize::MAX } else { MOST };
    let mut text = unknown(report, paint, most);
    let unread: Vec<_> = baseline.settings().iter().filter(|value| value.unknown.is_some()).collect();
    text +=
        &section("settings of the account that were not read", Tone::Doubt, &unread, most, paint, |one| {
            let why = one.unknown.as_deref().unwrap_or_default();
            format!("{} in {}: {}", clean(&one.name), clean(one.region.as_str()), clean(why))
        });
    let undated: Vec<_> = baseline.undated().collect();
    text += &section("creation dates that were not read", Tone::Bad, &undated, most, paint, |one| {
        let why = match &one.created_at {
            Fact::Unreadable(why) => clean(why),
            _ => "nobody asked for it".into(),
        };
        format!("{}: {why}", place(one.type_name.as_str(), &one.id, &one.name, one.region.as_str()))
    });
    text += &warnings(report, paint);
    let (lists, undated) = baseline.holes();
    let mut holes = Vec::new();
    if lists > 0 {
        holes.push(format!("{} failed", count(lists, "listing")));
    }
    if undated > 0 {
        holes.push(format!("{} could not be read", count(undated, "creation date")));
    }
    if !holes.is_empty() {
        let holes = holes.join(" and ");
        text += &paint
            .tone(Tone::Bad, &format!("{holes}: runs with this baseline keep all that this may concern\n"));
    }
    let types: BTreeSet<_> = baseline.resources().iter().map(|one| &one.type_name).collect();
    let summary = format!(
        "baseline of account {}: {} of {} in {}, {}; saved to {}\n",
        baseline.account(),
        count(baseline.resources().len(), "resource"),
        count(types.len(), "type"),
        count(report.regions.len(), "region"),
        count(baseline.settings().len() - unread.len(), "account setting"),
        clean(file),
    );
    text + &summary
}

/// How the account differs from its baseline.
pub(super) fn drift(report: &Report, paint: Paint, most: usize) -> String {
    let Some(baseline) = &report.baseline else { return String::new() };
    let called = |type_name: &str, id: &str, name: &str, region: &str| place(type_name, id, name, region);
    let all: Vec<_> = baseline.missing.iter().collect();
    let mut text = section("of the baseline, and missing", Tone::Bad, &all, most, paint, |one| {
        called(one.type_name.as_str(), &one.was.id, &one.name, one.region.as_str())
    });
    let all: Vec<_> = baseline.replaced.iter().collect();
    text += &section("of the baseline, and replaced by another", Tone::Bad, &all, most, paint, |one| {
        let label = called(one.type_name.as_str(), &one.was.id, &one.name, one.region.as_str());
        format!("{label}: {}", clean(&one.why))
    });
    let all: Vec<_> = baseline.changed.iter().collect();
    text += &section("of the baseline, and changed", Tone::Doubt, &all, most, paint, |one| {
        let label = called(one.type_name.as_str(), &one.id, &one.name, one.region.as_str());
        let (was, is) = (one.was.to_string(), one.is.to_string());
        format!("{label}: {} was {}, is {}", clean(&one.what), clean(&was), clean(&is))
    });
    let all: Vec<_> = baseline.settings.iter().collect();
    text += &section("settings of the account, changed", Tone::Doubt, &all, most, paint, |one| {
        let (was, is) = (one.was.to_string(), one.is.to_string());
        format!("{} in {}: was {}, is {}", one.name, clean(one.region.as_str()), clean(&was), clean(&is))
    });
    let all: Vec<_> = baseline.unknown.iter().collect();
    text + &section("nobody knows how this stands to the baseline", Tone::Doubt, &all, most, paint, part)
}

fn part(one: &&UnknownPart) -> String {
    let what = match (&one.type_name, &one.setting) {
        (Some(type_name), _) => type_name.as_str(),
        (None, Some(setting)) => setting,
        (None, None) => "-",
    };
    let id = one.id.as_deref().map(|id| format!(" {}", clean(id))).unwrap_or_default();
    format!("{}{id} in {}: {}", clean(what), clean(one.region.as_str()), clean(&one.why))
}

/// What was made again, or could not be.
pub(super) fn restored(report: &Report, paint: Paint) -> String {
    let (failed, made): (Vec<_>, Vec<_>) = report.restored.iter().partition(|one| one.error.is_some());
    let made = section("made again", Tone::Good, &made, usize::MAX, paint, |one| {
        let id = one.id.as_deref().unwrap_or("-");
        format!("{} in {}: {}", one.what, clean(one.region.as_str()), clean(id))
    });
    let failed = section("not made again", Tone::Bad, &failed, usize::MAX, paint, |one| {
        let why = one.error.as_ref().map(super::problems::cause).unwrap_or_default();
        format!("{} in {}: {why}", one.what, clean(one.region.as_str()))
    });
    made + &failed
}
