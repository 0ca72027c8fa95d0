//! A pool in one account of the emulator, and other accounts in it that are handed out.

use cleaner_tests::{Cli, Run, dynamodb_local};
use serde_json::{Value, json};

use crate::scene::Scene;

/// A pool in one account, with other accounts in it that were never cleaned.
pub(crate) struct PoolScene {
    pub(crate) home: Scene,
    /// The first account.
    pub(crate) target: Scene,
    /// The further ones.
    pub(crate) others: Vec<Scene>,
    /// Variables that every command gets.
    variables: Vec<(&'static str, &'static str)>,
}

impl PoolScene {
    /// A pool with one account.
    pub(crate) fn new() -> Self {
        Self::of(1, &[])
    }

    /// A pool with some accounts, whose commands get some variables.
    pub(crate) fn of(accounts: usize, variables: &[(&'static str, &'static str)]) -> Self {
        let target = || Scene::of(&json!({ "roles": ["cleaner"] }));
        let scene = Self {
            home: Scene::new(),
            target: target(),
            others: (1..accounts).map(|_| target()).collect(),
            variables: variables.to_vec(),
        };
        assert_eq!(scene.json(0, ["pool", "init"])["made"], "new");
        let role = "arn:aws:iam::{account}:role/cleaner";
        let ids = scene.targets().map(Scene::account);
        let added = scene.json(0, ["pool", "add", "--role", role].into_iter().chain(ids));
        assert!(added.as_array().expect("a list").iter().all(|one| one["state"] == "dirty"), "{added}");
        scene
    }

    /// A pool with one account, which is available.
    pub(crate) fn clean() -> Self {
        Self::new().cleaned()
    }

    /// The same pool, once all its accounts, in which there is nothing yet, are available. Looks at a type that no others have to
    /// do with: that is a handful of calls.
    pub(crate) fn cleaned(self) -> Self {
        self.run(0, ["pool", "clean", "--until-empty", "--region", "us-east-1", "--type", "SSMParameter"]);
        self
    }

    /// All accounts that are handed out.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &Scene> {
        std::iter::once(&self.target).chain(&self.others)
    }

    pub(crate) fn cli<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Cli {
        let cli = self.home.cli(arguments);
        let cli = match dynamodb_local::named() {
            Some(url) => cli.env("AWS_ENDPOINT_URL_DYNAMODB", url),
            None => cli,
        };
        self.variables.iter().fold(cli, |cli, (name, value)| cli.env(name, *value))
    }

    pub(crate) fn run<'a>(&self, code: i32, arguments: impl IntoIterator<Item = &'a str>) -> Run {
        self.cli(arguments).run().expect_code(code)
    }

    pub(crate) fn json<'a>(&self, code: i32, arguments: impl IntoIterator<Item = &'a str>) -> Value {
        self.cli(arguments).args(["--format", "json"]).run().expect_code(code).json()
    }

    /// A worker that looks at queues only.
    pub(crate) fn work<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Run {
        self.cli(["pool", "clean", "--region", "us-east-1", "--type", "SQSQueue"]).args(arguments).run()
    }

    /// What the pool says of an account.
    pub(crate) fn account_of(&self, scene: &Scene) -> Value {
        let status = self.json(0, ["pool", "status"]);
        let all = status["accounts"].as_array().expect("a list");
        let found = all.iter().find(|one| one["account"] == scene.account());
        found.unwrap_or_else(|| panic!("no {} in {status}", scene.account())).clone()
    }

    /// What the pool says of the first account.
    pub(crate) fn account(&self) -> Value {
        self.account_of(&self.target)
    }

    /// The state of the first account.
    pub(crate) fn state(&self) -> String {
        self.account()["state"].as_str().unwrap_or_default().to_owned()
    }

    /// What happened to an account, in order.
    pub(crate) fn history(&self, scene: &Scene) -> Vec<Value> {
        let history = self.json(0, ["pool", "history", scene.account(), "--limit", "10000"]);
        history["entries"].as_array().expect("a list").iter().rev().cloned().collect()
    }
}
