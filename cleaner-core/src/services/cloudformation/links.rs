//! Which stacks import what others export.

use std::collections::HashMap;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::Stack;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::SERVICE;
use crate::error::{Error, ErrorKind};
use crate::handler::Context;
use crate::services::client::send;
use crate::services::paging::{following, token};

/// How many exports are asked for their importers at once.
const EXPORTS_AT_ONCE: usize = 8;

/// The ids of the exporting stacks, by the name of the importing one.
pub(super) async fn imports(
    context: &Context,
    client: &Client,
    stacks: &[Stack],
) -> Result<HashMap<String, Vec<String>>, Error> {
    let mut exports = Vec::new();
    for stack in stacks {
        let names = stack.outputs().iter().filter_map(|output| output.export_name());
        let id = stack.stack_id().unwrap_or_default();
        exports.extend(names.map(|name| (id.to_owned(), name.to_owned())));
    }
    let mut answers = stream::iter(exports)
        .map(|(stack, export)| async move {
            importers(context, client, &export).await.map(|importers| (stack, importers))
        })
        .buffer_unordered(EXPORTS_AT_ONCE);
    let mut imports: HashMap<String, Vec<String>> = HashMap::new();
    while let Some((stack, importers)) = answers.try_next().await? {
        for importer in importers {
            let exporters = imports.entry(importer).or_default();
            if !exporters.contains(&stack) {
                exporters.push(stack.clone());
            }
        }
    }
    Ok(imports)
}

async fn importers(context: &Context, client: &Client, export: &str) -> Result<Vec<String>, Error> {
    let mut importers = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = send(context, SERVICE, "ListImports", || {
            client.list_imports().export_name(export).set_next_token(next.clone()).send()
        })
        .await;
        let page = match page {
            // "Export 'x' is not imported by any stack." is how AWS says none.
            Err(error) if error.kind == ErrorKind::Gone || error.message.contains("is not imported") => {
                return Ok(importers);
            }
            page => page?,
        };
        next = following("ListImports", next.as_ref(), token(page.next_token()))?;
        importers.extend(page.imports.unwrap_or_default());
        if next.is_none() {
            return Ok(importers);
        }
    }
}
