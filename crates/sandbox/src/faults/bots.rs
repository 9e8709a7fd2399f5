//! Trouble for the programs of bots, beyond a refusal: broken answers, lost connections, slow ones, and updates that come wrongly.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Trouble for calls of a method of the Bot API, or for updates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotFault {
    /// The method, such as `bot.sendMessage`, or `*`. Trouble with updates does not look at it.
    #[serde(default = "any")]
    pub method: String,
    /// What happens.
    #[serde(flatten)]
    pub trouble: BotTrouble,
    /// How often; for ever if absent.
    #[serde(default)]
    pub times: Option<u32>,
    /// Only for this bot; for all if absent.
    #[serde(default)]
    pub bot: Option<i64>,
}

fn any() -> String {
    super::ANY_METHOD.to_owned()
}

impl BotFault {
    /// Trouble for the next call of a method, or with the next update.
    pub fn once(method: &str, trouble: BotTrouble) -> Self {
        Self { method: method.to_owned(), trouble, times: Some(1), bot: None }
    }
}

/// What happens to a call or to an update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "trouble", rename_all = "snake_case")]
pub enum BotTrouble {
    /// The call is refused with 429.
    Flood {
        /// For how many seconds the program shall wait.
        retry_after: i32,
    },
    /// The call is refused, because the group has become a supergroup.
    Migrated {
        /// The supergroup's id.
        to: i64,
    },
    /// Not the Bot API answers but what stands before it: a page of HTML.
    Html {
        /// The status, usually 502.
        status: u16,
    },
    /// The connection is lost before the call is performed.
    LostBefore,
    /// The call is performed, and the connection is lost before it is answered.
    LostAfter,
    /// The answer comes in pieces.
    Slow {
        /// Milliseconds from one piece to the next.
        ms: u64,
    },
    /// An update comes twice: its confirmation is lost, or a webhook is told again.
    Twice,
    /// A webhook is told the newest update first, whatever it is about.
    Disorder,
}

impl BotTrouble {
    pub(crate) fn is_about_updates(&self) -> bool {
        matches!(self, Self::Twice | Self::Disorder)
    }
}

/// What happens to a call before it is performed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    Flood(i32),
    Migrated(i64),
    Html(u16),
    Lost,
}

/// What happens to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Lost,
    Slow(Duration),
}

/// Sorts trouble by when it happens.
pub(crate) enum When {
    Before(Before),
    After(After),
    Twice,
    Disorder,
}

impl From<BotTrouble> for When {
    fn from(trouble: BotTrouble) -> Self {
        match trouble {
            BotTrouble::Flood { retry_after } => Self::Before(Before::Flood(retry_after)),
            BotTrouble::Migrated { to } => Self::Before(Before::Migrated(to)),
            BotTrouble::Html { status } => Self::Before(Before::Html(status)),
            BotTrouble::LostBefore => Self::Before(Before::Lost),
            BotTrouble::LostAfter => Self::After(After::Lost),
            BotTrouble::Slow { ms } => Self::After(After::Slow(Duration::from_millis(ms))),
            BotTrouble::Twice => Self::Twice,
            BotTrouble::Disorder => Self::Disorder,
        }
    }
}
