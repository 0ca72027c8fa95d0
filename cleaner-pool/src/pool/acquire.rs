use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Grant, Pauses, Pool};
use crate::account::AccountId;
use crate::clock::{Reading, later};
use crate::error::{PoolError, Waited};
use crate::record::{Holder, Record, State, StateName};
use crate::state::{Intent, Refusal};
use crate::store::{DropIf, StoreErrorKind};
use crate::ticket::{Ticket, turn};

/// How often somebody who gave up tries to leave the queue.
const LEAVES: u32 = 4;

/// What somebody wants of a pool.
#[derive(Clone, Debug, Default)]
pub struct Claim {
    /// Who, and what for.
    pub holder: Holder,
    /// The only account that will do, if it is one.
    pub account: Option<AccountId>,
    /// How long the lease lasts without a heartbeat; as long as the pool says if none.
    pub lease: Option<Duration>,
}

/// How long somebody waits for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Not at all.
    No,
    /// For this long.
    AtMost(Duration),
    /// For ever.
    Forever,
}

/// What a look at the pool brought.
enum Turn {
    /// An account.
    Got(Grant),
    /// Nothing yet: it is not our turn.
    Wait,
    /// Somebody else was faster: look again.
    Again,
    /// The place in the queue is lost.
    NoPlace,
}

/// A wait for an account.
struct Waiting<'a> {
    claim: &'a Claim,
    started: Reading,
    place: Option<Place>,
    states: BTreeMap<StateName, usize>,
    ahead: Option<usize>,
    trouble: Option<String>,
}

/// A ticket, and when it was last renewed.
struct Place {
    ticket: Ticket,
    renewed: Reading,
}

impl Pool {
    /// Hands out a clean account, first come, first served. Nobody renews the lease: see [`acquire`](Self::acquire) for that.
    ///
    /// # Behavior
    /// - Who does not wait gets an account only if more are free than others wait for.
    /// - Who waits has a ticket. If it is not renewed in time, as the process stood still, the place in the queue is lost.
    /// - If the future is dropped, the ticket stays until others find it silent.
    ///
    /// # Errors
    /// No account came free in time, there is none at all, or the store fails for good.
    pub async fn take(&self, claim: &Claim, wait: Wait) -> Result<Grant, PoolError> {
        let mut waiting = Waiting {
            claim,
            started: self.clock.read(),
            place: None,
            states: BTreeMap::new(),
            ahead: None,
            trouble: None,
        };
        let result = self.wait(&mut waiting, wait).await;
        if let (Err(_), Some(place)) = (&result, &waiting.place) {
            self.leave(&place.ticket).await;
        }
        result
    }

    /// Leaves the queue. A ticket that stays holds its place until others find it silent; but whoever gave up has waited long
    /// enough, and tries this for a second at most.
    async fn leave(&self, ticket: &Ticket) {
        let mut pauses = Pauses::new(self.clock.read());
        for _ in 0..LEAVES {
            match self.store.drop_ticket(ticket, DropIf::Same).await {
                Err(error) if error.kind != StoreErrorKind::Conflict => {
                    if self.bear(error, &mut pauses).await.is_err() {
                        return;
                    }
                }
                // Left, or gone already.
                _ => return,
            }
        }
    }

    async fn wait(&self, waiting: &mut Waiting<'_>, wait: Wait) -> Result<Grant, PoolError> {
        let (mut races, mut failures) = (0, 0);
        loop {
            let turn = match self.try_turn(waiting).await {
                Ok(turn) => {
                    failures = 0;
                    turn
                }
                Err(error) if error.may_pass() => {
                    failures += 1;
                    waiting.trouble = Some(error.to_string());
                    Turn::Wait
                }
                Err(error) => return Err(error),
            };
            match turn {
                Turn::Got(grant) => return Ok(grant),
                Turn::Again if races < 3 => {
                    races += 1;
                    continue;
                }
                Turn::NoPlace => waiting.place = None,
                Turn::Again | Turn::Wait => {}
            }
            races = 0;
            let waited = self.clock.read().at_least_since(&waiting.started);
            let left = match wait {
                Wait::No => return Err(PoolError::Waited(waiting.in_vain(waited))),
                Wait::AtMost(most) if waited >= most => {
                    return Err(PoolError::Waited(waiting.in_vain(waited)));
                }
                Wait::AtMost(most) => most - waited,
                Wait::Forever => Duration::MAX,
            };
            if waiting.place.is_none() {
                let place = self.draw(waiting.claim).await?;
                waiting.place = Some(place);
                continue;
            }
            self.clock.sleep(self.pause(waiting.ahead, failures).min(left)).await;
            self.keep_place(waiting).await?;
        }
    }

    /// How long to wait for the next look: the longer, the more are ahead, but never so long that the ticket goes silent. After one
    /// that failed, which may have been the one at our turn, at most four times as long as who is next.
    fn pause(&self, ahead: Option<usize>, failures: u32) -> Duration {
        let ahead = u32::try_from(ahead.unwrap_or(0)).unwrap_or(u32::MAX);
        let poll = self.settings.poll;
        let pause = poll.saturating_mul(1 + ahead / 4).min(self.settings.ticket / 3);
        let pause = match failures {
            0 => pause,
            _ => pause.min(poll.saturating_mul(2_u32.pow((failures - 1).min(2)))),
        };
        self.jittered(pause, 20)
    }

