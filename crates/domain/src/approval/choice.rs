use super::Refusal;

/// More choices than this do not fit under a card.
pub const CHOICES_MAX: usize = 10;

/// Something that can be answered. Its label is part of the question's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Choice {
    /// What it means to whoever asked.
    pub meaning: Meaning,
}

/// What a choice means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// Go on, this once.
    AllowOnce,
    /// Go on, and do not ask again for the same rule while the requester lives.
    AllowForSession,
    /// Go on, and do not ask again for the same rule.
    AllowAlways,
    /// Go on with other arguments, which the decider writes.
    AllowEdited,
    /// Do not go on.
    Deny,
    /// Do not go on, for a reason that the decider writes.
    DenyWithReason,
    /// One of several ways that the requester named; it knows itself what they mean.
    Custom,
}

impl Meaning {
    /// Whether whoever asked may go on. Naming a way is going on.
    pub const fn allows(self) -> bool {
        match self {
            Self::AllowOnce | Self::AllowForSession | Self::AllowAlways | Self::AllowEdited | Self::Custom => true,
            Self::Deny | Self::DenyWithReason => false,
        }
    }

    /// Whether the decider has to write something before it is a decision.
    pub const fn needs_words(self) -> bool {
        match self {
            Self::AllowEdited | Self::DenyWithReason => true,
            Self::AllowOnce | Self::AllowForSession | Self::AllowAlways | Self::Deny | Self::Custom => false,
        }
    }
}

/// Whether a question can be answered with these.
pub(super) fn check(choices: &[Choice]) -> Result<(), Refusal> {
    match choices.len() {
        0 => Err(Refusal::NoChoices),
        1..=CHOICES_MAX => Ok(()),
        _ => Err(Refusal::TooManyChoices { most: CHOICES_MAX }),
    }
}
