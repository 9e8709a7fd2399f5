//! How much a bot may send: a message a second to a chat, twenty a minute to a group, thirty a second over all. Off unless it is switched on.
//!
//! ASSUMED: the real limits are not documented in full and vary; these are the ones that the FAQ names. They count sends, edits and drafts alike.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

/// How sending is limited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "snake_case")]
pub enum Flood {
    /// Not at all.
    #[default]
    Off,
    /// By the limits that the FAQ names.
    Strict,
    /// By a list: each send takes the next number and is told to wait for so many seconds; 0 lets it pass. Behind its end everything passes.
    Scripted {
        /// The numbers.
        waits: VecDeque<i32>,
    },
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
/// How many in a second, over all chats.
const OVERALL: usize = 30;
/// How many in a minute, in a group or channel.
const GROUP: usize = 20;

/// What was sent lately.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    model: Flood,
    /// When, by bot.
    all: HashMap<i64, VecDeque<i64>>,
    /// When, by bot and chat.
    chats: HashMap<(i64, i64), VecDeque<i64>>,
}

/// Whether calls of a method count.
pub(crate) fn counts(method: &str) -> bool {
    ["send", "forward", "copy", "edit"].iter().any(|verb| method.starts_with(verb)) && !method.contains("InviteLink")
}

impl Meter {
    /// Changes the limits; what was sent before does not count.
    pub(crate) fn switch(&mut self, model: Flood) {
        *self = Self { model, ..Self::default() };
    }

    /// Lets a send pass, or says for how many seconds to wait. The chat is its marked id.
    pub(crate) fn pass(&mut self, bot: i64, chat: i64, now: i64) -> Result<(), i32> {
        match &mut self.model {
            Flood::Off => Ok(()),
            Flood::Scripted { waits } => match waits.pop_front() {
                None | Some(0) => Ok(()),
                Some(seconds) => Err(seconds),
            },
            Flood::Strict => self.measure(bot, chat, now),
        }
    }

    fn measure(&mut self, bot: i64, chat: i64, now: i64) -> Result<(), i32> {
        let all = self.all.entry(bot).or_default();
        let one = self.chats.entry((bot, chat)).or_default();
        let mut free_at = free_at(all, OVERALL, SECOND, now).max(free_at_last(one, SECOND, now));
        // Ids of groups and channels are below zero.
        if chat < 0 {
            free_at = free_at.max(self::free_at(one, GROUP, MINUTE, now));
        }
        if free_at > now {
            let seconds = (free_at - now + SECOND - 1) / SECOND;
            return Err(i32::try_from(seconds).unwrap_or(i32::MAX));
        }
        one.push_back(now);
        all.push_back(now);
        one.retain(|at| at + MINUTE > now);
        all.retain(|at| at + SECOND > now);
        Ok(())
    }
}

/// When one more is allowed after the last.
fn free_at_last(times: &VecDeque<i64>, span: i64, now: i64) -> i64 {
    times.back().map_or(now, |last| last + span)
}

/// When one more is allowed, if no more than so many are in any span.
fn free_at(times: &VecDeque<i64>, at_most: usize, span: i64, now: i64) -> i64 {
    let within: Vec<i64> = times.iter().copied().filter(|at| at + span > now).collect();
    within.len().checked_sub(at_most).and_then(|place| within.get(place)).map_or(now, |oldest| oldest + span)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOT: i64 = 1;
    const GROUP_ID: i64 = -5;

    fn strict() -> Meter {
        let mut meter = Meter::default();
        meter.switch(Flood::Strict);
        meter
    }

    #[test]
    fn a_chat_takes_one_a_second() {
        let mut meter = strict();
        assert_eq!(meter.pass(BOT, 7, 0), Ok(()));
        assert_eq!(meter.pass(BOT, 7, 1), Err(1));
        assert_eq!(meter.pass(BOT, 8, 1), Ok(()), "another chat does not wait");
        assert_eq!(meter.pass(2, 7, 1), Ok(()), "nor does another bot");
        assert_eq!(meter.pass(BOT, 7, 1_000), Ok(()));
    }

    #[test]
    fn a_group_takes_twenty_a_minute() {
        let mut meter = strict();
        for second in 0..20 {
            assert_eq!(meter.pass(BOT, GROUP_ID, second * SECOND), Ok(()));
        }
        assert_eq!(meter.pass(BOT, GROUP_ID, 20 * SECOND), Err(40));
        assert_eq!(meter.pass(BOT, GROUP_ID, 60 * SECOND), Ok(()));
        assert_eq!(meter.pass(BOT, GROUP_ID, 61 * SECOND), Ok(()));
    }

    #[test]
    fn a_bot_sends_thirty_a_second() {
        let mut meter = strict();
        for chat in 0..30 {
            assert_eq!(meter.pass(BOT, chat, 5), Ok(()));
        }
        assert_eq!(meter.pass(BOT, 30, 6), Err(1));
        assert_eq!(meter.pass(BOT, 30, 1_005), Ok(()));
    }

    #[test]
    fn a_script_says_who_waits() {
        let mut meter = Meter::default();
        meter.switch(Flood::Scripted { waits: [0, 35].into() });
        assert_eq!([(); 3].map(|()| meter.pass(BOT, 7, 0)), [Ok(()), Err(35), Ok(())]);
    }

    #[test]
    fn what_does_not_send_does_not_count() {
        assert!(counts("sendMessage") && counts("editMessageText") && counts("copyMessages"));
        assert!(!counts("getMe") && !counts("deleteMessage") && !counts("editChatInviteLink"));
    }
}
