use aws_dynamic::model::{self, Models};

use super::routes::Routes;
use super::scope::{Scope, parameter};
use super::signing_names::models_signed_as;
use crate::http::Request;

/// What a request asks for. What cannot be read is an empty word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// The name that the request is signed for.
    pub(crate) service: String,
    /// The service's name in the models, which often is another one.
    pub(crate) model: &'static str,
    pub(crate) region: String,
    /// The operation's name; method and path where it is not known.
    pub(crate) operation: String,
    pub(crate) protocol: Protocol,
    pub(crate) access_key: String,
    /// The bucket of an S3 call.
    pub(crate) bucket: Option<String>,
}

/// How a call is written and how its answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Json,
    Cbor,
    Query,
    Ec2,
    RestJson,
    RestXml,
}

impl Call {
    /// Whether the call changes nothing, going by its name.
    pub(crate) fn is_read_only(&self) -> bool {
        model::is_read_only(&self.operation)
            || self.operation.starts_with("GET ")
            || self.operation.starts_with("HEAD ")
            || matches!(self.service.as_str(), "sts")
    }

    /// Whether the call is for S3 itself, whose errors differ from those of its protocol.
    pub(crate) fn is_s3(&self) -> bool {
        self.service == "s3" && self.model != "s3control"
    }
}

/// Reads what a request asks for.
pub(crate) fn identify(request: &Request) -> Call {
    let Scope { access_key, region, service } = Scope::of(request);
    let mut call = Call {
        service,
        model: "",
        region,
        operation: String::new(),
        protocol: Protocol::RestJson,
        access_key,
        bucket: None,
    };
    let path = request.path();
    if let Some(target) = request.headers.get("x-amz-target") {
        call.protocol = Protocol::Json;
        let (prefix, operation) = target.rsplit_once('.').unwrap_or(("", target));
        operation.clone_into(&mut call.operation);
        call.model = of_target(&call.service, prefix);
    } else if let Some((_, operation)) =
        path.strip_prefix("/service/").and_then(|rest| rest.split_once("/operation/"))
    {
        call.protocol = Protocol::Cbor;
        operation.clone_into(&mut call.operation);
        call.model = models_signed_as(&call.service).first().copied().unwrap_or_default();
    } else if let Some(operation) = action(request) {
        call.protocol = if call.service == "ec2" { Protocol::Ec2 } else { Protocol::Query };
        if call.service.is_empty()
            && matches!(operation.as_str(), "AssumeRoleWithWebIdentity" | "AssumeRoleWithSAML")
        {
            // These two are never signed.
            "sts".clone_into(&mut call.service);
        }
        call.model = of_action(&call.service, &operation);
        call.operation = operation;
    } else {
        rest(&mut call, request);
    }
    call
}

/// The operation of a query call: a form, or a query string in presigned URLs.
fn action(request: &Request) -> Option<String> {
    let is_form = request
        .headers
        .get("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let form = is_form.then(|| String::from_utf8_lossy(&request.body));
    form.and_then(|form| parameter(&form, "Action")).or_else(|| parameter(request.query(), "Action"))
}

/// The model of a JSON call.
fn of_target(service: &str, prefix: &str) -> &'static str {
    let models = models_signed_as(service);
    if let [only] = models {
        return only;
    }
    let fitting = models
        .iter()
        .find(|id| Models::builtin().service(id).is_some_and(|one| one.target_prefix() == prefix));
    fitting.or(models.first()).copied().unwrap_or_default()
}

/// The model of a query call.
fn of_action(service: &str, operation: &str) -> &'static str {
    let models = models_signed_as(service);
    if let [only] = models {
        return only;
    }
    let speaks = |id: &&&str| {
        Models::builtin().service(id).is_some_and(|one| {
            one.protocol() == Some(model::Protocol::Query) && one.operation(operation).is_some()
        })
    };
    // Services that are named as they are signed come first: RDS, Neptune and DocumentDB share all of their calls.
    let fitting =
        models.iter().filter(|id| **id == service).find(speaks).or_else(|| models.iter().find(speaks));
    fitting.or(models.first()).copied().unwrap_or_default()
}

