use std::future::Future;
use std::pin::pin;

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{EncodingType, ObjectIdentifier};
use futures::future::{Either, select};
use futures::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::Semaphore;

use super::batch::{Tally, delete_batch};
use super::empty::Emptying;
use super::key::decode;
use crate::error::{Error, ErrorKind};
use crate::services::client::send;
use crate::services::paging::{following, token};

/// How many stretches of a bucket are read at once.
const STRETCHES: usize = 8;
/// How many pages of a stretch are read before it is split: small buckets are not worth the calls that splitting takes.
const PAGES_PER_TURN: usize = 10;
/// How many batches of a stretch are being deleted while its next page is read.
const BATCHES_PER_STRETCH: usize = 4;
/// How many entries a page has: a batch holds a thousand, and takes one more that the page before left.
const PAGE: i32 = 999;
/// How many levels of "folders" are looked at for a place to split.
const LEVELS: usize = 8;

/// Pages in memory, listed and not yet deleted, of all buckets this process empties: this bounds its memory, whatever runs.
static PAGES: Semaphore = Semaphore::const_new(64);

/// A stretch of the keys of a bucket, in their order.
#[derive(Debug, Default)]
struct Stretch {
    /// Where it goes on: after this key, or after this version of it.
    after: Option<Marker>,
    /// The last key of it.
    until: Option<String>,
    /// The entry that `after` names, still to be deleted: it must exist while the page after it is listed, since not
    /// every endpoint finds a place that is gone.
    held: Option<ObjectIdentifier>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Marker {
    key: String,
    version: Option<String>,
}

/// Deletes every version and every delete marker of a bucket. Tells how many.
///
/// One listing is enough for most buckets: while a page is deleted, the next one is read. Where that is still going
/// on after some pages, the rest is split at its "folders" and read in several places at once.
pub(super) async fn walk(emptying: &Emptying<'_>) -> Result<u64, Error> {
    let mut tally = Tally::default();
    let mut waiting = vec![Stretch::default()];
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < STRETCHES
            && let Some(stretch) = waiting.pop()
        {
            running.push(take_turn(emptying, stretch));
        }
        let Some(turn) = running.next().await else { return tally.into_result(emptying.bucket) };
        let (turn_tally, rest) = turn?;
        tally.add(turn_tally);
        let Some(rest) = rest else { continue };
        let free = STRETCHES.saturating_sub(running.len() + waiting.len() + 1);
        match rest.after.clone() {
            Some(after) if free > 0 => {
                let cuts =
                    drive(find_cuts(emptying, &after, rest.until.as_deref(), free), &mut running, |done| {
                        let (turn_tally, more) = done?;
                        tally.add(turn_tally);
                        waiting.extend(more);
                        Ok(())
                    });
                let cuts = cuts.await??;
                waiting.extend(split(rest, cuts));
            }
            _ => waiting.push(rest),
        }
    }
}

/// Reads and deletes some pages of a stretch. Hands back what is left of it.
async fn take_turn(emptying: &Emptying<'_>, mut stretch: Stretch) -> Result<(Tally, Option<Stretch>), Error> {
    let mut tally = Tally::default();
    let mut batches = FuturesUnordered::new();
    let mut more = true;
    for _ in 0..PAGES_PER_TURN {
        let reading = async {
            let room = PAGES.acquire().await;
            (list(emptying, stretch.after.as_ref(), PAGE, None, None).await, room)
        };
        let counted = |done: Result<Tally, Error>| done.map(|done| tally.add(done));
        let (page, room) = drive(reading, &mut batches, counted).await?;
        let page = page?;
        let next = next_marker(&page, stretch.after.as_ref())?;
        let mut entries = entries(&page)?;
        let listed = entries.len();
        if let Some(until) = &stretch.until {
            entries.retain(|entry| entry.key() <= until.as_str());
        }
        more = next.is_some() && entries.len() == listed;
        let held = next.as_ref().filter(|_| more).and_then(|marker| {
            let at = entries.iter().position(|entry| marker.names(entry))?;
            Some(entries.swap_remove(at))
        });
        entries.extend(std::mem::replace(&mut stretch.held, held));
        stretch.after = next;
        if !entries.is_empty() {
            batches.push(async move {
                let done = delete_batch(emptying, entries).await;
                drop(room);
                done
            });
        }
        while batches.len() >= BATCHES_PER_STRETCH
            && let Some(done) = batches.next().await
        {
            tally.add(done?);
        }
        if !more {
            break;
        }
    }
    while let Some(done) = batches.next().await {
        tally.add(done?);
    }
    Ok((tally, more.then_some(stretch)))
}

/// Waits for `first` while the others go on.
async fn drive<T, U, F>(
    first: impl Future<Output = T>,
    others: &mut FuturesUnordered<F>,
    mut done: impl FnMut(U) -> Result<(), Error>,
) -> Result<T, Error>
where
    F: Future<Output = U>,
{
    let mut first = pin!(first);
    while !others.is_empty() {
        match select(first.as_mut(), others.next()).await {
            Either::Left((value, _)) => return Ok(value),
            Either::Right((other, _)) => other.map_or(Ok(()), &mut done)?,
        }
    }
    Ok(first.await)
}

