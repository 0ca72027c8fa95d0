use serde_json::Value;

use super::AccountSetting;
use crate::catalog::caller::ctx;
use crate::catalog::json::{Root, share, unshare};
use crate::error::{Error, ErrorKind};
use crate::handler::Context;
use crate::iam;

impl AccountSetting {
    /// The value in the region of a context: null if nothing is set, none if there is no such service.
    ///
    /// # Errors
    /// What AWS answered.
    pub(crate) async fn ask(&self, context: &Context) -> Result<Option<Value>, Error> {
        match self.read(context).await {
            Err(error) if error.kind == ErrorKind::UnsupportedRegion => Ok(None),
            Err(error) if self.unset.iter().any(|code| error.is_code(code)) => Ok(Some(Value::Null)),
            value => value.map(Some),
        }
    }

    async fn read(&self, context: &Context) -> Result<Value, Error> {
        let root = Root::default().with("ctx", ctx(context)).share();
        let input = self.call.with.render(&root)?;
        let mut pages = context.pages(&self.call.service, &self.call.operation, input)?;
        let mut value = Value::Null;
        while let Some(page) = pages.next().await? {
            match (&mut value, unshare(&*self.value.eval(&share(page))?)) {
                (Value::Array(all), Value::Array(more)) => all.extend(more),
                (Value::Null, first) => value = first,
                _ => {}
            }
        }
        if let Value::Array(all) = &mut value {
            all.sort_by_cached_key(Value::to_string);
        }
        Ok(value)
    }

    /// The IAM actions that reading it needs.
    pub(crate) fn iam_actions(&self) -> Vec<String> {
        let models = aws_dynamic::model::Models::builtin();
        iam::operation_actions(&self.call.service, &self.call.operation, models)
    }
}
