use std::fmt::Write as _;

use crate::pool::Snapshot;
use crate::record::{Record, StateName};

/// One metric: its name, what it says, what it is, and how it is read of an account.
struct Counter {
    name: &'static str,
    help: &'static str,
    read: fn(&Record) -> u64,
}

const COUNTERS: [Counter; 4] = [
    Counter {
        name: "aws_cleaner_pool_leases_total",
        help: "Leases begun.",
        read: |record| record.counts.leases,
    },
    Counter {
        name: "aws_cleaner_pool_leases_expired_total",
        help: "Leases whose holder fell silent.",
        read: |record| record.counts.expired,
    },
    Counter {
        name: "aws_cleaner_pool_cleans_total",
        help: "Cleanings that ended with a verified clean.",
        read: |record| record.counts.cleans,
    },
    Counter {
        name: "aws_cleaner_pool_failed_cleans_total",
        help: "Cleanings that failed, lost workers included.",
        read: |record| record.counts.failed_cleans,
    },
];

/// A pool as metrics, in Prometheus' text format.
pub fn prometheus(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    head(&mut text, "aws_cleaner_pool_accounts", "Accounts by state.", "gauge");
    for state in StateName::ALL {
        let count = snapshot.accounts.iter().filter(|record| record.state.name() == state).count();
        line(&mut text, "aws_cleaner_pool_accounts", &[("state", state.as_str())], count);
    }
    head(&mut text, "aws_cleaner_pool_waiting", "Who waits for an account.", "gauge");
    line(&mut text, "aws_cleaner_pool_waiting", &[], snapshot.tickets.len());
    let longest = snapshot
        .tickets
        .iter()
        .map(|ticket| snapshot.at.duration_since(ticket.since).as_secs_f64().max(0.0))
        .fold(0.0, f64::max);
    head(
        &mut text,
        "aws_cleaner_pool_longest_wait_seconds",
        "How long the longest wait lasts so far.",
        "gauge",
    );
    line(&mut text, "aws_cleaner_pool_longest_wait_seconds", &[], longest);
    for counter in &COUNTERS {
        head(&mut text, counter.name, counter.help, "counter");
        for record in &snapshot.accounts {
            line(&mut text, counter.name, &[("account", record.account.as_str())], (counter.read)(record));
        }
    }
    let name = "aws_cleaner_pool_clean_seconds";
    head(&mut text, name, "How long verified cleans took.", "summary");
    for record in &snapshot.accounts {
        let account = [("account", record.account.as_str())];
        line(&mut text, &format!("{name}_sum"), &account, record.counts.clean_time.as_secs_f64());
        line(&mut text, &format!("{name}_count"), &account, record.counts.cleans);
    }
    let name = "aws_cleaner_pool_failures";
    head(&mut text, name, "Cleanings that failed in a row.", "gauge");
    for record in &snapshot.accounts {
        line(&mut text, name, &[("account", record.account.as_str())], record.failures);
    }
    text
}

fn head(text: &mut String, name: &str, help: &str, kind: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// Label values here are digits and names of states: nothing in them needs escaping.
fn line(text: &mut String, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
    let labels: Vec<String> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let _ = writeln!(text, "{name}{labels} {value}");
}
