//! One operation.

use super::{RawOperation, RawReference, ServiceModel, Shape, raw::RawPage};
use crate::schema::OperationSchemas;

/// The model of one operation.
#[derive(Clone, Copy, Debug)]
pub struct OperationModel {
    pub(super) service: &'static ServiceModel,
    pub(super) name: &'static str,
    pub(super) raw: &'static RawOperation,
}

/// First words of operations that change nothing.
const READING: [&str; 12] = [
    "List",
    "Describe",
    "Get",
    "Head",
    "Search",
    "Lookup",
    "BatchGet",
    "BatchDescribe",
    "Query",
    "Scan",
    "Select",
    "Check",
];

impl OperationModel {
    /// Returns the operation's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the service the operation belongs to.
    pub fn service(&self) -> &'static ServiceModel {
        self.service
    }

    /// Returns the HTTP method.
    pub fn method(&self) -> &'static str {
        self.raw.method
    }

    /// Returns the path, and perhaps a query string, with labels such as `{Bucket}` and `{Key+}` for what an input gives.
    pub fn uri(&self) -> &'static str {
        self.raw.uri
    }

    /// Returns the shape of the input; `None` if the operation takes none.
    pub fn input(&self) -> Option<Shape> {
        self.shape(self.raw.input.as_ref())
    }

    /// Returns the shape of the output; `None` if the operation gives none.
    pub fn output(&self) -> Option<Shape> {
        self.shape(self.raw.output.as_ref())
    }

    fn shape(&self, reference: Option<&'static RawReference>) -> Option<Shape> {
        Shape::new(self.service, reference?.shape)
    }

    /// Returns how the operation is paged; `None` if the model says nothing about it.
    pub fn paginator(&self) -> Option<Paginator> {
        self.raw.page.as_ref().map(|raw| Paginator { raw })
    }

    /// Returns whether the operation changes nothing, going by its name.
    pub fn is_read_only(&self) -> bool {
        is_read_only(self.name)
    }

    pub(crate) fn raw(&self) -> &'static RawOperation {
        self.raw
    }

    /// Returns the schemas to write the input and read the output with, built on first use.
    pub(crate) fn schemas(&self) -> &'static OperationSchemas {
        self.service.schemas().operation(self.service, self.name)
    }
}

/// Returns whether an operation of this name changes nothing, for whoever knows no more of it.
pub fn is_read_only(operation: &str) -> bool {
    READING.iter().any(|word| {
        operation
            .strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_lowercase()))
    })
}

/// How an operation hands out its result in pages.
#[derive(Clone, Copy, Debug)]
pub struct Paginator {
    raw: &'static RawPage,
}

impl Paginator {
    /// Returns the input members that take the tokens of the next page.
    pub fn input_tokens(&self) -> &'static [&'static str] {
        &self.raw.input
    }

    /// Returns where the output has the tokens, in the order of [`input_tokens`](Self::input_tokens).
    pub fn output_tokens(&self) -> &'static [&'static str] {
        &self.raw.output
    }

    /// Returns where the output has the things that are paged.
    pub fn result_keys(&self) -> &'static [&'static str] {
        &self.raw.result
    }

    /// Returns the output member that says whether there is more.
    pub fn more_results(&self) -> Option<&'static str> {
        self.raw.more
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Models;

    #[test]
    fn reading_operations_are_told_by_their_first_word() {
        let ec2 = Models::builtin().service("ec2").expect("a service");
        assert!(ec2.operation("DescribeRegions").expect("an operation").is_read_only());
        let sts = Models::builtin().service("sts").expect("a service");
        assert!(!sts.operation("AssumeRole").expect("an operation").is_read_only());
    }

    #[test]
    fn where_a_call_goes_comes_from_the_model() {
        let s3 = Models::builtin().service("s3").expect("a service");
        let parts = s3.operation("AbortMultipartUpload").expect("an operation");
        assert_eq!((parts.method(), parts.uri()), ("DELETE", "/{Bucket}/{Key+}"));
        let input = parts.input().expect("an input");
        assert_eq!(input.required_in_query().collect::<Vec<_>>(), ["uploadId"]);
    }

    #[test]
    fn paging_comes_from_the_model() {
        let s3 = Models::builtin().service("s3").expect("a service");
        let paginator = s3.operation("ListObjectVersions").expect("an operation").paginator().expect("paged");
        assert_eq!(paginator.input_tokens(), ["KeyMarker", "VersionIdMarker"]);
        assert_eq!(paginator.output_tokens(), ["NextKeyMarker", "NextVersionIdMarker"]);
        assert_eq!(paginator.more_results(), Some("IsTruncated"));
    }
}
