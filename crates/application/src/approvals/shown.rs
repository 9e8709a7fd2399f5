//! What follows when a card arrived, or did not.

use telegraphist_domain::approval::Card as Shown;
use telegraphist_domain::{Approval, ApprovalId, MessageId, UserId};

use super::change::Unchanged;
use crate::application::Application;
use crate::cards::SendCard;
use crate::failure::Failure;
use crate::operation::Operation as _;
use crate::ports::{Delivery, DeliveryQuery, DeliveryState};

/// More cards than this are never sent for one question.
const CARDS_ASKED_MAX: usize = 64;

impl Application {
    /// Follows a delivery that came to its end. Safe to be told twice.
    pub(crate) async fn after_card(&self, delivery: &Delivery, id: ApprovalId) -> Result<(), Failure> {
        if delivery.operation != SendCard::FACTS.name {
            return Ok(());
        }
        match (delivery.state, delivery.message_ids.last()) {
            (DeliveryState::Sent, Some(message)) => self.card_arrived(delivery, id, MessageId(*message)).await,
            (DeliveryState::Failed | DeliveryState::Dead, _) => self.card_failed(delivery, id).await,
            (
                DeliveryState::Sent
                | DeliveryState::Queued
                | DeliveryState::Sending
                | DeliveryState::Unknown
                | DeliveryState::Replaced
                | DeliveryState::Expired,
                _,
            ) => Ok(()),
        }
    }

    async fn card_arrived(&self, delivery: &Delivery, id: ApprovalId, message: MessageId) -> Result<(), Failure> {
        let card = Shown { session: delivery.lane.session, chat: delivery.lane.chat, message };
        let after = match self.change_approval(id, |approval, at| Ok(approval.show(card, at))).await {
            Ok(after) => after,
            Err(Unchanged::Unknown) => return Ok(()),
            Err(other) => return Err(other.into()),
        };
        if after.is_changed {
            self.note_act("telegram", "show", &id.to_string(), "ok").await;
        }
        // It ended, or somebody said yes, while the card was on its way.
        if !after.approval.is_pending() || !after.approval.votes.is_empty() {
            self.redraw(&after.approval).await?;
        }
        Ok(())
    }

    /// Nobody waits for ever: once no card can arrive any more, the requester is told.
    async fn card_failed(&self, delivery: &Delivery, id: ApprovalId) -> Result<(), Failure> {
        let query = DeliveryQuery { approval: Some(id), ..DeliveryQuery::default() };
        let cards = self.ports().deliveries.deliveries(&query, CARDS_ASKED_MAX).await?;
        let mut cards = cards.iter().filter(|card| card.operation == SendCard::FACTS.name);
        if cards.any(|card| !matches!(card.state, DeliveryState::Failed | DeliveryState::Dead)) {
            return Ok(());
        }
        let reason = delivery.error.clone().unwrap_or_else(|| "Telegram did not take it".to_owned());
        match self.change_approval(id, |approval, at| approval.give_up(reason.clone(), at)).await {
            Ok(after) if after.is_changed => self.conclude(&after.approval).await,
            Ok(_) | Err(Unchanged::Unknown | Unchanged::Refused(_)) => {}
            Err(other @ (Unchanged::Store(_) | Unchanged::Contended)) => return Err(other.into()),
        }
        Ok(())
    }

    /// Shows a pending question once more, in a person's own chat.
    pub(crate) async fn show_again(
        &self,
        bot: &crate::pipeline::KnownSession,
        user: UserId,
        approval: &Approval,
        once: crate::ports::Once,
    ) -> Result<(), Failure> {
        let asked = self.asked_of(approval).await?;
        let card = self.card_of(approval, &asked).await?;
        let place = crate::people::Place::of_person(bot, user);
        let send = SendCard::new(place.lane.session, place.lane.chat, card);
        let mut delivery = self.delivery_of_card(place.lane, &send, crate::ports::Urgency::Interactive);
        delivery.approval = Some(approval.id);
        delivery.once = Some(once);
        self.enqueue(&[delivery]).await?;
        Ok(())
    }
}
