//! What services do differently from what their models say. One table; nothing else in this crate names a service.

use aws_smithy_schema::ShapeType;
use serde_json::{Value, json};

use crate::{model::ServiceModel, schema::Node};

/// The oddities of one service.
struct Quirk {
    service: &'static str,
    /// Header on every request.
    header: Option<(&'static str, &'static str)>,
    /// Input members that are filled in when they are not given: operation pattern (a prefix), member, value.
    defaults: &'static [(&'static str, &'static str, Default)],
    /// Input members of these shapes come back from AWS with a path in front, and must go without.
    bare_ids: &'static [&'static str],
    /// Texts of these output shapes are percent-encoded.
    url_encoded: &'static [&'static str],
    /// Operations that are paged in a way of their own, about which the model says nothing.
    pages: &'static [(&'static str, Paging)],
}

/// How an operation is paged: pairs of an input member and where the output has what goes into it, and the member that
/// says whether there is more.
pub(crate) type Paging = (&'static [(&'static str, &'static str)], Option<&'static str>);

#[derive(Clone, Copy)]
enum Default {
    Text(&'static str),
    Number(i64),
}

const NONE: Quirk =
    Quirk { service: "", header: None, defaults: &[], bare_ids: &[], url_encoded: &[], pages: &[] };

const QUIRKS: &[Quirk] = &[
    // Without it the answer is HAL JSON, with other member names than the model's.
    Quirk { service: "apigateway", header: Some(("accept", "application/json")), ..NONE },
    Quirk {
        service: "cloudfront",
        pages: &[
            ("ListAnycastIpLists", (&[("Marker", "AnycastIpLists.NextMarker")], None)),
            ("ListCachePolicies", (&[("Marker", "CachePolicyList.NextMarker")], None)),
            (
                "ListContinuousDeploymentPolicies",
                (&[("Marker", "ContinuousDeploymentPolicyList.NextMarker")], None),
            ),
            ("ListFieldLevelEncryptionConfigs", (&[("Marker", "FieldLevelEncryptionList.NextMarker")], None)),
            (
                "ListFieldLevelEncryptionProfiles",
                (&[("Marker", "FieldLevelEncryptionProfileList.NextMarker")], None),
            ),
            ("ListFunctions", (&[("Marker", "FunctionList.NextMarker")], None)),
            ("ListKeyGroups", (&[("Marker", "KeyGroupList.NextMarker")], None)),
            ("ListOriginRequestPolicies", (&[("Marker", "OriginRequestPolicyList.NextMarker")], None)),
            ("ListRealtimeLogConfigs", (&[("Marker", "RealtimeLogConfigs.NextMarker")], None)),
            ("ListResponseHeadersPolicies", (&[("Marker", "ResponseHeadersPolicyList.NextMarker")], None)),
            ("ListVpcOrigins", (&[("Marker", "VpcOriginList.NextMarker")], None)),
        ],
        ..NONE
    },
    Quirk {
        service: "firehose",
        pages: &[(
            "ListDeliveryStreams",
            (
                &[("ExclusiveStartDeliveryStreamName", "DeliveryStreamNames[-1]")],
                Some("HasMoreDeliveryStreams"),
            ),
        )],
        ..NONE
    },
    Quirk {
        service: "glacier",
        header: Some(("x-amz-glacier-version", "2012-06-01")),
        // The account of the credentials.
        defaults: &[("", "accountId", Default::Text("-"))],
        ..NONE
    },
    Quirk { service: "iam", url_encoded: &["policyDocumentType"], ..NONE },
    Quirk {
        service: "kinesis",
        pages: &[("ListTagsForStream", (&[("ExclusiveStartTagKey", "Tags[-1].Key")], Some("HasMoreTags")))],
        ..NONE
    },
    Quirk {
        service: "pinpoint",
        pages: &[("GetApps", (&[("Token", "ApplicationsResponse.NextToken")], None))],
        ..NONE
    },
    Quirk {
        service: "route53",
        // Ids are given out as `/hostedzone/Z1`, `/change/C1`, `/delegationset/N1`.
        bare_ids: &["ResourceId", "DelegationSetId", "ChangeId"],
        // The markers are there on the last page, too.
        pages: &[
            (
                "ListTrafficPolicies",
                (&[("TrafficPolicyIdMarker", "TrafficPolicyIdMarker")], Some("IsTruncated")),
            ),
            (
                "ListTrafficPolicyVersions",
                (&[("TrafficPolicyVersionMarker", "TrafficPolicyVersionMarker")], Some("IsTruncated")),
            ),
            ("ListTrafficPolicyInstances", (&INSTANCE_MARKERS, Some("IsTruncated"))),
            ("ListTrafficPolicyInstancesByPolicy", (&INSTANCE_MARKERS, Some("IsTruncated"))),
        ],
        ..NONE
    },
    // Keys may hold characters that XML cannot.
    Quirk {
        service: "s3",
        defaults: &[
            ("ListObjects", "EncodingType", Default::Text("url")),
            ("ListObjectVersions", "EncodingType", Default::Text("url")),
            ("ListMultipartUploads", "EncodingType", Default::Text("url")),
        ],
        ..NONE
    },
    // Without a page size there is no token: the list is silently cut at 1000.
    Quirk {
        service: "sqs",
        defaults: &[
            ("ListQueues", "MaxResults", Default::Number(1000)),
            ("ListDeadLetterSourceQueues", "MaxResults", Default::Number(1000)),
        ],
        ..NONE
    },
];

const INSTANCE_MARKERS: [(&str, &str); 3] = [
    ("HostedZoneIdMarker", "HostedZoneIdMarker"),
    ("TrafficPolicyInstanceNameMarker", "TrafficPolicyInstanceNameMarker"),
    ("TrafficPolicyInstanceTypeMarker", "TrafficPolicyInstanceTypeMarker"),
];

fn of(service: &str) -> &'static Quirk {
    QUIRKS.iter().find(|quirk| quirk.service == service).unwrap_or(&NONE)
}

