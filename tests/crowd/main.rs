//! What the simulation proves of the rules, once for real: forty processes of the binary on one table, killed at any moment.
//!
//! The table is the emulator's. The emulator carries out one request at a time, so that its conditional writes and transactions
//! are atomic; moto by itself is not, as it undoes a failed transaction by putting back a copy of the table. With
//! `POOL_TEST_DYNAMODB=http://127.0.0.1:8000` the table is that of another DynamoDB on this machine; `cargo xtask dynamodb-local`
//! runs it on DynamoDB Local.
//!
//! A binary of its own, so that no other test has to make do with what forty processes leave of the machine.

#[expect(dead_code, reason = "made for the end-to-end tests, which use all of it")]
#[path = "../e2e/pool_scene.rs"]
mod pool_scene;
#[expect(dead_code, reason = "made for the end-to-end tests, which use all of it")]
#[path = "../e2e/scene.rs"]
mod scene;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cleaner_tests::cli::Running;
use cleaner_tests::{Cli, Run, dynamodb_local};
use serde_json::Value;

use crate::pool_scene::PoolScene;

const ACCOUNTS: usize = 6;
/// Processes that are alive at once: 40 in all.
const CLIENTS: usize = 27;
const STEPPERS: usize = 4;
const WORKERS: usize = 6;
const REAPERS: usize = 3;
/// How long processes are killed at most; three times that on a machine that is too busy for a single command to come to its end.
const STORM: Duration = Duration::from_secs(45);
/// How many commands come to their end, and how many processes are killed, until it is enough.
const ENOUGH: usize = 20;
/// What accounts are looked at for: a type that few others have to do with, so that a clean is a handful of calls.
const CHEAP: [&str; 2] = ["--region=us-east-1", "--type=SSMParameter"];
/// The code of a command that came to its end.
const USED: i32 = 17;

/// Looks whether the account is clean, leaves something in it, and writes down when it began and ended. Without boto3, which
/// would take a second to load.
const USE: &str = r#"
import http.client, json, os, sys, time, urllib.parse
account, token = os.environ["AWS_CLEANER_POOL_ACCOUNT"], os.environ["AWS_CLEANER_POOL_TOKEN"]

def ask(url, method, headers, body=None):
    url = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    connection.request(method, url.path or "/", body, headers)
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == 200, (answer.status, text)
    return json.loads(text)

keys = ask(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], "GET",
           {"Authorization": os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]})
signature = ("AWS4-HMAC-SHA256 Credential=%s/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=0"
             % keys["AccessKeyId"])

def ssm(operation, body):
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AmazonSSM." + operation,
               "Authorization": signature, "X-Amz-Date": "20260101T000000Z", "X-Amz-Security-Token": keys["Token"]}
    return ask(os.environ["AWS_ENDPOINT_URL"], "POST", headers, json.dumps(body))

def tell(what):
    line = json.dumps({"account": account, "token": int(token), "what": what, "at": time.monotonic()}) + "\n"
    log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, line.encode())
    os.close(log)

tell("begin")
for one in ssm("DescribeParameters", {})["Parameters"]:
    tell("found " + one["Name"])
ssm("PutParameter", {"Name": "left-by-" + token, "Value": "x", "Type": "String"})
until = time.monotonic() + float(sys.argv[2])
while time.monotonic() < until:
    time.sleep(0.05)
tell("end")
sys.exit(17)
"#;

/// All that happens on the table, until it is told to stop.
struct Crowd<'a> {
    scene: &'a PoolScene,
    log: &'a Path,
    began: Instant,
    used: AtomicUsize,
    killed: AtomicUsize,
    alive: AtomicUsize,
    most: AtomicUsize,
}

