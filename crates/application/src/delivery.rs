//! Delivery: what bots are to send waits in the outbox, in order for each chat, and is sent when Telegram lets it.
//!
//! A delivery is an operation as data, authorised when it was queued and executed through the same last step as any
//! other. It is marked as being sent before it is, so that after a crash it is known to be unknown; what is unknown is
//! never repeated by itself. Start with [`worker`], one for each bot.

mod after;
mod attempt;
mod bridge;
mod look;
mod pace;
pub(crate) mod queue;
mod stored;
#[cfg(test)]
mod tests;
mod worker;

pub use bridge::{BridgeState, SessionBridge};
pub use look::DeliveryView;
pub use pace::Paces;
pub(crate) use stored::runner_of;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use telegraphist_domain::DeliveryId;
use tokio::sync::watch;

use crate::application::Application;
use crate::changes::{Change, Changes};
use crate::ports::{AppendError, NewDelivery, Queued, StoreError, TelegramError};

/// How a delivery ended, for whoever waits for it.
type Told = Result<stored::Answered, TelegramError>;

/// Who is woken by deliveries, and who waits for the answer of one.
pub(crate) struct Bell {
    /// Something was queued, or came to its end.
    rung: watch::Sender<()>,
    /// Tells those who show how delivery stands.
    changes: Changes,
    /// What somebody in this process waits for.
    answers: Mutex<HashMap<DeliveryId, Option<Told>>>,
}

impl Bell {
    pub(crate) fn new(changes: Changes) -> Self {
        Self { rung: watch::Sender::new(()), changes, answers: Mutex::default() }
    }

    /// Wakes whoever listens.
    pub(crate) fn ring(&self) {
        self.rung.send_replace(());
        self.changes.tell(Change::Bridge);
    }

    /// Something became of this delivery.
    fn note(&self, id: DeliveryId) {
        self.changes.tell(Change::Delivery(id));
    }

    /// Hears everything from now on.
    pub(crate) fn listen(&self) -> watch::Receiver<()> {
        self.rung.subscribe()
    }

    /// From now on the answer of this delivery is kept, until the ear is dropped.
    fn lend_ear(&self, id: DeliveryId) -> Ear<'_> {
        self.answers().insert(id, None);
        Ear { bell: self, id }
    }

    /// Keeps how it ended, if somebody waits for it.
    fn tell(&self, id: DeliveryId, told: Told) {
        if let Some(place) = self.answers().get_mut(&id) {
            *place = Some(told);
        }
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, HashMap<DeliveryId, Option<Told>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for one answer.
struct Ear<'a> {
    bell: &'a Bell,
    id: DeliveryId,
}

impl Ear<'_> {
    fn answer(&self) -> Option<Told> {
        self.bell.answers().get_mut(&self.id).and_then(Option::take)
    }
}

impl Drop for Ear<'_> {
    fn drop(&mut self) {
        self.bell.answers().remove(&self.id);
    }
}

impl Application {
    /// Queues what comes with no events, and wakes the workers.
    pub(crate) async fn enqueue(&self, deliveries: &[NewDelivery]) -> Result<Vec<Queued>, StoreError> {
        let queued = self.ports().outbox.enqueue(deliveries).await?;
        if deliveries.iter().any(|new| new.replaces.is_some()) {
            self.inner.changes.tell(Change::WaitingDeliveries);
        }
        self.inner.bell.ring();
        Ok(queued)
    }
}

/// Wakes the workers after events were appended that may have queued something, and passes the result on.
pub(crate) fn rung<T>(app: &Application, appended: Result<T, AppendError>) -> Result<T, AppendError> {
    app.inner.bell.ring();
    appended
}
