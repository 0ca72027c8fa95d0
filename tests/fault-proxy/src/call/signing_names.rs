//! Which models belong to the name that a request is signed for.

use std::{collections::BTreeMap, sync::LazyLock};

use aws_dynamic::model::Models;

/// Signing name, and the models of the services signed so, in the order of their names. Several services may share a
/// signing name, and a service need not be signed by its own name.
static SIGNED_AS: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut named: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for id in Models::builtin().services() {
        if let Some(service) = Models::builtin().service(id) {
            named.entry(service.signing_name()).or_default().push(id);
        }
    }
    named
});

/// The models of the services that are signed for under a name, in the order of their names.
pub(super) fn models_signed_as(name: &str) -> &'static [&'static str] {
    SIGNED_AS.get(name).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_one_service_or_of_several() {
        assert_eq!(models_signed_as("sqs"), ["sqs"]);
        assert_eq!(models_signed_as("states"), ["stepfunctions"]);
        assert_eq!(models_signed_as("apigateway"), ["apigateway", "apigatewayv2"]);
        assert!(models_signed_as("no-such").is_empty());
    }
}
