//! The parts of an ARN that say what it names.

/// An ARN, split: `arn:partition:service:region:account:resource`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub(crate) partition: &'a str,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) resource: &'a str,
    whole: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits an ARN; `None` for any other text.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let _arn = parts.next().filter(|word| *word == "arn")?;
        let (partition, service) = (parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { partition, service, region, account, resource, whole: text })
    }

    /// The ARN up to the first `count` parts of its resource, which `separator` separates: without qualifiers and sub-resources.
    pub(crate) fn up_to(&self, separator: char, count: usize) -> &'a str {
        let end = self
            .resource
            .match_indices(separator)
            .nth(count - 1)
            .map_or(0, |(at, _)| self.resource.len() - at);
        &self.whole[..self.whole.len() - end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_split_and_cut() {
        let function = Arn::parse("arn:aws:lambda:eu-west-1:111122223333:function:f:live").expect("an ARN");
        assert_eq!((function.service, function.account), ("lambda", "111122223333"));
        assert_eq!((function.region, function.resource), ("eu-west-1", "function:f:live"));
        assert_eq!(function.up_to(':', 2), "arn:aws:lambda:eu-west-1:111122223333:function:f");
        let stream = Arn::parse("arn:aws:dynamodb:eu-west-1:1:table/t/stream/2026").expect("an ARN");
        assert_eq!(stream.up_to('/', 2), "arn:aws:dynamodb:eu-west-1:1:table/t");
        let table = Arn::parse("arn:aws:dynamodb:eu-west-1:1:table/t").expect("an ARN");
        assert_eq!(table.up_to('/', 2), "arn:aws:dynamodb:eu-west-1:1:table/t");
        assert_eq!(Arn::parse("alias/aws/s3"), None);
    }
}
