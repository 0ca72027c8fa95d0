use std::collections::HashSet;
use std::fmt;

use resource_filters::source::nearest;
use serde::Deserialize;

use super::{BASELINE_VERSION, Baseline, BaselineResource};
use crate::catalog::{account_settings, why_retired};
use crate::handler::Registry;
use crate::resource::{Region, ResourceKey, TypeName};

/// Says why a baseline cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaselineError {
    /// It is no baseline: where, and why.
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// It is of a version this library does not read.
    Version(u32),
    /// What it says cannot be: one sentence.
    Contradiction(String),
}

impl Baseline {
    /// Reads a saved baseline. Types are known by the names they have now.
    ///
    /// # Errors
    /// If it is no baseline, or of a version this library does not read; if it names types or account settings that nobody knows;
    /// if it says two things of one resource.
    pub fn parse(text: &str, registry: &Registry) -> Result<Self, BaselineError> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let head: Head = serde_json::from_str(text).map_err(|error| BaselineError::malformed(&error))?;
        if head.version != BASELINE_VERSION {
            return Err(BaselineError::Version(head.version));
        }
        let mut baseline: Self =
            serde_json::from_str(text).map_err(|error| BaselineError::malformed(&error))?;
        baseline.resolve(registry)?;
        baseline.check()?;
        Ok(baseline.indexed(registry))
    }

    fn resolve(&mut self, registry: &Registry) -> Result<(), BaselineError> {
        let resolve = |name: &mut TypeName| match registry.resolve(name.as_str()) {
            Some(known) => {
                *name = known.clone();
                Ok(())
            }
            None => Err(unknown_type(name, registry)),
        };
        self.lists.iter_mut().try_for_each(|list| resolve(&mut list.type_name))?;
        self.resources.iter_mut().try_for_each(|one| resolve(&mut one.type_name))
    }

    fn check(&self) -> Result<(), BaselineError> {
        let wrong = |message: String| Err(BaselineError::Contradiction(message));
        let mut listed: HashSet<(&TypeName, &Region)> = HashSet::new();
        for list in &self.lists {
            if !listed.insert((&list.type_name, &list.region)) {
                return wrong(format!("the listing of {} in {} is there twice", list.type_name, list.region));
            }
        }
        let mut keys: HashSet<ResourceKey> = HashSet::new();
        for one in &self.resources {
            if !listed.contains(&(&one.type_name, &one.region)) {
                return wrong(format!("{} is there, and no listing of its type in its region", label(one)));
            }
            if !keys.insert(one.key()) {
                return wrong(format!("{} is there twice", label(one)));
            }
        }
        let mut settings = HashSet::new();
        let known = || account_settings().iter().map(|setting| setting.name());
        for value in &self.settings {
            if !known().any(|name| name == value.name) {
                let hint = nearest(&value.name, known());
                let hint = hint.map(|word| format!(": did you mean `{word}`?")).unwrap_or_default();
                return wrong(format!("there is no account setting `{}`{hint}", value.name));
            }
            if !settings.insert((&value.name, &value.region)) {
                return wrong(format!("the setting {} in {} is there twice", value.name, value.region));
            }
        }
        Ok(())
    }
}

fn label(one: &BaselineResource) -> String {
    format!("{} {} in {}", one.type_name, one.id, one.region)
}

fn unknown_type(name: &TypeName, registry: &Registry) -> BaselineError {
    let why = match why_retired(name.as_str()) {
        Some(why) => format!(" ({why}); take the snapshot anew"),
        None => match nearest(name.as_str(), registry.specs().map(|spec| spec.name.as_str())) {
            Some(word) => format!(": did you mean `{word}`?"),
            None => "; give the catalogs it was taken with".to_owned(),
        },
    };
    BaselineError::Contradiction(format!("there is no resource type `{name}`{why}"))
}

impl BaselineError {
    fn malformed(error: &serde_json::Error) -> Self {
        let message = error.to_string();
        // serde_json ends its messages with the position, which is told apart here.
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        Self::Malformed { line: error.line(), column: error.column(), message }
    }
}

impl BaselineError {
    /// The error as messages show it that name the file.
    pub fn in_file(&self, file: &str) -> String {
        match self {
            Self::Malformed { .. } => format!("{file}:{self}"),
            _ => format!("{file}: {self}"),
        }
    }
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { line, column, message } => {
                write!(f, "{line}:{column}: this is no baseline: {message}.")
            }
            Self::Version(version) => write!(
                f,
                "the baseline is of version {version}, this tool reads version {BASELINE_VERSION}: take the snapshot anew."
            ),
            Self::Contradiction(message) => write!(f, "this is no baseline: {message}."),
        }
    }
}

impl std::error::Error for BaselineError {}
