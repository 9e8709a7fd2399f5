use std::time::Duration;

use telegraphist_domain::SessionId;
use tokio_util::sync::CancellationToken;

use super::SessionError;
use super::record::Act;
use crate::application::Application;

/// Longer reasons say nothing more.
const REASON_MAX: usize = 200;
/// How long to wait before a store that failed is told again.
const STORE_PAUSE: Duration = Duration::from_secs(2);

impl Application {
    /// Notes that Telegram does not accept a login any more. Nothing is deleted: keys and peers stay for the next
    /// sign-in. Saying it twice, or of a session that is gone, changes nothing.
    pub async fn need_login(&self, session: SessionId, reason: &str) -> Result<(), SessionError> {
        let reason: String = reason.chars().filter(|c| !c.is_control()).take(REASON_MAX).collect();
        let lost = match self.record(session, |state, at| Ok(state.lose_login(reason.clone(), at))).await {
            Err(SessionError::Removed) => return Ok(()),
            other => other,
        };
        if matches!(lost, Ok(false)) {
            return Ok(());
        }
        self.ports().connections.disconnect(session).await;
        self.inner.circuits.forget(session);
        let act = Act { principal: "telegram", session: Some(session), name: "lose_login" };
        self.audited(act, lost).await.map(|_| ())
    }

    /// Notes logins that are lost without a call finding it out, from now on: a session that only waits for updates is not
    /// tried for ever. Called once, at the start.
    pub fn watch_logins(&self) {
        let app = self.clone();
        self.inner.logins.ensure((), |stop| async move {
            loop {
                let lost = tokio::select! {
                    () = stop.cancelled() => return,
                    lost = app.ports().connections.lost_login() => lost,
                };
                app.insist_on_login(lost.session, &lost.reason, &stop).await;
            }
        });
    }

    /// Ends that, for shutting down.
    pub async fn stop_watching_logins(&self) {
        self.inner.logins.stop(|()| true).await;
    }

    /// Notes it again and again until the store has it, or until `stop` fires: a session that only seems to be signed in
    /// could not be signed in anew.
    pub(crate) async fn insist_on_login(&self, session: SessionId, reason: &str, stop: &CancellationToken) {
        while let Err(error) = self.need_login(session, reason).await {
            tracing::error!(%session, error = &error as &dyn std::error::Error, "a lost login was not recorded; again");
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(STORE_PAUSE) => {}
            }
        }
    }
}
