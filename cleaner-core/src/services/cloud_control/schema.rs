use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::ZlibDecoder;

static PACKED: &[u8] = include_bytes!("../../../cloud-control/schemas.bin");

/// All types that AWS can list and delete, in the order of their names.
static SCHEMAS: LazyLock<Vec<Schema>> = LazyLock::new(|| {
    let mut text = String::new();
    ZlibDecoder::new(PACKED).read_to_string(&mut text).expect("the file is generated, and a test reads it");
    // Unpacked once, and borrowed from until the end.
    let text: &'static str = Box::leak(text.into_boxed_str());
    text.lines()
        .map(|line| Schema::parse(line).expect("the file is generated, and a test reads it"))
        .collect()
});

/// What is there by itself wherever something else is, and goes with it: links, rules, and settings of an account.
const PARTS: [&str; 34] = [
    "AWS::EC2::EIPAssociation",
    "AWS::EC2::EnclaveCertificateIamRoleAssociation",
    "AWS::EC2::IpPoolRouteTableAssociation",
    "AWS::EC2::NetworkInterfaceAttachment",
    "AWS::EC2::RouteServerAssociation",
    "AWS::EC2::RouteServerPropagation",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SnapshotBlockPublicAccess",
    "AWS::EC2::SubnetCidrBlock",
    "AWS::EC2::SubnetNetworkAclAssociation",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::TrafficMirrorFilterRule",
    "AWS::EC2::VPCDHCPOptionsAssociation",
    "AWS::EC2::VPCEndpointServicePermissions",
    "AWS::EC2::VPNConnectionRoute",
    "AWS::EC2::VolumeAttachment",
    "AWS::ECR::RegistryScanningConfiguration",
    "AWS::ECS::ClusterCapacityProviderAssociations",
    "AWS::GuardDuty::Master",
    "AWS::GuardDuty::Member",
    "AWS::IoT::AccountAuditConfiguration",
    "AWS::IoT::EncryptionConfiguration",
    "AWS::IoT::Logging",
    "AWS::Organizations::Account",
    "AWS::Organizations::Organization",
    "AWS::RDS::DBProxyTargetGroup",
    "AWS::Route53Resolver::ResolverConfig",
    "AWS::Route53Resolver::ResolverDNSSECConfig",
    "AWS::Route53Resolver::ResolverRuleAssociation",
    "AWS::SSO::Instance",
    "AWS::SecurityHub::SecurityControl",
    "AWS::SecurityHub::Standard",
    "AWS::XRay::TransactionSearchConfig",
];

/// States what AWS's resource schema says of one type: a line of the packed file, its columns divided by tabs.
///
/// The columns: name, identifier, parents, tags, ARN, name property, creation date, references, and the IAM actions of listing,
/// reading and deleting. What a type has not is `-`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Schema {
    /// The CloudFormation name.
    pub(crate) name: &'static str,
    identifier: &'static str,
    parents: &'static str,
    tags: &'static str,
    arn: &'static str,
    label: &'static str,
    created: &'static str,
    refs: &'static str,
    actions: [&'static str; 3],
}

