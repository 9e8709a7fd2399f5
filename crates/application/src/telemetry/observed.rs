//! What is looked at when somebody asks, instead of being counted as it happens.

use std::collections::BTreeMap;
use std::fmt;

use telegraphist_domain::SessionId;

use crate::application::Application;
use crate::failure::Failure;
use crate::ports::{Backlog, ReceptionState, Usage};

/// More bots than this are not told apart in numbers: the list of values must have an end.
const BOTS_MAX: usize = 50;

/// What was seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed {
    pub(crate) usage: Usage,
    pub(crate) bridges: Vec<Bridge>,
    pub(crate) sessions: BTreeMap<(&'static str, &'static str), u64>,
    pub(crate) circuits_open: Option<u64>,
    pub(crate) backlog: Option<Backlog>,
}

/// One bot.
#[derive(Debug, Clone)]
pub(crate) struct Bridge {
    pub(crate) session: String,
    pub(crate) is_receiving: bool,
}

/// A session as logs and numbers show it: its last eight digits, the random end, because the first say when it was made.
#[derive(Debug, Clone, Copy)]
pub struct ShortId(pub SessionId);

impl fmt::Display for ShortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0.0.as_u128() as u32)
    }
}

/// The kinds and states there are; a view holds them as words.
const KINDS: [&str; 2] = ["user", "bot"];
const STATES: [&str; 6] = ["created", "initializing", "ready", "needs_login", "closing", "closed"];

impl Application {
    /// Looks at everything that gauges show. Cheap: what is asked here is answered from memory, but for one count of the
    /// outbox.
    pub async fn observe(&self) -> Result<(), Failure> {
        if !self.telemetry().is_on() {
            return Ok(());
        }
        let mut observed = Observed { usage: self.inner.settings.machine.usage(), ..Observed::default() };
        for kind in KINDS {
            observed.sessions.insert((kind, "ready"), 0);
        }
        for view in self.ports().views.sessions().await? {
            let known = |words: &[&'static str], word: &str| words.iter().copied().find(|one| *one == word);
            let group = (known(&KINDS, &view.kind).unwrap_or("other"), known(&STATES, &view.state).unwrap_or("other"));
            *observed.sessions.entry(group).or_default() += 1;
            if let ("bot", Ok(id)) = (view.kind.as_str(), view.id.parse::<SessionId>())
                && observed.bridges.len() < BOTS_MAX
            {
                let is_receiving = self.ports().bots.health(id).state == ReceptionState::Receiving;
                observed.bridges.push(Bridge { session: ShortId(id).to_string(), is_receiving });
            }
        }
        observed.circuits_open = Some(self.inner.circuits.open() as u64);
        observed.backlog = Some(self.ports().deliveries.backlog(None).await?);
        self.telemetry().observe(observed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn sessions_that_were_made_in_the_same_second_have_different_short_ids() {
        let ids: std::collections::BTreeSet<String> =
            (0..1_000).map(|_| ShortId(SessionId(Uuid::now_v7())).to_string()).collect();
        assert_eq!(ids.len(), 1_000);
        assert!(ids.iter().all(|id| id.len() == 8));
    }
}
