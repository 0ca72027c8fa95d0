//! An account behind a proxy, something in it, and a run.

use std::sync::OnceLock;

use cleaner_tests::{Cli, Credentials, Emulator, Run, python};
use fault_proxy::{FaultProxy, Rules, Traced};
use serde_json::{Value, json};

/// An account of its own, with two of each in the home region, and a proxy of its own in front of it.
pub(crate) struct Behind {
    emulator: &'static Emulator,
    credentials: Credentials,
    pub(crate) proxy: FaultProxy,
}

/// A run, its report, and what the proxy saw of it.
pub(crate) struct Done {
    pub(crate) run: Run,
    pub(crate) report: Value,
    pub(crate) trace: Vec<Traced>,
}

/// One service per protocol: its signing name, the operations that list and delete, the resource type.
pub(crate) const PROTOCOLS: [(&str, &str, &str, &str); 5] = [
    ("sqs", "ListQueues", "DeleteQueue", "SQSQueue"),
    ("sns", "ListTopics", "DeleteTopic", "SNSTopic"),
    ("ec2", "DescribeKeyPairs", "DeleteKeyPair", "EC2KeyPair"),
    ("apigateway", "GetApiKeys", "DeleteApiKey", "APIGatewayAPIKey"),
    ("s3", "ListBuckets", "DeleteBucket", "S3Bucket"),
];

/// How many resources [`Behind::new`] makes.
pub(crate) const MADE: u64 = 10;

const TWO_OF_EACH: &str = "
for n in range(2):
    client('sqs').create_queue(QueueName=f'q-{n}')
    client('sns').create_topic(Name=f't-{n}')
    client('ec2').create_key_pair(KeyName=f'k-{n}')
    client('apigateway').create_api_key(name=f'a-{n}')
    client('s3').create_bucket(Bucket=f'b-{n}-{account}')
client('s3').put_object(Bucket=f'b-0-{account}', Key='k', Body=b'x')
";

const LEFT: &str = "
[len(client('sqs').list_queues().get('QueueUrls', [])), len(client('sns').list_topics()['Topics']),
 len(client('ec2').describe_key_pairs()['KeyPairs']), len(client('apigateway').get_api_keys()['items']),
 len(client('s3').list_buckets()['Buckets'])]
";

/// One rule for every list and every deletion of [`PROTOCOLS`], each `times` times.
pub(crate) fn each(rule: &Value, times: u64) -> Value {
    let operations =
        PROTOCOLS.iter().flat_map(|(service, list, delete, _)| [(service, list), (service, delete)]);
    let rules = operations.map(|(service, operation)| {
        let mut rule = rule.clone();
        rule["service"] = json!(service);
        rule["operation"] = json!(operation);
        rule["times"] = json!(times);
        rule
    });
    rules.collect()
}

pub(crate) fn rules(rules: &Value) -> Rules {
    Rules::from_json(rules).unwrap_or_else(|problems| panic!("{problems}"))
}

impl Behind {
    /// An account with two of each, behind a proxy with these rules.
    pub(crate) fn new(rules: &Value) -> Self {
        let behind = Self::empty();
        behind.py(TWO_OF_EACH);
        behind.proxy.set_rules(self::rules(rules));
        behind
    }

    /// An empty account behind a proxy without rules.
    pub(crate) fn empty() -> Self {
        static EMULATOR: OnceLock<Emulator> = OnceLock::new();
        let emulator = EMULATOR.get_or_init(|| {
            let emulator = Emulator::start();
            emulator.settings(&json!({ "recreate_log_groups": ["/comes-back/*"] }));
            emulator
        });
        let proxy = FaultProxy::start(emulator.url(), Rules::none()).expect("it starts");
        Self { emulator, credentials: emulator.new_account(), proxy }
    }

    /// Runs Python in the home region, past the proxy.
    pub(crate) fn py(&self, code: &str) -> Value {
        python::snippet(self.emulator, &self.credentials, "us-east-1", code)
    }

    /// What is left of the two of each, in the order of [`PROTOCOLS`], past the proxy.
    pub(crate) fn left(&self) -> Vec<u64> {
        serde_json::from_value(self.py(LEFT)).expect("five numbers")
    }

    /// Clears the home region of the types of [`PROTOCOLS`].
    pub(crate) fn clear(&self, code: i32) -> Done {
        let types: Vec<&str> = PROTOCOLS.iter().map(|(.., name)| *name).collect();
        self.clear_types(code, &types.join(","), "version: 1\n", &[])
    }

    /// Clears the home region of some types, with a configuration.
    pub(crate) fn clear_types(&self, code: i32, types: &str, configuration: &str, more: &[&str]) -> Done {
        let (cli, _) = Cli::new(self.emulator, &self.credentials)
            .env("AWS_ENDPOINT_URL", self.proxy.url())
            .args(["clear", "--yes", "--account", &self.credentials.account, "--report", "report.json"])
            .args(["--region", "us-east-1", "--type", types])
            .args(more.iter().copied())
            .file("aws-cleaner.yaml", configuration);
        let run = cli.run();
        let trace = self.proxy.trace();
        if run.code != Some(code) {
            let faults: Vec<_> = trace
                .iter()
                .map(|call| {
                    format!(
                        "{}:{} {} {}",
                        call.service,
                        call.operation,
                        call.status,
                        call.fault.unwrap_or("")
                    )
                })
                .collect();
            panic!(
                "exit code {:?} instead of {code} after {:?}\nstdout:\n{}\nstderr:\n{}\ncalls:\n{}",
                run.code,
                run.took,
                run.stdout,
                run.stderr,
                faults.join("\n")
            );
        }
        let report = run.read_json("report.json");
        Done { run, report, trace }
    }
}

impl Done {
    /// Asserts that everything went and that this was proven.
    pub(crate) fn clean(self) -> Self {
        assert_eq!(self.report["outcome"], "clean", "{:#}", self.report["summary"]);
        for open in ["failed", "blocked", "pending", "unknown_lists"] {
            assert_eq!(self.report["summary"][open], 0, "{open}: {:#}", self.report["summary"]);
        }
        self
    }

    /// A number of the summary.
    pub(crate) fn count(&self, key: &str) -> u64 {
        let summary = &self.report["summary"];
        summary[key].as_u64().unwrap_or_else(|| panic!("no {key} in {summary:#}"))
    }

    /// How many resources went, by our hand or somebody else's.
    pub(crate) fn gone(&self) -> u64 {
        self.count("deleted") + self.count("already_gone")
    }

    /// How often a fault hit; its late part is not counted.
    pub(crate) fn hits(&self, fault: &str) -> usize {
        self.trace.iter().filter(|call| call.fault == Some(fault) && !call.background).count()
    }

    /// The status of the list of a type.
    pub(crate) fn list_status(&self, kind: &str) -> &str {
        let lists = self.report["lists"].as_array().expect("lists");
        let list =
            lists.iter().find(|list| list["type"] == kind).unwrap_or_else(|| panic!("no list of {kind}"));
        list["status"].as_str().expect("a text")
    }
}
