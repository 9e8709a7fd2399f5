use std::fmt;

/// Who asks: the caller, and which life of it. Nobody else can take up what was allowed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Requester {
    /// Whose request it is; never a secret.
    pub principal: String,
    /// The agent's name as it gave it.
    pub agent: String,
    /// One life of the agent: its session, or the connection it came on.
    pub generation: String,
}

/// What exactly is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The tool, or a word for what is to be done.
    pub tool: String,
    /// Its arguments.
    pub arguments: Fingerprint,
    /// What "always" and "this session" are about, where that is wider than these arguments: for example the prefix
    /// of a command, in the words of the requester.
    pub rule: Option<String>,
}

/// A keyed hash of canonical arguments; says nothing about them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({:02x}{:02x}{:02x}{:02x}…)", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}
