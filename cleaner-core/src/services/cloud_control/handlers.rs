use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::handler::CloudControlHandler;
use super::schema::{Listing, Schema, family};
use crate::handler::{DynHandler, Scope};
use crate::resource::TypeName;

/// Services of which no other handler knows that they belong to no region.
const GLOBAL: [&str; 10] = [
    "AWS::BCM",
    "AWS::BcmPricingCalculator",
    "AWS::Billing",
    "AWS::BillingConductor",
    "AWS::Invoicing",
    "AWS::MPA",
    "AWS::PricingPlanManager",
    "AWS::Route53GlobalResolver",
    "AWS::SupportApp",
    "AWS::SupportAuthZ",
];

/// The handlers of all types that AWS can list and delete and none of these handlers stands for.
pub(crate) fn handlers<'a>(
    others: impl IntoIterator<Item = &'a Arc<dyn DynHandler>>,
) -> Vec<Arc<dyn DynHandler>> {
    let mut taken = HashSet::new();
    let mut names: HashMap<&str, TypeName> = HashMap::new();
    let mut scopes: HashMap<&str, Scope> = GLOBAL.iter().map(|service| (*service, Scope::Global)).collect();
    for spec in others.into_iter().map(|handler| handler.spec()) {
        taken.extend(std::iter::once(spec.name.as_str()).chain(spec.aliases.iter().map(String::as_str)));
        let Some(name) = &spec.cloudformation else { continue };
        names.insert(name, spec.name.clone());
        // What is global in part only is looked for everywhere.
        let scope = scopes.entry(family(name)).or_insert(spec.scope);
        if spec.scope == Scope::Regional {
            *scope = Scope::Regional;
        }
    }
    let is_ours =
        |schema: &&Schema| !taken.contains(schema.name) && !matches!(schema.listing(), Listing::Unknown(_));
    let ours: Vec<&'static Schema> = Schema::all().iter().filter(is_ours).collect();
    names.extend(ours.iter().map(|schema| (schema.name, TypeName::from(schema.name))));
    let handler = |schema: &'static Schema| -> Arc<dyn DynHandler> {
        let scope = scopes.get(schema.service()).copied().unwrap_or(Scope::Regional);
        Arc::new(CloudControlHandler::new(schema, scope, &names))
    };
    ours.into_iter().map(handler).collect()
}

/// Says why there is no type of this name, if AWS has one.
pub(crate) fn why_not(name: &str) -> Option<String> {
    match Schema::find(name)?.listing() {
        Listing::Unknown(needed) => Some(format!(
            "AWS lists these only for whoever gives {}, and its schema does not say where that comes from",
            needed.replace(',', " and ")
        )),
        _ => None,
    }
}
