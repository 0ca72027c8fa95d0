use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::cloud::{Asking, Deleting, Page, Present, created};
use super::history::{History, How, Life, Operation, Record, What};
use super::{Again, Dates, Happens, Kind, Naming, Scenario, Tag, Thing};
use crate::error::{Error, ErrorKind};
use crate::handler::{Deletion, Status, TagSource};
use crate::plan::{KEEP_TAG, KEEP_UNTIL_TAG};
use crate::resource::{Fact, Keep, Member, Ref, Resource, State, Tags};

/// The built-in protection of simulated types.
pub(super) const PROTECTION: &str = "simulated";

/// The truth: what is there, what was, and what is to come.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) history: History,
    /// What is there, by id.
    present: Present,
    /// What is gone and still listed, until when.
    ghosts: Vec<(usize, Duration)>,
    /// What is to come.
    agenda: BTreeMap<(Duration, usize), Coming>,
    planned: usize,
    /// The members of each stack, as it names them.
    members: BTreeMap<Arc<str>, Vec<Member>>,
}

#[derive(Clone, Debug)]
enum Coming {
    Thing(Arc<Thing>),
    Happens(Arc<str>, Happens),
    Through(usize),
}

impl Account {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let mut account = Self {
            history: History::default(),
            present: Present::new(),
            ghosts: Vec::new(),
            agenda: BTreeMap::new(),
            planned: 0,
            members: BTreeMap::new(),
        };
        for thing in &scenario.things {
            for stack in &thing.stacks {
                let member = Member {
                    cloudformation: scenario.kind(&thing.kind).cloudformation().into(),
                    physical_id: thing.id.clone(),
                };
                account.members.entry(stack.clone()).or_default().push(member);
            }
        }
        for thing in &scenario.things {
            let thing_too = Arc::new(thing.clone());
            match thing.comes {
                None => account.bear(scenario, thing_too, Duration::ZERO, true),
                Some(at) => account.plan(at, Coming::Thing(thing_too)),
            }
        }
        for happening in &scenario.happenings {
            account.plan(happening.at, Coming::Happens(happening.id.clone(), happening.what));
        }
        account
    }

    pub(super) fn record(&mut self, at: Duration, what: What) -> usize {
        self.history.records.push(Record { at, what });
        self.history.records.len() - 1
    }

    fn plan(&mut self, at: Duration, what: Coming) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), what);
    }

    /// Lets happen what time has brought, in order.
    pub(super) fn settle(&mut self, scenario: &Scenario, now: Duration) {
        while let Some(entry) = self.agenda.first_entry() {
            let at = entry.key().0;
            if at > now {
                break;
            }
            match entry.remove() {
                Coming::Thing(thing) => self.bear(scenario, thing, at, false),
                Coming::Through(life) => self.through(scenario, life, at),
                Coming::Happens(id, what) => self.happen(scenario, &id, what, at),
            }
        }
        self.ghosts.retain(|(_, until)| *until > now);
    }

    fn bear(&mut self, scenario: &Scenario, thing: Arc<Thing>, at: Duration, old: bool) {
        if self.present.contains_key(&thing.id) {
            return;
        }
        let number = self.history.lives.len();
        let lag = if old { Duration::ZERO } else { scenario.kind(&thing.kind).lag_new };
        self.present.insert(thing.id.clone(), number);
        let born = self.record(at, What::Born { life: number });
        self.history.lives.push(Life {
            thing,
            created: created(number),
            born,
            visible: at + lag,
            removed: None,
            leaving: None,
            failed: None,
            cut: None,
            late_failures: 0,
            refusals: 0,
            reply_lost: false,
        });
    }

    fn happen(&mut self, scenario: &Scenario, id: &str, what: Happens, at: Duration) {
        let Some(&life) = self.present.get(id) else { return };
        let thing = self.history.lives[life].thing.clone();
        self.remove_all(scenario, life, at, How::Vanished);
        if let Happens::Replaced(tag) = what {
            self.bear(scenario, Arc::new(Thing { tag, ..(*thing).clone() }), at, false);
        }
    }

    /// The deletion of a thing is through, for better or worse.
    fn through(&mut self, scenario: &Scenario, life: usize, at: Duration) {
        let it = &mut self.history.lives[life];
        if !it.is_present() || it.leaving != Some(at) {
            return;
        }
        it.leaving = None;
        if it.late_failures < it.thing.fails_late {
            it.late_failures += 1;
            it.failed = Some("a part of it would not go".to_owned());
            return;
        }
        if let Err(why) = self.remove(scenario, life, at) {
            self.history.lives[life].failed = Some(why);
        }
    }

    // --- relations ---------------------------------------------------------------------------------------------------

    fn life(&self, life: usize) -> &Life {
        &self.history.lives[life]
    }

    /// All that goes along with a thing.
    fn taken_along(&self, life: usize) -> BTreeSet<usize> {
        let mut all = BTreeSet::from([life]);
        let mut work = vec![life];
        while let Some(owner) = work.pop() {
            let id = &self.life(owner).thing.id;
            for &other in self.present.values() {
                let thing = &self.life(other).thing;
                let goes = (thing.is_owned_by(id) && !thing.left) || thing.parent.as_ref() == Some(id);
                if goes && all.insert(other) {
                    work.push(other);
                }
            }
        }
        all
    }

    /// What holds a thing, but for those that go with it.
    fn holder(&self, life: usize, with: &BTreeSet<usize>, now: Duration) -> Option<Arc<str>> {
        let thing = &self.life(life).thing;
        if thing.held_until.is_some_and(|until| now < until) {
            return Some("something".into());
        }
        let is_outside = |id: &str| self.present.get(id).is_some_and(|other| !with.contains(other));
        if let Some(holder) = &thing.holder
            && is_outside(holder)
        {
            return Some(holder.clone());
        }
        self.present
            .values()
            .filter(|other| !with.contains(other))
            .map(|other| self.life(*other))
            .find(|other| {
                other.cut.is_none()
                    && other.thing.uses.iter().any(|used| used.enforced && used.target == thing.id)
            })
            .map(|other| other.thing.id.clone())
    }

    /// Removes a thing and what it takes along, as far as nothing holds that. What is held stays, and so does the thing.
    fn remove(&mut self, scenario: &Scenario, life: usize, at: Duration) -> Result<(), String> {
        let all = self.taken_along(life);
        let mut going = all.clone();
        let mut why = None;
        loop {
            let held = going.iter().copied().find_map(|one| {
                let id = &self.life(one).thing.id;
                let incomplete = self
                    .taken_along(one)
                    .into_iter()
                    .find(|other| !going.contains(other))
                    .map(|other| self.life(other).thing.id.clone());
                let holder = incomplete.or_else(|| self.holder(one, &going, at))?;
                Some((one, format!("{id} is in use by {holder}.")))
            });
            match held {
                None => break,
                Some((one, reason)) => {
                    going.remove(&one);
                    why.get_or_insert(reason);
                }
            }
        }
        let owner = self.life(life).thing.id.clone();
        for one in going {
            let how = if one == life { How::Called } else { How::TakenAlong(owner.clone()) };
            self.end(scenario, one, at, how);
        }
        why.map_or(Ok(()), Err)
    }

    fn remove_all(&mut self, scenario: &Scenario, life: usize, at: Duration, how: How) {
        for one in self.taken_along(life) {
            self.end(scenario, one, at, how.clone());
        }
    }

    fn end(&mut self, scenario: &Scenario, life: usize, at: Duration, how: How) {
        let thing = self.life(life).thing.clone();
        self.present.remove(&thing.id);
        let record = self.record(at, What::Removed { life, how: how.clone() });
        self.history.lives[life].removed = Some((record, at, how));
        let lag = scenario.kind(&thing.kind).lag_gone;
        if !lag.is_zero() && self.life(life).visible <= at {
            self.ghosts.push((life, at + lag));
        }
        for (after, left) in &thing.leaves {
            self.plan(at + *after, Coming::Thing(Arc::new(left.clone())));
        }
    }

    // --- what calls do -----------------------------------------------------------------------------------------------

    pub(super) fn list(
        &self,
        scenario: &Scenario,
        kind: &Kind,
        region: &str,
        after: Option<&str>,
        now: Duration,
    ) -> Page {
        let fits = |life: &usize| {
            let thing = &self.life(*life).thing;
            thing.kind == kind.name && *thing.region == *region && self.life(*life).visible <= now
        };
        let ghosts = self.ghosts.iter().filter(|(_, until)| *until > now).map(|(life, _)| *life);
        // Who comes under the name of a ghost hides it.
        let mut shown: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for life in ghosts.chain(self.present.values().copied()).filter(fits) {
            shown.insert(self.life(life).thing.id.clone(), life);
        }
        let mut rest = shown.into_iter().filter(|(id, _)| after.is_none_or(|after| **id > *after));
        let page: Vec<(Arc<str>, usize)> = rest.by_ref().take(kind.page.max(1)).collect();
        let next = rest.next().and_then(|_| page.last().map(|(id, _)| id.clone()));
        let lives: Vec<usize> = page.into_iter().map(|(_, life)| life).collect();
        let resources = lives.iter().map(|life| self.resource(scenario, *life)).collect();
        Page { resources, lives, next }
    }

    /// A thing as its list shows it.
    fn resource(&self, scenario: &Scenario, life: usize) -> Resource {
        let it = self.life(life);
        let thing = &it.thing;
        let kind = scenario.kind(&thing.kind);
        let mut resource = Resource::new((&*thing.kind).into(), (&*thing.region).into(), thing.id.clone());
        resource.name = thing.name().into();
        resource.arn = Some(thing.arn().into());
        resource.created = match kind.dates {
            Dates::None => Fact::Absent,
            Dates::Listed => Fact::Known(it.created),
            Dates::Asked => Fact::Unread,
        };
        resource.tags = match kind.tags {
            TagSource::None => Fact::Absent,
            TagSource::Listed => match tags(thing.tag) {
                Some(tags) => Fact::Known(tags),
                None => Fact::Unreadable("its tags were left out".into()),
            },
            TagSource::Bulk | TagSource::Call => Fact::Unread,
        };
        let to = |id: &Arc<str>, by: Naming| {
            let target = scenario.things.iter().find(|other| other.id == *id)?;
            let text: Arc<str> = match by {
                Naming::Id => target.id.clone(),
                Naming::Name => target.name().into(),
                Naming::Arn => target.arn().into(),
            };
            Some(Ref { type_name: (&*target.kind).into(), target: text })
        };
        if it.cut.is_none() {
            resource.refs = thing.uses.iter().filter_map(|used| to(&used.target, used.by)).collect();
        }
        resource.owners = thing.owners.iter().filter_map(|id| to(id, Naming::Id)).collect();
        resource.parts_of = thing.parts_of.iter().filter_map(|id| to(id, Naming::Id)).collect();
        if kind.stack {
            resource.members = self.members.get(&thing.id).into_iter().flatten().cloned().collect();
        }
        if kind.shows_state {
            resource.state = match (&it.failed, it.leaving, &it.removed) {
                (Some(why), None, None) => State::Failed(why.as_str().into()),
                (_, Some(_), None) => State::Deleting,
                // A list that lags behind shows what it last knew.
                (_, _, Some(_)) if thing.takes.is_some() => State::Deleting,
                _ => State::Present,
            };
        }
        if thing.managed {
            resource.managed = Some("it is managed".into());
        }
        if thing.protected {
            resource.protection =
                Some(Box::new(Keep { name: PROTECTION.into(), why: "it is protected".into() }));
        }
        resource
    }

    fn find(&self, id: &str) -> Result<usize, Error> {
        self.present.get(id).copied().ok_or_else(|| Error::new(ErrorKind::Gone, "there is no such thing."))
    }

    pub(super) fn tags(&mut self, id: &str, now: Duration) -> Result<Option<Tags>, Error> {
        let life = self.find(id)?;
        self.record(now, What::Asked { operation: Operation::ReadTags, life });
        match tags(self.life(life).thing.tag) {
            Some(tags) => Ok(Some(tags)),
            None => Err(Error::new(ErrorKind::Denied, "its tags may not be read.")),
        }
    }

    pub(super) fn created(&self, id: &str) -> Result<jiff::Timestamp, Error> {
        Ok(self.life(self.find(id)?).created)
    }

    pub(super) fn status(&self, id: &str) -> Asking {
        let it = self.life(self.find(id)?);
        Ok(match (it.leaving, &it.failed) {
            (Some(_), _) => Status::Deleting,
            (None, Some(why)) => Status::Failed(why.clone()),
            (None, None) => Status::Present,
        })
    }

    pub(super) fn prepare(&mut self, id: &str, now: Duration) -> Result<(), Error> {
        let life = self.find(id)?;
        self.record(now, What::Asked { operation: Operation::Prepare, life });
        Ok(())
    }

    pub(super) fn unlink(&mut self, id: &str, now: Duration) -> Result<(), Error> {
        let life = self.find(id)?;
        let record = self.record(now, What::Asked { operation: Operation::Unlink, life });
        if self.life(life).thing.no_unlink {
            return Err(Error::new(ErrorKind::Denied, "what it cites may not be cut."));
        }
        self.history.lives[life].cut.get_or_insert(record);
        Ok(())
    }

    pub(super) fn delete(&mut self, scenario: &Scenario, id: &str, now: Duration) -> Deleting {
        let life = self.find(id)?;
        self.record(now, What::Asked { operation: Operation::Delete, life });
        let it = &mut self.history.lives[life];
        let thing = it.thing.clone();
        if let Some(kind) = thing.forever {
            return Err(Error::new(kind, format!("{id} says {kind}, for good.")));
        }
        if let Some(kind) = thing.refusals.get(it.refusals) {
            it.refusals += 1;
            return Err(Error::new(*kind, format!("{id} says {kind}, for now.")));
        }
        if it.leaving.is_some() {
            return match thing.again {
                Again::Started => Ok(Deletion::Started),
                Again::Dependency => Err(Error::new(ErrorKind::Dependency, format!("{id} is on its way."))),
            };
        }
        let with = self.taken_along(life);
        if let Some(holder) = self.holder(life, &with, now) {
            return Err(Error::new(ErrorKind::Dependency, format!("{id} is in use by {holder}.")));
        }
        self.history.lives[life].failed = None;
        let Some(takes) = thing.takes else {
            return match self.remove(scenario, life, now) {
                Ok(()) => Ok(Deletion::Done),
                Err(why) => Err(Error::new(ErrorKind::Dependency, why)),
            };
        };
        self.history.lives[life].leaving = Some(now + takes);
        self.plan(now + takes, Coming::Through(life));
        Ok(Deletion::Started)
    }

    /// Whether the answer to a deletion that took effect gets lost: once for each thing that is so.
    pub(super) fn loses_reply(&mut self, id: &str) -> bool {
        let Some(life) = self.history.lives.iter_mut().rev().find(|life| *life.thing.id == *id) else {
            return false;
        };
        let lost = life.thing.lost_reply && !life.reply_lost;
        life.reply_lost |= lost;
        lost
    }
}

/// The tags of a thing; none: nobody may read them.
fn tags(tag: Tag) -> Option<Tags> {
    let one = |key: &str, value: &str| Tags::from([(key.to_owned(), value.to_owned())]);
    Some(match tag {
        Tag::Unreadable => return None,
        Tag::None => Tags::new(),
        Tag::Keep => one(KEEP_TAG, "yes"),
        Tag::UntilPast => one(KEEP_UNTIL_TAG, "2021-01-01"),
        Tag::UntilFuture => one(KEEP_UNTIL_TAG, "9000-01-01"),
        Tag::UntilNonsense => one(KEEP_UNTIL_TAG, "soon"),
        Tag::Production => one("env", "prod"),
    })
}
