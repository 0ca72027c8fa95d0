//! One bucket with two versions of each key, a thousand keys to a folder. What is there is computed, not stored.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::message::{Answer, Request};

pub(crate) const NAME: &str = "bench-bucket";
const VERSIONS: usize = 2;
const KEYS_PER_FOLDER: usize = 1000;
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// The bucket; its entries are numbered in the order in which they are listed.
pub(crate) struct Bucket {
    is_there: Vec<AtomicBool>,
    left: AtomicUsize,
    is_gone: AtomicBool,
}

pub(crate) fn key(entry: usize) -> String {
    let key = entry / VERSIONS;
    format!("data-{:05}/object-{:07}.bin", key / KEYS_PER_FOLDER, key)
}

pub(crate) fn version(entry: usize) -> String {
    format!("v{entry:031}")
}

/// The entry that a version id names.
fn entry_of(version: &str) -> Option<usize> {
    version.strip_prefix('v')?.parse().ok()
}

/// The text between two tags, and what follows.
pub(crate) fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<(&'a str, &'a str)> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end)
}

fn error(status: u16, code: &str) -> Answer {
    Answer::xml(format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>")).with(status)
}

impl Bucket {
    pub(crate) fn new(entries: usize) -> Self {
        Self {
            is_there: (0..entries).map(|_| AtomicBool::new(true)).collect(),
            left: AtomicUsize::new(entries),
            is_gone: AtomicBool::new(entries == 0),
        }
    }

    pub(crate) fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }

    pub(crate) fn answer(&self, request: &Request) -> Option<Answer> {
        let path = request.path.trim_matches('/');
        if path.is_empty() {
            return (request.method == "GET").then(|| self.buckets(request));
        }
        if path != NAME {
            return None;
        }
        if self.is_gone.load(Ordering::Relaxed) {
            return Some(error(404, "NoSuchBucket"));
        }
        Some(match request.method.as_str() {
            "GET" if request.asks("versions") => self.versions(request),
            "GET" if request.asks("uploads") => Answer::xml(format!(
                "<ListMultipartUploadsResult xmlns=\"{NAMESPACE}\"><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>"
            )),
            "GET" if request.asks("tagging") => error(404, "NoSuchTagSet"),
            "POST" if request.asks("delete") => self.delete_objects(&String::from_utf8_lossy(&request.body)),
            "DELETE" if self.left() > 0 => error(409, "BucketNotEmpty"),
            "DELETE" => {
                self.is_gone.store(true, Ordering::Relaxed);
                Answer::xml("").with(204)
            }
            _ => error(501, "NotImplemented"),
        })
    }

    fn buckets(&self, request: &Request) -> Answer {
        let here = request.parameter("bucket-region").is_none_or(|region| region == "us-east-1");
        let bucket = if here && !self.is_gone.load(Ordering::Relaxed) {
            format!(
                "<Bucket><Name>{NAME}</Name><CreationDate>2024-01-01T00:00:00.000Z</CreationDate>\
                 <BucketRegion>us-east-1</BucketRegion></Bucket>"
            )
        } else {
            String::new()
        };
        Answer::xml(format!(
            "<ListAllMyBucketsResult xmlns=\"{NAMESPACE}\"><Buckets>{bucket}</Buckets></ListAllMyBucketsResult>"
        ))
    }

    /// The first entry after a marker.
    fn after(&self, request: &Request) -> usize {
        if let Some(entry) = request.parameter("version-id-marker").as_deref().and_then(entry_of) {
            return entry + 1;
        }
        let Some(marker) = request.parameter("key-marker").filter(|marker| !marker.is_empty()) else {
            return 0;
        };
        let (mut low, mut high) = (0, self.is_there.len() / VERSIONS);
        while low < high {
            let middle = usize::midpoint(low, high);
            if key(middle * VERSIONS) <= marker { low = middle + 1 } else { high = middle }
        }
        low * VERSIONS
    }

    fn versions(&self, request: &Request) -> Answer {
        let most = request.parameter("max-keys").and_then(|keys| keys.parse().ok()).unwrap_or(1000).min(1000);
        let prefix = request.parameter("prefix").unwrap_or_default();
        let start = self.after(request);
        if request.asks("delimiter") && prefix.is_empty() {
            return self.folders(start, most);
        }
        let mut body = String::with_capacity(most * 400);
        write!(
            body,
            "<ListVersionsResult xmlns=\"{NAMESPACE}\"><Name>{NAME}</Name><EncodingType>url</EncodingType>"
        )
        .expect("a text takes all that is written");
        let (mut listed, mut last, mut is_cut) = (0, 0, false);
        for entry in start..self.is_there.len() {
            if !self.is_there[entry].load(Ordering::Relaxed) {
                continue;
            }
            let name = key(entry);
            if !name.starts_with(&prefix) {
                if name > prefix {
                    break;
                }
                continue;
            }
            if listed == most {
                is_cut = true;
                break;
            }
            let latest = entry.is_multiple_of(VERSIONS);
            write!(
                body,
                "<Version><Key>{name}</Key><VersionId>{}</VersionId><IsLatest>{latest}</IsLatest>\
                 <LastModified>2024-01-01T00:00:00.000Z</LastModified><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag>\
                 <Size>1024</Size><StorageClass>STANDARD</StorageClass></Version>",
                version(entry)
            )
            .expect("a text takes all that is written");
            (listed, last) = (listed + 1, entry);
        }
        write!(body, "<IsTruncated>{is_cut}</IsTruncated>").expect("a text takes all that is written");
        if is_cut {
            write!(
                body,
                "<NextKeyMarker>{}</NextKeyMarker><NextVersionIdMarker>{}</NextVersionIdMarker>",
                key(last),
                version(last)
            )
            .expect("a text takes all that is written");
        }
        body.push_str("</ListVersionsResult>");
        Answer::xml(body)
    }

    fn folders(&self, start: usize, most: usize) -> Answer {
        let size = VERSIONS * KEYS_PER_FOLDER;
        let folders: String = (start / size..self.is_there.len().div_ceil(size))
            .take(most)
            .map(|folder| format!("<CommonPrefixes><Prefix>data-{folder:05}/</Prefix></CommonPrefixes>"))
            .collect();
        Answer::xml(format!(
            "<ListVersionsResult xmlns=\"{NAMESPACE}\"><Name>{NAME}</Name><IsTruncated>false</IsTruncated>{folders}\
             </ListVersionsResult>"
        ))
    }

    fn delete_objects(&self, body: &str) -> Answer {
        let mut rest = body;
        while let Some((version, further)) = between(rest, "<VersionId>", "</VersionId>") {
            rest = further;
            let entry = entry_of(version).and_then(|entry| self.is_there.get(entry));
            if entry.is_some_and(|entry| entry.swap(false, Ordering::Relaxed)) {
                self.left.fetch_sub(1, Ordering::Relaxed);
            }
        }
        Answer::xml(format!("<DeleteResult xmlns=\"{NAMESPACE}\"></DeleteResult>"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(query: &str) -> Request {
        Request {
            method: "GET".to_owned(),
            path: format!("/{NAME}"),
            query: query.to_owned(),
            target: String::new(),
            region: "us-east-1".to_owned(),
            body: Vec::new(),
        }
    }

    #[test]
    fn pages_follow_each_other_until_nothing_is_left() {
        let bucket = Bucket::new(2500);
        let mut seen = 0;
        let mut query = "versions&max-keys=999".to_owned();
        loop {
            let page = bucket.answer(&get(&query)).expect("it is the bucket").body;
            seen += page.matches("<Version>").count();
            let Some((key, rest)) = between(&page, "<NextKeyMarker>", "</NextKeyMarker>") else { break };
            let (version, _) =
                between(rest, "<NextVersionIdMarker>", "</NextVersionIdMarker>").expect("both");
            query = format!("versions&max-keys=999&key-marker={key}&version-id-marker={version}");
        }
        assert_eq!(seen, 2500);
        let folders =
            bucket.answer(&get("versions&delimiter=%2F&key-marker=data-00000%2Fobject-0000001.bin"));
        assert_eq!(folders.expect("it is the bucket").body.matches("<Prefix>").count(), 2);
        let after = bucket
            .answer(&get("versions&key-marker=data-00000%2Fobject-0000999.bin"))
            .expect("the bucket")
            .body;
        assert_eq!(after.matches("<Version>").count(), 500);
    }

    #[test]
    fn what_is_deleted_is_no_longer_listed() {
        let bucket = Bucket::new(4);
        let delete: String =
            (0..3).map(|entry| format!("<VersionId>{}</VersionId>", version(entry))).collect();
        bucket.delete_objects(&delete);
        bucket.delete_objects(&delete);
        assert_eq!(bucket.left(), 1);
        let page = bucket.answer(&get("versions")).expect("it is the bucket").body;
        assert!(page.contains(&version(3)) && page.matches("<Version>").count() == 1);
    }
}
