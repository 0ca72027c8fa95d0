use std::collections::BTreeSet;

use globset::{Glob, GlobMatcher};
use resource_filters::source::nearest;

use crate::handler::{Registry, Scope, TypeSpec};
use crate::resource::{GLOBAL, Region, TypeName};
use crate::services::cloud_control::PREFIX;

/// Chooses regions by name; `all` means all that are enabled, and `global`.
#[derive(Clone, Debug, Default)]
pub struct RegionChoice {
    /// The regions to look at; empty: all.
    pub include: Vec<String>,
    /// The regions to leave out.
    pub exclude: Vec<String>,
}

impl RegionChoice {
    /// The chosen regions, `global` among them if it was chosen.
    ///
    /// # Errors
    /// The names that are no enabled region, each with the nearest one.
    pub fn resolve(&self, enabled: &[Region]) -> Result<BTreeSet<Region>, Vec<String>> {
        let known = || enabled.iter().map(Region::as_str).chain([GLOBAL, "all"]);
        let problems: Vec<String> = self
            .include
            .iter()
            .chain(&self.exclude)
            .filter(|name| !known().any(|known| known == name.as_str()))
            .map(|name| {
                let hint =
                    nearest(name, known()).map(|word| format!(" Did you mean `{word}`?")).unwrap_or_default();
                format!("`{name}` is no region that is enabled for this account.{hint}")
            })
            .collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let named = |names: &[String], name: &str| names.iter().any(|other| other == name || other == "all");
        Ok(enabled
            .iter()
            .cloned()
            .chain([Region::global()])
            .filter(|region| self.include.is_empty() || named(&self.include, region.as_str()))
            .filter(|region| !named(&self.exclude, region.as_str()))
            .collect())
    }
}

/// Chooses types by globs over their names and aliases.
#[derive(Clone, Debug, Default)]
pub struct TypeChoice {
    /// The types to delete; empty: all that are on by default.
    pub include: Vec<String>,
    /// The types to leave alone.
    pub exclude: Vec<String>,
}

impl TypeChoice {
    /// The chosen types.
    ///
    /// # Errors
    /// The patterns that are no glob, or match no type, each with the nearest name.
    pub fn resolve(&self, registry: &Registry) -> Result<BTreeSet<TypeName>, Vec<String>> {
        let mut problems = Vec::new();
        let include = Patterns::compile(&self.include, registry, &mut problems);
        let excluded = self.excluded(registry).unwrap_or_else(|more| {
            problems.extend(more);
            BTreeSet::new()
        });
        if !problems.is_empty() {
            return Err(problems);
        }
        // What is off by default must be asked for by its name, not by a pattern that happens to match.
        let is_in = |spec: &TypeSpec| match (include.is_empty(), spec.default) {
            (true, by_default) => by_default,
            (false, true) => include.select(spec),
            (false, false) => include.ask_for(spec),
        };
        Ok(registry
            .specs()
            .filter(|spec| is_in(spec) && !excluded.contains(&spec.name))
            .map(|spec| spec.name.clone())
            .collect())
    }

    /// The types to leave alone.
    ///
    /// # Errors
    /// The patterns that are no glob, or match no type, each with the nearest name.
    pub fn excluded(&self, registry: &Registry) -> Result<BTreeSet<TypeName>, Vec<String>> {
        let mut problems = Vec::new();
        let exclude = Patterns::compile(&self.exclude, registry, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let is_out = |spec: &&TypeSpec| match spec.is_via_cloud_control() {
            true => exclude.ask_for(spec),
            false => exclude.select(spec),
        };
        Ok(registry.specs().filter(is_out).map(|spec| spec.name.clone()).collect())
    }
}

/// What the user wrote: names, and globs over names.
#[derive(Default)]
struct Patterns {
    named: BTreeSet<TypeName>,
    globs: Vec<GlobMatcher>,
}

impl Patterns {
    fn compile(patterns: &[String], registry: &Registry, problems: &mut Vec<String>) -> Self {
        let mut compiled = Self::default();
        for pattern in patterns {
            if let Some(name) = registry.resolve(pattern) {
                compiled.named.insert(name.clone());
                continue;
            }
            let glob = match Glob::new(pattern) {
                Err(error) => {
                    problems.push(format!("`{pattern}` is no glob: {}.", error.kind()));
                    continue;
                }
                Ok(glob) => glob.compile_matcher(),
            };
            if registry.specs().flat_map(names).any(|name| glob.is_match(name)) {
                compiled.globs.push(glob);
            } else if let Some(why) = registry.why_no_type(pattern) {
                problems.push(format!("there is no resource type `{pattern}`: {why}."));
            } else {
                let hint = nearest(pattern, registry.specs().flat_map(names))
                    .map(|word| format!(" Did you mean `{word}`?"))
                    .unwrap_or_default();
                problems.push(format!("`{pattern}` matches no resource type.{hint}"));
            }
        }
        compiled
    }

