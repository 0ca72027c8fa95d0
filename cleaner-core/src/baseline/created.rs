//! Creation dates in a baseline: a date, null if there is none, or why it is unknown.

use std::fmt;

use jiff::Timestamp;
use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserializer, Serializer};

use crate::resource::Fact;

pub(super) fn serialize<S: Serializer>(date: &Fact<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    let unknown = match date {
        Fact::Known(time) => return serializer.collect_str(time),
        Fact::Absent => return serializer.serialize_none(),
        Fact::Unread => "it was not read",
        Fact::Unreadable(why) => why,
    };
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry("unknown", unknown)?;
    map.end()
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fact<Timestamp>, D::Error> {
    deserializer.deserialize_any(Date)
}

struct Date;

impl<'de> Visitor<'de> for Date {
    type Value = Fact<Timestamp>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a moment such as \"2026-01-02T03:04:05Z\", null, or {\"unknown\": \"why\"}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let wrong = |_| E::invalid_value(serde::de::Unexpected::Str(text), &self);
        text.parse().map(Fact::Known).map_err(wrong)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Fact::Absent)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut why = None;
        while let Some(key) = map.next_key::<String>()? {
            if key != "unknown" {
                return Err(A::Error::unknown_field(&key, &["unknown"]));
            }
            if why.replace(map.next_value::<String>()?).is_some() {
                return Err(A::Error::duplicate_field("unknown"));
            }
        }
        why.map(|why| Fact::Unreadable(why.into())).ok_or_else(|| A::Error::missing_field("unknown"))
    }
}
