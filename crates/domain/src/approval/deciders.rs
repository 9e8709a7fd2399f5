use std::collections::BTreeSet;

use super::Refusal;
use crate::UserId;

/// More people than this are not asked.
pub const DECIDERS_MAX: usize = 50;

/// Who may decide. Checked when somebody taps, and again when what was allowed is taken up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deciders {
    /// Each of them.
    pub people: BTreeSet<UserId>,
    /// How many of them have to say yes; one no is enough.
    pub quorum: u8,
}

/// How much is at stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Risk {
    /// Can be undone easily.
    Low,
    /// Can be undone.
    Medium,
    /// Cannot be undone, or costs.
    High,
}

impl Deciders {
    /// These people, any one of them.
    pub fn any_of(people: impl IntoIterator<Item = UserId>) -> Self {
        Self { people: people.into_iter().collect(), quorum: 1 }
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        match self.people.len() {
            0 => Err(Refusal::NoDeciders),
            1..=DECIDERS_MAX if self.quorum >= 1 && usize::from(self.quorum) <= self.people.len() => Ok(()),
            1..=DECIDERS_MAX => Err(Refusal::QuorumOutOfReach),
            _ => Err(Refusal::TooManyDeciders { most: DECIDERS_MAX }),
        }
    }
}
