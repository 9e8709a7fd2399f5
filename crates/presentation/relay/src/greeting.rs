//! The first line each way on the socket: who comes and what for, and whether they may.
//!
//! What a client asks for here can only take away: the tools it names are what it sees of what there is.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::places::Places;

/// The version of this program; a daemon of another one is replaced.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The longest first line that is read.
pub const GREETING_BYTES_MAX: u64 = 64 * 1024;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// MCP, as if it were standard input and output.
    Mcp,
    /// The command line: JSON lines.
    Control,
}

/// The client's first line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hello {
    /// What the connection is for.
    pub kind: Kind,
    /// The client's version.
    pub version: String,
    /// The profile that the client means.
    pub profile: String,
    /// The data directory that the client means: two profiles of one name can meet at one socket when only one of the
    /// XDG variables differs.
    #[serde(default)]
    pub data: Option<PathBuf>,
    /// Set by a relay that lost its daemon: it passes bytes, whatever their version, and must not drive out a daemon
    /// that a newer client has just put in place.
    #[serde(default)]
    pub is_any_version_welcome: bool,
    /// One life of the agent behind a relay, the same across its connections, so that one that lost its daemon comes
    /// back as itself. `None` where every connection is a life of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub life: Option<Uuid>,
    /// Which of the tools it wants to see.
    #[serde(flatten)]
    pub choice: Choice,
}

/// Which tools a client wants to see.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Choice {
    /// Toolsets by name; none means the usual ones.
    #[serde(default)]
    pub toolsets: Vec<String>,
    /// Tools by name; none means all of the toolsets.
    #[serde(default)]
    pub tools: Vec<String>,
    /// Tools to leave out.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Leave out everything that changes something.
    #[serde(default)]
    pub read_only: bool,
}

impl Hello {
    /// The first line of a relay.
    pub fn mcp(places: &Places, choice: Choice) -> Self {
        Self { kind: Kind::Mcp, choice, ..Self::control(places) }
    }

    /// The first line of a command.
    pub fn control(places: &Places) -> Self {
        Self {
            kind: Kind::Control,
            version: VERSION.to_owned(),
            profile: places.profile.as_str().to_owned(),
            data: Some(places.data.clone()),
            is_any_version_welcome: false,
            life: None,
            choice: Choice::default(),
        }
    }
}

/// The owner's first line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Welcome {
    /// The owner's version.
    pub version: String,
    /// The tools that change nothing: when the owner dies over one of these, nothing has been done.
    #[serde(default)]
    pub reads: Vec<String>,
    /// Why the client is turned away, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
}

/// Why a client is turned away.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// What the client can do about it.
    pub reason: RefusalReason,
    /// One sentence for people.
    pub message: String,
}

/// What the client can do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// The daemon goes away for the client's version: start that one.
    OtherVersion,
    /// The daemon is going away: start another.
    Stopping,
    /// The greeting cannot be accepted as it is.
    Invalid,
}