    /// Looks for an account, and takes it if it is ours.
    async fn try_turn(&self, waiting: &mut Waiting<'_>) -> Result<Turn, PoolError> {
        let claim = waiting.claim;
        let (accounts, _) = self.look().await?;
        waiting.note(&accounts);
        if accounts.is_empty() {
            return Err(PoolError::Empty);
        }
        if let Some(wanted) = &claim.account
            && !accounts.iter().any(|record| record.account == *wanted)
        {
            return Err(Refusal::Unknown(wanted.clone()).into());
        }
        // Those that are free longest come first, so that all are used alike.
        let mut free: Vec<&Arc<Record>> = accounts.iter().filter(|record| is_free(record)).collect();
        free.sort_by(|one, other| (one.since, &one.account).cmp(&(other.since, &other.account)));
        let free: Vec<AccountId> = free.into_iter().map(|record| record.account.clone()).collect();
        if free.is_empty() {
            return Ok(Turn::Wait);
        }
        let queue = self.queue().await?;
        let number = waiting.place.as_ref().map_or(u64::MAX, |place| place.ticket.number);
        let ahead: Vec<_> = queue.iter().filter(|ticket| ticket.number < number).collect();
        waiting.ahead = Some(ahead.len());
        let ours = turn(ahead.iter().map(|ticket| ticket.wants.as_ref()), claim.account.as_ref(), &free);
        match accounts.into_iter().find(|record| Some(&record.account) == ours.as_ref()) {
            Some(record) => self.lease(claim, record, waiting.place.as_ref()).await,
            None => Ok(Turn::Wait),
        }
    }

    async fn lease(
        &self,
        claim: &Claim,
        record: Arc<Record>,
        place: Option<&Place>,
    ) -> Result<Turn, PoolError> {
        let account = record.account.clone();
        let holder = Self::holder_or_unnamed(&claim.holder);
        let intent = Intent::Lease { holder, lease: claim.lease.unwrap_or(self.settings.lease) };
        match self.apply(&account, Some(record), &intent, place.map(|place| &place.ticket)).await {
            Ok(applied) if applied.is_current => {
                Ok(Turn::Got(Grant { record: applied.record, sent: applied.sent }))
            }
            // It was ours, but we learned of it too late.
            Ok(_) => Ok(Turn::NoPlace),
            Err(PoolError::Refused(_)) => Ok(Turn::Again),
            Err(error) if error.is_ticket_gone() => Ok(Turn::NoPlace),
            Err(error) => Err(error),
        }
    }

    /// Takes a place at the end of the queue.
    async fn draw(&self, claim: &Claim) -> Result<Place, PoolError> {
        let number = self.persist(|| self.store.next_number()).await?;
        let now = self.clock.read();
        let ticket = Ticket {
            number,
            holder: Self::holder_or_unnamed(&claim.holder),
            wants: claim.account.clone(),
            request: self.request_id(),
            beat: 0,
            lease: self.settings.ticket,
            until: later(now.wall, self.settings.ticket),
            since: now.wall,
        };
        match self.persist(|| self.store.put_ticket(&ticket, None)).await {
            Ok(()) => {}
            // Nobody else has this number: it is ours, and its reply was lost.
            Err(error) if error.kind == StoreErrorKind::Conflict => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Place { ticket, renewed: now })
    }

    /// Renews the place in the queue if it is time, and looks how long the queue is.
    async fn keep_place(&self, waiting: &mut Waiting<'_>) -> Result<(), PoolError> {
        let Some(place) = &mut waiting.place else { return Ok(()) };
        let now = self.clock.read();
        if now.at_most_since(&place.renewed) < self.settings.ticket / 3 {
            return Ok(());
        }
        let renewed = Ticket {
            beat: place.ticket.beat + 1,
            until: later(now.wall, self.settings.ticket),
            ..place.ticket.clone()
        };
        match self.store.put_ticket(&renewed, Some(place.ticket.beat)).await {
            Ok(()) => {
                *place = Place { ticket: renewed, renewed: now };
            }
            Err(error) if !error.may_pass() => return Err(error.into()),
            // It was renewed and the reply was lost, or it is gone: the queue shows it.
            Err(_) => {}
        }
        let tickets = match self.queue().await {
            Ok(tickets) => tickets,
            Err(error) if error.may_pass() => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let number = place.ticket.number;
        let own = tickets.iter().find(|ticket| ticket.number == number);
        match own.filter(|ticket| ticket.request == place.ticket.request) {
            Some(own) => {
                if own.beat > place.ticket.beat {
                    place.renewed = now;
                }
                place.ticket = own.as_ref().clone();
            }
            None => waiting.place = None,
        }
        waiting.ahead = Some(tickets.iter().filter(|ticket| ticket.number < number).count());
        Ok(())
    }
}

/// Whether an account may be handed out.
fn is_free(record: &Record) -> bool {
    record.state == State::Available
        || (mutated!(HandsOutDirty) && matches!(record.state, State::Dirty { .. }))
}

impl Waiting<'_> {
    fn note(&mut self, accounts: &[Arc<Record>]) {
        self.states.clear();
        for record in accounts {
            *self.states.entry(record.state.name()).or_default() += 1;
        }
    }

    fn in_vain(&self, waited: Duration) -> Waited {
        Waited {
            waited,
            account: self.claim.account.clone(),
            states: self.states.clone(),
            ahead: self.ahead,
            trouble: self.trouble.clone(),
        }
    }
}
