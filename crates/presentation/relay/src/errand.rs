//! A relay's errand: what the program found out, for the small program that stays.
//!
//! Reading the command line and the configuration touches megabytes of a program that has everything in it, and a
//! process keeps what it touched. So what was found out is handed, as arguments, to `telegraphist-relay`, which takes
//! the process over and has nothing in it but the relay. Where that program is not at hand, or is of another version,
//! the whole program relays itself: larger, and otherwise the same.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::greeting::{Hello, VERSION};
use crate::link::{Link, LinkError};
use crate::places::Places;
use crate::relay;

/// The argument, before the errand, that tells the whole program to relay itself.
const FLAG: &str = "--relay-errand";

/// The small program, beside the whole one.
const RELAY: &str = "telegraphist-relay";

/// What a relay needs to know.
#[derive(Serialize, Deserialize)]
pub struct Errand {
    program: PathBuf,
    profile: String,
    data: PathBuf,
    socket: PathBuf,
    config: Option<PathBuf>,
    hello: Hello,
}

/// Why a program that was started for an errand cannot go.
#[derive(Debug, thiserror::Error)]
#[error("this program is started by `telegraphist`; start that instead")]
pub struct ErrandError;

/// Why a relay ended early.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// No daemon can be had.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Daemons can be had, but none of them lives.
    #[error("the daemon dies as soon as it is started; its log may say why: {}", log.display())]
    Fruitless {
        /// Its log.
        log: PathBuf,
    },
    /// The client's side.
    #[error("standard input or output cannot be used: {0}")]
    Streams(#[from] io::Error),
}

impl RelayError {
    /// What the program ends with, as all of its commands do: 2 for what a repeat will not change, 4 for what it may.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Link(problem) => problem.exit_code(),
            Self::Fruitless { .. } => 4,
            Self::Streams(_) => 1,
        }
    }
}

impl Errand {
    /// The errand of a relay.
    pub fn new(link: Link, hello: Hello) -> Self {
        Self {
            program: link.program,
            profile: link.places.profile.as_str().to_owned(),
            data: link.places.data,
            socket: link.places.socket,
            config: link.config,
            hello,
        }
    }

    /// The errand that the whole program was started with, if it was.
    pub fn of_whole_program() -> Option<Self> {
        let mut arguments = std::env::args_os().skip(1);
        if arguments.next()? != FLAG {
            return None;
        }
        parsed(&arguments.next()?)
    }

    /// The errand that the small program was started with. One of another version may mean something else by it, so
    /// the whole program that gave it is asked to go itself.
    pub fn of_relay() -> Result<Self, ErrandError> {
        let mut arguments = std::env::args_os().skip(1);
        let (Some(version), Some(program), Some(errand)) = (arguments.next(), arguments.next(), arguments.next())
        else {
            return Err(ErrandError);
        };
        if version != VERSION {
            // Comes back only if there is no such program.
            let _ = Command::new(program).arg0("telegraphist").arg(FLAG).arg(errand).exec();
            return Err(ErrandError);
        }
        parsed(&errand).ok_or(ErrandError)
    }

    /// Goes on as the small program; comes back, and goes itself, only if that is not to be had.
    pub fn go(self) -> Result<(), RelayError> {
        if let Ok(errand) = serde_json::to_string(&self) {
            let relay = self.program.with_file_name(RELAY);
            let _ = Command::new(relay).arg0("telegraphist").arg(VERSION).arg(&self.program).arg(&errand).exec();
            let _ = Command::new(&self.program).arg0("telegraphist").arg(FLAG).arg(&errand).exec();
        }
        self.run()
    }

    /// Passes lines until the client is gone.
    pub fn run(self) -> Result<(), RelayError> {
        let profile = self.profile.parse().expect("it was a profile's name before");
        let places = Places { profile, data: self.data, socket: self.socket };
        relay::run(Link { program: self.program, places, config: self.config }, self.hello)
    }
}

fn parsed(errand: &OsStr) -> Option<Errand> {
    let errand: Errand = serde_json::from_str(errand.to_str()?).ok()?;
    errand.profile.parse::<crate::places::Profile>().is_ok().then_some(errand)
}
