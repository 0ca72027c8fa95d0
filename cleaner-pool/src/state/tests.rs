use proptest::prelude::*;

use super::*;

fn account() -> AccountId {
    "111122223333".parse().expect("twelve digits")
}

fn settings() -> Settings {
    Settings { max_failures: 3, ..Settings::default() }
}

fn holder(owner: &str) -> Holder {
    Holder { owner: owner.to_owned(), test: None }
}

/// A life of one account, told by its intents.
struct Life {
    record: Option<Record>,
    now: Timestamp,
    writes: u128,
}

impl Life {
    fn new() -> Self {
        Self { record: None, now: Timestamp::UNIX_EPOCH, writes: 0 }
    }

    fn to(&mut self, intent: &Intent) -> Result<Step, Refusal> {
        self.writes += 1;
        let (account, settings) = (account(), settings());
        let request =
            Request { account: &account, id: RequestId(self.writes), now: self.now, settings: &settings };
        let step = step(self.record.as_ref(), intent, request)?;
        self.record = Some(step.record.clone());
        Ok(step)
    }

    fn must(&mut self, intent: &Intent) -> Record {
        self.to(intent).expect("the intent is allowed").record
    }

    fn wait(&mut self, duration: Duration) {
        self.now = later(self.now, duration);
    }

    fn lease(&mut self) -> Result<Step, Refusal> {
        self.to(&Intent::Lease { holder: holder("a"), lease: Duration::from_secs(60) })
    }

    fn clean(&mut self, cleaned: Cleaned) -> Record {
        let worker = holder("w");
        let token = self.must(&Intent::BeginCleaning { worker, lease: Duration::from_secs(60) }).token;
        self.must(&Intent::FinishCleaning { token, cleaned, took: Duration::from_secs(7) })
    }
}

#[test]
fn an_account_is_handed_out_only_after_a_clean() {
    let mut life = Life::new();
    life.must(&Intent::Add(Details::default()));
    assert!(matches!(life.lease(), Err(Refusal::State { state: StateName::Dirty, .. })));
    let clean = life.clean(Cleaned::Clean);
    assert_eq!((clean.state, clean.token), (State::Available, Token(1)));
    let leased = life.lease().expect("it is available").record;
    assert_eq!((leased.token, leased.counts.leases), (Token(2), 1));
    assert!(life.lease().is_err());
    let released = life.must(&Intent::Release(Token(2)));
    assert_eq!(released.state, State::Dirty { why: Why::Released, not_before: None });
}

#[test]
fn an_older_token_is_refused_everything() {
    let mut life = Life::new();
    life.must(&Intent::Add(Details::default()));
    life.clean(Cleaned::Clean);
    let old = life.lease().expect("it is available").record.token;
    life.must(&Intent::Expire(old, 0));
    life.clean(Cleaned::Clean);
    life.lease().expect("it is available");
    for intent in [
        Intent::Beat(old),
        Intent::Release(old),
        Intent::Expire(old, 0),
        Intent::FinishCleaning { token: old, cleaned: Cleaned::Clean, took: Duration::ZERO },
    ] {
        assert!(matches!(life.to(&intent), Err(Refusal::Lost { .. })), "{intent:?}");
    }
}

#[test]
fn a_lease_with_a_new_heartbeat_is_not_ended() {
    let mut life = Life::new();
    life.must(&Intent::Add(Details::default()));
    life.clean(Cleaned::Clean);
    let token = life.lease().expect("it is available").record.token;
    life.must(&Intent::Beat(token));
    assert_eq!(life.to(&Intent::Expire(token, 0)).err(), Some(Refusal::Alive(account())));
    life.must(&Intent::Expire(token, 1));
}

