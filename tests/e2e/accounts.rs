//! `clear` over many accounts: of an organizational unit, or of a file.

use cleaner_tests::Cli;
use serde_json::{Value, json};

use crate::scene::Scene;

/// An organization: the account that manages it, and others in units of it.
struct Organization {
    hub: Scene,
    unit: String,
    members: Vec<Scene>,
}

impl Organization {
    /// An organization with accounts, each with a role `cleaner` and a queue; every second one in a unit below.
    fn new(names: &[&str]) -> Self {
        let hub = Scene::new();
        let made = hub.py(&format!(
            "org = client('organizations')\n\
             org.create_organization(FeatureSet='ALL')\n\
             root = org.list_roots()['Roots'][0]['Id']\n\
             def unit(parent, name):\n\
             \x20   made = org.create_organizational_unit(ParentId=parent, Name=name)\n\
             \x20   return made['OrganizationalUnit']['Id']\n\
             def member(name, parent):\n\
             \x20   made = org.create_account(AccountName=name, Email=name + '@example.com')\n\
             \x20   account = made['CreateAccountStatus']['AccountId']\n\
             \x20   org.move_account(AccountId=account, SourceParentId=root, DestinationParentId=parent)\n\
             \x20   return account\n\
             units = [unit(root, 'sandboxes')]\n\
             units.append(unit(units[0], 'ci'))\n\
             {{'unit': units[0], 'accounts': [member(name, units[at % 2]) for at, name in enumerate({names})]}}",
            names = json!(names)
        ));
        let member = |id: &Value| {
            let scene = Scene::of(&json!({ "account": id, "roles": ["cleaner"] }));
            scene.py("client('sqs').create_queue(QueueName='q')");
            scene
        };
        let members = made["accounts"].as_array().expect("a list").iter().map(member).collect();
        hub.py("client('sqs').create_queue(QueueName='q')");
        Self { hub, unit: made["unit"].as_str().expect("a text").to_owned(), members }
    }

    /// Prepares a run over accounts that looks at queues only.
    fn clearing<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Cli {
        let cli = self.hub.cli(["clear", "--role", "cleaner", "--region", "us-east-1", "--type", "SQSQueue"]);
        cli.args(["--report", "report.json", "--patience", "2s"]).args(arguments)
    }

    fn tag(&self, member: usize) {
        let account = self.members[member].account();
        let tags = "[{'Key': 'aws-cleaner:opt-out', 'Value': ''}]";
        self.hub.py(&format!("client('organizations').tag_resource(ResourceId='{account}', Tags={tags})"));
    }

    /// What the report says became of each account.
    fn outcomes(&self, report: &Value) -> Vec<String> {
        let of = |account: &str| {
            let accounts = report["accounts"].as_array().expect("a list");
            let found = accounts.iter().find(|one| one["account"]["id"] == account);
            found.map_or("none".to_owned(), |one| one["outcome"].as_str().expect("a text").to_owned())
        };
        self.members.iter().map(|member| of(member.account())).collect()
    }

    /// How many queues each account has.
    fn queues(&self) -> Vec<u64> {
        self.members.iter().map(queues).collect()
    }
}

fn queues(scene: &Scene) -> u64 {
    scene.py("len(client('sqs').list_queues().get('QueueUrls', []))").as_u64().expect("a number")
}

