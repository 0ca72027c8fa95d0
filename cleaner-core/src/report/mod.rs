//! The result of a run, as data: what was found, what became of it, and whether the account is clean.

mod api_stats;
mod build;
mod combined;
mod early;
mod outcome;
mod replay;
mod shape;

pub use api_stats::{ApiReport, ApiStats, OperationReport};
pub use build::ReportBuilder;
pub use combined::{CombinedReport, LeftOut};
pub use outcome::{ItemOutcome, ListStatus, Outcome};
pub use replay::{Journal, JournalError};
pub use shape::{
    AccountReport, ListReport, Report, ResourceReport, Summary, UnsupportedReport, VerdictReport,
};
