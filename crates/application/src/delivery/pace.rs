//! How fast a bot may speak: to each chat, and to all of them together. Everything that is sent counts, edits included.

use std::collections::HashMap;
use std::time::Duration;

use telegraphist_domain::ChatId;
use tokio::time::Instant;

use crate::ports::Rate;

/// Budgets of a bot's deliveries; `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Paces {
    /// To one chat.
    pub chat: Option<Rate>,
    /// To one group, besides.
    pub group: Option<Rate>,
    /// To all chats together.
    pub all: Option<Rate>,
}

impl Paces {
    /// What Telegram documents: one a second to a chat, twenty a minute to a group, thirty a second in all.
    pub fn for_telegram() -> Self {
        Self {
            chat: Some(Rate { burst: 1, per: Duration::from_secs(1) }),
            group: Some(Rate { burst: 20, per: Duration::from_mins(1) }),
            all: Some(Rate { burst: 30, per: Duration::from_secs(1) }),
        }
    }

    /// No limits: for a sandbox, and for measuring.
    pub fn unlimited() -> Self {
        Self::default()
    }
}

/// What one bot has said lately.
#[derive(Default)]
pub(super) struct Pace {
    chats: HashMap<ChatId, Spent>,
    all: Spent,
    /// Telegram asked the whole bot to wait.
    silent_until: Option<Instant>,
}

/// One chat's budgets: when each is whole again.
#[derive(Clone, Copy, Default)]
struct Spent {
    chat: Option<Instant>,
    group: Option<Instant>,
}

impl Pace {
    /// When the bot may speak at all.
    pub(super) fn free_at(&self, paces: &Paces) -> Option<Instant> {
        ready_at(self.all.chat, paces.all).max(self.silent_until)
    }

    /// The chats that it may not speak to yet, and when the first of them is free.
    pub(super) fn resting(&mut self, paces: &Paces, now: Instant) -> (Vec<ChatId>, Option<Instant>) {
        let free_at = |chat: ChatId, spent: &Spent| {
            let group = if is_group(chat) { paces.group } else { None };
            ready_at(spent.chat, paces.chat).max(ready_at(spent.group, group))
        };
        self.chats.retain(|_, spent| spent.chat.max(spent.group).is_some_and(|whole| whole > now));
        let resting: Vec<(ChatId, Instant)> = self
            .chats
            .iter()
            .filter_map(|(chat, spent)| Some((*chat, free_at(*chat, spent).filter(|at| *at > now)?)))
            .collect();
        let first = resting.iter().map(|(_, at)| *at).min();
        (resting.into_iter().map(|(chat, _)| chat).collect(), first)
    }

    /// Something is said to a chat.
    pub(super) fn spend(&mut self, chat: ChatId, paces: &Paces, now: Instant) {
        let spent = self.chats.entry(chat).or_default();
        spent.chat = spend(spent.chat, paces.chat, now);
        spent.group = spend(spent.group, paces.group.filter(|_| is_group(chat)), now);
        self.all.chat = spend(self.all.chat, paces.all, now);
    }

    /// Nothing is said to anybody until then.
    pub(super) fn hush(&mut self, until: Instant) {
        self.silent_until = self.silent_until.max(Some(until));
    }
}

/// Groups, supergroups and channels have negative ids.
const fn is_group(chat: ChatId) -> bool {
    chat.0 < 0
}

/// The moment at which a budget is whole again after one more is taken from it.
fn spend(whole_at: Option<Instant>, rate: Option<Rate>, now: Instant) -> Option<Instant> {
    let rate = rate?;
    Some(whole_at.map_or(now, |at| at.max(now)) + rate.per / rate.burst.max(1))
}

/// The moment from which one more can be taken.
fn ready_at(whole_at: Option<Instant>, rate: Option<Rate>) -> Option<Instant> {
    let rate = rate?;
    whole_at?.checked_sub(rate.per.saturating_sub(rate.per / rate.burst.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: ChatId = ChatId(7);
    const TEAM: ChatId = ChatId(-100);

    #[tokio::test(start_paused = true)]
    async fn a_chat_rests_a_second_and_others_do_not() {
        let (paces, mut pace) = (Paces::for_telegram(), Pace::default());
        pace.spend(ANN, &paces, Instant::now());
        let (resting, first) = pace.resting(&paces, Instant::now());
        assert_eq!((resting, first), (vec![ANN], Some(Instant::now() + Duration::from_secs(1))));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(pace.resting(&paces, Instant::now()), (Vec::new(), None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_group_hears_twenty_a_minute() {
        let (paces, mut pace) = (Paces { chat: None, ..Paces::for_telegram() }, Pace::default());
        for _ in 0..20 {
            assert!(pace.resting(&paces, Instant::now()).0.is_empty());
            pace.spend(TEAM, &paces, Instant::now());
        }
        let (resting, first) = pace.resting(&paces, Instant::now());
        assert_eq!((resting, first), (vec![TEAM], Some(Instant::now() + Duration::from_secs(3))));
    }

    #[tokio::test(start_paused = true)]
    async fn all_chats_together_hear_thirty_a_second() {
        let (paces, mut pace) = (Paces::for_telegram(), Pace::default());
        for chat in 1..=30 {
            assert!(pace.free_at(&paces).is_none_or(|at| at <= Instant::now()));
            pace.spend(ChatId(chat), &paces, Instant::now());
        }
        assert!(pace.free_at(&paces).is_some_and(|at| at > Instant::now()));
    }

    #[tokio::test(start_paused = true)]
    async fn without_limits_nobody_rests() {
        let (paces, mut pace) = (Paces::unlimited(), Pace::default());
        for _ in 0..1_000 {
            pace.spend(TEAM, &paces, Instant::now());
        }
        assert_eq!(pace.resting(&paces, Instant::now()), (Vec::new(), None));
        assert_eq!(pace.free_at(&paces), None);
    }
}