    fn is_empty(&self) -> bool {
        self.named.is_empty() && self.globs.is_empty()
    }

    fn select(&self, spec: &TypeSpec) -> bool {
        self.named.contains(&spec.name)
            || self.globs.iter().any(|glob| names(spec).any(|name| glob.is_match(name)))
    }

    /// Whether a type is asked for by its name; one that has no other name than CloudFormation's, also by a glob of such names.
    fn ask_for(&self, spec: &TypeSpec) -> bool {
        let about_such = |glob: &&GlobMatcher| glob.glob().glob().starts_with(PREFIX);
        let mut globs = self.globs.iter().filter(about_such);
        self.named.contains(&spec.name)
            || (spec.is_via_cloud_control() && globs.any(|glob| glob.is_match(spec.name.as_str())))
    }
}

fn names(spec: &TypeSpec) -> impl Iterator<Item = &str> {
    std::iter::once(spec.name.as_str()).chain(spec.aliases.iter().map(String::as_str))
}

/// Whether a type can be in a region.
pub(super) fn fits(spec: &TypeSpec, region: &Region) -> bool {
    (spec.scope == Scope::Global) == region.is_global()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(include: &[&str], exclude: &[&str]) -> Result<Vec<String>, Vec<String>> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let enabled = [Region::from("eu-west-1"), Region::from("us-east-1")];
        RegionChoice { include: owned(include), exclude: owned(exclude) }
            .resolve(&enabled)
            .map(|regions| regions.iter().map(|region| region.as_str().to_owned()).collect())
    }

    #[test]
    fn all_regions_and_global_are_the_default() {
        let all = ["eu-west-1", "global", "us-east-1"].map(str::to_owned).to_vec();
        assert_eq!(regions(&[], &[]), Ok(all.clone()));
        assert_eq!(regions(&["all"], &[]), Ok(all));
        assert_eq!(regions(&[], &["global", "us-east-1"]), Ok(vec!["eu-west-1".to_owned()]));
        assert_eq!(regions(&["global"], &[]), Ok(vec!["global".to_owned()]));
    }

    #[test]
    fn an_unknown_region_is_named_with_the_nearest_one() {
        let problems = regions(&["eu-wset-1"], &["mars"]).expect_err("both are wrong");
        assert_eq!(problems.len(), 2);
        assert!(problems[0].contains("`eu-west-1`"), "{}", problems[0]);
    }

    fn types(include: &[&str], exclude: &[&str]) -> Result<BTreeSet<TypeName>, Vec<String>> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let registry = crate::builtin().expect("the library's own types");
        TypeChoice { include: owned(include), exclude: owned(exclude) }.resolve(&registry)
    }

    #[test]
    fn what_nobody_described_is_chosen_by_its_name_or_a_glob_of_such_names_only() {
        let has = |include: &[&str], exclude: &[&str]| {
            types(include, exclude).expect("they match").contains("AWS::GroundStation::Config")
        };
        assert!(!has(&[], &[]) && !has(&["*"], &[]) && !has(&["*Config"], &[]) && !has(&["[A]*"], &[]));
        assert!(has(&["AWS::GroundStation::Config"], &[]) && has(&["AWS::GroundStation::*"], &[]));
        assert!(has(&["AWS::GroundStation::*"], &["*"]), "a glob of other names does not speak of it");
        assert!(!has(&["AWS::GroundStation::*"], &["AWS::*::Config"]));
        // A glob of CloudFormation names means all types that have such a name, and of those off by default only these.
        let all = types(&["AWS::SQS::*", "AWS::SageMaker::*"], &[]).expect("they match");
        assert!(all.contains("SQSQueue") && !all.contains("SageMakerCompilationJob"));
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_nearest_or_with_the_reason() {
        let problem = |name: &str| types(&[name], &[]).expect_err("there is none").remove(0);
        assert!(problem("AWS::GroundStation::Confg").contains("Did you mean `AWS::GroundStation::Config`?"));
        assert!(
            problem("AWS::Glue::Table").contains("only for whoever gives"),
            "{}",
            problem("AWS::Glue::Table")
        );
    }
}
