use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::{Lane, Purpose};
use crate::error::{Error, ErrorKind};

/// How often a call is made in all while the errors are transient.
pub(crate) const TRANSIENT_ATTEMPTS: u32 = 5;
/// The first wait after a transient error; it doubles, and a random part of it is taken.
const TRANSIENT_WAIT: Duration = Duration::from_millis(200);

impl Lane {
    /// Makes a call when the lane has room, and makes it again while AWS throttles or fails in passing.
    ///
    /// # Errors
    /// The error of the last attempt; interrupted, if the run was stopped, or had no permit any more, before AWS took the call.
    pub async fn run<T, F, Fut>(&self, operation: &str, purpose: Purpose, mut call: F) -> Result<T, Error>
    where
        F: FnMut() -> Fut + Send,
        Fut: Future<Output = Result<T, Error>> + Send,
        T: Send,
    {
        let stop = self.stop_token();
        let (own, all) = self.places(purpose);
        let (name, budget) = self.budget(operation, purpose);
        let mut failed = 0;
        loop {
            let turn = async {
                let own = own.clone().acquire_owned().await;
                let all = match &all {
                    Some(all) => Some(all.clone().acquire_owned().await),
                    None => None,
                };
                (own, all, budget.take().await)
            };
            let (_own, _all, waited) = tokio::select! {
                biased;
                () = stop.cancelled(), if !mutated!(IgnoresStop) => return Err(Error::interrupted()),
                turn = turn => turn,
            };
            // Whoever waited for a turn, or stood still with the whole machine, asks again before it acts.
            if !self.may_call() {
                return Err(Error::interrupted());
            }
            let sent = Instant::now();
            let error = match call().await {
                Ok(value) => {
                    budget.succeeded(waited);
                    return Ok(value);
                }
                Err(error) => error,
            };
            match error.kind {
                ErrorKind::Throttled if mutated!(LosesThrottledLists) => return Err(error),
                ErrorKind::Transient if mutated!(TransientIsFinal) => return Err(error),
                ErrorKind::Throttled => {
                    if let Some(rate) = budget.throttled(sent) {
                        self.slowed(name, rate);
                    }
                }
                ErrorKind::Transient => {
                    failed += 1;
                    if failed >= TRANSIENT_ATTEMPTS {
                        return Err(error);
                    }
                    drop((_own, _all));
                    let wait = TRANSIENT_WAIT
                        .mul_f64(f64::from(1_u32 << failed.min(6)) * (0.5 + self.random() / 2.0));
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => return Err(Error::interrupted()),
                        () = tokio::time::sleep(wait) => {}
                    }
                }
                _ => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::lane::Lanes;

    async fn attempts(kinds: &[ErrorKind]) -> (Result<(), ErrorKind>, u32) {
        let lanes = Lanes::builder().seed(1).build();
        let calls = AtomicU32::new(0);
        let result = lanes
            .lane("sqs", "eu-west-1")
            .run("DeleteQueue", Purpose::Delete, || {
                let call = calls.fetch_add(1, Ordering::Relaxed) as usize;
                let answer = kinds.get(call).map_or(Ok(()), |kind| Err(Error::new(*kind, "no.")));
                async move { answer }
            })
            .await;
        (result.map_err(|error| error.kind), calls.into_inner())
    }

    #[tokio::test(start_paused = true)]
    async fn throttled_calls_are_repeated_however_often() {
        let (result, calls) = attempts(&[ErrorKind::Throttled; 20]).await;
        assert_eq!((result, calls), (Ok(()), 21));
    }

    #[tokio::test(start_paused = true)]
    async fn transient_errors_are_repeated_a_few_times() {
        assert_eq!(attempts(&[ErrorKind::Transient; 2]).await, (Ok(()), 3));
        let (result, calls) = attempts(&[ErrorKind::Transient; 20]).await;
        assert_eq!((result, calls), (Err(ErrorKind::Transient), TRANSIENT_ATTEMPTS));
    }

    #[tokio::test(start_paused = true)]
    async fn other_errors_are_not_repeated() {
        for kind in [ErrorKind::Denied, ErrorKind::Dependency, ErrorKind::Gone, ErrorKind::Credentials] {
            assert_eq!(attempts(&[kind]).await, (Err(kind), 1));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stopped_run_makes_no_further_call() {
        let lanes = Lanes::default();
        lanes.stop_token().cancel();
        let result =
            lanes.lane("sqs", "eu-west-1").run("DeleteQueue", Purpose::Delete, || async { Ok(()) }).await;
        assert_eq!(result.expect_err("the run was stopped").kind, ErrorKind::Interrupted);
    }

    #[tokio::test(start_paused = true)]
    async fn no_call_begins_without_a_permit_however_long_it_waited_for_its_turn() {
        let began = Instant::now();
        let lost = Duration::from_secs(20);
        let lanes = Lanes::builder().seed(1).permit(move || began.elapsed() < lost).build();
        let lane = lanes.lane("sqs", "eu-west-1");
        let made = AtomicU32::new(0);
        // Far more than the budget lets through at once, and each is throttled: all of them wait for a turn.
        let calls = (0..200).map(|_| {
            lane.run("DeleteQueue", Purpose::Delete, || {
                assert!(began.elapsed() < lost, "a call begins after {:?}", began.elapsed());
                made.fetch_add(1, Ordering::Relaxed);
                async { Err::<(), _>(Error::new(ErrorKind::Throttled, "no.")) }
            })
        });
        for result in futures::future::join_all(calls).await {
            assert_eq!(result.expect_err("it never works").kind, ErrorKind::Interrupted);
        }
        assert!(made.into_inner() > 0);
    }
}
