//! What a client starts: standard input and output on one side, the daemon's socket on the other.
//!
//! Two blocking threads and a table of open requests; no runtime, no MCP library, a few MB. Lines are passed as they
//! are; [`scan`] reads only who they are from. When the daemon dies the relay starts another, replays `initialize`, and
//! answers every request that was open: a write may have been executed, a read was not answered. A request that was not
//! handed over in full goes to the new daemon. Nothing but the protocol is ever written to standard output.

mod answers;
mod lost;
mod open;
mod requests;
mod scan;

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use crate::errand::RelayError;
use crate::greeting::Hello;
use crate::link::Link;
use open::Open;

/// What is read at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// After the client's last byte, the daemon may finish what it was asked for this long.
const FINISH_MAX: Duration = Duration::from_mins(1);

/// Passes lines until the client is gone.
pub(crate) fn run(link: Link, hello: Hello) -> Result<(), RelayError> {
    // Made here, not handed over in the errand: other users can read arguments.
    let hello = Hello { life: Some(uuid::Uuid::new_v4()), ..hello };
    let (stream, welcome) = link.open(&hello)?;
    let relay = Arc::new(Relay {
        state: Mutex::new(State {
            connection: Some(Arc::new(stream)),
            generation: 0,
            open: Open::default(),
            is_input_over: false,
            broken: None,
            reads: welcome.reads,
        }),
        changed: Condvar::new(),
        stdout: Mutex::new(raw(&io::stdout())?),
        link,
        hello,
    });
    let (finished, wait) = mpsc::channel();
    let answers = Arc::clone(&relay);
    std::thread::Builder::new().name("answers".to_owned()).spawn(move || {
        // The receiver is gone only when the process is about to end.
        let _ = finished.send(answers.pass_answers());
    })?;
    match relay.pass_requests(raw(&io::stdin())?) {
        // What went wrong with the daemon is told by the thread that noticed.
        Err(requests::Stopped::NoDaemon) => {}
        Err(requests::Stopped::Input(problem)) => return Err(problem.into()),
        Ok(()) => relay.end_input(),
    }
    match wait.recv_timeout(FINISH_MAX) {
        Ok(outcome) => outcome,
        // The client is gone for long; nobody waits for these answers.
        Err(_) => Ok(()),
    }
}

/// Standard input or output without a buffer of its own.
fn raw(stream: &impl std::os::fd::AsFd) -> io::Result<File> {
    Ok(File::from(stream.as_fd().try_clone_to_owned()?))
}

/// What both threads share.
struct Relay {
    link: Link,
    hello: Hello,
    state: Mutex<State>,
    /// A new connection, or none any more.
    changed: Condvar,
    stdout: Mutex<File>,
}

struct State {
    /// `None` while a new one is made. Written to by the request thread only, never under the lock: the daemon may
    /// have to be read before it takes more.
    connection: Option<Arc<UnixStream>>,
    /// How many connections came before.
    generation: u64,
    open: Open,
    is_input_over: bool,
    /// No daemon can be had.
    broken: Option<NoDaemon>,
    /// The tools that change nothing, as the newest daemon says.
    reads: Vec<String>,
}

/// No daemon can be had; the answer thread says why.
#[derive(Clone, Copy)]
struct NoDaemon;

impl Relay {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection and its number, once `is_fit` says so; waits while a new one is made.
    fn connection_where(&self, is_fit: impl Fn(u64) -> bool) -> Result<(Arc<UnixStream>, u64), NoDaemon> {
        let mut state = self.state();
        loop {
            if let Some(broken) = state.broken {
                return Err(broken);
            }
            if let Some(connection) = state.connection.as_ref().filter(|_| is_fit(state.generation)) {
                return Ok((Arc::clone(connection), state.generation));
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Writes whole lines to the client. Without a client there is nothing left to do.
    fn write_out(&self, lines: &[u8]) {
        let mut stdout = self.stdout.lock().unwrap_or_else(PoisonError::into_inner);
        if stdout.write_all(lines).is_err() {
            std::process::exit(0);
        }
    }
}
