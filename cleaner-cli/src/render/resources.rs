use cleaner_core::report::{Report, ResourceReport};

use super::baseline::drift;
use super::label::called;
use super::problems::unknown;
use super::table::{Cell, Table};
use super::{Paint, Tone, last_line};

/// Every resource and its verdict.
pub(crate) fn resources(report: &Report, paint: Paint) -> String {
    let mut text = String::new();
    if !report.resources.is_empty() {
        text.push_str(&verdicts(&report.resources, paint));
        text.push('\n');
    }
    text.push_str(&unknown(report, paint, usize::MAX));
    text.push_str(&drift(report, paint, usize::MAX));
    text.push_str(&last_line(report, paint));
    text
}

/// A table of resources with verdict and rule.
pub(super) fn verdicts(resources: &[ResourceReport], paint: Paint) -> String {
    let mut table = Table::new(&["TYPE", "REGION", "RESOURCE", "VERDICT", "BY", "WHY"]);
    for resource in resources {
        let verdict = &resource.verdict;
        let (tone, word) = match &*verdict.action {
            _ if verdict.unknown => (Tone::Bad, "unknown"),
            "delete" => (Tone::Doubt, "delete"),
            _ => (Tone::Good, "keep"),
        };
        table.row([
            resource.type_name.as_str().into(),
            resource.region.as_str().into(),
            called(&resource.id, &resource.name).into(),
            Cell::new(tone, word),
            verdict.rule.as_deref().unwrap_or("-").into(),
            (&*verdict.reason).into(),
        ]);
    }
    table.render(paint)
}
