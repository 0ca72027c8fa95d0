//! All pages of an output.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
};

use serde_json::Value;

use super::{
    Client,
    tokens::{Next, Tokens},
};
use crate::{Error, ErrorKind, model::OperationModel};

/// More pages than any list has; a service that gives out ever new tokens must not be asked forever.
const PAGE_LIMIT: u32 = 1_000_000;

/// The pages of one operation's output.
///
/// # Behavior
/// - A list is never silently short: a token that comes again, or is missing where there is more, is an error.
/// - A page whose call failed is asked for again by the next call, so that the caller may retry: it is never skipped.
/// - After the last page, or a list that cannot go on, there are no more pages.
#[derive(Debug)]
pub struct Pages {
    client: Client,
    operation: String,
    /// The input of the next page; `None` after the last.
    input: Option<Value>,
    tokens: Option<Tokens>,
    seen: HashSet<u64>,
    hasher: RandomState,
    count: u32,
}

impl Pages {
    pub(super) fn new(client: Client, operation: &str, input: Value) -> Self {
        let input = if input.is_null() { Value::Object(serde_json::Map::new()) } else { input };
        Self {
            client,
            operation: operation.to_owned(),
            input: Some(input),
            tokens: None,
            seen: HashSet::new(),
            hasher: RandomState::new(),
            count: 0,
        }
    }

    /// Returns whether an operation hands out its result in pages that can be asked for.
    pub fn are_known_of(operation: OperationModel) -> bool {
        Tokens::of(operation).are_known()
    }

    /// Returns the next page, or nothing after the last.
    pub async fn next(&mut self) -> Option<Result<Value, Error>> {
        let input = self.input.take()?;
        Some(self.fetch(input).await)
    }

    async fn fetch(&mut self, mut input: Value) -> Result<Value, Error> {
        let operation = self.client.operation(&self.operation)?;
        let output = match self.client.call(&self.operation, input.clone()).await {
            Ok(output) => output,
            Err(error) => {
                self.input = Some(input);
                return Err(error);
            }
        };
        self.count += 1;
        match self.tokens.get_or_insert_with(|| Tokens::of(operation)).next(&output) {
            Next::End => {}
            Next::Lost => return Err(self.broken("there is more, but no page token")),
            Next::Page(_) if self.count >= PAGE_LIMIT => return Err(self.broken("the list does not end")),
            Next::Page(tokens) => {
                if !self.seen.insert(self.hasher.hash_one(format!("{tokens:?}"))) {
                    return Err(self.broken("repeated page token"));
                }
                if let Value::Object(members) = &mut input {
                    for (member, token) in tokens {
                        match token {
                            Some(token) => members.insert(member.to_owned(), token),
                            None => members.shift_remove(member),
                        };
                    }
                }
                self.input = Some(input);
            }
        }
        Ok(output)
    }

    fn broken(&self, message: &str) -> Error {
        let Client { inner, .. } = &self.client;
        Error::new(ErrorKind::Unexpected, inner.service.id(), &self.operation, &inner.region, message)
    }
}
