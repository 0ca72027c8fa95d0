//! Scans of a simulated cloud.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::scanner::in_turn;
use super::{ScanNeeds, Scanner, Target};
use crate::error::{Error, ErrorKind};
use crate::event::Recorder;
use crate::handler::{Access, Context, Deletion, Registry, ResourceHandler, Sink, TagSource, TypeSpec};
use crate::lane::Lanes;
use crate::report::ListStatus;
use crate::resource::{Fact, Region, Resource, Tags};
use crate::testkit::{Cloud, Listing, Thing, simulated};

fn registry(cloud: &Cloud, failing: ErrorKind) -> Registry {
    Registry::builder()
        .with(simulated(cloud, TypeSpec::new("A", "a"), Listing::Works))
        .with(simulated(cloud, TypeSpec::new("B", "b").tags(TagSource::Bulk), Listing::Works))
        .with(simulated(cloud, TypeSpec::new("S", "s").stack(), Listing::Fails(failing)))
        .build()
        .expect("the types fit together")
}

async fn scan(registry: &Registry, needs: ScanNeeds) -> Result<super::Found, crate::error::Error> {
    let account = "123456789012".parse().expect("twelve digits");
    let access = Access::new(account, "aws", None, Lanes::default(), HashMap::new());
    let scanner = Scanner { access: &access, registry, needs: &needs };
    let targets = registry.handlers().flat_map(|handler| {
        ["r1", "r2"].map(|region| Target { handler: Arc::clone(handler), region: region.into() })
    });
    scanner.scan(targets.collect(), &mut Recorder::new(Vec::new())).await
}

#[tokio::test(start_paused = true)]
async fn a_failed_listing_is_data() {
    let cloud = Cloud::default();
    cloud.add(Thing::new(Resource::new("A".into(), "r1".into(), "a")));
    let found =
        scan(&registry(&cloud, ErrorKind::Denied), ScanNeeds::default()).await.expect("a scan goes on");
    assert_eq!(found.resources.len(), 1);
    assert_eq!(found.unknown_lists(), 2);
    assert!(
        found.lists.iter().filter(|list| list.type_name == "S").all(|list| list.status == ListStatus::Denied)
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_not_there_is_known_to_be_empty() {
    let found = scan(&registry(&Cloud::default(), ErrorKind::UnsupportedRegion), ScanNeeds::default())
        .await
        .expect("a scan goes on");
    assert_eq!(found.unknown_lists(), 0);
}

#[tokio::test(start_paused = true)]
async fn bad_credentials_end_the_scan() {
    let error = scan(&registry(&Cloud::default(), ErrorKind::Credentials), ScanNeeds::default())
        .await
        .expect_err("without credentials there is nothing to scan");
    assert_eq!(error.kind, ErrorKind::Credentials);
}

#[tokio::test(start_paused = true)]
async fn tags_that_cannot_be_read_are_unreadable() {
    let cloud = Cloud::default();
    let mut resource = Resource::new("B".into(), "r1".into(), "b");
    resource.tags = Fact::Unread;
    cloud.add(Thing::new(resource));
    let needs = ScanNeeds { tags: true, tag_keys: ["keep".to_owned()].into(), ..ScanNeeds::default() };
    // There is no session, so the tagging API cannot be asked.
    let found = scan(&registry(&cloud, ErrorKind::UnsupportedRegion), needs).await.expect("a scan goes on");
    assert!(matches!(found.resources[0].tags, Fact::Unreadable(_)));
}

/// Two resources that AWS does not know when asked for their tags; one of them is listed all the same, the other only once.
struct Vanishing {
    spec: TypeSpec,
    listed: AtomicBool,
}

impl ResourceHandler for Vanishing {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let names =
            if self.listed.swap(true, Ordering::Relaxed) { &["stays"][..] } else { &["goes", "stays"] };
        for name in names {
            let mut resource = Resource::new(self.spec.name.clone(), context.region().clone(), *name);
            resource.tags = Fact::Unread;
            sink.push(resource).await?;
        }
        Ok(())
    }

    async fn tags(&self, _: &Context, _: &Resource) -> Result<Option<Tags>, Error> {
        Err(Error::new(ErrorKind::Gone, "no such thing."))
    }

    async fn delete(&self, _: &Context, _: &Resource) -> Result<Deletion, Error> {
        Ok(Deletion::Done)
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_before_it_is_asked_about_is_left_out() {
    let spec = TypeSpec::new("V", "v").tags(TagSource::Call);
    let handler = Vanishing { spec, listed: AtomicBool::default() };
    let registry = Registry::builder().with(handler).build().expect("the types fit together");
    let account = "123456789012".parse().expect("twelve digits");
    let access = Access::new(account, "aws", None, Lanes::default(), HashMap::new());
    let needs = ScanNeeds { tags: true, ..ScanNeeds::default() };
    let scanner = Scanner { access: &access, registry: &registry, needs: &needs };
    let target =
        Target { handler: Arc::clone(registry.get("V").expect("it was added")), region: "r1".into() };
    let found = scanner.scan(vec![target], &mut Recorder::new(Vec::new())).await.expect("a scan goes on");
    let names: Vec<_> = found.resources.iter().map(|resource| &*resource.id).collect();
    assert_eq!(names, ["stays"], "the list has the last word");
    assert!(matches!(found.resources[0].tags, Fact::Unreadable(_)), "and what it names is not guessed about");
}

#[tokio::test(start_paused = true)]
async fn more_listings_than_can_be_begun_at_once_take_turns_and_none_is_lost() {
    let cloud = Cloud::default();
    let names = ["A1", "A2", "A3", "B1", "B2", "C1"];
    let types = names.map(|name| TypeSpec::new(name, &name[..1]));
    let registry = types
        .into_iter()
        .fold(Registry::builder(), |builder, spec| builder.with(simulated(&cloud, spec, Listing::Works)));
    let registry = registry.build().expect("the types fit together");
    let regions: Vec<Region> = (0..300).map(|number| format!("r{number}").as_str().into()).collect();
    let targets: Vec<Target> = registry
        .handlers()
        .flat_map(|handler| {
            regions.iter().map(|region| Target { handler: Arc::clone(handler), region: region.clone() })
        })
        .collect();
    let turns = in_turn(targets.clone());
    let first: BTreeSet<&str> =
        turns[..900].iter().map(|target| target.handler.spec().name.as_str()).collect();
    assert_eq!(first, BTreeSet::from(["A1", "B1", "C1"]), "each service begins everywhere");
    assert_eq!(turns.len(), targets.len());

    let account = "123456789012".parse().expect("twelve digits");
    let access = Access::new(account, "aws", None, Lanes::default(), HashMap::new());
    let scanner = Scanner { access: &access, registry: &registry, needs: &ScanNeeds::default() };
    let found = scanner.scan(targets, &mut Recorder::new(Vec::new())).await.expect("a scan");
    assert_eq!((found.lists.len(), found.unknown_lists()), (1800, 0));
}
