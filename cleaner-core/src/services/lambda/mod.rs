//! Lambda: functions, layer versions, and the mappings that feed functions from queues, streams and tables.

mod function;
mod layer;
mod mapping;
#[cfg(test)]
mod tests;

pub(super) use function::Functions;
pub(super) use layer::Layers;
pub(super) use mapping::EventSourceMappings;