#[test]
fn an_organizational_unit_is_cleared_account_by_account() {
    let all = Organization::new(&["one", "two", "three", "four", "five"]);
    // The second cannot be cleared, the third says no, and into the fourth nobody gets.
    all.members[1].faults(&json!([{ "service": "sqs", "operation": "DeleteQueue", "kind": "deny" }]));
    all.tag(2);
    all.members[3].py("client('iam').delete_role_policy(RoleName='cleaner', PolicyName='everything')\n\
         client('iam').delete_role(RoleName='cleaner')");
    let run = all.clearing(["--org-unit", &all.unit, "--yes", "--events", "events"]).run().expect_code(6);
    let report = run.read_json("report.json");
    assert_eq!(all.outcomes(&report), ["clean", "leftovers", "none", "failed", "clean"]);
    assert_eq!(all.queues(), [0, 1, 1, 1, 0]);
    assert_eq!(queues(&all.hub), 1, "nobody meant the account that manages all");
    assert_eq!(report["outcome"], "failed", "the worst of all");
    assert_eq!(report["summary"]["deleted"], 2);
    let left_out = report["left_out"].as_array().expect("a list");
    assert_eq!(
        left_out.iter().map(|one| (&one["account"], &one["name"])).collect::<Vec<_>>(),
        [(&json!(all.members[2].account()), &json!("three"))]
    );
    for said in [
        "SQSQueue q",
        "it carries the tag aws-cleaner:opt-out",
        "4 accounts: 2 clean, 1 leftovers, 1 failed; 2 deleted",
    ] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
    let events = run.read(&format!("events/{}.ndjson", all.members[0].account()));
    assert!(events.lines().any(|line| line.contains("\"SQSQueue\"")), "{events}");

    all.members[1].faults(&json!([]));
    let again = all.clearing(["--org-unit", &all.unit, "--yes", "--concurrency", "1"]).run().expect_code(6);
    assert_eq!(
        all.outcomes(&again.read_json("report.json")),
        ["clean", "clean", "none", "failed", "clean"],
        "what failed before is of no consequence"
    );
}

#[test]
fn accounts_of_a_file_are_refused_if_they_must_not_be_cleared() {
    let all = Organization::new(&["one", "two"]);
    all.tag(1);
    let accounts = format!(
        "# sandboxes\n{}  # of jo\n{}\n{}\n",
        all.members[0].account(),
        all.members[1].account(),
        all.hub.account()
    );
    let with = |arguments: &[&str]| {
        let (cli, path) = all.clearing(arguments.iter().copied()).file("accounts.txt", &accounts);
        cli.args(["--accounts"]).args([path.as_os_str()]).run()
    };
    let unattended = with(&[]).expect_code(3);
    assert!(unattended.stderr.contains("nobody can be asked"), "{}", unattended.stderr);
    let dry = with(&["--dry-run"]).expect_code(3);
    assert_eq!(all.outcomes(&dry.read_json("report.json")), ["dry_run", "refused"]);
    assert_eq!(all.queues(), [1, 1]);
    let run = with(&["--yes"]).expect_code(3);
    let report = run.read_json("report.json");
    assert_eq!(all.outcomes(&report), ["clean", "refused"]);
    let reasons = report["accounts"].to_string();
    assert!(reasons.contains("is the management account of its organization"), "{reasons}");
    assert!(reasons.contains("carries the tag aws-cleaner:opt-out"), "{reasons}");
    assert_eq!((all.queues(), queues(&all.hub)), (vec![0, 1], 1));
    // Whoever lifts the protection by name may.
    let config = "version: 1\nprotections: { lift: [opt-out-tag] }\n";
    let (cli, path) = all.clearing(["--yes"]).file("accounts.txt", all.members[1].account());
    let (cli, _) = cli.file("aws-cleaner.yaml", config);
    cli.args(["--accounts"]).args([path.as_os_str()]).run().expect_code(0);
    assert_eq!(all.queues(), [0, 0]);
}

#[test]
fn mistakes_about_many_accounts_are_named_and_nothing_is_called() {
    let scene = Scene::new();
    for (text, said) in
        [("111122223333\nsandbox\n", "accounts.txt:2: "), ("# nobody\n", "there is no account to clear")]
    {
        let (cli, path) = scene.cli(["clear", "--yes", "--accounts"]).file("accounts.txt", text);
        let run = cli.args([path.as_os_str()]).run().expect_code(2);
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
    for arguments in [
        &["clear", "--org-unit", "sandboxes"][..],
        &["clear", "--accounts", "missing.txt", "--yes"],
        &["clear", "--org-unit", "ou-ab12-34567890", "--account", "111122223333"],
        &["clear", "--role", "cleaner"],
        &["clear", "--org-unit", "ou-ab12-34567890", "--role", "arn:aws:iam::111122223333:role/x"],
    ] {
        scene.cli(arguments.iter().copied()).run().expect_code(2);
    }
    assert!(scene.calls().iter().all(|call| call.service == "sts"), "{:?}", scene.calls());
}
