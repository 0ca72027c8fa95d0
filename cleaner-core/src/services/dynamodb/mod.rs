//! DynamoDB: tables and the backups people made of them.

mod backup;
mod items;
mod table;
#[cfg(test)]
mod tests;

pub(super) use backup::Backups;
pub(super) use table::Tables;
