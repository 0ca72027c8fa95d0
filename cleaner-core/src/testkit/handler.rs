use std::time::Duration;

use super::Cloud;
use crate::error::{Error, ErrorKind};
use crate::handler::{Context, Deletion, ResourceHandler, Sink, TypeSpec};
use crate::resource::Resource;

/// How a simulated type is listed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Listing {
    Works,
    Fails(ErrorKind),
}

/// A handler of a simulated cloud.
pub(crate) fn simulated(cloud: &Cloud, spec: TypeSpec, listing: Listing) -> Simulated {
    Simulated { cloud: cloud.clone(), spec, listing }
}

#[derive(Clone, Debug)]
pub(crate) struct Simulated {
    cloud: Cloud,
    spec: TypeSpec,
    listing: Listing,
}

impl ResourceHandler for Simulated {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if let Listing::Fails(kind) = self.listing {
            return Err(Error::new(kind, "this cannot be listed."));
        }
        for resource in self.cloud.list(self.spec.name.as_str(), context.region().as_str()) {
            sink.push(resource).await?;
        }
        Ok(())
    }

    async fn delete(&self, _: &Context, resource: &Resource) -> Result<Deletion, Error> {
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.cloud.delete(&resource.key())
    }

    async fn unlink(&self, _: &Context, resource: &Resource) -> Result<(), Error> {
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.cloud.unlink(&resource.key());
        Ok(())
    }
}
