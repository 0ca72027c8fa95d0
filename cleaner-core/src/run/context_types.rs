use std::collections::BTreeSet;

use crate::handler::{Registry, TypeSpec};
use crate::resource::TypeName;

/// The types that were not chosen and may have to do with what was, directly or through others: they may need it, own it, or
/// be a part of it or the whole. What is only listed when asked for by name is not, unless a rule or an exclusion names it.
pub(crate) fn context_types(
    registry: &Registry,
    chosen: &BTreeSet<TypeName>,
    excluded: &BTreeSet<TypeName>,
    named: &BTreeSet<String>,
) -> BTreeSet<TypeName> {
    let is_listed =
        |spec: &TypeSpec| spec.default || named.contains(spec.name.as_str()) || excluded.contains(&spec.name);
    let mut known = chosen.clone();
    loop {
        let above: BTreeSet<&TypeName> = registry
            .specs()
            .filter(|spec| known.contains(&spec.name))
            .flat_map(|spec| spec.owned_by.iter().chain(&spec.part_of))
            .collect();
        let more: Vec<TypeName> = registry
            .specs()
            .filter(|spec| !known.contains(&spec.name))
            .filter(|spec| {
                let mut below = spec.refs.iter().chain(&spec.owned_by).chain(&spec.part_of);
                above.contains(&spec.name) || (is_listed(spec) && below.any(|name| known.contains(name)))
            })
            .map(|spec| spec.name.clone())
            .collect();
        if more.is_empty() {
            return known.difference(chosen).cloned().collect();
        }
        known.extend(more);
    }
}
