//! Documents whose every value knows where it was written, and the tools to read them strictly.
//!
//! ```
//! use resource_filters::source::{MapReader, Node, Problems};
//!
//! let node = Node::parse_yaml("cleaner.yaml", "name: demo\ntpyes: [SQSQueue]\n")?;
//! let mut problems = Problems::new();
//! if let Some(mut map) = MapReader::new(&node, "the configuration", &mut problems) {
//!     let name = map.require("name", &mut problems).and_then(|name| name.text("name", &mut problems));
//!     assert_eq!(name, Some("demo"));
//!     map.take("types");
//!     map.finish(&mut problems);
//! }
//! assert_eq!(
//!     problems.to_string(),
//!     "cleaner.yaml:2:1: unknown key `tpyes`, expected one of `name`, `types`\n  help: did you mean `types`?"
//! );
//! # Ok::<(), Problems>(())
//! ```

mod duration;
mod json;
mod map_reader;
mod nearest;
mod node;
mod position;
mod problem;
mod render;
mod toml;
mod typed;
mod yaml;

pub use duration::{format_duration, parse_duration};
pub use map_reader::MapReader;
pub use nearest::nearest;
pub use node::{Entry, Node, Value};
pub use position::Position;
pub use problem::{Problem, Problems};
