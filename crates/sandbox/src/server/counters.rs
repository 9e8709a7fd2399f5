//! What has been asked of the box.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Numbers since the start or the last reset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Calls by method.
    pub calls: BTreeMap<String, u64>,
    /// Errors by their text.
    pub errors: BTreeMap<String, u64>,
    /// Methods that the box does not know; unnamed ones by constructor id.
    pub unknown: BTreeMap<String, u64>,
    /// Arguments that the Bot API does not know, as `bot.sendMessage.colour`.
    #[serde(default)]
    pub unknown_arguments: BTreeMap<String, u64>,
    /// Answers and updates of the Bot API that are not as documented, by where they differ: defects of the box. Counted in debug builds.
    #[serde(default)]
    pub malformed: BTreeMap<String, u64>,
    /// Connections that were accepted.
    pub connections_accepted: u64,
    /// Connections that are open now.
    pub connections_open: u64,
    /// Connections by the transport that their client chose.
    pub transports: BTreeMap<String, u64>,
    /// Updates that were handed to connections.
    pub updates_delivered: u64,
    /// Updates that were lost on purpose.
    pub updates_lost: u64,
}

impl Counters {
    /// Calls of one method.
    pub fn calls_of(&self, method: &str) -> u64 {
        self.calls.get(method).copied().unwrap_or(0)
    }

    /// Notes that something that was told to a bot is not as documented.
    pub(crate) fn note_malformed(&mut self, what: &str) {
        count(&mut self.malformed, what);
    }

    /// Notes a call over the Bot API, and the arguments of it that nobody knows.
    pub(crate) fn note_bot_call(&mut self, method: &str, unknown: &[String]) {
        count(&mut self.calls, &format!("bot.{method}"));
        for argument in unknown {
            count(&mut self.unknown_arguments, &format!("bot.{method}.{argument}"));
        }
    }
}

/// Adds one under a name.
pub(super) fn count(numbers: &mut BTreeMap<String, u64>, name: &str) {
    // Names repeat all the time; only a new one is worth an allocation.
    if let Some(number) = numbers.get_mut(name) {
        *number += 1;
    } else {
        numbers.insert(name.to_owned(), 1);
    }
}
