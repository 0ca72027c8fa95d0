//! The error in an HTTP answer, whatever the protocol.

use aws_smithy_runtime_api::http::Headers;
use serde_json::Value;

use super::classify::NOT_AWS;

/// Code, message and request id as an AWS answer carries them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct WireError {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
}

impl WireError {
    /// Reads what can be read; a body that is no AWS error gives no code, and a message that says so.
    pub(crate) fn read(headers: &Headers, body: &[u8]) -> Self {
        let mut found = match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{') => Self::from_json(body),
            Some(b'<') => Self::from_xml(body),
            _ => Self::default(),
        };
        // The header wins over the body: awsQueryCompatible services put the code everyone knows there.
        let header = |name: &str| headers.get(name).map(str::to_owned);
        let named = header("x-amzn-query-error").or_else(|| header("x-amzn-errortype"));
        if let Some(code) =
            named.as_deref().and_then(|code| code.split([';', ':']).next()).filter(|code| !code.is_empty())
        {
            found.code = Some(code.to_owned());
        }
        found.code = found.code.map(|code| code.rsplit('#').next().unwrap_or_default().to_owned());
        if found.code.is_none() && found.message.is_none() && !body.is_empty() {
            let text = String::from_utf8_lossy(&body[..body.len().min(120)]).into_owned();
            found.message = Some(format!("{NOT_AWS}: {text}"));
        }
        for name in ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"] {
            found.request_id = found.request_id.or_else(|| header(name));
        }
        found
    }

    fn from_json(body: &[u8]) -> Self {
        let Ok(value) = serde_json::from_slice::<Value>(body) else { return Self::default() };
        let text = |names: &[&str]| {
            names.iter().find_map(|name| value.get(name)).and_then(Value::as_str).map(str::to_owned)
        };
        Self {
            code: text(&["__type", "code", "Code"]),
            message: text(&["message", "Message", "errorMessage"]),
            request_id: None,
        }
    }

    fn from_xml(body: &[u8]) -> Self {
        let Ok(text) = std::str::from_utf8(body) else { return Self::default() };
        // `<Html>` pages hold none of these elements, so nothing is found in them.
        Self {
            code: element(text, "Code"),
            message: element(text, "Message"),
            request_id: element(text, "RequestId").or_else(|| element(text, "RequestID")),
        }
    }
}

fn element(text: &str, name: &str) -> Option<String> {
    let start = text.find(&format!("<{name}>"))? + name.len() + 2;
    let end = start + text[start..].find("</")?;
    let text = text[start..end].trim();
    Some(
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&"),
    )
    .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&'static str, &'static str)], body: &str) -> WireError {
        let mut map = Headers::new();
        for (name, value) in headers {
            map.insert(*name, *value);
        }
        WireError::read(&map, body.as_bytes())
    }

    #[test]
    fn each_protocol_shape_is_read() {
        let error = read(
            &[("x-amzn-requestid", "q")],
            r#"{"__type":"com.amazonaws.ecs#ClusterNotFoundException","Message":"m"}"#,
        );
        assert_eq!(error.code.as_deref(), Some("ClusterNotFoundException"));
        assert_eq!(error.request_id.as_deref(), Some("q"));
        let error =
            read(&[("x-amzn-errortype", "ResourceNotFoundException:http://internal/")], r#"{"Message":"m"}"#);
        assert_eq!(error.code.as_deref(), Some("ResourceNotFoundException"));
        let error = read(
            &[("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")],
            r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"m"}"#,
        );
        assert_eq!(error.code.as_deref(), Some("AWS.SimpleQueueService.NonExistentQueue"));
        let error = read(
            &[],
            "<Response><Errors><Error><Code>DependencyViolation</Code><Message>a &lt;b&gt;</Message></Error></Errors><RequestID>r</RequestID></Response>",
        );
        assert_eq!(error.code.as_deref(), Some("DependencyViolation"));
        assert_eq!(error.message.as_deref(), Some("a <b>"));
        assert_eq!(error.request_id.as_deref(), Some("r"));
    }

    #[test]
    fn a_page_is_no_aws_error() {
        let error = read(&[], "<!doctype html>\n<html><title>500 Internal Server Error</title></html>");
        assert_eq!(error.code, None);
        assert!(error.message.expect("a message").starts_with(NOT_AWS));
        assert_eq!(read(&[], ""), WireError::default());
    }
}
