use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::shared::Shared;
use super::{connection, loopback};
use crate::http::Wire;
use crate::rules::Rules;
use crate::trace::{Trace, Traced};

/// A running proxy; it ends when this value is dropped.
///
/// # Behavior
/// - It runs on a thread of its own, so it serves tests with and without an async runtime alike.
/// - Calls that are deferred when it ends are never carried out.
pub struct FaultProxy {
    shared: Arc<Shared>,
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How to start a proxy, beyond its upstream and rules.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where to listen: an address of this machine; port 0 is any free one.
    pub listen: SocketAddr,
    /// The file to write the trace to, one line of JSON per call.
    pub trace: Option<PathBuf>,
}

impl Default for Setup {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), trace: None }
    }
}

/// Why a proxy did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The upstream is no address of the kind that is taken.
    #[error("`{0}` is no address of this machine, like http://127.0.0.1:4566.")]
    BadUpstream(String),
    /// An address is not this machine's own.
    #[error("{0} is not a loopback address; refused.")]
    NotLoopback(String),
    /// The system does not allow it.
    #[error("failed to start the proxy: {0}.")]
    Io(#[from] io::Error),
}

impl FaultProxy {
    /// Starts a proxy on a free port in front of `upstream`, such as `http://127.0.0.1:4566`.
    ///
    /// # Errors
    /// If `upstream` is not on this machine, or the system has no port or thread left.
    pub fn start(upstream: &str, rules: Rules) -> Result<Self, StartError> {
        Self::start_with(upstream, rules, Setup::default())
    }

    /// Starts a proxy as `setup` says.
    ///
    /// # Errors
    /// Those of [`start`](Self::start), and if the address is taken or the file cannot be written.
    pub fn start_with(upstream: &str, rules: Rules, setup: Setup) -> Result<Self, StartError> {
        let upstream = loopback::parse(upstream)?;
        let listener = TcpListener::bind(loopback::check(setup.listen)?)?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::new(upstream, rules, Trace::new(setup.trace.as_deref())?));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("fault-proxy".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = accept(served, listener) => {}
                }
            });
            // Connections and deferred calls end with the runtime.
            drop(runtime);
        })?;
        Ok(Self { shared, url, stop: Some(stop), thread: Some(thread) })
    }

    /// Returns where to send calls: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns all calls that have ended so far.
    pub fn trace(&self) -> Vec<Traced> {
        self.shared.trace.calls()
    }

    /// Puts other rules in force; what the old ones counted and remembered is forgotten.
    pub fn set_rules(&self, rules: Rules) {
        self.shared.rules().replace(rules);
    }

    /// Forgets the trace, and what the rules counted and remembered; the rules stay.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Returns how many calls were answered and are still to be carried out.
    pub fn deferred(&self) -> usize {
        self.shared.deferred().len()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl fmt::Debug for FaultProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultProxy").field("url", &self.url).finish_non_exhaustive()
    }
}

async fn accept(shared: Arc<Shared>, listener: TcpListener) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection::serve(Arc::clone(&shared), Wire::new(stream)));
            }
            // Out of file descriptors, mostly: others must end first.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    }
}