impl Crowd<'_> {
    fn cli<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Cli {
        self.scene.cli(arguments).deadline(Duration::from_secs(120)).in_a_group()
    }

    fn is_over(&self) -> bool {
        let is_enough = |number: &AtomicUsize| number.load(Ordering::Relaxed) >= ENOUGH;
        let longest = if self.used.load(Ordering::Relaxed) == 0 { STORM * 3 } else { STORM };
        (is_enough(&self.used) && is_enough(&self.killed)) || self.began.elapsed() >= longest
    }

    /// Runs a process to its end, or to a moment by chance, at which it is killed with all it started.
    fn run(&self, cli: Cli, lives: Option<Duration>) -> Run {
        let alive = self.alive.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(alive, Ordering::Relaxed);
        let began = Instant::now();
        let mut running: Running = cli.spawn();
        let mut killed = false;
        while !running.has_ended() {
            let due = lives.is_some_and(|lives| began.elapsed() >= lives);
            if !killed && (due || self.is_over()) {
                running.kill_group();
                killed = true;
                self.killed.fetch_add(usize::from(due), Ordering::Relaxed);
            }
            thread::park_timeout(Duration::from_millis(20));
        }
        self.alive.fetch_sub(1, Ordering::Relaxed);
        running.wait()
    }

    /// How long a process may live, if it is to be killed.
    fn fate(&self, dice: &mut Dice, percent: u64) -> Option<Duration> {
        (dice.below(100) < percent).then(|| Duration::from_millis(1_000 + dice.below(20_000)))
    }

    fn client(&self, number: u64) {
        let mut dice = Dice(number + 1);
        while !self.is_over() {
            let python = self.scene.home.emulator.venv().command("snippet.py");
            let python = python.get_program().to_str().expect("a path").to_owned();
            let hold = format!("{}.{}", dice.below(2), dice.below(10));
            let cleans = if dice.below(3) == 0 { "now" } else { "later" };
            let arguments = ["run", "--wait", "100s", "--clean", cleans];
            let log = self.log.to_str().expect("a path");
            let cli =
                self.cli(arguments).args(CHEAP).args(["--", python.as_str(), "-S", "-c", USE, log, &hold]);
            let fate = self.fate(&mut dice, 35);
            let run = self.run(cli, fate);
            match run.code {
                Some(USED) => drop(self.used.fetch_add(1, Ordering::Relaxed)),
                // Killed; lost, or its turn did not come, since the machine is busy.
                None | Some(3 | 124 | 143) => {}
                Some(code) => panic!("a client ended with {code}: {}\n{}", run.stdout, run.stderr),
            }
        }
    }

    /// A client that does by itself what `run` does, and is careless about it.
    fn stepper(&self, number: u64) {
        let mut dice = Dice(1000 + number);
        while !self.is_over() {
            let acquired =
                self.run(self.cli(["pool", "acquire", "--wait", "100s", "--format", "json"]), None);
            if acquired.code != Some(0) {
                continue;
            }
            let lease = acquired.json();
            let (account, token) = (lease["account"].as_str().expect("an id"), lease["token"].to_string());
            let hold = |what| self.cli(["pool", what, "--account", account, "--token", &token]);
            self.run(hold("heartbeat"), None);
            if dice.below(3) > 0 {
                self.run(hold("release"), None);
            }
        }
    }

    fn worker(&self, number: u64) {
        let mut dice = Dice(2000 + number);
        while !self.is_over() {
            let cli = self.cli(["pool", "clean"]).args(CHEAP);
            let fate = self.fate(&mut dice, 60);
            self.run(cli, fate);
        }
    }

    fn reaper(&self, number: u64) {
        let mut dice = Dice(3000 + number);
        while !self.is_over() {
            let fate = self.fate(&mut dice, 30);
            self.run(self.cli(["pool", "reap"]), fate);
        }
    }
}