/// Fills in and rewrites what the service wants otherwise in an input.
pub(crate) fn prepare(service: &str, operation: &str, node: &'static Node, input: &mut Value) {
    let quirk = of(service);
    let Value::Object(given) = input else { return };
    for (prefix, member, value) in quirk.defaults {
        if operation.starts_with(prefix) && node.members().iter().any(|known| known.name == *member) {
            let entry = given.entry(*member).or_insert(Value::Null);
            if entry.is_null() {
                *entry = match value {
                    Default::Text(text) => json!(text),
                    Default::Number(number) => json!(number),
                };
            }
        }
    }
    for member in node.members().iter().filter(|member| quirk.bare_ids.contains(&member.target.name)) {
        if let Some(Value::String(id)) = given.get_mut(member.name)
            && let Some((_, bare)) = id.rsplit_once('/')
        {
            *id = bare.to_owned();
        }
    }
}

/// Returns how an operation is paged about which the model says nothing.
pub(crate) fn paging(service: &str, operation: &str) -> Option<&'static Paging> {
    of(service).pages.iter().find(|(name, _)| *name == operation).map(|(_, paging)| paging)
}

/// Returns the headers that every request to the service carries.
pub(crate) fn headers(service: &'static ServiceModel) -> impl Iterator<Item = (&'static str, &'static str)> {
    // Error codes of services that moved from query to JSON stay those that everyone knows.
    let compatible = service.is_query_compatible().then_some(("x-amzn-query-mode", "true"));
    of(service.id()).header.into_iter().chain(compatible)
}

/// Returns whether texts of this output shape are percent-encoded.
pub(crate) fn is_url_encoded(service: &str, shape: &str) -> bool {
    of(service).url_encoded.contains(&shape)
}

/// How S3 signs: the path as it is, encoded once, and the body's hash in a header.
pub(crate) fn signs_like_s3(service: &str) -> bool {
    matches!(service, "s3" | "s3control")
}

