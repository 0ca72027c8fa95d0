//! The results, as data and as a page. Those of benchmarks that were not run stay as they are.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::lab::Lab;
use super::machine;
use super::row::Row;

/// Above this load the machine is busy with other things, and the page says so.
const QUIET: f64 = 1.5;

/// Puts one result among the others, in this order of names.
pub(super) fn write(folder: &Path, lab: &Lab, row: &Row, order: &[&str]) -> Result<(), String> {
    let failed = |path: &Path, error: std::io::Error| format!("failed to write {}: {error}", path.display());
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let (data, page) = (folder.join("results.json"), folder.join("results.md"));
    let old: Value =
        fs::read_to_string(&data).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let mut fresh = row.to_json();
    fresh["date"] = json!(jiff::Timestamp::now().strftime("%Y-%m-%d").to_string());
    fresh["tool"] = json!(lab.version());
    fresh["commit"] = json!(machine::commit());
    fresh["machine"] = machine::describe();
    fresh["command"] = json!(format!("cargo xtask bench {} --runs {}", row.name, lab.runs));
    let rows = merged(&old["rows"], fresh, order);
    fs::write(&page, render(&rows)).map_err(|error| failed(&page, error))?;
    let text = format!("{:#}\n", json!({ "version": 1, "rows": rows }));
    fs::write(&data, text).map_err(|error| failed(&data, error))
}

fn merged(old: &Value, fresh: Value, order: &[&str]) -> Vec<Value> {
    let mut rows: Vec<Value> = old.as_array().cloned().unwrap_or_default();
    rows.retain(|row| row["name"] != fresh["name"]);
    rows.push(fresh);
    rows.sort_by_key(|row| order.iter().position(|name| row["name"] == *name).unwrap_or(usize::MAX));
    rows
}

fn render(rows: &[Value]) -> String {
    let mut page = "<!-- Written by `cargo xtask bench`; do not edit. What the columns mean: README.md. -->\n\
                    # Benchmark results\n\n\
                    | benchmark | what | size | wall, s: min / median / max | calls | throttled | lower bound, s | ratio | memory, MiB | load |\n\
                    |---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for row in rows {
        let wall = &row["wall_s"];
        let load = row["load"].as_f64().unwrap_or(0.0);
        let busy = if load >= QUIET { " (busy)" } else { "" };
        writeln!(
            page,
            "| `{}` | {} | {} | {} / {} / {} | {} | {} | {} | {} | {} | {load:.1}{busy} |",
            text(&row["name"]),
            text(&row["what"]),
            text(&row["size"]),
            text(&wall["min"]),
            text(&wall["median"]),
            text(&wall["max"]),
            text(&row["calls"]),
            text(&row["throttled"]),
            text(&row["bound_s"]),
            text(&row["ratio"]),
            text(&row["peak_mib"]),
        )
        .expect("a text takes all that is written");
    }
    page.push_str("\n## Notes\nOf the run in the middle of each benchmark.\n\n");
    for row in rows {
        let notes: Vec<&str> =
            row["notes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let by = row["bound_by"].as_str().map_or_else(String::new, |by| format!(" Lower bound: {by}."));
        writeln!(page, "- `{}`: {}.{by}", text(&row["name"]), notes.join("; "))
            .expect("a text takes all that is written");
    }
    page.push_str("\n## Where and when\n| benchmark | date | tool | commit | command | machine |\n|---|---|---|---|---|---|\n");
    for row in rows {
        let machine = &row["machine"];
        writeln!(
            page,
            "| `{}` | {} | {} | {} | `{}` | {} cores, {}, {} GiB, Linux {} |",
            text(&row["name"]),
            text(&row["date"]),
            text(&row["tool"]),
            text(&row["commit"]),
            text(&row["command"]),
            text(&machine["cores"]),
            text(&machine["model"]),
            text(&machine["memory_gib"]),
            text(&machine["system"]),
        )
        .expect("a text takes all that is written");
    }
    page
}

/// A value as it reads in a table.
fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => format!("{:.2}", number.as_f64().unwrap_or(0.0)),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_that_are_not_new_stay() {
        let old = json!([{ "name": "b", "size": "old" }, { "name": "a", "size": "old" }]);
        let rows = merged(&old, json!({ "name": "b", "size": "new" }), &["a", "b"]);
        let sizes: Vec<String> = rows.iter().map(|row| text(&row["size"])).collect();
        assert_eq!(sizes, ["old", "new"]);
    }

    #[test]
    fn a_busy_machine_is_said() {
        let row = |load: f64| json!({ "name": "a", "load": load, "wall_s": { "min": 1.0 }, "notes": [] });
        assert!(render(&[row(3.2)]).contains("| 3.2 (busy) |"));
        assert!(render(&[row(0.4)]).contains("| 0.4 |"));
        assert!(render(&[row(0.4)]).contains("| 1.00 / - / - |"));
    }
}