/// What one of the forty does.
type Part = fn(&Crowd<'_>, u64);

/// Chance that can be repeated, as far as the machine lets it.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

#[test]
fn forty_processes_that_are_killed_at_any_moment_share_a_pool() {
    let variables = [
        ("AWS_CLEANER_POOL_LEASE", "6s"),
        ("AWS_CLEANER_POOL_TICKET", "6s"),
        ("AWS_CLEANER_POOL_REST", "0s"),
        ("AWS_CLEANER_POOL_MAX_FAILURES", "1000"),
    ];
    let scene = PoolScene::of(ACCOUNTS, &variables);
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let began = Instant::now();
    let crowd = Crowd {
        scene: &scene,
        log: &log,
        began,
        used: AtomicUsize::new(0),
        killed: AtomicUsize::new(0),
        alive: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
    };
    thread::scope(|scope| {
        let all: [(usize, Part); 4] = [
            (CLIENTS, |crowd, number| crowd.client(number)),
            (STEPPERS, |crowd, number| crowd.stepper(number)),
            (WORKERS, |crowd, number| crowd.worker(number)),
            (REAPERS, |crowd, number| crowd.reaper(number)),
        ];
        for (count, part) in all {
            for number in 0..count as u64 {
                let crowd = &crowd;
                scope.spawn(move || part(crowd, number));
            }
        }
    });
    let stormed = began.elapsed();
    // All are dead now. What they held is found, and cleaned.
    scene.run(0, ["pool", "reap"]);
    let calm = crowd.cli(["pool", "clean", "--until-empty", "--concurrency=6"]).args(CHEAP);
    calm.env("AWS_CLEANER_POOL_LEASE", "90s").deadline(Duration::from_secs(300)).run().expect_code(0);
    let status = scene.json(0, ["pool", "status"]);
    assert_eq!(status["states"]["available"], ACCOUNTS, "{status}");
    let count = |number: &AtomicUsize| number.load(Ordering::Relaxed);
    let (used, killed, most) = (count(&crowd.used), count(&crowd.killed), count(&crowd.most));
    eprintln!(
        "{used} commands came to their end, {killed} processes were killed by chance, {most} lived at once; the storm took \
         {stormed:?}, all of it {:?}",
        began.elapsed()
    );
    let is_emulators = scene.home.calls().iter().any(|call| call.service == "dynamodb");
    assert_eq!(is_emulators, dynamodb_local::named().is_none(), "it was another table");
    let leases = judge_history(&scene);
    judge_log(&log, &leases);
    assert_eq!(most, CLIENTS + STEPPERS + WORKERS + REAPERS);
    // On a machine that is busy otherwise, most of the time goes into starting processes.
    assert!(used >= 1 && killed >= 10, "{used} used, {killed} killed: nothing happened");
}

/// Checks what history tells of each account. Returns the tokens of all leases.
fn judge_history(scene: &PoolScene) -> BTreeSet<(String, u64)> {
    let mut leases = BTreeSet::new();
    for target in scene.targets() {
        let account = target.account();
        let (mut state, mut token) = (Value::Null, 0);
        for entry in scene.history(target) {
            let what = entry["what"].as_str().expect("a text");
            let (from, to, now) = (&entry["from"], &entry["to"], entry["token"].as_u64().expect("a number"));
            assert_eq!(*from, state, "{account}: a gap before {entry}");
            let raises = matches!(what, "lease" | "begin_cleaning");
            assert_eq!(now, token + u64::from(raises), "{account}: the token after {entry}");
            assert!(what != "lease" || from == "available", "{account} was handed out: {entry}");
            assert!(to != "available" || what == "finish_cleaning", "{account} was freed: {entry}");
            if what == "lease" {
                leases.insert((account.to_owned(), now));
            }
            (state, token) = (to.clone(), now);
        }
        assert_eq!(state, "available", "{account}");
    }
    leases
}

/// Checks what the commands saw that ran in the accounts.
fn judge_log(log: &Path, leases: &BTreeSet<(String, u64)>) {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let mut tenures: BTreeMap<(String, u64), (f64, Option<f64>)> = BTreeMap::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("a line is written at once");
        let key =
            (line["account"].as_str().expect("an id").to_owned(), line["token"].as_u64().expect("a number"));
        let at = line["at"].as_f64().expect("a number");
        assert!(leases.contains(&key), "nobody was given {key:?}");
        match line["what"].as_str().expect("a text") {
            "begin" => assert!(tenures.insert(key, (at, None)).is_none(), "used twice: {line}"),
            "end" => tenures.get_mut(&key).expect("it began").1 = Some(at),
            found => panic!("{key:?} was handed out dirty: {found}"),
        }
    }
    let all: Vec<_> = tenures.iter().collect();
    for pair in all.windows(2) {
        let [((account, token), (begin, end)), ((next, next_token), (next_begin, _))] = pair else {
            continue;
        };
        if account == next {
            let end = end.unwrap_or(*begin);
            assert!(
                end <= *next_begin,
                "{account} was held with {token} until {end} and with {next_token} from {next_begin}"
            );
        }
    }
}
