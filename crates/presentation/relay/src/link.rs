//! The way to a profile's owner: connect, or start a daemon and connect.
//!
//! Blocking, and without a runtime: this is what the relay and every command begin with. Any number of processes may
//! come at once; a lock lets one of them start the daemon while the others wait for it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::greeting::{GREETING_BYTES_MAX, Hello, RefusalReason, Welcome};
use crate::places::{Places, PlacesError};

/// How long a daemon may take to start; it may have to wait for its predecessor to finish.
const START_MAX: Duration = Duration::from_mins(1);

/// An owner that was reached says welcome at once, or after opening a fresh demo.
const WELCOME_MAX: Duration = Duration::from_secs(30);

/// A daemon may go idle between our connecting and our greeting; then the next attempt starts another.
const ATTEMPTS_MAX: usize = 4;

/// At a start, a log larger than this becomes `daemon.log.1`.
const LOG_BYTES_MAX: u64 = 1024 * 1024;

/// How to reach, and if need be start, the owner of a profile.
#[derive(Clone)]
pub struct Link {
    /// The program that is started as a daemon.
    pub program: PathBuf,
    /// The profile's places.
    pub places: Places,
    /// `--config`, passed on to the daemon.
    pub config: Option<PathBuf>,
}

/// Why the owner cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The directories cannot be made, or are not safe.
    #[error(transparent)]
    Places(#[from] PlacesError),
    /// The socket, the lock or the log.
    #[error("cannot reach the daemon at {}: {problem}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        problem: std::io::Error,
    },
    /// The daemon did not come up; its own words.
    #[error("the daemon did not start: {problem}")]
    NotStarted {
        /// What it said.
        problem: String,
    },
    /// The owner turned us away.
    #[error("{0}")]
    Refused(String),
    /// It takes connections and says nothing: stopped by a debugger, or out of memory.
    #[error("the daemon of profile {profile} does not answer; end its process, {process}, and try again")]
    Silent {
        /// Whose daemon.
        profile: String,
        /// Its process id.
        process: String,
    },
    /// It came and went.
    #[error("the daemon ends as soon as it is reached; its log may say why: {}", log.display())]
    Unsteady {
        /// Its log.
        log: PathBuf,
    },
}

impl LinkError {
    /// What the program ends with: 2 for what a repeat will not change, 4 for what it may.
    pub const fn exit_code(&self) -> u8 {
        match self {
            // It will turn us away again: unknown tools, or a daemon that was started to stay.
            Self::Refused(_) => 2,
            Self::Places(_)
            | Self::Io { .. }
            | Self::NotStarted { .. }
            | Self::Silent { .. }
            | Self::Unsteady { .. } => 4,
        }
    }
}

/// What a starting daemon says on its standard output: one line, then nothing more.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StartReport {
    /// The socket answers.
    Ready,
    /// It cannot start.
    Problem(String),
}

impl Link {
    /// The way to the owner of these places; `config` is passed on to a daemon that has to be started, and that is
    /// this very program.
    pub fn new(places: Places, config: Option<PathBuf>) -> Result<Self, LinkError> {
        let program = std::env::current_exe();
        let program = program.map_err(|problem| LinkError::Io { path: places.socket.clone(), problem })?;
        Ok(Self { program: still_there(program), places, config })
    }

    /// An accepted connection, to a daemon that is started if there is none, and what it said of itself.
    pub fn open(&self, hello: &Hello) -> Result<(UnixStream, Welcome), LinkError> {
        for _ in 0..ATTEMPTS_MAX {
            if let Some(accepted) = self.open_existing(hello)? {
                return Ok(accepted);
            }
            if let Some(accepted) = self.start(hello)? {
                return Ok(accepted);
            }
        }
        Err(LinkError::Unsteady { log: self.places.log() })
    }

    /// An accepted connection, if an owner is there and stays.
    pub fn open_existing(&self, hello: &Hello) -> Result<Option<(UnixStream, Welcome)>, LinkError> {
        let stream = match UnixStream::connect(&self.places.socket) {
            Ok(stream) => stream,
            Err(problem) if is_nobody_there(problem.kind()) => return Ok(None),
            Err(source) => return Err(self.io(source)),
        };
        match greet(&stream, hello) {
            Ok(welcome @ Welcome { refused: None, .. }) => Ok(Some((stream, welcome))),
            Ok(Welcome { refused: Some(refusal), .. }) => match refusal.reason {
                RefusalReason::OtherVersion | RefusalReason::Stopping => Ok(None),
                RefusalReason::Invalid => Err(LinkError::Refused(refusal.message)),
            },
            Err(problem) if is_gone(problem.kind()) => Ok(None),
            Err(problem) if is_timeout(problem.kind()) => Err(LinkError::Silent {
                profile: self.places.profile.as_str().to_owned(),
                process: self.places.owner(),
            }),
            Err(problem) => Err(self.io(problem)),
        }
    }

