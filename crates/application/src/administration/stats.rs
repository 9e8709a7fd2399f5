use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::facts;
use crate::access::TokenState;
use crate::application::Application;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::operation::{Effect, Scope};

/// How much there is of everything. What happens over time is told by the numbers of `/metrics`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Stats {
    /// Which version runs.
    pub version: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// For how long, in seconds.
    pub uptime_s: u64,
    /// Sessions.
    pub sessions: StatsOfSessions,
    /// Tokens.
    pub tokens: StatsOfTokens,
    /// People.
    pub people: StatsOfPeople,
    /// What bots are to say.
    pub deliveries: StatsOfDeliveries,
}

/// How many sessions there are.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StatsOfSessions {
    /// All of them.
    pub total: u64,
    /// By state: `ready`, `needs_login`, …; states that none is in are left out.
    pub by_state: BTreeMap<String, u64>,
}

/// How many tokens there are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct StatsOfTokens {
    /// That count.
    pub valid: u64,
    /// Whose time is over.
    pub expired: u64,
    /// That were taken back.
    pub revoked: u64,
}

/// How many people are known.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StatsOfPeople {
    /// All of them.
    pub total: u64,
    /// By role; roles that nobody has are left out.
    pub by_role: BTreeMap<String, u64>,
}

/// How much bots are to say.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StatsOfDeliveries {
    /// Waits.
    pub queued: u64,
    /// Is being sent.
    pub sending: u64,
    /// Failed, or may have been sent or not.
    pub stuck: u64,
}

impl Application {
    /// How much there is of everything, for who runs the server.
    pub async fn stats(&self, caller: &Caller) -> Result<Stats, Failure> {
        self.admit_for(caller, facts("stats", Scope::Admin, Effect::Reads)).await?;
        let since = self.inner.since;
        let uptime = self.ports().clock.now().signed_duration_since(since).num_seconds();
        let sessions = self.ports().views.sessions().await?;
        let people = self.people(caller).await?;
        let waiting = self.ports().deliveries.backlog(None).await?;
        Ok(Stats {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            since,
            uptime_s: u64::try_from(uptime).unwrap_or_default(),
            sessions: StatsOfSessions {
                total: sessions.len() as u64,
                by_state: counted(sessions.into_iter().map(|view| view.state)),
            },
            tokens: self.stats_of_tokens(caller).await?,
            people: StatsOfPeople {
                total: people.len() as u64,
                by_role: counted(people.iter().map(|person| person.role.as_str().to_owned())),
            },
            deliveries: StatsOfDeliveries { queued: waiting.queued, sending: waiting.sending, stuck: waiting.stuck },
        })
    }

    async fn stats_of_tokens(&self, caller: &Caller) -> Result<StatsOfTokens, Failure> {
        let mut stats = StatsOfTokens::default();
        for token in self.tokens(caller).await? {
            match token.state {
                TokenState::Valid => stats.valid += 1,
                TokenState::Expired => stats.expired += 1,
                TokenState::Revoked => stats.revoked += 1,
            }
        }
        Ok(stats)
    }
}

fn counted(words: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    counts
}
