use crate::http::Request;

/// Who signed a request, for which service and region; empty words where it does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) access_key: String,
    pub(super) region: String,
    pub(super) service: String,
}

impl Scope {
    /// Reads the scope from the signature, in its header or in the query of a presigned URL.
    pub(super) fn of(request: &Request) -> Self {
        let header = request.headers.get("authorization").and_then(|value| value.split_once("Credential="));
        let scope = match header {
            Some((_, rest)) => rest.split([',', ' ']).next().unwrap_or_default().to_owned(),
            None => parameter(request.query(), "X-Amz-Credential").unwrap_or_default(),
        };
        let words: Vec<&str> = scope.split('/').collect();
        let (access_key, region, service) = match words.as_slice() {
            [access_key, _date, region, service, "aws4_request"] => (*access_key, *region, *service),
            // Signatures for any number of regions name none.
            [access_key, _date, service, "aws4_request"] => (*access_key, "", *service),
            _ => ("", "", ""),
        };
        Self { access_key: access_key.to_owned(), region: region.to_owned(), service: service.to_owned() }
    }
}

/// The value of a parameter in a query or a form.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    parameters(query).find(|(own, _)| own == name).and_then(|(_, value)| value)
}

/// The parameters of a query or a form; those without `=` have no value.
pub(super) fn parameters(query: &str) -> impl Iterator<Item = (String, Option<String>)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| match pair.split_once('=') {
        Some((name, value)) => (decode(name), Some(decode(value))),
        None => (decode(pair), None),
    })
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match (byte, digits.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(decoded)) => {
                bytes.push(decoded);
                rest = &rest[2..];
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(header: Option<&str>, target: &str) -> Scope {
        let mut request = Request { target: target.into(), ..Request::default() };
        if let Some(header) = header {
            request.headers.push("authorization", header);
        }
        Scope::of(&request)
    }

    #[test]
    fn the_signature_tells_who_and_where() {
        let expected =
            Scope { access_key: "AKIA1".into(), region: "eu-west-1".into(), service: "sqs".into() };
        let header = "AWS4-HMAC-SHA256 Credential=AKIA1/20250101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(scope(Some(header), "/"), expected);
        let presigned =
            "/?Action=GetCallerIdentity&X-Amz-Credential=AKIA1%2F20250101%2Feu-west-1%2Fsqs%2Faws4_request";
        assert_eq!(scope(None, presigned), expected);
        let many = "AWS4-ECDSA-P256-SHA256 Credential=AKIA1/20250101/sqs/aws4_request, Signature=0";
        assert_eq!(scope(Some(many), "/"), Scope { region: String::new(), ..expected });
        assert_eq!(scope(Some("Bearer x"), "/"), Scope::default());
        assert_eq!(scope(None, "/"), Scope::default());
    }

    #[test]
    fn parameters_are_decoded() {
        let all: Vec<_> = parameters("Action=List+Them&q=%7B%2F&versions&bad=%zz").collect();
        let pair = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        let expected = [
            pair("Action", Some("List Them")),
            pair("q", Some("{/")),
            pair("versions", None),
            pair("bad", Some("%zz")),
        ];
        assert_eq!(all, expected);
    }
}