/// Returns whether errors are the document's root, as restXml's `noErrorWrapping` says.
pub(crate) fn has_bare_errors(service: &str) -> bool {
    service == "s3"
}

/// Returns the bucket whose region a request must go to, if the service redirects.
pub(crate) fn bucket<'a>(service: &str, input: &'a Value) -> Option<&'a str> {
    input.get("Bucket").and_then(Value::as_str).filter(|_| service == "s3")
}

/// Names of the members of S3 lists that are encoded when the answer says so.
const ENCODED_KEYS: [&str; 8] =
    ["Key", "Prefix", "Delimiter", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker", "StartAfter"];

/// Undoes what an answer's own members say was done to it.
pub(crate) fn restore(service: &str, node: &'static Node, output: &mut Value) {
    if service == "s3" && output.get("EncodingType").and_then(Value::as_str) == Some("url") {
        decode_keys(node, output);
    }
}

fn decode_keys(node: &'static Node, value: &mut Value) {
    match (node.kind, value) {
        (ShapeType::List, Value::Array(items)) => {
            items.iter_mut().for_each(|item| decode_keys(node.element(), item));
        }
        (ShapeType::Structure, Value::Object(given)) => {
            for member in node.members() {
                match given.get_mut(member.name) {
                    Some(Value::String(text)) if ENCODED_KEYS.contains(&member.name) => {
                        *text = percent_decode(text, true);
                    }
                    Some(value) => decode_keys(member.target, value),
                    None => {}
                }
            }
        }
        _ => {}
    }
}

/// Decodes `%XX`; with `plus`, `+` is a space as well. A text that is not encoded is left as it is.
pub(crate) fn percent_decode(text: &str, plus: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match (byte, digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))) {
            (b'%', Some(digits)) => {
                bytes.push(u8::from_str_radix(digits, 16).expect("two hexadecimal digits are a byte"));
                rest = &rest[2..];
            }
            (b'+', _) if plus => bytes.push(b' '),
            (byte, _) => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Models;

    fn node(service: &str, operation: &str) -> &'static Node {
        Models::builtin().service(service).expect("s").operation(operation).expect("o").schemas().input
    }

    #[test]
    fn route53_ids_go_without_their_path() {
        let mut input = json!({"Id": "/hostedzone/Z1"});
        prepare("route53", "DeleteHostedZone", node("route53", "DeleteHostedZone"), &mut input);
        assert_eq!(input, json!({"Id": "Z1"}));
    }

    #[test]
    fn defaults_do_not_replace_what_is_given() {
        let mut input = json!({"MaxResults": 5});
        prepare("sqs", "ListQueues", node("sqs", "ListQueues"), &mut input);
        assert_eq!(input, json!({"MaxResults": 5}));
        let mut input = json!({});
        prepare("sqs", "ListQueues", node("sqs", "ListQueues"), &mut input);
        assert_eq!(input, json!({"MaxResults": 1000}));
    }

    #[test]
    fn s3_keys_are_asked_for_encoded_and_given_back_decoded() {
        let mut input = json!({"Bucket": "b"});
        prepare("s3", "ListObjectVersions", node("s3", "ListObjectVersions"), &mut input);
        assert_eq!(input["EncodingType"], "url");
        let output = Models::builtin()
            .service("s3")
            .expect("s")
            .operation("ListObjectVersions")
            .expect("o")
            .schemas()
            .output;
        let mut answer =
            json!({"EncodingType": "url", "Versions": [{"Key": "a+b%2Bc%0A"}], "NextKeyMarker": "%C3%A9"});
        restore("s3", output, &mut answer);
        assert_eq!(answer["Versions"][0]["Key"], "a b+c\n");
        assert_eq!(answer["NextKeyMarker"], "é");
    }

    #[test]
    fn decoding_leaves_other_texts_alone() {
        assert_eq!(percent_decode("%7B%22a%22%3A1%7D", false), "{\"a\":1}");
        assert_eq!(percent_decode("100% + 1%zz%", false), "100% + 1%zz%");
        assert_eq!(percent_decode("%ff", false), "%ff");
    }
}