    /// Starts a daemon, unless another process does just that; then waits for it.
    fn start(&self, hello: &Hello) -> Result<Option<(UnixStream, Welcome)>, LinkError> {
        self.places.create()?;
        let starting = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(self.places.starting())
            .map_err(|problem| self.io(problem))?;
        // Whoever holds it is starting a daemon, which takes START_MAX at most. The lock ends with `starting`.
        starting.lock().map_err(|problem| self.io(problem))?;
        if let Some(accepted) = self.open_existing(hello)? {
            return Ok(Some(accepted));
        }
        self.spawn_daemon()?;
        self.open_existing(hello)
    }

    /// Starts a daemon that outlives us, and waits until it says that it is ready.
    fn spawn_daemon(&self) -> Result<(), LinkError> {
        let log = self.open_log().map_err(|problem| LinkError::Io { path: self.places.log(), problem })?;
        let mut command = Command::new(&self.program);
        command.arg("--profile").arg(self.places.profile.as_str());
        if let Some(config) = &self.config {
            command.arg("--config").arg(config);
        }
        let mut daemon = command
            .args(["daemon", "--on-demand"])
            .current_dir(&self.places.data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|problem| self.io(problem))?;
        let stdout = daemon.stdout.take().expect("it was asked to be piped");
        let Some(line) = first_line_within(stdout, START_MAX) else {
            // It is not one that anybody could use; should it be gone already, so much the better.
            let _ = daemon.kill();
            return Err(self.not_started("it was not ready after a minute"));
        };
        match serde_json::from_str(&line) {
            Ok(StartReport::Ready) => Ok(()),
            Ok(StartReport::Problem(problem)) => Err(LinkError::NotStarted { problem }),
            Err(_) => Err(self.not_started("it ended before it was ready")),
        }
    }

    fn not_started(&self, what: &str) -> LinkError {
        LinkError::NotStarted { problem: format!("{what}; see {}", self.places.log().display()) }
    }

    fn open_log(&self) -> std::io::Result<File> {
        let path = self.places.log();
        if std::fs::metadata(&path).is_ok_and(|about| about.len() > LOG_BYTES_MAX) {
            std::fs::rename(&path, path.with_extension("log.1"))?;
        }
        let log = File::options().create(true).append(true).mode(0o600).open(path)?;
        log.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        Ok(log)
    }

    fn io(&self, problem: std::io::Error) -> LinkError {
        LinkError::Io { path: self.places.socket.clone(), problem }
    }
}

/// Says hello and reads the welcome. The owner says nothing more until it is asked, so nothing is lost in a buffer.
fn greet(stream: &UnixStream, hello: &Hello) -> std::io::Result<Welcome> {
    let mut line = serde_json::to_vec(hello)?;
    line.push(b'\n');
    stream.set_read_timeout(Some(WELCOME_MAX))?;
    (&*stream).write_all(&line)?;
    let mut answer = String::new();
    BufReader::new(stream.take(GREETING_BYTES_MAX)).read_line(&mut answer)?;
    if answer.is_empty() {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    stream.set_read_timeout(None)?;
    Ok(serde_json::from_str(&answer)?)
}

fn is_nobody_there(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::ConnectionRefused)
}

fn is_gone(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
}

fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Linux marks the path of a program that was replaced while it ran, as an upgrade does under a client that is open
/// all day. What stands there now is what to start.
fn still_there(program: PathBuf) -> PathBuf {
    let replaced = program.as_os_str().as_bytes().strip_suffix(b" (deleted)").map(OsStr::from_bytes);
    match replaced {
        Some(path) if !program.exists() => PathBuf::from(path),
        Some(_) | None => program,
    }
}

/// The first line of `output`, or what there was of it at its end; `None` when it takes too long.
fn first_line_within(output: impl std::io::Read + Send + 'static, max: Duration) -> Option<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(output.take(GREETING_BYTES_MAX)).read_line(&mut line);
        // Nobody waits any more: nothing to tell.
        let _ = sender.send(read.map(|_| line).unwrap_or_default());
    });
    receiver.recv_timeout(max).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_was_replaced_is_started_from_where_it_was() {
        let upgraded = PathBuf::from("/opt/nowhere/telegraphist (deleted)");
        assert_eq!(still_there(upgraded), PathBuf::from("/opt/nowhere/telegraphist"));
        let untouched = PathBuf::from("/opt/nowhere/telegraphist");
        assert_eq!(still_there(untouched.clone()), untouched);
    }
}
