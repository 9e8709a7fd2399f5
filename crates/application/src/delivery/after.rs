//! What follows when a delivery came to its end. Safe to be told twice.

use telegraphist_domain::UserId;

use crate::application::Application;
use crate::failure::Failure;
use crate::ports::Delivery;

impl Application {
    /// Tells those whom a delivery belongs to how it ended.
    pub(super) async fn after_delivery(&self, delivery: &Delivery, is_shut_out: bool) {
        if !delivery.state.is_final() {
            return;
        }
        if let Err(failure) = self.follow_delivery(delivery, is_shut_out).await {
            // The keeper looks at questions again; a person who shut the bot out is met again at the next attempt.
            tracing::warn!(delivery = %delivery.id, code = failure.code.as_str(), "what follows from a delivery was not done");
        }
    }

    async fn follow_delivery(&self, delivery: &Delivery, is_shut_out: bool) -> Result<(), Failure> {
        // A person's own chat with a bot has the person's id; groups and channels have negative ones.
        if is_shut_out && delivery.lane.chat.0 > 0 {
            self.note_reach(UserId(delivery.lane.chat.0), false).await?;
        }
        match delivery.approval {
            Some(id) => self.after_card(delivery, id).await,
            None => Ok(()),
        }
    }
}
