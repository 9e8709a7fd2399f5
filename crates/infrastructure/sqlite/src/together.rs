//! What is written with events, in the same transaction.

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use telegraphist_application::ports::{AppendError, Together};
use telegraphist_application::sealing::VaultKey;

use crate::contents::{self, SealedContent};
use crate::outbox::{self, SealedDelivery};

/// Texts and deliveries, ready to be written.
pub(crate) struct SealedTogether {
    contents: Vec<SealedContent>,
    deliveries: Vec<SealedDelivery>,
    now: DateTime<Utc>,
}

impl SealedTogether {
    pub(crate) fn new(key: &VaultKey, together: &Together, now: DateTime<Utc>) -> Self {
        Self {
            contents: together.contents.iter().map(|content| SealedContent::new(key, content)).collect(),
            deliveries: together.deliveries.iter().map(|delivery| SealedDelivery::new(key, delivery)).collect(),
            now,
        }
    }

    /// Writes all of it. Whatever fails takes the events with it, since all is one piece of work.
    pub(crate) async fn write(self, connection: &mut SqliteConnection) -> Result<(), AppendError> {
        let queued = outbox::enqueue(connection, &self.deliveries, self.now).await?;
        if let Some(earlier) = queued.iter().find(|queued| !queued.is_new) {
            return Err(AppendError::AlreadyQueued(earlier.id));
        }
        Ok(contents::write(connection, self.contents, self.now).await?)
    }
}
