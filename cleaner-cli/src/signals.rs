use std::sync::{Arc, OnceLock};

use cleaner_core::run::{Stop, StopCause};

use crate::exit::Exit;
use crate::output::say;

/// Listens for Ctrl-C and SIGTERM: the first stops the run in good order, the second at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals(Arc<OnceLock<Stop>>);

impl Signals {
    /// Starts to listen.
    pub(crate) fn listen() -> Self {
        let signals = Self::default();
        let stop = signals.0.clone();
        tokio::spawn(async move {
            let mut terminate = Terminate::new();
            loop {
                tokio::select! {
                    pressed = tokio::signal::ctrl_c() => if pressed.is_err() { return },
                    () = terminate.received() => {}
                }
                match stop.get() {
                    Some(stop) if !stop.token().is_cancelled() => {
                        stop.stop(StopCause::Interrupt);
                        say(
                            "stopping: nothing new is deleted, and the report follows; once more stops at once",
                        );
                    }
                    _ => std::process::exit(Exit::Interrupted.code().into()),
                }
            }
        });
        signals
    }

    /// Names the run that is to be stopped. Before that, a signal ends the process: nothing has begun.
    pub(crate) fn stops(&self, stop: &Stop) {
        self.0.get_or_init(|| stop.clone());
    }
}

#[cfg(unix)]
struct Terminate(Option<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Terminate {
    fn new() -> Self {
        Self(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok())
    }

    async fn received(&mut self) {
        match &mut self.0 {
            Some(signal) => {
                signal.recv().await;
            }
            None => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
struct Terminate;

#[cfg(not(unix))]
impl Terminate {
    fn new() -> Self {
        Self
    }

    async fn received(&mut self) {
        std::future::pending().await
    }
}
