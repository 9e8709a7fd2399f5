//! What an operator sees of what is to be sent, and what they can do about it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use telegraphist_domain::DeliveryId;

use crate::application::Application;
use crate::caller::Caller;
use crate::failure::{Code, Failure};
use crate::ports::{Delivery, DeliveryQuery, DeliveryState};
use crate::sessions::authorise;

/// A delivery, without what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryView {
    /// Its id.
    pub id: String,
    /// Through which session, by name where it is still there.
    pub session: String,
    /// To which chat.
    pub chat: String,
    /// What was to be done.
    pub operation: String,
    /// What became of it.
    pub state: DeliveryState,
    /// When it was queued.
    pub queued: DateTime<Utc>,
    /// When it can be sent, if not at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<DateTime<Utc>>,
    /// When it came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<DateTime<Utc>>,
    /// How often it was tried.
    pub attempts: u32,
    /// The messages it became.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub message_ids: Vec<i32>,
    /// Why the newest attempt failed, in Telegram's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The question it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
}

impl Application {
    /// The newest deliveries in these states; in all if there are none.
    pub async fn deliveries(
        &self,
        caller: &Caller,
        states: Vec<DeliveryState>,
        limit: usize,
    ) -> Result<Vec<DeliveryView>, Failure> {
        authorise(caller)?;
        let query = DeliveryQuery { states, ..DeliveryQuery::default() };
        let deliveries = self.ports().deliveries.deliveries(&query, limit).await?;
        let mut views = Vec::with_capacity(deliveries.len());
        for delivery in deliveries {
            views.push(self.view_of_delivery(delivery).await?);
        }
        Ok(views)
    }

    /// One delivery.
    pub async fn delivery(&self, caller: &Caller, id: &str) -> Result<DeliveryView, Failure> {
        authorise(caller)?;
        let delivery = self.ports().deliveries.delivery(parsed(id)?).await?.ok_or_else(no_such_delivery)?;
        self.view_of_delivery(delivery).await
    }

    /// Lets what failed, is dead or unknown be sent once more, at the end of its chat's queue.
    pub async fn requeue_delivery(&self, caller: &Caller, id: &str) -> Result<DeliveryView, Failure> {
        authorise(caller)?;
        let id = parsed(id)?;
        let now = self.ports().clock.now();
        if !self.ports().outbox.requeue(id, now).await? {
            let known = self.delivery(caller, &id.to_string()).await?;
            return Err(Failure::new(
                Code::InvalidArgument,
                format!(
                    "This delivery is {}; only what failed, is dead or unknown can be sent once more.",
                    known.state.as_str()
                ),
                "Run `telegraphist outbox list` to see what is stuck.",
            ));
        }
        self.note_act(&caller.principal, "requeue", &id.to_string(), "ok").await;
        self.inner.bell.note(id);
        self.inner.bell.ring();
        self.delivery(caller, &id.to_string()).await
    }

    async fn view_of_delivery(&self, delivery: Delivery) -> Result<DeliveryView, Failure> {
        let session = delivery.lane.session.to_string();
        let known = self.ports().views.session(&session).await?;
        Ok(DeliveryView {
            id: delivery.id.to_string(),
            session: known.map_or(session, |known| known.name),
            chat: delivery.lane.chat.to_string(),
            operation: delivery.operation,
            state: delivery.state,
            queued: delivery.queued,
            not_before: delivery.not_before,
            ended: delivery.ended,
            attempts: delivery.attempts,
            message_ids: delivery.message_ids,
            error: delivery.error,
            approval: delivery.approval.map(|id| id.to_string()),
        })
    }
}

fn parsed(id: &str) -> Result<DeliveryId, Failure> {
    id.trim().parse().map_err(|_| no_such_delivery())
}

fn no_such_delivery() -> Failure {
    Failure::new(
        Code::InvalidArgument,
        "There is no such delivery.",
        "Run `telegraphist outbox list` to see what there is.",
    )
}