#[test]
fn who_holds_an_account_may_go_on_to_clean_it_under_the_same_token() {
    let mut life = Life::new();
    life.must(&Intent::Add(Details::default()));
    life.clean(Cleaned::Clean);
    let token = life.lease().expect("it is available").record.token;
    life.must(&Intent::Beat(token));
    let cleaning = life.must(&Intent::CleanOwn(token));
    let tenure = cleaning.state.tenure().expect("it is cleaned");
    // The heartbeats go on: an observer that saw the lease stand still must not find the same count again.
    assert_eq!((cleaning.state.name(), cleaning.token, tenure.beat), (StateName::Cleaning, token, 2));
    assert_eq!(tenure.holder, holder("a"));
    for refused in [Intent::CleanOwn(token), Intent::Release(token), Intent::CleanOwn(Token(1))] {
        assert!(matches!(life.to(&refused), Err(Refusal::Lost { .. })), "{refused:?}");
    }
    let finish = Intent::FinishCleaning { token, cleaned: Cleaned::Clean, took: Duration::from_secs(7) };
    assert_eq!(life.must(&finish).state, State::Available);
    assert!(matches!(life.to(&Intent::CleanOwn(token)), Err(Refusal::Lost { .. })), "nobody holds it");
    // Who falls silent meanwhile is a worker that fell silent.
    let token = life.lease().expect("it is available").record.token;
    life.must(&Intent::CleanOwn(token));
    let expired = life.must(&Intent::Expire(token, 1));
    assert!(matches!(expired.state, State::Dirty { why: Why::WorkerLost, .. }), "{expired:?}");
}

#[test]
fn a_condemned_account_is_not_cleaned_by_its_holder() {
    let mut life = Life::new();
    life.must(&Intent::Add(Details::default()));
    life.clean(Cleaned::Clean);
    let token = life.lease().expect("it is available").record.token;
    life.must(&Intent::Quarantine(Quarantine { reason: "odd".to_owned(), by: "me".to_owned() }));
    assert!(matches!(life.to(&Intent::CleanOwn(token)), Err(Refusal::Condemned { .. })));
    assert_eq!(life.must(&Intent::Release(token)).state.name(), StateName::Quarantined);
}

#[test]
fn failures_rest_longer_and_longer_until_quarantine() {
    let mut life = Life::new();
    life.must(&Intent::Add(Details::default()));
    let failed = || Cleaned::Failed(vec!["a queue stays".to_owned()]);
    let first = life.clean(failed());
    assert_eq!(first.failures, 1);
    let again = Intent::BeginCleaning { worker: holder("w"), lease: Duration::from_secs(60) };
    assert!(matches!(life.to(&again), Err(Refusal::Rests { .. })));
    life.wait(settings().rest(1));
    life.clean(failed());
    life.wait(settings().rest(1));
    assert!(matches!(life.to(&again), Err(Refusal::Rests { .. })), "the second rest is longer");
    life.wait(settings().rest(2));
    let third = life.clean(failed());
    assert!(matches!(&third.state, State::Quarantined(quarantine) if quarantine.reason.starts_with("3 ")));
    assert_eq!(third.causes, ["a queue stays"]);
    let restored = life.must(&Intent::Restore { by: "me".to_owned() });
    assert_eq!(restored.failures, 0);
    assert_eq!(life.clean(Cleaned::Clean).state, State::Available);
}

#[test]
fn a_rest_written_by_a_clock_far_ahead_holds_nobody() {
    let mut life = Life::new();
    life.must(&Intent::Add(Details::default()));
    life.wait(Duration::from_secs(400 * 24 * 60 * 60));
    life.clean(Cleaned::Failed(Vec::new()));
    life.now = Timestamp::UNIX_EPOCH;
    life.clean(Cleaned::Clean);
}

#[test]
fn a_removed_account_keeps_its_token() {
    let mut life = Life::new();
    life.must(&Intent::Add(Details::default()));
    let token = life.clean(Cleaned::Clean).token;
    life.must(&Intent::Remove);
    assert!(matches!(life.lease(), Err(Refusal::Unknown(_))));
    let again = life.must(&Intent::Add(Details::default()));
    assert_eq!((again.token, again.counts), (token, Counts::default()));
}

