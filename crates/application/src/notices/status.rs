use super::Mode;
use crate::application::Application;
use crate::changes::Change;
use crate::failure::Failure;
use crate::grants::Sessions;
use crate::ports::ReceptionState;
use crate::views::{BotBridge, BridgeStatus};

impl Application {
    /// How delivery stands, as far as these sessions go, and how people are told.
    pub(crate) async fn bridge_status(&self, granted: &Sessions) -> Result<BridgeStatus, Failure> {
        let quiet = self.quiet_hours().await?.filter(|quiet| quiet.is_on);
        let shown =
            quiet.map(|quiet| format!("{}-{} {}", quiet.from.format("%H:%M"), quiet.until.format("%H:%M"), quiet.zone));
        let bots = self.bridges().await?.into_iter().filter(|bridge| granted.contains(bridge.id));
        let bots = bots.map(|bridge| BotBridge {
            session: bridge.session,
            is_delivering: bridge.is_delivering,
            hearing: hearing(bridge.health.state).to_owned(),
            problem: bridge.health.problem,
            queued: bridge.backlog.queued,
            sending: bridge.backlog.sending,
            stuck: bridge.backlog.stuck,
        });
        Ok(BridgeStatus {
            state: self.bridge_state().await?,
            mode: self.mode().await?,
            quiet_hours: shown,
            bots: bots.collect(),
        })
    }

    /// Tells people in another way from now on.
    pub(crate) async fn switch_mode(&self, granted: &Sessions, mode: Mode) -> Result<BridgeStatus, Failure> {
        self.choose_mode(mode).await?;
        self.inner.changes.tell(Change::Bridge);
        self.bridge_status(granted).await
    }
}

const fn hearing(state: ReceptionState) -> &'static str {
    match state {
        ReceptionState::Stopped => "stopped",
        ReceptionState::Starting => "starting",
        ReceptionState::Receiving => "receiving",
        ReceptionState::TakenByAnother => "taken_by_another",
        ReceptionState::TokenRefused => "token_refused",
        ReceptionState::Unreachable => "unreachable",
    }
}
