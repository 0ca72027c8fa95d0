//! The trimmed models as they are stored. Every text borrows from the unpacked JSON, which lives as long as the process.

use std::{collections::HashMap, fmt, marker::PhantomData, sync::OnceLock};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

#[derive(Debug, Deserialize)]
pub(crate) struct RawService {
    pub(crate) metadata: RawMetadata,
    #[serde(borrow)]
    pub(crate) operations: HashMap<&'static str, RawOperation>,
    #[serde(borrow, deserialize_with = "by_name")]
    pub(crate) shapes: Vec<(&'static str, LazyShape)>,
}

impl RawService {
    pub(crate) fn shape(&self, name: &str) -> Option<(&'static str, &RawShape)> {
        let place = self.shapes.binary_search_by_key(&name, |(name, _)| name).ok()?;
        let (name, shape) = &self.shapes[place];
        Some((name, shape.get()))
    }
}

/// A shape that is read when it is first asked for: there are a hundred thousand, and a run has to do with some thousand.
#[derive(Debug)]
pub(crate) struct LazyShape {
    text: &'static RawValue,
    shape: OnceLock<Box<RawShape>>,
}

impl LazyShape {
    fn get(&self) -> &RawShape {
        self.shape.get_or_init(|| {
            serde_json::from_str(self.text.get()).expect("a test reads every shape of the packed models")
        })
    }
}

impl<'de: 'static> Deserialize<'de> for LazyShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { text: Deserialize::deserialize(deserializer)?, shape: OnceLock::new() })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawMetadata {
    pub(crate) protocol: &'static str,
    pub(crate) service_id: &'static str,
    pub(crate) endpoint_prefix: &'static str,
    pub(crate) api_version: &'static str,
    pub(crate) signing_name: &'static str,
    pub(crate) signed: bool,
    #[serde(default)]
    pub(crate) json_version: Option<&'static str>,
    #[serde(default)]
    pub(crate) target_prefix: Option<&'static str>,
    #[serde(default)]
    pub(crate) xml_namespace: Option<&'static str>,
    #[serde(default)]
    pub(crate) query_compatible: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawOperation {
    pub(crate) method: &'static str,
    pub(crate) uri: &'static str,
    #[serde(default)]
    pub(crate) input: Option<RawReference>,
    #[serde(default)]
    pub(crate) output: Option<RawReference>,
    #[serde(default)]
    pub(crate) host_prefix: Option<&'static str>,
    #[serde(default)]
    pub(crate) checksum: Option<RawChecksum>,
    /// The endpoint must be asked for first.
    #[serde(default)]
    pub(crate) discovery: bool,
    #[serde(default)]
    pub(crate) page: Option<RawPage>,
}

/// The body must carry a checksum.
#[derive(Debug, Deserialize)]
pub(crate) struct RawChecksum {
    /// The input member that names the algorithm.
    #[serde(default)]
    pub(crate) member: Option<&'static str>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RawPage {
    pub(crate) input: Vec<&'static str>,
    pub(crate) output: Vec<&'static str>,
    #[serde(default)]
    pub(crate) result: Vec<&'static str>,
    #[serde(default)]
    pub(crate) more: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawType {
    Structure,
    List,
    Map,
    String,
    Character,
    Boolean,
    Integer,
    Long,
    Float,
    Double,
    Blob,
    Timestamp,
}

/// A shape. What few of them have is behind a pointer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawShape {
    #[serde(rename = "type")]
    pub(crate) kind: RawType,
    #[serde(default, deserialize_with = "in_order")]
    pub(crate) members: Vec<(&'static str, RawReference)>,
    /// Element of a list.
    #[serde(default)]
    pub(crate) member: Option<Box<RawReference>>,
    #[serde(default)]
    pub(crate) key: Option<Box<RawReference>>,
    #[serde(default)]
    pub(crate) value: Option<Box<RawReference>>,
    #[serde(default)]
    pub(crate) required: Vec<&'static str>,
    #[serde(default)]
    pub(crate) payload: Option<&'static str>,
    #[serde(default)]
    pub(crate) flattened: bool,
    #[serde(default)]
    pub(crate) union: bool,
    #[serde(default)]
    pub(crate) document: bool,
    #[serde(default)]
    pub(crate) location_name: Option<&'static str>,
    #[serde(default)]
    pub(crate) timestamp_format: Option<&'static str>,
    #[serde(default)]
    pub(crate) xml_namespace: Option<Box<Namespace>>,
}

/// How a member, element, input or output refers to its shape.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawReference {
    pub(crate) shape: &'static str,
    #[serde(default)]
    pub(crate) location: Option<&'static str>,
    #[serde(default)]
    pub(crate) location_name: Option<&'static str>,
    #[serde(default)]
    pub(crate) query_name: Option<&'static str>,
    #[serde(default)]
    pub(crate) timestamp_format: Option<&'static str>,
    #[serde(default)]
    pub(crate) xml_namespace: Option<Box<Namespace>>,
    #[serde(default)]
    pub(crate) flattened: bool,
    #[serde(default)]
    pub(crate) jsonvalue: bool,
    #[serde(default)]
    pub(crate) idempotency_token: bool,
    #[serde(default)]
    pub(crate) xml_attribute: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Namespace {
    pub(crate) uri: &'static str,
    #[serde(default)]
    pub(crate) prefix: Option<&'static str>,
}

/// Reads a map as a list in the order of the names.
fn by_name<'de: 'static, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<(&'static str, T)>, D::Error> {
    let mut list = in_order(deserializer)?;
    list.sort_unstable_by_key(|(name, _)| *name);
    Ok(list)
}

/// Reads a map as a list: members are written in the model's order.
fn in_order<'de: 'static, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<(&'static str, T)>, D::Error> {
    struct InOrder<T>(PhantomData<T>);
    impl<'de: 'static, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
        type Value = Vec<(&'static str, T)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::with_capacity(map.size_hint().unwrap_or(0));
            while let Some(member) = map.next_entry()? {
                members.push(member);
            }
            members.shrink_to_fit();
            Ok(members)
        }
    }
    deserializer.deserialize_map(InOrder(PhantomData))
}
