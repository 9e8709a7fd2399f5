//! The first line each way on the socket: who comes and what for, and whether they may.
//!
//! What a client asks for here can only take away: the tools it names are what it sees of what there is.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::places::Places;
use crate::settings::Tools;

/// The version of this program; a daemon of another one is replaced.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The longest first line that is read.
pub(crate) const GREETING_BYTES_MAX: u64 = 64 * 1024;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// MCP, as if it were standard input and output.
    Mcp,
    /// The command line: JSON lines.
    Control,
}

/// The client's first line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Hello {
    pub(crate) kind: Kind,
    pub(crate) version: String,
    pub(crate) profile: String,
    /// The data directory that the client means: two profiles of one name can meet at one socket when only one of the
    /// XDG variables differs.
    #[serde(default)]
    pub(crate) data: Option<PathBuf>,
    /// Set by a relay that lost its daemon: it passes bytes, whatever their version, and must not drive out a daemon
    /// that a newer client has just put in place.
    #[serde(default)]
    pub(crate) is_any_version_welcome: bool,
    #[serde(default)]
    pub(crate) toolsets: Vec<String>,
    #[serde(default)]
    pub(crate) tools: Vec<String>,
    #[serde(default)]
    pub(crate) exclude: Vec<String>,
    #[serde(default)]
    pub(crate) read_only: bool,
}

impl Hello {
    /// The first line of a relay.
    pub(crate) fn mcp(places: &Places, tools: &Tools) -> Self {
        Self {
            kind: Kind::Mcp,
            toolsets: tools.toolsets.0.clone(),
            tools: tools.include.0.clone(),
            exclude: tools.exclude.0.clone(),
            read_only: tools.read_only,
            ..Self::control(places)
        }
    }

    /// The first line of a command.
    pub(crate) fn control(places: &Places) -> Self {
        Self {
            kind: Kind::Control,
            version: VERSION.to_owned(),
            profile: places.profile.as_str().to_owned(),
            data: Some(places.data.clone()),
            is_any_version_welcome: false,
            toolsets: Vec::new(),
            tools: Vec::new(),
            exclude: Vec::new(),
            read_only: false,
        }
    }
}

/// The owner's first line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Welcome {
    pub(crate) version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refused: Option<Refusal>,
}

/// Why a client is turned away.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) reason: RefusalReason,
    /// One sentence for people.
    pub(crate) message: String,
}

/// What the client can do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefusalReason {
    /// The daemon goes away for the client's version: start that one.
    OtherVersion,
    /// The daemon is going away: start another.
    Stopping,
    /// The greeting cannot be accepted as it is.
    Invalid,
}
