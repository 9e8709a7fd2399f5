//! What follows when a question ends, or changes its looks: its cards say so, and lose their buttons.

use telegraphist_domain::Approval;
use telegraphist_domain::approval::{ApprovalState, Card as Shown};

use super::asked::Asked;
use crate::application::Application;
use crate::cards::EditCard;
use crate::failure::Failure;
use crate::operation::Operation as _;
use crate::ports::{Lane, NewDelivery, StoreError, Urgency};

impl Application {
    /// Lets every card show how the question stands now. What is not sent yet is caught when it arrives.
    pub(crate) async fn redraw(&self, approval: &Approval) -> Result<(), Failure> {
        if approval.cards.is_empty() {
            return Ok(());
        }
        let asked = self.asked(approval.content).await?;
        let card = self.card_of(approval, &asked).await?;
        let edits: Vec<NewDelivery> = approval.cards.iter().map(|shown| self.edit_of(shown, approval, &card)).collect();
        self.enqueue(&edits).await?;
        Ok(())
    }

    /// Records how a question ended, and lets its cards say so. The end itself is stored already; what fails here is
    /// caught by the keeper when it looks again.
    pub(crate) async fn conclude(&self, approval: &Approval) {
        // Together, so that one commit carries both.
        let ((), redrawn) = tokio::join!(self.note_end(approval), self.redraw(approval));
        if let Err(failure) = redrawn {
            tracing::warn!(approval = %approval.id, code = failure.code.as_str(), "cards still show an old state");
        }
    }

    /// The audit row of an end.
    pub(super) async fn note_end(&self, approval: &Approval) {
        let (principal, act, outcome) = match &approval.state {
            ApprovalState::Pending => return,
            ApprovalState::Decided(decided) | ApprovalState::Executed(decided) => {
                let outcome = if decided.meaning.allows() { "allowed" } else { "denied" };
                (decided_by(decided.by), "decide", outcome)
            }
            ApprovalState::Expired => ("clock".to_owned(), "expire", "expired"),
            ApprovalState::Cancelled(_) => (approval.requester.principal.clone(), "cancel", "cancelled"),
            ApprovalState::Undeliverable { .. } => ("telegram".to_owned(), "deliver", "undeliverable"),
        };
        self.telemetry().approval_ended(outcome);
        self.note_act(&principal, act, &approval.id.to_string(), outcome).await;
    }

    fn edit_of(&self, shown: &Shown, approval: &Approval, card: &crate::cards::Card) -> NewDelivery {
        let edit = EditCard::new(shown.session, shown.chat, shown.message, card.clone());
        let lane = Lane { session: shown.session, chat: shown.chat };
        NewDelivery {
            id: telegraphist_domain::DeliveryId(self.ports().ids.ordered()),
            lane,
            urgency: Urgency::Interactive,
            operation: EditCard::FACTS.name.to_owned(),
            body: serde_json::to_vec(&edit).expect("cards are plain data"),
            once: None,
            // An edit that was not sent yet is pointless once there is a newer one.
            replaces: Some(format!("card/{}/{}", approval.id, shown.message)),
            conversation: None,
            approval: Some(approval.id),
            not_before: None,
            expires: None,
        }
    }

    /// What the question said when it was asked.
    pub(crate) async fn asked_of(&self, approval: &Approval) -> Result<Asked, Failure> {
        self.asked(approval.content).await
    }

    /// Adds a line of audit about a question that has no end yet.
    pub(super) async fn note_voice(&self, approval: &Approval, principal: &str) -> Result<(), StoreError> {
        self.note_act(principal, "support", &approval.id.to_string(), "ok").await;
        Ok(())
    }
}

/// How the audit log names who decided.
pub(super) fn decided_by(by: telegraphist_domain::approval::Decider) -> String {
    use telegraphist_domain::approval::Decider;
    match by {
        Decider::Person(user) => crate::people::person(user),
        Decider::Local(uid) => format!("local:{uid}"),
        Decider::Rule(rule) => format!("rule:{rule}"),
    }
}
