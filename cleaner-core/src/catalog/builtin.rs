use std::sync::Arc;

use aws_dynamic::model::Models;
use resource_filters::source::Problems;

use super::{CatalogHandler, Entry, check, read};
use crate::handler::DynHandler;

/// The catalog files that come with the library: name and content. A new file needs a line here.
pub const FILES: &[(&str, &str)] = &[
    ("acm.toml", include_str!("../../catalog/acm.toml")),
    ("apigateway.toml", include_str!("../../catalog/apigateway.toml")),
    ("apigatewayv2.toml", include_str!("../../catalog/apigatewayv2.toml")),
    ("appsync.toml", include_str!("../../catalog/appsync.toml")),
    ("athena.toml", include_str!("../../catalog/athena.toml")),
    ("autoscaling.toml", include_str!("../../catalog/autoscaling.toml")),
    ("cloudfront.toml", include_str!("../../catalog/cloudfront.toml")),
    ("cloudwatch.toml", include_str!("../../catalog/cloudwatch.toml")),
    ("cognito-identity.toml", include_str!("../../catalog/cognito-identity.toml")),
    ("cognito-idp.toml", include_str!("../../catalog/cognito-idp.toml")),
    ("ec2.toml", include_str!("../../catalog/ec2.toml")),
    ("ecr.toml", include_str!("../../catalog/ecr.toml")),
    ("ecs.toml", include_str!("../../catalog/ecs.toml")),
    ("efs.toml", include_str!("../../catalog/efs.toml")),
    ("eks.toml", include_str!("../../catalog/eks.toml")),
    ("elasticache.toml", include_str!("../../catalog/elasticache.toml")),
    ("elb.toml", include_str!("../../catalog/elb.toml")),
    ("elbv2.toml", include_str!("../../catalog/elbv2.toml")),
    ("events.toml", include_str!("../../catalog/events.toml")),
    ("firehose.toml", include_str!("../../catalog/firehose.toml")),
    ("glue.toml", include_str!("../../catalog/glue.toml")),
    ("iam.toml", include_str!("../../catalog/iam.toml")),
    ("kafka.toml", include_str!("../../catalog/kafka.toml")),
    ("kinesis.toml", include_str!("../../catalog/kinesis.toml")),
    ("kms.toml", include_str!("../../catalog/kms.toml")),
    ("logs.toml", include_str!("../../catalog/logs.toml")),
    ("mq.toml", include_str!("../../catalog/mq.toml")),
    ("opensearch.toml", include_str!("../../catalog/opensearch.toml")),
    ("pipes.toml", include_str!("../../catalog/pipes.toml")),
    ("rds.toml", include_str!("../../catalog/rds.toml")),
    ("redshift.toml", include_str!("../../catalog/redshift.toml")),
    ("route53.toml", include_str!("../../catalog/route53.toml")),
    ("scheduler.toml", include_str!("../../catalog/scheduler.toml")),
    ("secretsmanager.toml", include_str!("../../catalog/secretsmanager.toml")),
    ("ses.toml", include_str!("../../catalog/ses.toml")),
    ("sns.toml", include_str!("../../catalog/sns.toml")),
    ("sqs.toml", include_str!("../../catalog/sqs.toml")),
    ("ssm.toml", include_str!("../../catalog/ssm.toml")),
    ("stepfunctions.toml", include_str!("../../catalog/stepfunctions.toml")),
    ("wafv2.toml", include_str!("../../catalog/wafv2.toml")),
    ("xray.toml", include_str!("../../catalog/xray.toml")),
];

/// The handlers of all types that come with the library as data.
///
/// # Errors
/// What is wrong with the files; a test keeps this from happening.
pub fn builtin() -> Result<Vec<Arc<dyn DynHandler>>, Problems> {
    Ok(handlers(entries()?))
}

/// The handlers of the types in a user's catalog, read and checked against AWS's models as those of the library are.
///
/// # Errors
/// Everything that is wrong with the file, all at once.
pub fn from_file(name: &str, text: &str) -> Result<Vec<Arc<dyn DynHandler>>, Problems> {
    let entries = read(name, text)?;
    check(&entries, Models::builtin()).into_result(())?;
    Ok(handlers(entries))
}

/// The entries of all files of the library.
pub(super) fn entries() -> Result<Vec<Entry>, Problems> {
    let mut problems = Problems::new();
    let mut entries = Vec::new();
    for (name, text) in FILES {
        match read(name, text) {
            Ok(found) => entries.extend(found),
            Err(found) => problems.extend(found),
        }
    }
    problems.into_result(entries)
}

fn handlers(entries: Vec<Entry>) -> Vec<Arc<dyn DynHandler>> {
    let handler = |entry| -> Arc<dyn DynHandler> { Arc::new(CatalogHandler::new(entry, Models::builtin())) };
    entries.into_iter().map(handler).collect()
}
