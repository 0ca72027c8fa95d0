use std::collections::BTreeSet;

use resource_filters::Vocabulary;

use crate::account::{CALLER, OPT_OUT_PROTECTION};
use crate::config::{SettingKind, TypeVocabulary};
use crate::handler::Registry;
use crate::plan::KEEP_TAG_PROTECTION;

impl Vocabulary for Registry {
    fn resolve_type(&self, name: &str) -> Option<String> {
        self.resolve(name).map(|name| name.as_str().to_owned())
    }

    fn types(&self) -> Vec<String> {
        self.specs()
            .flat_map(|spec| {
                std::iter::once(spec.name.as_str().to_owned()).chain(spec.aliases.iter().cloned())
            })
            .collect()
    }

    fn why_not(&self, name: &str) -> Option<String> {
        self.why_no_type(name)
    }

    fn properties(&self, type_name: &str) -> Vec<String> {
        self.get(type_name).map(|handler| handler.spec().properties.clone()).unwrap_or_default()
    }
}

impl TypeVocabulary for Registry {
    fn setting_kind(&self, type_name: &str, setting: &str) -> Option<SettingKind> {
        let handler = self.get(type_name)?;
        handler.spec().settings.iter().any(|spec| spec.name == setting).then_some(SettingKind::Bool)
    }

    fn settings(&self, type_name: &str) -> Vec<String> {
        let Some(handler) = self.get(type_name) else { return Vec::new() };
        handler.spec().settings.iter().map(|spec| spec.name.clone()).collect()
    }

    fn protections(&self) -> Vec<String> {
        let mut names: BTreeSet<String> =
            self.specs().flat_map(|spec| spec.protections.iter().cloned()).collect();
        // Holds for resources of all types that have tags, so no type declares it.
        names.insert(KEEP_TAG_PROTECTION.to_owned());
        // Says whether an account may be cleared among many.
        names.insert(OPT_OUT_PROTECTION.to_owned());
        // What keeps the caller's hands on is never lifted.
        names.remove(CALLER);
        names.into_iter().collect()
    }
}
