use std::sync::Arc;

use aws_dynamic::model::Models;
use resource_filters::source::Problems;

use super::{CatalogHandler, Entry, check, read};
use crate::handler::{Definition, DynHandler};

/// The catalog files that come with the library: name and content. A new file needs a line here.
pub const FILES: &[(&str, &str)] = &[
    ("accessanalyzer.toml", include_str!("../../catalog/accessanalyzer.toml")),
    ("acm-pca.toml", include_str!("../../catalog/acm-pca.toml")),
    ("acm.toml", include_str!("../../catalog/acm.toml")),
    ("amp.toml", include_str!("../../catalog/amp.toml")),
    ("amplify.toml", include_str!("../../catalog/amplify.toml")),
    ("apigateway.toml", include_str!("../../catalog/apigateway.toml")),
    ("apigatewayv2.toml", include_str!("../../catalog/apigatewayv2.toml")),
    ("appconfig.toml", include_str!("../../catalog/appconfig.toml")),
    ("application-autoscaling.toml", include_str!("../../catalog/application-autoscaling.toml")),
    ("appmesh.toml", include_str!("../../catalog/appmesh.toml")),
    ("apprunner.toml", include_str!("../../catalog/apprunner.toml")),
    ("appstream.toml", include_str!("../../catalog/appstream.toml")),
    ("appsync.toml", include_str!("../../catalog/appsync.toml")),
    ("athena.toml", include_str!("../../catalog/athena.toml")),
    ("autoscaling-plans.toml", include_str!("../../catalog/autoscaling-plans.toml")),
    ("autoscaling.toml", include_str!("../../catalog/autoscaling.toml")),
    ("backup.toml", include_str!("../../catalog/backup.toml")),
    ("batch.toml", include_str!("../../catalog/batch.toml")),
    ("bedrock-agent.toml", include_str!("../../catalog/bedrock-agent.toml")),
    ("bedrock-agentcore-control.toml", include_str!("../../catalog/bedrock-agentcore-control.toml")),
    ("bedrock.toml", include_str!("../../catalog/bedrock.toml")),
    ("budgets.toml", include_str!("../../catalog/budgets.toml")),
    ("cloud9.toml", include_str!("../../catalog/cloud9.toml")),
    ("clouddirectory.toml", include_str!("../../catalog/clouddirectory.toml")),
    ("cloudformation.toml", include_str!("../../catalog/cloudformation.toml")),
    ("cloudfront.toml", include_str!("../../catalog/cloudfront.toml")),
    ("cloudhsmv2.toml", include_str!("../../catalog/cloudhsmv2.toml")),
    ("cloudsearch.toml", include_str!("../../catalog/cloudsearch.toml")),
    ("cloudtrail.toml", include_str!("../../catalog/cloudtrail.toml")),
    ("cloudwatch.toml", include_str!("../../catalog/cloudwatch.toml")),
    ("codeartifact.toml", include_str!("../../catalog/codeartifact.toml")),
    ("codebuild.toml", include_str!("../../catalog/codebuild.toml")),
    ("codecommit.toml", include_str!("../../catalog/codecommit.toml")),
    ("codedeploy.toml", include_str!("../../catalog/codedeploy.toml")),
    ("codeguru-reviewer.toml", include_str!("../../catalog/codeguru-reviewer.toml")),
    ("codeguruprofiler.toml", include_str!("../../catalog/codeguruprofiler.toml")),
    ("codepipeline.toml", include_str!("../../catalog/codepipeline.toml")),
    ("codestar-connections.toml", include_str!("../../catalog/codestar-connections.toml")),
    ("codestar-notifications.toml", include_str!("../../catalog/codestar-notifications.toml")),
    ("cognito-identity.toml", include_str!("../../catalog/cognito-identity.toml")),
    ("cognito-idp.toml", include_str!("../../catalog/cognito-idp.toml")),
    ("comprehend.toml", include_str!("../../catalog/comprehend.toml")),
    ("config.toml", include_str!("../../catalog/config.toml")),
    ("cur.toml", include_str!("../../catalog/cur.toml")),
    ("databrew.toml", include_str!("../../catalog/databrew.toml")),
    ("datapipeline.toml", include_str!("../../catalog/datapipeline.toml")),
    ("dax.toml", include_str!("../../catalog/dax.toml")),
    ("devicefarm.toml", include_str!("../../catalog/devicefarm.toml")),
    ("dms.toml", include_str!("../../catalog/dms.toml")),
    ("docdb-elastic.toml", include_str!("../../catalog/docdb-elastic.toml")),
    ("docdb.toml", include_str!("../../catalog/docdb.toml")),
    ("ds.toml", include_str!("../../catalog/ds.toml")),
    ("dsql.toml", include_str!("../../catalog/dsql.toml")),
    ("ec2.toml", include_str!("../../catalog/ec2.toml")),
    ("ecr-public.toml", include_str!("../../catalog/ecr-public.toml")),
    ("ecr.toml", include_str!("../../catalog/ecr.toml")),
    ("ecs.toml", include_str!("../../catalog/ecs.toml")),
    ("efs.toml", include_str!("../../catalog/efs.toml")),
    ("eks.toml", include_str!("../../catalog/eks.toml")),
    ("elasticache.toml", include_str!("../../catalog/elasticache.toml")),
    ("elasticbeanstalk.toml", include_str!("../../catalog/elasticbeanstalk.toml")),
    ("elb.toml", include_str!("../../catalog/elb.toml")),
    ("elbv2.toml", include_str!("../../catalog/elbv2.toml")),
    ("emr.toml", include_str!("../../catalog/emr.toml")),
    ("events.toml", include_str!("../../catalog/events.toml")),
    ("firehose.toml", include_str!("../../catalog/firehose.toml")),
    ("fms.toml", include_str!("../../catalog/fms.toml")),
    ("fsx.toml", include_str!("../../catalog/fsx.toml")),
    ("gamelift.toml", include_str!("../../catalog/gamelift.toml")),
    ("globalaccelerator.toml", include_str!("../../catalog/globalaccelerator.toml")),
    ("glue.toml", include_str!("../../catalog/glue.toml")),
    ("grafana.toml", include_str!("../../catalog/grafana.toml")),
    ("guardduty.toml", include_str!("../../catalog/guardduty.toml")),
    ("iam.toml", include_str!("../../catalog/iam.toml")),
    ("imagebuilder.toml", include_str!("../../catalog/imagebuilder.toml")),
    ("inspector.toml", include_str!("../../catalog/inspector.toml")),
    ("inspector2.toml", include_str!("../../catalog/inspector2.toml")),
    ("iot.toml", include_str!("../../catalog/iot.toml")),
    ("iotsitewise.toml", include_str!("../../catalog/iotsitewise.toml")),
    ("iottwinmaker.toml", include_str!("../../catalog/iottwinmaker.toml")),
    ("kafka.toml", include_str!("../../catalog/kafka.toml")),
    ("kendra.toml", include_str!("../../catalog/kendra.toml")),
    ("kinesis.toml", include_str!("../../catalog/kinesis.toml")),
    ("kinesisanalyticsv2.toml", include_str!("../../catalog/kinesisanalyticsv2.toml")),
    ("kinesisvideo.toml", include_str!("../../catalog/kinesisvideo.toml")),
    ("kms.toml", include_str!("../../catalog/kms.toml")),
    ("lakeformation.toml", include_str!("../../catalog/lakeformation.toml")),
    ("lex-models.toml", include_str!("../../catalog/lex-models.toml")),
    ("lightsail.toml", include_str!("../../catalog/lightsail.toml")),
    ("logs.toml", include_str!("../../catalog/logs.toml")),
    ("machinelearning.toml", include_str!("../../catalog/machinelearning.toml")),
    ("macie2.toml", include_str!("../../catalog/macie2.toml")),
    ("managedblockchain.toml", include_str!("../../catalog/managedblockchain.toml")),
    ("mediaconvert.toml", include_str!("../../catalog/mediaconvert.toml")),
    ("medialive.toml", include_str!("../../catalog/medialive.toml")),
    ("mediapackage.toml", include_str!("../../catalog/mediapackage.toml")),
    ("mediastore.toml", include_str!("../../catalog/mediastore.toml")),
    ("mediatailor.toml", include_str!("../../catalog/mediatailor.toml")),
    ("memorydb.toml", include_str!("../../catalog/memorydb.toml")),
    ("mgn.toml", include_str!("../../catalog/mgn.toml")),
    ("mq.toml", include_str!("../../catalog/mq.toml")),
    ("neptune-graph.toml", include_str!("../../catalog/neptune-graph.toml")),
    ("neptune.toml", include_str!("../../catalog/neptune.toml")),
    ("network-firewall.toml", include_str!("../../catalog/network-firewall.toml")),
    ("networkmanager.toml", include_str!("../../catalog/networkmanager.toml")),
    ("opensearch.toml", include_str!("../../catalog/opensearch.toml")),
    ("opensearchserverless.toml", include_str!("../../catalog/opensearchserverless.toml")),
    ("osis.toml", include_str!("../../catalog/osis.toml")),
    ("pinpoint-sms-voice-v2.toml", include_str!("../../catalog/pinpoint-sms-voice-v2.toml")),
    ("pinpoint.toml", include_str!("../../catalog/pinpoint.toml")),
    ("pipes.toml", include_str!("../../catalog/pipes.toml")),
    ("polly.toml", include_str!("../../catalog/polly.toml")),
    ("quicksight.toml", include_str!("../../catalog/quicksight.toml")),
    ("ram.toml", include_str!("../../catalog/ram.toml")),
    ("rds.toml", include_str!("../../catalog/rds.toml")),
    ("redshift-serverless.toml", include_str!("../../catalog/redshift-serverless.toml")),
    ("redshift.toml", include_str!("../../catalog/redshift.toml")),
    ("rekognition.toml", include_str!("../../catalog/rekognition.toml")),
    ("resource-explorer-2.toml", include_str!("../../catalog/resource-explorer-2.toml")),
    ("resource-groups.toml", include_str!("../../catalog/resource-groups.toml")),
    ("rolesanywhere.toml", include_str!("../../catalog/rolesanywhere.toml")),
    ("route53.toml", include_str!("../../catalog/route53.toml")),
    ("route53profiles.toml", include_str!("../../catalog/route53profiles.toml")),
    ("route53resolver.toml", include_str!("../../catalog/route53resolver.toml")),
    ("rum.toml", include_str!("../../catalog/rum.toml")),
    ("s3control.toml", include_str!("../../catalog/s3control.toml")),
    ("sagemaker.toml", include_str!("../../catalog/sagemaker.toml")),
    ("scheduler.toml", include_str!("../../catalog/scheduler.toml")),
    ("sdb.toml", include_str!("../../catalog/sdb.toml")),
    ("secretsmanager.toml", include_str!("../../catalog/secretsmanager.toml")),
    ("securityhub.toml", include_str!("../../catalog/securityhub.toml")),
    ("servicecatalog-appregistry.toml", include_str!("../../catalog/servicecatalog-appregistry.toml")),
    ("servicecatalog.toml", include_str!("../../catalog/servicecatalog.toml")),
    ("servicediscovery.toml", include_str!("../../catalog/servicediscovery.toml")),
    ("ses.toml", include_str!("../../catalog/ses.toml")),
    ("shield.toml", include_str!("../../catalog/shield.toml")),
    ("signer.toml", include_str!("../../catalog/signer.toml")),
    ("sns.toml", include_str!("../../catalog/sns.toml")),
    ("sqs.toml", include_str!("../../catalog/sqs.toml")),
    ("ssm-quicksetup.toml", include_str!("../../catalog/ssm-quicksetup.toml")),
    ("ssm.toml", include_str!("../../catalog/ssm.toml")),
    ("stepfunctions.toml", include_str!("../../catalog/stepfunctions.toml")),
    ("storagegateway.toml", include_str!("../../catalog/storagegateway.toml")),
    ("textract.toml", include_str!("../../catalog/textract.toml")),
    ("transcribe.toml", include_str!("../../catalog/transcribe.toml")),
    ("transfer.toml", include_str!("../../catalog/transfer.toml")),
    ("waf-regional.toml", include_str!("../../catalog/waf-regional.toml")),
    ("waf.toml", include_str!("../../catalog/waf.toml")),
    ("wafv2.toml", include_str!("../../catalog/wafv2.toml")),
    ("workspaces.toml", include_str!("../../catalog/workspaces.toml")),
    ("xray.toml", include_str!("../../catalog/xray.toml")),
];

