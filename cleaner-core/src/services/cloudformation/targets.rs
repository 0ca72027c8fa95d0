//! Which instances of a stack set one operation can remove.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudformation::types::StackInstanceSummary;

/// Instances that one operation can remove: all in these regions.
pub(super) struct Targets {
    pub(super) wanted: Wanted,
    pub(super) regions: Vec<String>,
}

/// Whose instances.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Accounts(Vec<String>),
    Units(Vec<String>),
}

/// Picks the largest group of instances that one operation can remove: accounts, or organizational units, in the same
/// regions. `None`: there are none.
pub(super) fn targets(instances: &[StackInstanceSummary]) -> Option<Targets> {
    let mut regions: BTreeMap<(bool, &str), BTreeSet<&str>> = BTreeMap::new();
    for instance in instances {
        let owner =
            match (instance.organizational_unit_id().filter(|unit| !unit.is_empty()), instance.account()) {
                (Some(unit), _) => (true, unit),
                (None, Some(account)) => (false, account),
                (None, None) => continue,
            };
        regions.entry(owner).or_default().extend(instance.region());
    }
    let mut groups: BTreeMap<(bool, BTreeSet<&str>), Vec<String>> = BTreeMap::new();
    for ((is_unit, owner), regions) in regions {
        groups.entry((is_unit, regions)).or_default().push(owner.to_owned());
    }
    let ((is_unit, regions), owners) =
        groups.into_iter().max_by_key(|((_, regions), owners)| regions.len() * owners.len())?;
    let wanted = if is_unit { Wanted::Units(owners) } else { Wanted::Accounts(owners) };
    Some(Targets { wanted, regions: regions.into_iter().map(str::to_owned).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(account: &str, region: &str, unit: Option<&str>) -> StackInstanceSummary {
        StackInstanceSummary::builder()
            .account(account)
            .region(region)
            .set_organizational_unit_id(unit.map(str::to_owned))
            .build()
    }

    #[test]
    fn accounts_in_the_same_regions_go_together() {
        let all = [
            instance("1", "eu-west-1", None),
            instance("1", "us-east-1", None),
            instance("2", "us-east-1", None),
            instance("2", "eu-west-1", None),
            instance("3", "us-east-1", None),
        ];
        let first = targets(&all).expect("there are instances");
        assert_eq!(first.wanted, Wanted::Accounts(vec!["1".to_owned(), "2".to_owned()]));
        assert_eq!(first.regions, ["eu-west-1", "us-east-1"]);
        let unit = targets(&[instance("1", "eu-west-1", Some("ou-1"))]).expect("there is an instance");
        assert_eq!(unit.wanted, Wanted::Units(vec!["ou-1".to_owned()]));
        assert!(targets(&[]).is_none());
    }
}