#[test]
fn what_is_in_use_is_not_removed() {
    let mut life = Life::new();
    life.must(&Intent::Add(Details::default()));
    life.clean(Cleaned::Clean);
    life.lease().expect("it is available");
    assert!(matches!(life.to(&Intent::Remove), Err(Refusal::State { .. })));
}

#[test]
fn what_is_held_is_quarantined_when_its_holder_is_gone() {
    let mut life = Life::new();
    life.must(&Intent::Add(Details::default()));
    life.clean(Cleaned::Clean);
    let token = life.lease().expect("it is available").record.token;
    let why = || Quarantine { reason: "odd".to_owned(), by: "me".to_owned() };
    assert_eq!(life.must(&Intent::Quarantine(why())).state.name(), StateName::Leased);
    assert!(matches!(life.to(&Intent::Beat(token)), Err(Refusal::Condemned { .. })));
    let expired = life.must(&Intent::Expire(token, 0));
    assert_eq!((expired.state, expired.condemned), (State::Quarantined(why()), None));
}

#[test]
fn records_are_saved_and_read() {
    let mut life = Life::new();
    life.must(&Intent::Add(Details { note: Some("big".to_owned()), ..Details::default() }));
    life.clean(Cleaned::Clean);
    let record = life.lease().expect("it is available").record;
    let text = serde_json::to_string(&record).expect("records are JSON");
    assert!(
        text.contains(r#""state":{"name":"leased","holder":{"owner":"a"},"beat":0,"lease_ms":60000"#),
        "{text}"
    );
    assert_eq!(serde_json::from_str::<Record>(&text).expect("JSON is a record"), record);
}

fn intents() -> impl Strategy<Value = Vec<(u64, u64, u8)>> {
    prop::collection::vec((0_u64..4, 0_u64..3, 0_u8..10), 1..60)
}

proptest! {
    /// Whatever is asked in whatever order: tokens and versions grow, only the clean are handed out, only the cleaned are clean.
    #[test]
    fn no_order_of_intents_breaks_the_rules(intents in intents()) {
        let mut life = Life::new();
        for (back, beat, kind) in intents {
            let before = life.record.clone();
            let token = Token(before.as_ref().map_or(0, |record| record.token.0.saturating_sub(back)));
            let lease = Duration::from_secs(60);
            let intent = match kind {
                0 => Intent::Add(Details::default()),
                1 => Intent::Remove,
                2 => Intent::Lease { holder: holder("a"), lease },
                3 => Intent::Beat(token),
                4 => Intent::Release(token),
                5 => Intent::Expire(token, beat),
                6 => Intent::BeginCleaning { worker: holder("w"), lease },
                7 => Intent::FinishCleaning {
                    token,
                    cleaned: match beat {
                        0 => Cleaned::Clean,
                        1 => Cleaned::Failed(Vec::new()),
                        _ => Cleaned::Interrupted,
                    },
                    took: lease,
                },
                8 => Intent::Quarantine(Quarantine { reason: String::new(), by: String::new() }),
                _ => Intent::Restore { by: String::new() },
            };
            life.wait(Duration::from_secs(3600 * beat));
            let Ok(step) = life.to(&intent) else {
                prop_assert_eq!(&life.record, &before, "what is refused changes nothing");
                continue;
            };
            let after = step.record;
            prop_assert_eq!(step.replaces, before.as_ref().map(|before| before.version));
            prop_assert_eq!(step.entry.is_some(), kind != 3);
            let Some(before) = before else { continue };
            prop_assert_eq!(after.version, before.version + 1);
            prop_assert!(after.token >= before.token);
            let (from, to) = (before.state.name(), after.state.name());
            if from == to {
                continue;
            }
            match to {
                StateName::Leased => {
                    prop_assert_eq!(from, StateName::Available);
                    prop_assert!(after.token > before.token);
                }
                StateName::Cleaning => {
                    prop_assert_eq!(from, StateName::Dirty);
                    prop_assert!(after.token > before.token);
                }
                StateName::Available => prop_assert_eq!(from, StateName::Cleaning),
                _ => {}
            }
        }
    }
}
