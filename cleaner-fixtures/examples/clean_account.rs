//! Runs a program in a clean account of a pool, as a test would run, and says what it left behind.
//!
//! ```text
//! cargo run -p cleaner-fixtures --example clean_account -- aws-cleaner-pool aws sqs create-queue --queue-name orders
//! ```
//! The pool's table is in the account and the region that the environment's credentials open, as for every AWS tool.

use std::sync::Arc;
use std::time::Duration;

use aws_dynamic::{Session, SessionOptions};
use cleaner_core::lane::Quotas;
use cleaner_core::run::{Options, TypeChoice};
use cleaner_fixtures::{After, Difference, TestAccount, TestAccounts, clean_account};
use cleaner_pool::store::dynamodb::DynamoDb;
use cleaner_pool::{Pool, Settings, Wait};
use tokio::process::Command;

type AnyError = Box<dyn std::error::Error>;

/// The test: runs the program with the credentials of the account, and returns what is left behind.
async fn test(account: &TestAccount, program: &[String]) -> Result<Difference, AnyError> {
    let credentials = account.credentials().await?;
    let (name, arguments) = program.split_first().ok_or("usage: clean_account TABLE PROGRAM…")?;
    let status = Command::new(name)
        .args(arguments)
        .env("AWS_ACCESS_KEY_ID", credentials.access_key_id())
        .env("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key())
        .env("AWS_SESSION_TOKEN", credentials.session_token().unwrap_or_default())
        .env("AWS_REGION", account.region())
        .status()
        .await?;
    println!("{name} in account {}: {status}", account.id());
    // A test of its own cleaning up would assert that there is none: `assert_no_leftovers(&account.look().await?)`.
    Ok(Difference::from(&account.look().await?))
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let mut arguments = std::env::args().skip(1);
    let table = arguments.next().ok_or("usage: clean_account TABLE PROGRAM…")?;
    let program: Vec<String> = arguments.collect();
    let home = Session::load(SessionOptions::default()).await?;
    let region = home.region().unwrap_or("us-east-1").to_owned();
    let accounts = TestAccounts {
        pool: Pool::new(Arc::new(DynamoDb::new(&home, &region, &table)), Settings::default()),
        wait: Wait::AtMost(Duration::from_secs(600)),
        owner: "example".to_owned(),
        session: SessionOptions::default(),
        registry: Arc::new(cleaner_core::builtin()?),
        options: Options {
            types: TypeChoice { include: vec!["SQSQueue".to_owned()], exclude: Vec::new() },
            quotas: if home.endpoint_overridden("sts") { Quotas::Adaptive } else { Quotas::Aws },
            ..Options::default()
        },
        after: After::Clear,
    };
    let used = clean_account(&accounts, "example", async |account| test(account, &program).await).await?;
    println!("{}", used.value?);
    match used.ended? {
        Some(ended) => println!("the account is {} after {:?}", ended.state, ended.took),
        None => println!("a worker clears the account"),
    }
    Ok(())
}
