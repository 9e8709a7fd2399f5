//! What comes from Telegram, as a stream: stored first, then announced. Start with `Application::updates`.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::Stream;
use futures::stream;
use telegraphist_domain::SessionId;
use tokio::sync::watch;

use crate::application::Application;
use crate::ports::{Handling, Inbox, InboxEntry, InboxRow, Pinned, StoreError};

/// How many rows one look at the inbox takes.
const BATCH: usize = 100;

/// An inbox that wakes its readers when something was stored. The composition root wraps the store's inbox in it and
/// gives the same one to the adapter that fills it and to the application that reads it.
pub struct AnnouncedInbox {
    stored: Arc<dyn Inbox>,
    arrivals: watch::Sender<()>,
}

impl AnnouncedInbox {
    /// Wraps `stored`.
    pub fn new(stored: Arc<dyn Inbox>) -> Arc<Self> {
        Arc::new(Self { stored, arrivals: watch::Sender::new(()) })
    }

    /// Hears that something was stored, from now on.
    pub(crate) fn arrivals(&self) -> watch::Receiver<()> {
        self.arrivals.subscribe()
    }
}

#[async_trait]
impl Inbox for AnnouncedInbox {
    async fn store(&self, session: SessionId, entries: &[InboxEntry]) -> Result<usize, StoreError> {
        let new = self.stored.store(session, entries).await?;
        if new > 0 {
            self.arrivals.send_replace(());
        }
        Ok(new)
    }

    async fn after(&self, session: SessionId, position: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        self.stored.after(session, position, limit).await
    }

    async fn newest(&self, session: SessionId) -> Result<u64, StoreError> {
        self.stored.newest(session).await
    }

    async fn work(&self, session: SessionId, position: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        self.stored.work(session, position, limit).await
    }

    async fn note_handling(&self, session: SessionId, position: u64, how: &Handling) -> Result<(), StoreError> {
        self.stored.note_handling(session, position, how).await?;
        if *how == Handling::Waiting {
            self.arrivals.send_replace(());
        }
        Ok(())
    }

    async fn failed_work(&self, session: SessionId, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        self.stored.failed_work(session, limit).await
    }

    async fn trim(&self, session: SessionId, date: DateTime<Utc>, keep: usize) -> Result<(), StoreError> {
        self.stored.trim(session, date, keep).await
    }
}

/// Where a reader of the stream stands.
struct Reader {
    inbox: Arc<AnnouncedInbox>,
    arrivals: watch::Receiver<()>,
    session: SessionId,
    position: u64,
    batch: std::vec::IntoIter<InboxRow>,
    /// While somebody reads, what they read goes on coming.
    _pinned: Pinned,
}

impl Reader {
    /// The next row, as soon as there is one; `None` when nothing can arrive any more.
    async fn next(&mut self) -> Result<Option<InboxRow>, StoreError> {
        loop {
            if let Some(row) = self.batch.next() {
                self.position = row.position;
                return Ok(Some(row));
            }
            // Marked before looking, so that what arrives while looking wakes the wait below.
            self.arrivals.mark_unchanged();
            self.batch = self.inbox.after(self.session, self.position, BATCH).await?.into_iter();
            if self.batch.len() == 0 && self.arrivals.changed().await.is_err() {
                return Ok(None);
            }
        }
    }
}

impl Application {
    /// What came from Telegram in `session` after the position `from` (0: from the oldest kept), in order, and then
    /// whatever comes. Read again from the last seen position after an error or a restart: nothing is lost.
    pub fn updates(
        &self,
        session: SessionId,
        from: u64,
    ) -> impl Stream<Item = Result<InboxRow, StoreError>> + Send + 'static + use<> {
        let inbox = Arc::clone(&self.ports().inbox);
        let reader = Reader {
            arrivals: inbox.arrivals.subscribe(),
            inbox,
            session,
            position: from,
            batch: Vec::new().into_iter(),
            _pinned: self.ports().connections.pin(session),
        };
        stream::try_unfold(reader, |mut reader| async move { Ok(reader.next().await?.map(|row| (row, reader))) })
    }
}
