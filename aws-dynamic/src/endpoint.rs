//! Where a service answers: the plain pattern, and a table of what differs from it.

use std::{collections::HashMap, sync::LazyLock};

/// A group of regions with its own accounts and host names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partition {
    /// Name as ARNs spell it, such as `aws` or `aws-cn`.
    pub id: &'static str,
    /// Last part of host names.
    pub dns_suffix: &'static str,
    /// Region whose endpoints and credential scope global services use.
    pub global_region: &'static str,
}

const fn partition(id: &'static str, dns_suffix: &'static str, global_region: &'static str) -> Partition {
    Partition { id, dns_suffix, global_region }
}

const AWS: Partition = partition("aws", "amazonaws.com", "us-east-1");

/// Region prefix -> partition; regions that fit none belong to `aws`.
const PARTITIONS: [(&str, Partition); 8] = [
    ("cn-", partition("aws-cn", "amazonaws.com.cn", "cn-north-1")),
    ("us-gov-", partition("aws-us-gov", "amazonaws.com", "us-gov-west-1")),
    ("eusc-", partition("aws-eusc", "amazonaws.eu", "eusc-de-east-1")),
    ("us-iso-", partition("aws-iso", "c2s.ic.gov", "us-iso-east-1")),
    ("us-isob-", partition("aws-iso-b", "sc2s.sgov.gov", "us-isob-east-1")),
    ("eu-isoe-", partition("aws-iso-e", "cloud.adc-e.uk", "eu-isoe-west-1")),
    ("us-isof-", partition("aws-iso-f", "csp.hci.ic.gov", "us-isof-south-1")),
    ("eu-isof-", partition("aws-iso-f", "csp.hci.ic.gov", "us-isof-south-1")),
];

/// Returns the partition that `region` belongs to.
pub fn partition_of(region: &str) -> Partition {
    PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or(AWS, |(_, partition)| *partition)
}

/// Where a service answers in a region, and for whom requests are signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// Base URL.
    pub url: String,
    /// Region of the signature's scope; fixed for services that are global.
    pub signing_region: String,
    /// Service of the signature's scope.
    pub signing_name: String,
}

type Cell = (String, String, String);

#[derive(Default, serde::Deserialize)]
struct Rows {
    /// For every region of the partition; `{region}` is filled in.
    all: Option<Cell>,
    /// For some regions.
    #[serde(default)]
    regions: HashMap<String, Cell>,
}

static TABLE: LazyLock<HashMap<String, HashMap<String, Rows>>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../models/endpoints.json"))
        .expect("the endpoint table is generated and tested")
});

/// Returns the endpoint of the service with these names in `region`.
pub(crate) fn resolve(service: &str, prefix: &str, signing_name: &str, region: &str) -> Endpoint {
    let partition = partition_of(region);
    let rows = TABLE.get(service).and_then(|partitions| partitions.get(partition.id));
    match rows.and_then(|rows| rows.regions.get(region).or(rows.all.as_ref())) {
        Some((url, signing_region, name)) => Endpoint {
            url: url.replace("{region}", region),
            signing_region: signing_region.replace("{region}", region),
            signing_name: name.clone(),
        },
        None => Endpoint {
            url: format!("https://{prefix}.{region}.{}", partition.dns_suffix),
            signing_region: region.to_owned(),
            signing_name: signing_name.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_readable() {
        assert!(!TABLE.is_empty());
    }

    #[test]
    fn partitions_by_region() {
        for (region, id) in [
            ("eu-central-1", "aws"),
            ("cn-northwest-1", "aws-cn"),
            ("us-gov-east-1", "aws-us-gov"),
            ("us-isob-east-1", "aws-iso-b"),
            ("mars-north-1", "aws"),
        ] {
            assert_eq!(partition_of(region).id, id, "{region}");
        }
    }

    #[test]
    fn plain_global_and_foreign_endpoints() {
        let plain = resolve("sqs", "sqs", "sqs", "eu-west-1");
        assert_eq!(
            (plain.url.as_str(), plain.signing_region.as_str()),
            ("https://sqs.eu-west-1.amazonaws.com", "eu-west-1")
        );
        let global = resolve("iam", "iam", "iam", "eu-west-1");
        assert_eq!(
            (global.url.as_str(), global.signing_region.as_str()),
            ("https://iam.amazonaws.com", "us-east-1")
        );
        let china = resolve("iam", "iam", "iam", "cn-northwest-1");
        assert_eq!(
            (china.url.as_str(), china.signing_region.as_str()),
            ("https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1")
        );
    }
}
