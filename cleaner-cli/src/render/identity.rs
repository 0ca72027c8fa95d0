use cleaner_core::run::WhoAmI;

use super::{Paint, Tone, clean};

/// Whose credentials these are.
pub(crate) fn identity(who: &WhoAmI, paint: Paint) -> String {
    let regions: Vec<&str> = who.regions.iter().map(|region| region.as_str()).collect();
    let regions = if regions.is_empty() { "could not be read".to_owned() } else { regions.join(" ") };
    [
        ("account", who.account.as_str()),
        ("alias", who.alias.as_deref().unwrap_or("none that can be read")),
        ("arn", &who.arn),
        ("user id", &who.user_id),
        ("partition", &who.partition),
        ("regions", &regions),
    ]
    .map(|(title, value)| format!("{}  {}\n", paint.tone(Tone::Strong, &format!("{title:<9}")), clean(value)))
    .concat()
}
