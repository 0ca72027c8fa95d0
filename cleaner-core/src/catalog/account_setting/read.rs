use resource_filters::source::{MapReader, Node, Problems};

use super::AccountSetting;
use crate::catalog::entry::Placed;
use crate::catalog::path::Path;
use crate::catalog::reader::{owned, read_path, scope, texts};
use crate::catalog::step_reader::StepReader;
use crate::handler::Scope;

/// Reads a file of account settings.
///
/// # Errors
/// Everything that is wrong with the file, all at once.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<AccountSetting>, Problems> {
    let node = Node::parse_toml(file, text)?;
    let mut problems = Problems::new();
    let mut settings = Vec::new();
    if let Some(map) = MapReader::new(&node, "account settings", &mut problems) {
        for entry in map.rest() {
            let name = Placed { value: entry.key.clone(), at: entry.key_at.clone() };
            settings.extend(setting(name, &entry.value, &mut problems));
        }
    }
    problems.into_result(settings)
}

fn setting(name: Placed<String>, node: &Node, problems: &mut Problems) -> Option<AccountSetting> {
    let mut map = MapReader::new(node, "an account setting", problems)?;
    let what = map.require("what", problems).and_then(|node| owned(node, "what", problems));
    let scope = map.take("scope").and_then(|node| scope(node, problems)).unwrap_or(Scope::Regional);
    let call = StepReader { service: "", problems }.call(&mut map, node);
    let value = map.require("value", problems).and_then(|node| read_path(node, "value", problems));
    let unset = map.take("unset").map(|node| texts(node, "unset", problems)).unwrap_or_default();
    map.finish(problems);
    Some(AccountSetting {
        name,
        what: what.unwrap_or_default(),
        scope,
        call,
        value: value.unwrap_or_else(Path::stand_in),
        unset,
    })
}
