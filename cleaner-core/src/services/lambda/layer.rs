use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::Value;

use crate::error::{Error, ErrorKind};
use crate::handler::{Context, Deletion, ResourceHandler, Sink, TypeSpec};
use crate::resource::Resource;
use crate::services::client::{self, send};
use crate::services::paging::{following, token};
use crate::services::timestamp;

const SERVICE: &str = "lambda";
/// How many layers are asked for their versions at once.
const LAYERS_AT_ONCE: usize = 8;

/// Lists and deletes the versions of layers: a layer is gone with its last version.
pub(crate) struct Layers {
    spec: TypeSpec,
}

impl Layers {
    pub(crate) fn new() -> Self {
        let spec = TypeSpec::new("LambdaLayer", SERVICE)
            .cloudformation("AWS::Lambda::LayerVersion")
            .properties(&["version"])
            .listing_actions(&["lambda:ListLayers", "lambda:ListLayerVersions"])
            .iam_actions(&["lambda:DeleteLayerVersion"])
            .model_checked()
            .emulator_tested();
        Self { spec }
    }

    /// All versions of one layer.
    async fn versions(
        &self,
        context: &Context,
        client: &aws_sdk_lambda::Client,
        layer: &str,
    ) -> Result<Vec<Resource>, Error> {
        let mut found = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let page = send(context, SERVICE, "ListLayerVersions", || {
                client.list_layer_versions().layer_name(layer).set_marker(marker.clone()).send()
            })
            .await;
            let page = match page {
                // Deleted since the layers were listed.
                Err(error) if error.kind == ErrorKind::Gone => return Ok(found),
                page => page?,
            };
            for version in page.layer_versions() {
                let Some(arn) = version.layer_version_arn() else { continue };
                let mut resource = Resource::new(self.spec.name.clone(), context.region().clone(), arn);
                resource.name = layer.into();
                resource.arn = Some(arn.into());
                resource.created = timestamp::lambda_fact(version.created_date());
                resource.properties.insert("version", Value::from(version.version()));
                found.push(resource);
            }
            marker = following("ListLayerVersions", marker.as_ref(), token(page.next_marker()))?;
            if marker.is_none() {
                return Ok(found);
            }
        }
    }
}

impl ResourceHandler for Layers {
    fn spec(&self) -> &TypeSpec {
        &self.spec
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let client = client::lambda(context)?;
        let mut marker: Option<String> = None;
        loop {
            let page = send(context, SERVICE, "ListLayers", || {
                client.list_layers().set_marker(marker.clone()).send()
            })
            .await?;
            let next = token(page.next_marker());
            let layers = page.layers.unwrap_or_default().into_iter().filter_map(|layer| layer.layer_name);
            let client = &client;
            let mut versions = stream::iter(layers)
                .map(|layer| async move { self.versions(context, client, &layer).await })
                .buffer_unordered(LAYERS_AT_ONCE);
            while let Some(found) = versions.try_next().await? {
                for resource in found {
                    sink.push(resource).await?;
                }
            }
            marker = following("ListLayers", marker.as_ref(), next)?;
            if marker.is_none() {
                return Ok(());
            }
        }
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        let (layer, version) = resource
            .id
            .rsplit_once(':')
            .and_then(|(layer, version)| Some((layer.rsplit_once(':')?.1, version.parse::<i64>().ok()?)))
            .ok_or_else(|| {
                Error::new(ErrorKind::Invalid, format!("`{}` is no ARN of a layer version.", resource.id))
            })?;
        let client = client::lambda(context)?;
        // Never an error for a version that does not exist.
        send(context, SERVICE, "DeleteLayerVersion", || {
            client.delete_layer_version().layer_name(layer).version_number(version).send()
        })
        .await?;
        Ok(Deletion::Done)
    }
}
