use std::sync::{Arc, LazyLock};

use super::account::Account;
use super::family::Family;
use super::wire::Wire;
use super::within;
use crate::account::TestGround;
use crate::handler::Registry;
use crate::lane::Quotas;
use crate::report::{ApiStats, ItemOutcome, Outcome, Report};
use crate::run::{Cleaner, Options, TypeChoice};

macro_rules! families {
    ($($test:ident: $file:literal,)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $test() {
                prove($file, include_str!(concat!("families/", $file))).await;
            }
        )*
    };
}

families! {
    backup_goes_in_order: "backup.toml",
    batch_goes_in_order: "batch.toml",
    cloudfront_goes_in_order: "cloudfront.toml",
    cognito_goes_in_order: "cognito.toml",
    ecs_goes_in_order: "ecs.toml",
    eks_goes_in_order: "eks.toml",
    elb_goes_in_order: "elb.toml",
    iam_goes_in_order: "iam.toml",
    rds_goes_in_order: "rds.toml",
    route53_goes_in_order: "route53.toml",
    vpc_goes_in_order: "vpc.toml",
}

/// All types, read once.
static ALL: LazyLock<Registry> = LazyLock::new(|| crate::builtin().expect("the types fit together"));

/// Clears the account of a family: with the order of its types known nothing is refused, without it something is.
async fn prove(name: &str, text: &str) {
    let family = Arc::new(Family::read(name, text));
    let (account, report) = clear(&family, true).await;
    assert_eq!(account.strange(), Vec::<String>::new(), "{name}: calls that nobody thought of");
    assert_eq!(account.refused(), Vec::<String>::new(), "{name}: the order was found out by trying");
    let open = report
        .resources
        .iter()
        .filter(|one| !matches!(one.outcome, ItemOutcome::Deleted | ItemOutcome::AlreadyGone));
    let open: Vec<_> = open.map(|one| (&one.id, one.outcome, &one.error, &one.verdict)).collect();
    assert_eq!(
        account.left(),
        Vec::<String>::new(),
        "{name}: everything goes: {open:#?}, {:#?}",
        report.lists
    );
    assert_eq!(report.outcome, Outcome::Clean, "{name}: {:?}", report.reason);
    let (account, _) = clear(&family, false).await;
    assert_ne!(account.refused(), Vec::<String>::new(), "{name}: it goes without any order, too");
}

async fn clear(family: &Arc<Family>, is_ordered: bool) -> (Account, Report) {
    let account = Account::new(family.clone());
    let session = Wire::new(account.clone(), &family.services).session().await;
    let types = family.types();
    let registry = Arc::new(within::registry(&ALL, &types, is_ordered));
    let options = Options {
        types: TypeChoice { include: types.into_iter().collect(), ..TypeChoice::default() },
        quotas: Quotas::Adaptive,
        ..Options::default()
    };
    let ground = TestGround::behind(session, "eu-west-1");
    let cleaner = Cleaner::on(Arc::new(ground), registry, options, Arc::new(ApiStats::default()));
    let mut run = cleaner.begin(Vec::new()).await.expect("the account is the right one");
    let plan = run.plan().await.expect("the account can be listed");
    let report = run.clear(plan).await.expect("nothing is in the way");
    (account, report)
}
