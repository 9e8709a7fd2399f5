//! From the client to the daemon.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use super::open::Line;
use super::scan::{self, Scanner};
use super::{CHUNK_BYTES, NoDaemon, Relay, lost};

/// A longer line is passed on in pieces, so that the relay stays small whatever is sent.
const WHOLE_LINE_BYTES_MAX: usize = 256 * 1024;

/// Why there are no more requests, other than that the client is done.
pub(super) enum Stopped {
    NoDaemon,
    Input(std::io::Error),
}

impl From<NoDaemon> for Stopped {
    fn from(NoDaemon: NoDaemon) -> Self {
        Self::NoDaemon
    }
}

impl Relay {
    /// Passes everything that the client says.
    pub(super) fn pass_requests(&self, mut input: File) -> Result<(), Stopped> {
        let mut buffer = vec![0; CHUNK_BYTES];
        let mut pending = Vec::new();
        let mut scanner = Scanner::default();
        loop {
            let count = read(&mut input, &mut buffer)?;
            if count == 0 {
                return self.pass_unended(pending, &mut scanner);
            }
            let chunk = &buffer[..count];
            let Some(end) = chunk.iter().rposition(|byte| *byte == b'\n') else {
                pending.extend_from_slice(chunk);
                if pending.len() > WHOLE_LINE_BYTES_MAX {
                    pending = self.pass_long_line(&pending, &mut input, &mut scanner)?;
                }
                continue;
            };
            let (lines, rest) = chunk.split_at(end + 1);
            if pending.is_empty() {
                self.pass_lines(lines, &mut scanner)?;
            } else {
                pending.extend_from_slice(lines);
                self.pass_lines(&pending, &mut scanner)?;
                pending.clear();
                pending.shrink_to(CHUNK_BYTES);
            }
            pending.extend_from_slice(rest);
        }
    }

    /// A last line without its end is still a line.
    fn pass_unended(&self, mut pending: Vec<u8>, scanner: &mut Scanner) -> Result<(), Stopped> {
        if pending.is_empty() {
            return Ok(());
        }
        pending.push(b'\n');
        self.pass_lines(&pending, scanner)
    }

    /// Passes lines that are all there. What a dying daemon did not get is passed to the next.
    fn pass_lines(&self, bytes: &[u8], scanner: &mut Scanner) -> Result<(), Stopped> {
        let lines: Vec<Line<'_>> = scan::lines(bytes)
            .map(|bytes| Line { bytes, facts: scanner.whole_line(bytes) })
            .filter(|line| self.is_registered(line))
            .collect();
        let mut rest = lines.as_slice();
        let mut newest = 0;
        while !rest.is_empty() {
            let (connection, generation) = self.connection_where(|generation| generation >= newest)?;
            let written = write_lines(&connection, rest);
            self.note_sent(&rest[..written], generation);
            rest = &rest[written..];
            newest = generation + 1;
        }
        Ok(())
    }

    /// Notes a request as open before it is sent, so that no answer comes too early. One too many is answered here.
    fn is_registered(&self, line: &Line<'_>) -> bool {
        let refused = self.state().open.register(line);
        match refused {
            Some(id) => {
                self.write_out(&lost::too_many_open(&id));
                false
            }
            None => true,
        }
    }

    /// Lines that were written belong to that connection. If it is gone already, nobody will answer them.
    fn note_sent(&self, lines: &[Line<'_>], generation: u64) {
        let mut state = self.state();
        let is_current = state.generation == generation && state.connection.is_some();
        let mut lost = Vec::new();
        for id in lines.iter().filter_map(Line::request_id) {
            if is_current {
                state.open.mark_sent(id);
            } else {
                lost.extend(state.open.take(id));
            }
        }
        let answers = lost::answers_for(&lost, &state);
        drop(state);
        self.write_out(&answers);
    }

    /// Passes a line too long to keep, piece by piece, and gives back what was read behind it. If the daemon dies
    /// meanwhile, the request was not executed: no daemon saw the end of it.
    fn pass_long_line(&self, head: &[u8], input: &mut File, scanner: &mut Scanner) -> Result<Vec<u8>, Stopped> {
        let (connection, generation) = self.connection_where(|_| true)?;
        scanner.feed(head);
        let mut is_alive = (&*connection).write_all(head).is_ok();
        let mut buffer = vec![0; CHUNK_BYTES];
        loop {
            let count = read(input, &mut buffer)?;
            let chunk = &buffer[..count];
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let (tail, rest) = match end {
                Some(end) => chunk.split_at(end + 1),
                None if count == 0 => (b"\n".as_slice(), chunk),
                None => {
                    scanner.feed(chunk);
                    is_alive = is_alive && (&*connection).write_all(chunk).is_ok();
                    continue;
                }
            };
            scanner.feed(tail);
            let line = Line { bytes: tail, facts: scanner.finish() };
            if self.is_registered(&line) && is_alive && (&*connection).write_all(tail).is_ok() {
                self.note_sent(std::slice::from_ref(&line), generation);
            } else {
                self.give_back(&line);
            }
            return Ok(rest.to_vec());
        }
    }

    /// Answers a request that could not be handed over.
    fn give_back(&self, line: &Line<'_>) {
        let mut state = self.state();
        let request = line.request_id().and_then(|id| state.open.take(id));
        let is_initialized = state.open.is_initialized();
        drop(state);
        if let Some(request) = request {
            self.write_out(&lost::not_delivered(&request, is_initialized));
        }
    }

    /// The client is done: so is the daemon, once it has answered.
    pub(super) fn end_input(&self) {
        let mut state = self.state();
        state.is_input_over = true;
        if let Some(connection) = &state.connection {
            // It may be gone already; the answer thread sees the same.
            let _ = connection.shutdown(Shutdown::Write);
        }
    }
}

fn read(input: &mut File, buffer: &mut [u8]) -> Result<usize, Stopped> {
    loop {
        match input.read(buffer) {
            Ok(count) => return Ok(count),
            Err(problem) if problem.kind() == ErrorKind::Interrupted => {}
            Err(problem) => return Err(Stopped::Input(problem)),
        }
    }
}

/// Writes lines as far as the daemon takes them; how many it took whole.
fn write_lines(mut connection: &UnixStream, lines: &[Line<'_>]) -> usize {
    let joined: Vec<u8>;
    let bytes = if let [only] = lines {
        only.bytes
    } else {
        joined = lines.iter().flat_map(|line| line.bytes).copied().collect();
        &joined
    };
    let mut done = 0;
    while done < bytes.len() {
        match connection.write(&bytes[done..]) {
            Ok(count) if count > 0 => done += count,
            Err(problem) if problem.kind() == ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => break,
        }
    }
    let mut end = 0;
    let is_whole = |line: &&Line<'_>| {
        end += line.bytes.len();
        end <= done
    };
    lines.iter().take_while(is_whole).count()
}
