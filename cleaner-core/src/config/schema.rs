use resource_filters::Filters;
use serde_json::{Value, json};

use crate::config::Config;
use crate::config::body::BODY;
use crate::config::file::{FILE, top_scalars};
use crate::config::key::schema_of;

impl Config {
    /// The JSON Schema (draft 2020-12) of the file, from the same tables the reader follows.
    ///
    /// Names of types, properties, settings and protections are not in it: they depend on the registry.
    pub fn schema() -> Value {
        let mut schema = schema_of(&[FILE, BODY]);
        for key in top_scalars() {
            schema["properties"][key.name] = key.schema();
        }
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
        schema["title"] = "aws-cleaner configuration".into();
        schema["required"] = json!(["version"]);
        schema["$defs"] = Filters::schema_definitions().into();
        schema
    }
}
