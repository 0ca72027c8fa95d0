//! Which codec a service speaks.

mod query;

use aws_smithy_json::protocol::{aws_json_rpc::AwsJsonRpcProtocol, aws_rest_json_1::AwsRestJsonProtocol};
use aws_smithy_schema::protocol::SharedClientProtocol;
use aws_smithy_xml::protocol::aws_rest_xml::AwsRestXmlProtocol;

use self::query::QueryProtocol;
use crate::{
    model::{Protocol, ServiceModel},
    quirks,
};

/// Returns the codec of `service`; `None` if its protocol is not known.
pub(crate) fn of(service: &ServiceModel) -> Option<SharedClientProtocol> {
    Some(match service.protocol()? {
        Protocol::Json10 => SharedClientProtocol::new(
            AwsJsonRpcProtocol::aws_json_1_0().with_target_prefix(service.target_prefix()),
        ),
        Protocol::Json11 => SharedClientProtocol::new(
            AwsJsonRpcProtocol::aws_json_1_1().with_target_prefix(service.target_prefix()),
        ),
        Protocol::RestJson => SharedClientProtocol::new(AwsRestJsonProtocol::new()),
        Protocol::RestXml => {
            let mut protocol =
                AwsRestXmlProtocol::new().with_no_error_wrapping(quirks::has_bare_errors(service.id()));
            if let Some(namespace) = service.xml_namespace() {
                protocol = protocol.with_service_xml_namespace(namespace, None);
            }
            SharedClientProtocol::new(protocol)
        }
        Protocol::Query => SharedClientProtocol::new(QueryProtocol::query(service.api_version())),
        Protocol::Ec2 => SharedClientProtocol::new(QueryProtocol::ec2(service.api_version())),
    })
}