/// Fills in what method, path and host tell.
fn rest(call: &mut Call, request: &Request) {
    let routes = Routes::of(&call.service);
    if routes.protocol() == Some(model::Protocol::RestXml) {
        call.protocol = Protocol::RestXml;
    }
    let mut path = request.path().to_owned();
    let host = request.headers.get("host").unwrap_or_default();
    if let Some((bucket, _)) =
        host.split_once(".s3.").or_else(|| host.split_once(".s3-")).filter(|_| call.service == "s3")
    {
        path = format!("/{bucket}{}", path.strip_suffix('/').filter(|rest| rest.is_empty()).unwrap_or(&path));
    }
    match routes.find(request, &path) {
        Some(route) => {
            call.model = route.model;
            route.operation.clone_into(&mut call.operation);
            if route.protocol == model::Protocol::RestJson {
                call.protocol = Protocol::RestJson;
            }
        }
        None => {
            call.model = models_signed_as(&call.service).first().copied().unwrap_or_default();
            call.operation = format!("{} {}", request.method, request.path());
        }
    }
    if call.is_s3() {
        let bucket = path.split('/').nth(1).filter(|bucket| !bucket.is_empty());
        call.bucket = bucket.map(str::to_owned);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Given {
        service: &'static str,
        method: &'static str,
        target: &'static str,
        header: (&'static str, &'static str),
        body: &'static str,
    }

    const ROOT: Given = Given { service: "", method: "POST", target: "/", header: ("", ""), body: "" };

    fn call(given: &Given) -> Call {
        let mut request = Request {
            method: given.method.into(),
            target: given.target.into(),
            body: given.body.as_bytes().to_vec(),
            ..Request::default()
        };
        let scope =
            format!("AWS4-HMAC-SHA256 Credential=AK/20250101/eu-west-1/{}/aws4_request, X", given.service);
        request.headers.push("authorization", scope);
        request.headers.push(given.header.0, given.header.1);
        identify(&request)
    }

    #[test]
    fn every_protocol_is_told() {
        const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        for (given, model, operation, protocol) in [
            (
                Given { service: "sqs", header: ("x-amz-target", "AmazonSQS.DeleteQueue"), ..ROOT },
                "sqs",
                "DeleteQueue",
                Protocol::Json,
            ),
            (
                Given {
                    service: "dynamodb",
                    header: ("x-amz-target", "DynamoDBStreams_20120810.ListStreams"),
                    ..ROOT
                },
                "dynamodbstreams",
                "ListStreams",
                Protocol::Json,
            ),
            (
                Given { service: "iam", header: FORM, body: "Action=ListRoles&Version=2010-05-08", ..ROOT },
                "iam",
                "ListRoles",
                Protocol::Query,
            ),
            (
                Given { service: "rds", header: FORM, body: "Action=DeleteDBCluster", ..ROOT },
                "rds",
                "DeleteDBCluster",
                Protocol::Query,
            ),
            (
                Given {
                    service: "elasticloadbalancing",
                    header: FORM,
                    body: "Action=DescribeTargetGroups",
                    ..ROOT
                },
                "elbv2",
                "DescribeTargetGroups",
                Protocol::Query,
            ),
            (
                Given { service: "ec2", header: FORM, body: "Action=DescribeVpcs", ..ROOT },
                "ec2",
                "DescribeVpcs",
                Protocol::Ec2,
            ),
            (
                Given { service: "lambda", method: "GET", target: "/2015-03-31/functions", ..ROOT },
                "lambda",
                "ListFunctions",
                Protocol::RestJson,
            ),
            (
                Given { service: "s3", method: "DELETE", target: "/b", ..ROOT },
                "s3",
                "DeleteBucket",
                Protocol::RestXml,
            ),
            (
                Given {
                    service: "s3",
                    method: "GET",
                    target: "/",
                    header: ("host", "b.s3.eu-west-1.amazonaws.com"),
                    ..ROOT
                },
                "s3",
                "ListObjects",
                Protocol::RestXml,
            ),
            (
                Given {
                    service: "monitoring",
                    target: "/service/GraniteServiceVersion20100801/operation/ListMetrics",
                    ..ROOT
                },
                "cloudwatch",
                "ListMetrics",
                Protocol::Cbor,
            ),
            (
                Given { service: "s3", method: "PUT", target: "/b/k", ..ROOT },
                "s3",
                "PUT /b/k",
                Protocol::RestXml,
            ),
            (Given { service: "", method: "GET", target: "/x", ..ROOT }, "", "GET /x", Protocol::RestJson),
        ] {
            let call = call(&given);
            let seen = (call.model, call.operation.as_str(), call.protocol);
            assert_eq!(seen, (model, operation, protocol), "{} {}", given.service, given.target);
            assert_eq!((call.region.as_str(), call.access_key.as_str()), ("eu-west-1", "AK"));
        }
    }

    #[test]
    fn buckets_and_reads_are_told() {
        let get = |target| call(&Given { service: "s3", method: "GET", target, ..ROOT });
        assert_eq!(get("/").bucket, None);
        assert_eq!(get("/b/k").bucket.as_deref(), Some("b"));
        assert!(get("/b?versions").is_read_only());
        assert!(!call(&Given { service: "s3", method: "DELETE", target: "/b", ..ROOT }).is_read_only());
    }
}
