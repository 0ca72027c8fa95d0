//! Which models belong to the name that a request is signed for, where the two names differ.

use aws_dynamic::model::Models;

/// Signing name, and the models of the services signed so; sorted.
const DIFFERENT: &[(&str, &[&str])] = &[
    ("IoTSecuredTunneling", &["iotsecuretunneling"]),
    ("access-analyzer", &["accessanalyzer"]),
    ("account-access", &["account-access", "account-access-runtime"]),
    ("aco-automation", &["compute-optimizer-automation"]),
    ("agent-registry", &["agent-registry", "agent-registry-control"]),
    ("aidevops", &["devops-agent"]),
    ("airflow", &["mwaa"]),
    ("airflow-serverless", &["mwaa-serverless"]),
    ("aoss", &["opensearchserverless"]),
    ("apigateway", &["apigateway", "apigatewayv2"]),
    ("app-integrations", &["appintegrations"]),
    ("appconfig", &["appconfig", "appconfigdata"]),
    ("application-cost-profiler", &["applicationcostprofiler"]),
    ("applicationinsights", &["application-insights"]),
    ("aps", &["amp"]),
    (
        "aws-marketplace",
        &[
            "marketplace-agreement",
            "marketplace-catalog",
            "marketplace-deployment",
            "marketplace-discovery",
            "marketplace-entitlement",
            "marketplace-reporting",
        ],
    ),
    ("awsssoportal", &["sso"]),
    ("backup-search", &["backupsearch"]),
    (
        "bedrock",
        &[
            "bedrock",
            "bedrock-agent",
            "bedrock-agent-runtime",
            "bedrock-data-automation",
            "bedrock-data-automation-runtime",
            "bedrock-runtime",
        ],
    ),
    ("bedrock-agentcore", &["bedrock-agentcore", "bedrock-agentcore-control"]),
    ("cases", &["connectcases"]),
    ("cassandra", &["keyspaces", "keyspacesstreams"]),
    (
        "chime",
        &[
            "chime",
            "chime-sdk-identity",
            "chime-sdk-media-pipelines",
            "chime-sdk-meetings",
            "chime-sdk-messaging",
            "chime-sdk-voice",
        ],
    ),
    ("cleanrooms-ml", &["cleanroomsml"]),
    ("cloudcontrolapi", &["cloudcontrol"]),
    ("cloudhsm", &["cloudhsm", "cloudhsmv2"]),
    ("cloudsearch", &["cloudsearch", "cloudsearchdomain"]),
    ("cloudwatch", &["cloudwatchomni"]),
    ("codeguru-profiler", &["codeguruprofiler"]),
    ("connect", &["connect", "connect-contact-lens", "connectscheduling"]),
    ("connect-campaigns", &["connectcampaigns", "connectcampaignsv2"]),
    ("dynamodb", &["dynamodb", "dynamodbstreams"]),
    ("elasticfilesystem", &["efs"]),
    ("elasticloadbalancing", &["elb", "elbv2"]),
    ("elasticmapreduce", &["emr"]),
    ("elemental-inference", &["elementalinference"]),
    ("end-user-messaging", &["endusermessaging"]),
    ("es", &["es", "opensearch"]),
    ("events", &["eventbridgev2", "events"]),
    ("execute-api", &["apigatewaymanagementapi", "connectparticipant"]),
    ("forecast", &["forecast", "forecastquery"]),
    ("geo", &["location"]),
    ("greengrass", &["greengrass", "greengrassv2"]),
    ("health-agent", &["connecthealth"]),
    ("iam", &["iam", "iam-toolbox"]),
    ("iotdata", &["iot-data"]),
    ("iotmanagedintegrations", &["iot-managed-integrations"]),
    ("ivs", &["ivs", "ivs-realtime"]),
    ("kinesisanalytics", &["kinesisanalytics", "kinesisanalyticsv2"]),
    (
        "kinesisvideo",
        &[
            "kinesis-video-archived-media",
            "kinesis-video-media",
            "kinesis-video-signaling",
            "kinesis-video-webrtc-storage",
            "kinesisvideo",
        ],
    ),
    ("lambda", &["lambda", "lambda-core", "lambda-microvms", "lambda-web"]),
    ("launchwizard", &["launch-wizard"]),
    ("lex", &["lex-models", "lex-runtime", "lexv2-models", "lexv2-runtime"]),
    ("mediastore", &["mediastore", "mediastore-data"]),
    ("mgh", &["mgh", "migrationhub-config"]),
    ("migrationhub-orchestrator", &["migrationhuborchestrator"]),
    ("migrationhub-strategy", &["migrationhubstrategy"]),
    ("mobiletargeting", &["pinpoint"]),
    ("monitoring", &["cloudwatch"]),
    ("mturk-requester", &["mturk"]),
    ("neptune-db", &["neptunedata"]),
    ("notifications-contacts", &["notificationscontacts"]),
    ("osm", &["opensearchmemory"]),
    ("partnercentral", &["partnercentral-revenue-measurement"]),
    ("payment-cryptography", &["payment-cryptography", "payment-cryptography-data"]),
    ("personalize", &["personalize", "personalize-events", "personalize-runtime"]),
    ("pricingplanmanager", &["pricing-plan-manager"]),
    ("profile", &["customer-profiles"]),
    ("rds", &["docdb", "neptune", "rds"]),
    ("refactor-spaces", &["migration-hub-refactor-spaces"]),
    ("resiliencehub", &["resiliencehub", "resiliencehubv2"]),
    ("s3", &["s3", "s3control"]),
    ("s3-outposts", &["s3outposts"]),
    (
        "sagemaker",
        &[
            "sagemaker",
            "sagemaker-a2i-runtime",
            "sagemaker-edge",
            "sagemaker-featurestore-runtime",
            "sagemaker-inference-router-runtime",
            "sagemaker-metrics",
            "sagemaker-runtime",
            "sagemakerjobruntime",
            "sagemakertrainingsessionruntime",
        ],
    ),
    ("scn", &["supplychain"]),
    ("sdb", &["sdb", "simpledbv2"]),
    ("servicecatalog", &["servicecatalog", "servicecatalog-appregistry"]),
    ("servicequotas", &["service-quotas"]),
    ("ses", &["mailmanager", "pinpoint-email", "ses", "sesv2"]),
    ("signer", &["signer", "signer-data"]),
    ("sms-voice", &["pinpoint-sms-voice", "pinpoint-sms-voice-v2", "sms-voice"]),
    ("social-messaging", &["socialmessaging"]),
    ("sso", &["sso-admin"]),
    ("sso-oauth", &["sso-oidc"]),
    ("states", &["stepfunctions"]),
    ("supportapp", &["support-app"]),
    ("tagging", &["resourcegroupstaggingapi"]),
    ("tax", &["taxsettings"]),
    ("thinclient", &["workspaces-thin-client"]),
    ("timestream", &["timestream-query", "timestream-write"]),
    ("voiceid", &["voice-id"]),
    ("wisdom", &["qconnect", "wisdom"]),
];

/// The models of the services that are signed for under a name, in the order of their names.
pub(super) fn models_signed_as(name: &str) -> Vec<&'static str> {
    match DIFFERENT.binary_search_by_key(&name, |(own, _)| own) {
        Ok(found) => DIFFERENT[found].1.to_vec(),
        Err(_) => Models::builtin().services().filter(|service| *service == name).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_table_says_what_the_models_say() {
        let mut named: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for id in Models::builtin().services() {
            let service = Models::builtin().service(id).expect("it is in the list");
            named.entry(service.signing_name()).or_default().push(id);
        }
        let different: Vec<_> = named.iter().filter(|(name, ids)| ids.as_slice() != [**name]).collect();
        for (name, ids) in &different {
            assert_eq!(models_signed_as(name), **ids, "{name}");
        }
        assert_eq!(
            different.len(),
            DIFFERENT.len(),
            "{:?}",
            different.iter().map(|(name, _)| name).collect::<Vec<_>>()
        );
        assert!(DIFFERENT.is_sorted());
        assert_eq!(models_signed_as("sqs"), ["sqs"]);
        assert!(models_signed_as("no-such").is_empty());
    }
}
