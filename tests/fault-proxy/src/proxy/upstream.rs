use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use tokio::net::TcpStream;

use crate::http::{Request, Response, Wire};

/// The emulator, and connections to it that wait for the next request.
#[derive(Debug)]
pub(super) struct Upstream {
    address: SocketAddr,
    idle: Mutex<Vec<Wire>>,
}

impl Upstream {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { address, idle: Mutex::default() }
    }

    /// Forwards a request and returns the answer.
    pub(super) async fn send(&self, request: &Request) -> io::Result<Response> {
        let bytes = request.encode();
        while let Some(mut wire) = self.take() {
            let before = wire.arrived();
            match self.exchange(&mut wire, &bytes, &request.method).await {
                Ok(answer) => return Ok(self.keep(wire, answer)),
                // The emulator closed it while it was idle: it has not seen the request.
                Err(_) if wire.arrived() == before => {}
                Err(error) => return Err(error),
            }
        }
        let mut wire = Wire::new(TcpStream::connect(self.address).await?);
        let answer = self.exchange(&mut wire, &bytes, &request.method).await?;
        Ok(self.keep(wire, answer))
    }

    async fn exchange(&self, wire: &mut Wire, bytes: &[u8], method: &str) -> io::Result<(Response, bool)> {
        wire.write(bytes).await?;
        wire.response(method).await
    }

    fn take(&self) -> Option<Wire> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, wire: Wire, (answer, keeps): (Response, bool)) -> Response {
        if keeps {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(wire);
        }
        answer
    }
}
