use tokio::process::Child;

use crate::exit::Exit;

pub(super) use platform::Forward;

#[cfg(unix)]
mod platform {
    use std::io::IsTerminal as _;
    use std::task::Poll;

    use rustix::process::{Pid, Signal, kill_process};
    use tokio::signal::unix::{self, SignalKind};

    use super::{Child, Exit};

    /// Signals that are for the command.
    const PASSED: [Signal; 6] =
        [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT, Signal::USR1, Signal::USR2];

    /// Takes the signals that are sent to this process, and passes them on to the command.
    pub(in crate::commands::pool) struct Forward {
        signals: Vec<(Signal, unix::Signal)>,
        /// Whether the terminal sends its signals to the command, too.
        by_terminal: bool,
    }

    impl Forward {
        /// Starts to listen: from now on, signals end nothing by themselves.
        pub(in crate::commands::pool) fn listen() -> Self {
            let listen =
                |signal: Signal| Some((signal, unix::signal(SignalKind::from_raw(signal.as_raw())).ok()?));
            Self {
                signals: PASSED.into_iter().filter_map(listen).collect(),
                by_terminal: std::io::stdin().is_terminal(),
            }
        }

        /// The next signal.
        pub(in crate::commands::pool) async fn next(&mut self) -> Signal {
            std::future::poll_fn(|context| {
                for (signal, stream) in &mut self.signals {
                    if let Poll::Ready(Some(())) = stream.poll_recv(context) {
                        return Poll::Ready(*signal);
                    }
                }
                Poll::Pending
            })
            .await
        }

        /// Passes a signal on.
        pub(in crate::commands::pool) fn pass(&self, signal: Signal, child: &Child) {
            if self.by_terminal && matches!(signal, Signal::INT | Signal::QUIT) {
                return;
            }
            send(signal, child);
        }

        /// Whether a signal asks for the end.
        pub(in crate::commands::pool) fn ends(signal: Signal) -> bool {
            !matches!(signal, Signal::USR1 | Signal::USR2)
        }

        /// Asks the command to end.
        pub(in crate::commands::pool) fn terminate(&self, child: &Child) {
            send(Signal::TERM, child);
        }

        /// How this process ends when a signal comes before there is a command.
        pub(in crate::commands::pool) fn end_by(&self, _: Signal) -> Exit {
            Exit::Interrupted
        }
    }

    fn send(signal: Signal, child: &Child) {
        let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(id) = id {
            // It has ended if that fails.
            let _ = kill_process(id, signal);
        }
    }
}

#[cfg(not(unix))]
mod platform {
    use super::{Child, Exit};

    /// Takes Ctrl-C, which the console sends to the command, too.
    pub(in crate::commands::pool) struct Forward;

    impl Forward {
        pub(in crate::commands::pool) fn listen() -> Self {
            Self
        }

        pub(in crate::commands::pool) async fn next(&mut self) {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        }

        pub(in crate::commands::pool) fn pass(&self, (): (), _: &Child) {}

        pub(in crate::commands::pool) fn ends((): ()) -> bool {
            true
        }

        pub(in crate::commands::pool) fn terminate(&self, _: &Child) {}

        pub(in crate::commands::pool) fn end_by(&self, (): ()) -> Exit {
            Exit::Interrupted
        }
    }
}
