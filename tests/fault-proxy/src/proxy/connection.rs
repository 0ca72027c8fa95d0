use std::sync::Arc;

use super::shared::Shared;
use super::{admin, handle};
use crate::http::Wire;

/// Serves one client until it, or a fault, ends the connection.
pub(super) async fn serve(shared: Arc<Shared>, mut wire: Wire) {
    while let Ok(Some(request)) = wire.request().await {
        if request.target.starts_with(admin::PREFIX) {
            let (bytes, _) = admin::answer(&shared, &request).encode(&request.method);
            if wire.write(&bytes).await.is_err() || request.is_last {
                return;
            }
            continue;
        }
        let is_last = request.is_last;
        match handle::handle(&shared, wire, request).await {
            Some(kept) if !is_last => wire = kept,
            _ => return,
        }
    }
}