async fn list(
    emptying: &Emptying<'_>,
    after: Option<&Marker>,
    entries: i32,
    prefix: Option<&str>,
    delimiter: Option<&str>,
) -> Result<ListObjectVersionsOutput, Error> {
    let Emptying { bucket, client, listing, .. } = emptying;
    send(listing, "s3", "ListObjectVersions", || {
        client
            .list_object_versions()
            .bucket(*bucket)
            .encoding_type(EncodingType::Url)
            .max_keys(entries)
            .set_key_marker(after.map(|marker| marker.key.clone()))
            .set_version_id_marker(after.and_then(|marker| marker.version.clone()))
            .set_prefix(prefix.map(str::to_owned))
            .set_delimiter(delimiter.map(str::to_owned))
            .send()
    })
    .await
}

/// The versions and the delete markers of a page.
fn entries(page: &ListObjectVersionsOutput) -> Result<Vec<ObjectIdentifier>, Error> {
    let versions = page.versions().iter().map(|version| (version.key(), version.version_id()));
    let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
    versions
        .chain(markers)
        .filter_map(|(key, version)| Some((key?, version)))
        .map(|(key, version)| {
            ObjectIdentifier::builder()
                .key(decode(key, page.encoding_type()))
                .set_version_id(version.map(str::to_owned))
                .build()
                .map_err(|error| Error::new(ErrorKind::Unexpected, error.to_string()))
        })
        .collect()
}

/// Where the next page starts.
fn next_marker(page: &ListObjectVersionsOutput, sent: Option<&Marker>) -> Result<Option<Marker>, Error> {
    if !page.is_truncated().unwrap_or_default() {
        return Ok(None);
    }
    let key = page
        .next_key_marker()
        .ok_or_else(|| Error::new(ErrorKind::Unexpected, "the objects go on, but S3 does not say where."))?;
    let key = decode(key, page.encoding_type()).into_owned();
    let marker = Marker { key, version: token(page.next_version_id_marker()) };
    following("ListObjectVersions", sent, Some(marker))
}

impl Marker {
    fn names(&self, entry: &ObjectIdentifier) -> bool {
        self.key == entry.key() && self.version.as_deref() == entry.version_id()
    }
}

/// Finds up to `count` keys that cut what follows `after` into parts: the "folders" next to the one it is in, or the
/// ones above. None for a bucket without folders: then one listing has to do, and outruns the deleting anyway.
async fn find_cuts(
    emptying: &Emptying<'_>,
    after: &Marker,
    until: Option<&str>,
    count: usize,
) -> Result<Vec<String>, Error> {
    let place = Marker { key: after.key.clone(), version: None };
    let levels = std::iter::once(0).chain(after.key.match_indices('/').map(|(at, _)| at + 1));
    for level in levels.take(LEVELS) {
        let page = list(emptying, Some(&place), 1000, Some(&after.key[..level]), Some("/")).await?;
        let mut folders: Vec<_> = page
            .common_prefixes()
            .iter()
            .filter_map(|folder| folder.prefix())
            .map(|folder| decode(folder, page.encoding_type()).into_owned())
            .filter(|folder| *folder > after.key && until.is_none_or(|until| folder.as_str() < until))
            .collect();
        if folders.is_empty() {
            continue;
        }
        folders.sort_unstable();
        return Ok(evenly(folders, count));
    }
    Ok(Vec::new())
}

/// Takes `count` of these, evenly spread.
fn evenly(from: Vec<String>, count: usize) -> Vec<String> {
    let step = from.len().div_ceil(count.max(1)).max(1);
    from.into_iter().step_by(step).collect()
}

/// Cuts a stretch. A cut belongs to the part before it.
fn split(stretch: Stretch, cuts: Vec<String>) -> Vec<Stretch> {
    let Stretch { mut after, until, mut held } = stretch;
    let mut parts = Vec::with_capacity(cuts.len() + 1);
    for cut in cuts {
        let next = Marker { key: cut.clone(), version: None };
        parts.push(Stretch { after: after.replace(next), until: Some(cut), held: held.take() });
    }
    parts.push(Stretch { after, until, held });
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_stretch_follow_each_other() {
        let stretch = Stretch {
            after: Some(Marker { key: "a/9".to_owned(), version: Some("1".to_owned()) }),
            until: Some("z".to_owned()),
            held: ObjectIdentifier::builder().key("a/9").build().ok(),
        };
        let parts = split(stretch, vec!["b/".to_owned(), "c/".to_owned()]);
        let ends: Vec<_> = parts
            .iter()
            .map(|part| (part.after.as_ref().map(|marker| marker.key.as_str()), part.until.as_deref()))
            .collect();
        let expected = [(Some("a/9"), Some("b/")), (Some("b/"), Some("c/")), (Some("c/"), Some("z"))];
        assert_eq!(ends, expected);
        assert!(parts[0].held.is_some() && parts[1].held.is_none() && parts[2].held.is_none());
    }

    #[test]
    fn cuts_are_spread_evenly() {
        let folders: Vec<_> = (0..100).map(|number| format!("{number:03}/")).collect();
        let cuts = evenly(folders, 7);
        assert_eq!(cuts.len(), 7);
        assert_eq!(cuts.first().map(String::as_str), Some("000/"));
        assert_eq!(evenly(vec!["a/".to_owned(), "b/".to_owned()], 7).len(), 2);
    }
}
