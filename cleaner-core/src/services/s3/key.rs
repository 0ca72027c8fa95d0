//! Object keys, which may hold any character, on their way through XML.

use std::borrow::Cow;

use aws_sdk_s3::types::EncodingType;

/// Reads a key from an answer in which keys are encoded so that XML can carry them. Endpoints that don't encode say so.
pub(super) fn decode<'a>(key: &'a str, encoding: Option<&EncodingType>) -> Cow<'a, str> {
    if encoding != Some(&EncodingType::Url) || !key.contains(['%', '+']) {
        return Cow::Borrowed(key);
    }
    let bytes = key.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = (byte == b'%')
            .then(|| key.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match hex {
            Some(hex) => {
                decoded.push(hex);
                at += 3;
            }
            None => {
                decoded.push(if byte == b'+' { b' ' } else { byte });
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

/// Whether XML 1.0 can carry the key at all: most control characters have no form in it, escaped or not.
pub(super) fn fits_in_xml(key: &str) -> bool {
    !key.chars().any(|character| {
        matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded_where_they_were_encoded() {
        let url = Some(&EncodingType::Url);
        for (encoded, key) in [
            ("plain/key.txt", "plain/key.txt"),
            ("a+b%2Bc%20d", "a b+c d"),
            ("line%0Abreak%26%3C", "line\nbreak&<"),
            ("%C3%A9%01", "é\u{1}"),
            ("100%", "100%"),
            ("%zz%+", "%zz% "),
        ] {
            assert_eq!(decode(encoded, url), key, "{encoded}");
        }
        assert_eq!(decode("a+b%20c", None), "a+b%20c");
    }

    #[test]
    fn keys_that_xml_cannot_carry_are_known() {
        for key in ["a\tb\nc\rd", "é&<>\"'//", "\u{7f}\u{85}"] {
            assert!(fits_in_xml(key), "{key:?}");
        }
        for key in ["\u{1}", "a\u{b}", "\u{1f}b", "\u{ffff}"] {
            assert!(!fits_in_xml(key), "{key:?}");
        }
    }
}