/// The handlers of all types that come with the library as data.
///
/// # Errors
/// What is wrong with the files; a test keeps this from happening.
pub fn builtin() -> Result<Vec<Arc<dyn DynHandler>>, Problems> {
    let definition = |entry: &Entry| Definition::Library(entry.position().file.to_string());
    Ok(handlers(entries()?, definition))
}

/// The handlers of the types in a user's catalog, read and checked against AWS's models as those of the library are.
///
/// # Errors
/// Everything that is wrong with the file, all at once.
pub fn from_file(name: &str, text: &str) -> Result<Vec<Arc<dyn DynHandler>>, Problems> {
    let entries = read(name, text)?;
    check(&entries, Models::builtin()).into_result(())?;
    let definition = |entry: &Entry| Definition::User {
        file: entry.position().file.to_string(),
        line: entry.position().line,
    };
    Ok(handlers(entries, definition))
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

fn handlers(entries: Vec<Entry>, definition: impl Fn(&Entry) -> Definition) -> Vec<Arc<dyn DynHandler>> {
    let handler = |entry: Entry| -> Arc<dyn DynHandler> {
        let definition = definition(&entry);
        Arc::new(CatalogHandler::new(entry, definition, Models::builtin()))
    };
    entries.into_iter().map(handler).collect()
}
