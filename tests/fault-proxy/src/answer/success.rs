use super::encode::{request_id, xml};
use crate::call::{Call, Protocol};
use crate::http::Response;

/// The answer to a call that worked and has nothing to tell, in the protocol of the call.
pub(crate) fn success(call: &Call, id: u64) -> Response {
    let (id, name) = (request_id(id), &call.operation);
    match call.protocol {
        Protocol::Json => {
            Response::new(200, "application/x-amz-json-1.1", "{}").with("x-amzn-requestid", &id)
        }
        Protocol::RestJson => Response::new(200, "application/json", "{}").with("x-amzn-requestid", &id),
        Protocol::Cbor => Response::new(200, "application/cbor", vec![0xA0])
            .with("smithy-protocol", "rpc-v2-cbor")
            .with("x-amzn-requestid", &id),
        Protocol::Ec2 => xml(
            200,
            &format!("<{name}Response><requestId>{id}</requestId><return>true</return></{name}Response>"),
        ),
        Protocol::Query => xml(
            200,
            &format!(
                "<{name}Response><{name}Result/><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{name}Response>"
            ),
        ),
        Protocol::RestXml if name == "DeleteObjects" => {
            xml(200, "<DeleteResult/>").with("x-amz-request-id", &id)
        }
        Protocol::RestXml if call.is_s3() => Response::new(204, "", "").with("x-amz-request-id", &id),
        Protocol::RestXml => xml(200, &format!("<{name}Response/>")).with("x-amzn-requestid", &id),
    }
}
