//! All workers: started with the application's bots, stopped and started by whoever may. Nothing hunts processes: what
//! delivers is in this process and known by name.

use serde::{Deserialize, Serialize};
use telegraphist_domain::SessionId;

use super::worker::Worker;
use crate::application::Application;
use crate::changes::Change;
use crate::failure::Failure;
use crate::pipeline::KnownSession;
use crate::ports::{Backlog, BotHealth, Reception, ReceptionState, StoreError};
use crate::views::SessionView;

/// The preference that says whether delivery was stopped by hand.
const STOPPED: &str = "bridge.stopped";

/// The states of sessions that matter here.
const READY: &str = "ready";
const NEEDS_LOGIN: &str = "needs_login";

/// Whether delivery runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum BridgeState {
    /// Every bot has its worker.
    Running,
    /// Stopped by hand; what is queued waits.
    Stopped,
    /// There is no bot to deliver with.
    NoBot,
}

/// One bot's part of it.
#[derive(Debug, Clone)]
pub struct SessionBridge {
    /// The session's name.
    pub session: String,
    /// The session's id.
    pub id: SessionId,
    /// How it hears.
    pub health: BotHealth,
    /// Whether its worker runs.
    pub is_delivering: bool,
    /// What waits.
    pub backlog: Backlog,
}

impl Application {
    /// Starts what every bot needs: hearing, handling what is heard, delivery. Called at the start and whenever a bot
    /// signs in; what runs already is left as it is.
    pub async fn ensure_bots(&self, reception: &Reception) -> Result<(), Failure> {
        let bots = self.ready_bots().await?;
        let is_stopped = self.is_bridge_stopped().await?;
        for bot in &bots {
            self.ensure_listening(bot, reception).await;
            if !is_stopped {
                self.ensure_worker(bot);
            }
        }
        let gone = |session: SessionId| bots.iter().all(|bot| bot.id != session);
        self.stop_listening(gone).await;
        self.inner.bridge.stop(gone).await;
        self.inner.keeper.ensure((), |stop| self.clone().keep_time(stop));
        self.inner.changes.tell(Change::Bridge);
        Ok(())
    }

    /// Ends hearing, handling and delivery; what is being sent comes to its end.
    pub async fn stop_bots(&self) {
        self.stop_listening(|_| true).await;
        self.inner.bridge.stop(|_| true).await;
        self.inner.keeper.stop(|()| true).await;
    }

    /// Ends everything that goes on for one bot.
    pub(crate) async fn stop_bot(&self, bot: SessionId) {
        self.stop_listening(|session| session == bot).await;
        self.inner.bridge.stop(|session| session == bot).await;
    }

    /// Starts delivery, if it does not run.
    pub(crate) async fn start_bridge(&self) -> Result<BridgeState, Failure> {
        self.ports().preferences.prefer(STOPPED, "false").await?;
        for bot in self.ready_bots().await? {
            self.ensure_worker(&bot);
        }
        self.inner.changes.tell(Change::Bridge);
        self.bridge_state().await
    }

    /// Stops delivery, also after a restart of the process, until it is started by hand.
    pub(crate) async fn stop_bridge(&self) -> Result<BridgeState, Failure> {
        self.ports().preferences.prefer(STOPPED, "true").await?;
        self.inner.bridge.stop(|_| true).await;
        self.inner.changes.tell(Change::Bridge);
        self.bridge_state().await
    }

    /// Whether delivery runs.
    pub(crate) async fn bridge_state(&self) -> Result<BridgeState, Failure> {
        if self.ready_bots().await?.is_empty() {
            return Ok(BridgeState::NoBot);
        }
        Ok(if self.is_bridge_stopped().await? { BridgeState::Stopped } else { BridgeState::Running })
    }

    /// Every bot and how it does, also one that has to sign in again.
    pub async fn bridges(&self) -> Result<Vec<SessionBridge>, Failure> {
        let mut bridges = Vec::new();
        for (bot, view) in self.bots().await? {
            let mut health = self.ports().bots.health(bot.id);
            if view.state != READY {
                health = BotHealth { state: ReceptionState::TokenRefused, problem: view.reason, ..health };
            }
            bridges.push(SessionBridge {
                health,
                is_delivering: self.inner.bridge.is_running(bot.id),
                backlog: self.ports().deliveries.backlog(Some(bot.id)).await?,
                session: bot.name,
                id: bot.id,
            });
        }
        Ok(bridges)
    }

    /// Whether there is any bot, even if it has to sign in again.
    pub async fn has_bot(&self) -> Result<bool, StoreError> {
        Ok(!self.bots().await?.is_empty())
    }

    /// The bots that are signed in.
    pub(crate) async fn ready_bots(&self) -> Result<Vec<KnownSession>, StoreError> {
        let bots = self.bots().await?.into_iter();
        Ok(bots.filter(|(_, view)| view.state == READY).map(|(bot, _)| bot).collect())
    }

    /// The bots whose login was lost.
    pub(crate) async fn lost_bots(&self) -> Result<Vec<KnownSession>, StoreError> {
        let bots = self.bots().await?.into_iter();
        Ok(bots.filter(|(_, view)| view.state == NEEDS_LOGIN).map(|(bot, _)| bot).collect())
    }

    /// Every bot that is signed in or was, and its session.
    pub(crate) async fn bots(&self) -> Result<Vec<(KnownSession, SessionView)>, StoreError> {
        let sessions = self.ports().views.sessions().await?;
        let bots = sessions
            .into_iter()
            .filter(|view| view.kind == "bot" && [READY, NEEDS_LOGIN].contains(&view.state.as_str()));
        Ok(bots
            .filter_map(|view| {
                let (id, name, username) = (view.id.parse().ok()?, view.name.clone(), view.username.clone());
                Some((KnownSession { id, name, is_bot: true, username }, view))
            })
            .collect())
    }

    async fn is_bridge_stopped(&self) -> Result<bool, StoreError> {
        Ok(self.ports().preferences.preference(STOPPED).await?.as_deref() == Some("true"))
    }

    fn ensure_worker(&self, bot: &KnownSession) {
        self.inner.bridge.ensure(bot.id, |stop| Worker::new(self.clone(), bot.clone()).run(stop));
    }
}
