use serde::Serialize;

use super::Baseline;

impl Baseline {
    /// The text of the file: each listing, resource and setting in a line of its own, so that two of them compare line by line.
    ///
    /// # Errors
    /// None that is known of.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        let mut text = String::from("{\n");
        let head = [
            ("version", serde_json::to_string(&self.version)?),
            ("tool", serde_json::to_string(&self.tool)?),
            ("account", serde_json::to_string(&self.account)?),
            ("partition", serde_json::to_string(&self.partition)?),
            ("taken_at", serde_json::to_string(&self.taken_at)?),
            ("lists", lines(&self.lists)?),
            ("resources", lines(&self.resources)?),
            ("settings", lines(&self.settings)?),
        ];
        let members: Vec<String> = head.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
        text.push_str(&members.join(",\n"));
        text.push_str("\n}\n");
        Ok(text)
    }
}

fn lines<T: Serialize>(things: &[T]) -> Result<String, serde_json::Error> {
    let lines: Vec<String> = things.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    Ok(if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n]", lines.join(",\n")) })
}
