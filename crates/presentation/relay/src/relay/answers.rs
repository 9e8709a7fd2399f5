//! From the daemon to the client, and from one daemon to the next.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::scan::{self, Scanner};
use super::{CHUNK_BYTES, NoDaemon, Relay, lost};
use crate::errand::RelayError;
use crate::greeting::Hello;

/// A buffer that an answer has made larger than this is given back.
const KEPT_BYTES_MAX: usize = 256 * 1024;

/// So many daemons in a row may die young and without a word.
const FRUITLESS_MAX: u32 = 5;

/// One that was there this long has started well, even if nobody asked it anything.
const YOUNG_MAX: Duration = Duration::from_secs(2);

impl Relay {
    /// Passes answers until the client is done or no daemon can be had.
    pub(super) fn pass_answers(&self) -> Result<(), RelayError> {
        let mut fruitless = 0;
        while let Ok((connection, _)) = self.connection_where(|_| true) {
            let start = Instant::now();
            if self.pass_answers_of(&connection) || start.elapsed() > YOUNG_MAX {
                fruitless = 0;
            }
            if self.lose_connection() {
                break;
            }
            fruitless += 1;
            if let Err(problem) = self.reconnect(fruitless) {
                self.give_up();
                return Err(problem);
            }
        }
        Ok(())
    }

    /// Passes whole lines until the connection ends; whether there were any.
    fn pass_answers_of(&self, mut connection: &UnixStream) -> bool {
        let mut buffer = vec![0; CHUNK_BYTES];
        let mut pending = Vec::new();
        let mut scanner = Scanner::default();
        let mut has_answered = false;
        loop {
            let count = match connection.read(&mut buffer) {
                Err(problem) if problem.kind() == ErrorKind::Interrupted => continue,
                Ok(0) | Err(_) => return has_answered,
                Ok(count) => count,
            };
            let chunk = &buffer[..count];
            let Some(end) = chunk.iter().rposition(|byte| *byte == b'\n') else {
                pending.extend_from_slice(chunk);
                continue;
            };
            has_answered = true;
            let (lines, rest) = chunk.split_at(end + 1);
            if pending.is_empty() {
                self.pass_answer_lines(lines, &mut scanner);
            } else {
                pending.extend_from_slice(lines);
                self.pass_answer_lines(&pending, &mut scanner);
                pending.clear();
                pending.shrink_to(KEPT_BYTES_MAX);
            }
            pending.extend_from_slice(rest);
        }
    }

    fn pass_answer_lines(&self, lines: &[u8], scanner: &mut Scanner) {
        let answered: Vec<_> = scan::lines(lines).map(|line| scanner.whole_line(line)).collect();
        // Before the client can know, so that it is never answered twice.
        let mut state = self.state();
        for facts in &answered {
            state.open.note_answer(facts);
        }
        drop(state);
        self.write_out(lines);
    }

    /// The connection is gone: answers what was sent on it. True when the client is done as well.
    fn lose_connection(&self) -> bool {
        let mut state = self.state();
        state.connection = None;
        state.generation += 1;
        let is_over = state.is_input_over;
        let lost = state.open.take_lost(is_over);
        let answers = lost::answers_for(&lost, &state);
        drop(state);
        self.write_out(&answers);
        is_over
    }

    /// A new daemon that knows what the old one was told at the start.
    fn reconnect(&self, fruitless: u32) -> Result<(), RelayError> {
        if fruitless > FRUITLESS_MAX {
            return Err(RelayError::Fruitless { log: self.link.places.log() });
        }
        let hello = Hello { is_any_version_welcome: true, ..self.hello.clone() };
        let (stream, welcome) = self.link.open(&hello)?;
        let replay = self.state().open.replay();
        for step in &replay {
            // A daemon that dies here is noticed by the next read.
            let _ = (&stream).write_all(&step.line);
            if step.is_answer_swallowed {
                swallow_line(&stream);
            }
        }
        let mut state = self.state();
        if state.is_input_over {
            let _ = stream.shutdown(Shutdown::Write);
        }
        state.connection = Some(Arc::new(stream));
        state.reads = welcome.reads;
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// Answers what is open, and lets the other thread stop.
    fn give_up(&self) {
        let mut state = self.state();
        state.broken = Some(NoDaemon);
        let unsent = state.open.take_all();
        let is_initialized = state.open.is_initialized();
        drop(state);
        self.changed.notify_all();
        for request in unsent {
            self.write_out(&lost::not_delivered(&request, is_initialized));
        }
    }
}

/// Reads one line byte by byte: what comes behind it belongs to the client.
fn swallow_line(mut stream: &UnixStream) {
    let mut byte = [0];
    while let Ok(1) = stream.read(&mut byte) {
        if byte[0] == b'\n' {
            return;
        }
    }
}
