//! A thread for each connection: with a few hundred connections nothing is simpler, and little is faster.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use crate::control;
use crate::logs::Logs;
use crate::message::{Answer, Request, Wire};
use crate::s3::Bucket;

/// All that there is.
pub(crate) struct World {
    pub(crate) logs: Logs,
    pub(crate) s3: Bucket,
}

/// Prints `READY <url>` and answers until the process ends.
pub(crate) fn serve(world: World, exit_with_stdin: bool) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut stdout = io::stdout();
    writeln!(stdout, "READY http://{}", listener.local_addr()?)?;
    stdout.flush()?;
    if exit_with_stdin {
        thread::spawn(|| {
            drop(io::stdin().read_to_end(&mut Vec::new()));
            std::process::exit(0);
        });
    }
    let world = Arc::new(world);
    for stream in listener.incoming() {
        let (stream, world) = (stream?, world.clone());
        thread::Builder::new().stack_size(512 * 1024).spawn(move || {
            // A client that hangs up is none of our business.
            drop(connection(stream, &world));
        })?;
    }
    Ok(())
}

fn connection(stream: TcpStream, world: &World) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut wire = Wire::new(stream);
    while let Some(request) = wire.request()? {
        wire.answer(&answer(&request, world))?;
    }
    Ok(())
}

fn answer(request: &Request, world: &World) -> Answer {
    if let Some(operation) = request.target.strip_prefix("Logs_20140328.") {
        return world.logs.answer(operation, request).unwrap_or_else(|| control::answer(request, world));
    }
    match request.path.as_str() {
        "/_stub" => {
            let (groups, versions) = (world.logs.left(), world.s3.left());
            Answer::json(format!(r#"{{"log_groups":{groups},"versions":{versions}}}"#))
        }
        _ => world.s3.answer(request).unwrap_or_else(|| control::answer(request, world)),
    }
}
