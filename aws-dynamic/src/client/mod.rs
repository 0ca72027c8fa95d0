//! Calling operations of one service in one region.

mod call;
mod inner;
mod pages;
mod serialize;
mod shared;
mod tokens;

use std::{fmt, sync::Arc};

pub use self::pages::Pages;
pub(crate) use self::{
    inner::ClientInner,
    serialize::{decode, serialize},
    shared::SharedState,
};
use crate::{Error, ErrorKind, Session, model::OperationModel};

/// Calls the operations of one service in one region. A clone is cheap.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<ClientInner>,
    pub(crate) session: Session,
}

impl Client {
    /// Calls `operation` once and returns its output.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] without any request if the operation does not exist or `input` does not fit its model:
    /// a required member is missing, a member is unknown, or a value is of the wrong kind. Otherwise as AWS answers.
    pub async fn call(&self, operation: &str, input: serde_json::Value) -> Result<serde_json::Value, Error> {
        let model = self.operation(operation)?;
        call::call(self, model, input).await
    }

    /// Returns all pages of `operation`'s output, one after the other; one page if it is not paged.
    pub fn pages(&self, operation: &str, input: serde_json::Value) -> Pages {
        Pages::new(self.clone(), operation, input)
    }

    /// Returns the model of `operation`.
    ///
    /// # Errors
    /// Fails if the service's model has no such operation.
    pub fn operation(&self, operation: &str) -> Result<OperationModel, Error> {
        self.inner.service.operation(operation).ok_or_else(|| {
            let message = "there is no model of this operation";
            Error::new(ErrorKind::Invalid, self.service(), operation, self.region(), message)
        })
    }

    /// Returns the service, as botocore spells it.
    pub fn service(&self) -> &'static str {
        self.inner.service.id()
    }

    /// Returns the region.
    pub fn region(&self) -> &str {
        &self.inner.region
    }

    /// Returns the URL that is called.
    pub fn endpoint_url(&self) -> &str {
        &self.inner.url
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({} in {})", self.service(), self.region())
    }
}
