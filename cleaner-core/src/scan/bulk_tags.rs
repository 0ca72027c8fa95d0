use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::ScanNeeds;
use super::tagged::each_tagged;
use crate::error::Error;
use crate::handler::{Access, Registry, TagSource};
use crate::lane::Purpose;
use crate::resource::{Fact, Region, Resource, Tags, TypeName};

/// Up to this many keys, asking for the resources that carry them is cheaper than asking for all tagged resources.
const FEW_KEYS: usize = 4;

/// Reads the tags of types that the Resource Groups Tagging API knows: some calls per region instead of one per resource.
pub(super) async fn read(
    access: &Access,
    registry: &Registry,
    needs: &ScanNeeds,
    resources: &mut [Arc<Resource>],
) {
    let is_open = |resource: &Resource| {
        resource.managed.is_none()
            && resource.tags.is_unread()
            && registry
                .get(resource.type_name.as_str())
                .is_some_and(|handler| handler.spec().tags == TagSource::Bulk)
    };
    let regions: BTreeSet<Region> = resources
        .iter()
        .filter(|resource| is_open(resource))
        .map(|resource| resource.region.clone())
        .collect();
    let questions = regions.into_iter().map(|region| async {
        let tags = read_region(access, &region, needs).await;
        (region, tags)
    });
    let answers: HashMap<Region, Result<HashMap<String, Tags>, Error>> =
        futures::future::join_all(questions).await.into_iter().collect();
    for resource in resources.iter_mut().filter(|resource| is_open(resource)) {
        let tags = match (answers.get(&resource.region), &resource.arn) {
            (Some(Ok(tags)), Some(arn)) => Fact::Known(tags.get(&**arn).cloned().unwrap_or_default()),
            (Some(Err(error)), _) => Fact::Unreadable(error.to_string().into()),
            (_, None) => Fact::Unreadable("it has no ARN to look its tags up by".into()),
            (None, _) => Fact::Unreadable("its region was not asked".into()),
        };
        // Nobody else has it yet.
        Arc::make_mut(resource).tags = tags;
    }
}

async fn read_region(
    access: &Access,
    region: &Region,
    needs: &ScanNeeds,
) -> Result<HashMap<String, Tags>, Error> {
    let context = access.context(&TypeName::from(""), region, Purpose::List);
    let keys = &needs.tag_keys;
    let is_narrow = !needs.all_tags && keys.len() <= FEW_KEYS;
    let asked: Vec<Option<&str>> =
        if is_narrow { keys.iter().map(|key| Some(key.as_str())).collect() } else { vec![None] };
    let mut found: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for key in asked {
        each_tagged(&context, key, |arn, tags| found.entry(arn.to_owned()).or_default().extend(tags)).await?;
    }
    Ok(found.into_iter().map(|(arn, tags)| (arn, tags.into_iter().collect())).collect())
}