/// How a type is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Listing {
    /// All at once.
    Whole,
    /// Below each resource of another type: that type, and for each property which one of the other it is.
    Below(&'static Schema, Vec<(&'static str, &'static str)>),
    /// Only for who gives these properties, and nobody knows where they come from.
    Unknown(&'static str),
}

/// Where the tags of a type are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagPlace {
    /// It has none.
    Nowhere,
    /// In this property.
    Property(&'static str),
    /// AWS takes some, and shows them to nobody.
    Hidden,
}

impl Schema {
    /// All of them.
    pub(crate) fn all() -> &'static [Self] {
        &SCHEMAS
    }

    /// The schema of a type, by its CloudFormation name.
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        let all = Self::all();
        Some(&all[all.binary_search_by(|schema| schema.name.cmp(name)).ok()?])
    }

    fn parse(line: &'static str) -> Option<Self> {
        let mut columns = line.split('\t');
        let mut next = || columns.next();
        Some(Self {
            name: next()?,
            identifier: next()?,
            parents: next()?,
            tags: next()?,
            arn: next()?,
            label: next()?,
            created: next()?,
            refs: next()?,
            actions: [next()?, next()?, next()?],
        })
    }

    /// The properties that the identifier is made of, in their order; one within another is written with dots.
    pub(super) fn identifier(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.identifier.split(',')
    }

    pub(super) fn listing(&self) -> Listing {
        if let Some(needed) = self.parents.strip_prefix('?') {
            return Listing::Unknown(needed);
        }
        let Some((parent, links)) = self.parents.split_once('>') else { return Listing::Whole };
        match Self::find(parent) {
            Some(parent) => Listing::Below(parent, pairs(links).collect()),
            None => Listing::Unknown(links),
        }
    }

    /// Whether somebody who only wants to know what is left asks for it: it is listed without asking for anything else before, and
    /// is no part of what other types list.
    pub(crate) fn is_looked_for(&self) -> bool {
        self.parents == "-" && !PARTS.contains(&self.name)
    }

    pub(super) fn tags(&self) -> TagPlace {
        match self.tags {
            "-" => TagPlace::Nowhere,
            hidden if hidden.starts_with('!') => TagPlace::Hidden,
            name => TagPlace::Property(name),
        }
    }

    /// The property with the ARN.
    pub(super) fn arn(&self) -> Option<&'static str> {
        some(self.arn)
    }

    /// The property with the name.
    pub(super) fn label(&self) -> Option<&'static str> {
        some(self.label)
    }

    /// The property with the creation date.
    pub(super) fn created(&self) -> Option<&'static str> {
        some(self.created)
    }

    /// Which property names resources of which type: a path, whose parts are divided by dots and where `*` is each element of a
    /// list, and the CloudFormation name.
    pub(super) fn refs(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        some(self.refs).into_iter().flat_map(pairs)
    }

    /// The IAM actions that a list needs, and reading what it brings not; with those of its parents.
    pub(crate) fn listing_actions(&self) -> Vec<String> {
        let mut actions =
            ["cloudformation:ListResources", "cloudformation:GetResource"].map(str::to_owned).to_vec();
        actions.extend(self.actions[..2].iter().flat_map(|column| named(column)));
        if let Listing::Below(parent, _) = self.listing() {
            actions.extend(parent.listing_actions());
        }
        actions
    }

    /// The IAM actions that a deletion needs.
    pub(super) fn deleting_actions(&self) -> Vec<String> {
        let own =
            ["cloudformation:DeleteResource", "cloudformation:GetResourceRequestStatus"].map(str::to_owned);
        own.into_iter().chain(named(self.actions[2])).collect()
    }

    /// What ARNs and IAM call its service, as far as its actions tell: what both the list and the deletion need. Others, such as
    /// keys and roles, only the deletion needs.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = &'static str> + use<> {
        let [listing, _, deleting] = self.actions;
        let is_common = services(deleting).any(|service| services(listing).any(|other| other == service));
        services(deleting)
            .filter(move |service| !is_common || services(listing).any(|other| other == *service))
    }

    /// The service, as CloudFormation names it: `AWS::S3`.
    pub(super) fn service(&self) -> &'static str {
        family(self.name)
    }
}

/// The service in a CloudFormation name.
pub(super) fn family(name: &str) -> &str {
    name.rsplit_once("::").map_or(name, |(service, _)| service)
}

fn some(column: &'static str) -> Option<&'static str> {
    (column != "-").then_some(column)
}

fn pairs(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.split(',').filter_map(|pair| pair.split_once('='))
}

/// The services of a column.
fn services(column: &'static str) -> impl Iterator<Item = &'static str> {
    column.split(';').filter_map(|service| Some(service.split_once(':')?.0))
}

/// The actions of a column: `ec2:DeleteVpc,DescribeVpcs;tag:GetResources`.
fn named(column: &'static str) -> impl Iterator<Item = String> {
    let services = column.split(';').filter_map(|service| service.split_once(':'));
    services.flat_map(|(service, names)| names.split(',').map(move |name| format!("{service}:{name}")))
}
