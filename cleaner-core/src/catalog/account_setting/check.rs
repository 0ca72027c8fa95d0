use aws_dynamic::model::Models;
use resource_filters::source::Problems;

use super::AccountSetting;
use crate::catalog::check::{CallCheck, Kind, ctx};

/// Checks account settings against AWS's models, as entries of the catalog are.
pub(super) fn check(settings: &[AccountSetting], models: &Models) -> Problems {
    let mut problems = Problems::new();
    let scope = Kind::record("the context of a setting", [("ctx".to_owned(), ctx())], []);
    for setting in settings {
        let mut check = CallCheck { owner: setting.name(), models, problems: &mut problems };
        let output = check.reading(&setting.call, &scope);
        check.path(&setting.value, &output);
    }
    problems
}
