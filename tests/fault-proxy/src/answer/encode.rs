use serde_json::json;

use crate::call::{Call, Protocol};
use crate::http::Response;

/// An error in the protocol of a call. `id` becomes the request id.
pub(crate) fn error(call: &Call, code: &str, status: u16, message: &str, id: u64) -> Response {
    let id = request_id(id);
    let inner = format!("<Code>{}</Code><Message>{}</Message>", escape(code), escape(message));
    match call.protocol {
        Protocol::Json => {
            let body = json!({ "__type": code, "message": message });
            Response::new(status, "application/x-amz-json-1.1", body.to_string())
                .with("x-amzn-requestid", &id)
        }
        Protocol::RestJson => {
            let body = json!({ "message": message });
            Response::new(status, "application/json", body.to_string())
                .with("x-amzn-errortype", code)
                .with("x-amzn-requestid", &id)
        }
        Protocol::Cbor => {
            Response::new(status, "application/cbor", cbor(&[("__type", code), ("message", message)]))
                .with("smithy-protocol", "rpc-v2-cbor")
                .with("x-amzn-requestid", &id)
        }
        Protocol::Ec2 => xml(
            status,
            &format!(
                "<Response><Errors><Error>{inner}</Error></Errors><RequestID>{id}</RequestID></Response>"
            ),
        ),
        Protocol::RestXml if call.is_s3() => {
            let bucket =
                call.bucket.as_deref().map(|name| format!("<BucketName>{}</BucketName>", escape(name)));
            let bucket = bucket.unwrap_or_default();
            xml(
                status,
                &format!(
                    "<Error>{inner}{bucket}<RequestId>{id}</RequestId><HostId>fault-proxy</HostId></Error>"
                ),
            )
            .with("x-amz-request-id", &id)
        }
        Protocol::Query | Protocol::RestXml => {
            let blame = if status >= 500 { "Receiver" } else { "Sender" };
            let error = format!("<Error><Type>{blame}</Type>{inner}</Error>");
            xml(status, &format!("<ErrorResponse>{error}<RequestId>{id}</RequestId></ErrorResponse>"))
                .with("x-amzn-requestid", &id)
        }
    }
}

/// An id that looks like AWS's.
pub(super) fn request_id(number: u64) -> String {
    format!("fa017000-0000-4000-8000-{number:012x}")
}

pub(super) fn xml(status: u16, body: &str) -> Response {
    Response::new(status, "text/xml", format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A flat map of texts as CBOR.
fn cbor(pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    head(&mut out, 0xA0, pairs.len());
    for text in pairs.iter().flat_map(|(name, value)| [name, value]) {
        head(&mut out, 0x60, text.len());
        out.extend_from_slice(text.as_bytes());
    }
    out
}

/// The type and length of a CBOR item.
fn head(out: &mut Vec<u8>, kind: u8, length: usize) {
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..24), _) => out.push(kind | length),
        (Ok(length), _) => out.extend_from_slice(&[kind | 24, length]),
        (_, length) => {
            out.push(kind | 25);
            out.extend_from_slice(&length.unwrap_or(u16::MAX).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cbor_lengths_are_written_in_three_ways() {
        let (mid, long) = ("x".repeat(30), "y".repeat(300));
        let bytes = cbor(&[("a", "bc"), (&mid, &long)]);
        assert_eq!(&bytes[..6], &[0xA2, 0x61, b'a', 0x62, b'b', b'c']);
        assert_eq!(&bytes[6..8], &[0x78, 30]);
        assert_eq!(&bytes[38..41], &[0x79, 1, 44]);
    }

    #[test]
    fn texts_cannot_break_the_document() {
        assert_eq!(escape("a<b>&\"c\""), "a&lt;b&gt;&amp;&quot;c&quot;");
    }
}
