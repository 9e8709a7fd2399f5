//! The relay's second start: the same program once more, with nothing in memory but the relay.
//!
//! Reading the command line and the configuration touches megabytes of code that a relay never needs again, and a
//! process keeps what it touched. So what was found out is handed, as an argument, to a fresh image of the program in
//! the same process, which looks for it before it looks at anything else. It costs a millisecond and halves the memory
//! of every client that stays open all day.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::greeting::Hello;
use crate::link::Link;
use crate::places::Places;

/// The argument that nobody types.
const FLAG: &str = "--relay-errand";

/// What a relay needs to know.
#[derive(Serialize, Deserialize)]
pub(crate) struct Errand {
    profile: String,
    data: PathBuf,
    socket: PathBuf,
    config: Option<PathBuf>,
    hello: Hello,
}

impl Errand {
    /// The errand of a relay.
    pub(crate) fn new(link: Link, hello: Hello) -> Self {
        Self {
            profile: link.places.profile.as_str().to_owned(),
            data: link.places.data,
            socket: link.places.socket,
            config: link.config,
            hello,
        }
    }

    /// The errand that this image was started with, if it was.
    pub(crate) fn of_this_image() -> Option<Self> {
        let mut arguments = std::env::args_os().skip(1);
        if arguments.next()? != FLAG {
            return None;
        }
        serde_json::from_str(arguments.next()?.to_str()?).ok()
    }

    /// Goes on as a fresh image; comes back only if there is none to be had, for instance because the program was
    /// replaced on disk just now.
    pub(crate) fn go(self) -> anyhow::Result<()> {
        if let (Ok(program), Ok(errand)) = (std::env::current_exe(), serde_json::to_string(&self)) {
            let problem = Command::new(program).arg0("telegraphist").arg(FLAG).arg(errand).exec();
            tracing::debug!(%problem, "no fresh image");
        }
        self.run()
    }

    /// Passes lines until the client is gone.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let profile = self.profile.parse().map_err(anyhow::Error::msg)?;
        let places = Places { profile, data: self.data, socket: self.socket };
        super::run(Link { places, config: self.config }, self.hello)
    }
}
