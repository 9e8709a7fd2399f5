//! Hearing: updates flow into the inbox, and somebody reads them there.

use telegraphist_domain::SessionId;

use super::desk::Desk;
use crate::application::Application;
use crate::pipeline::KnownSession;
use crate::ports::Reception;

impl Application {
    /// Lets a bot hear, and reads what it hears. What runs already is left as it is.
    pub(crate) async fn ensure_listening(&self, bot: &KnownSession, reception: &Reception) {
        if let Err(error) = self.ports().bots.receive(bot.id, reception.clone()).await {
            // Its health says so, too, and the adapter goes on trying where that can help.
            tracing::error!(session = %bot.id, error = &error as &dyn std::error::Error, "a bot does not hear");
        }
        // Once hearing has begun anew, so that the desk does not look at how it ended before.
        self.inner.desks.ensure(bot.id, |stop| Desk::new(self.clone(), bot.clone()).run(stop));
    }

    /// Ends hearing and reading for the bots that fit; what is being handled comes to its end.
    pub(crate) async fn stop_listening(&self, fits: impl Fn(SessionId) -> bool) {
        for bot in self.inner.desks.keys().into_iter().filter(|bot| fits(*bot)) {
            self.ports().bots.stop_receiving(bot).await;
        }
        self.inner.desks.stop(fits).await;
    }
}
