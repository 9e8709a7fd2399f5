//! Questions to people: asked before something is done, decided with a tap, taken up once.
//!
//! A question is stored before it is shown, and shown whole or not at all. What ends it (a decision, its time, the
//! requester) is stored before anybody is told. Nothing here takes silence for an answer. Start with
//! [`Application::ask`], then `decide`.

mod ask;
mod asked;
mod card;
mod change;
mod consent;
#[cfg(test)]
mod consent_tests;
mod decide;
mod ending;
mod keeper;
mod look;
mod presence;
mod read;
mod rules;
mod shown;
#[cfg(test)]
mod tests;
mod tool_use;
mod wait;

pub(crate) use ask::Ask;
pub(crate) use asked::Asked;
pub(crate) use card::TITLE_MAX;
pub(crate) use consent::{Act, Waiting};
pub(crate) use decide::{Heeded, Wanted, tap_of};
pub(crate) use presence::Presences;
pub use presence::{Attendance, Life};
pub use rules::RuleView;
pub(crate) use tool_use::{ToolUse, ToolUseAnswer, UNDECIDED};
pub(crate) use wait::Decisions;

use std::time::Duration;

/// How questions are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApprovalSettings {
    /// How long a permission prompt waits for a decision before it says that there is none yet.
    pub prompt_wait: Duration,
    /// How many have to say yes to what is risky.
    pub quorum_high: u8,
    /// How long "always" lasts.
    pub rule_life: Duration,
}

impl Default for ApprovalSettings {
    fn default() -> Self {
        Self { prompt_wait: Duration::from_mins(10), quorum_high: 1, rule_life: Duration::from_hours(30 * 24) }
    }
}
