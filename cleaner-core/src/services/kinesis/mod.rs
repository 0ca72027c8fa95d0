//! Kinesis: whether streams hold records. The rest is in the catalog.

mod stream;
#[cfg(test)]
mod tests;

pub(super) use stream::Records;
