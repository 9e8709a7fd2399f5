//! What arrives unasked: put in order by grammers, learnt from, stored, and only then marked as received.
//!
//! Nothing is lost: the mark of an update moves when it rests in the inbox, so what came in between is asked for again
//! at the next start, and the inbox knows it by its key.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use grammers_mtsender::{InvocationError, SenderPoolFatHandle, UpdatesConfiguration, UpdatesReceiver};
use grammers_session::Session;
use grammers_session::types::UpdateState;
use grammers_session::updates::{MessageBox, State, UpdatesLike};
use grammers_tl_types as tl;
use telegraphist_application::ports::{Clock, Inbox, InboxEntry, StoreError};
use telegraphist_domain::SessionId;
use tokio::sync::mpsc;

use crate::backoff::Backoff;
use crate::call_error::CallError;
use crate::errors;
use crate::known_peers::KnownPeers;
use crate::line::Listener;
use crate::lost_logins::LostLogins;
use crate::places::Places;
use crate::storage::{Storage, StorageError};

mod entry;

/// Updates on their way to the inbox; grammers' own buffer and then Telegram wait beyond that.
const PENDING_MAX: usize = 256;
/// Updates stored in one go.
const BATCH_MAX: usize = 128;
/// Between attempts to reach Telegram: from, up to.
const RETRIES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));
/// Between attempts to store: from, up to.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// What the inbox keeps of a session: by number and by age.
const KEPT_MAX: usize = 100_000;
const KEPT_FOR: chrono::Duration = chrono::Duration::days(7);
/// The inbox is trimmed once in so many entries.
const TRIM_EVERY: usize = 1_000;

/// Follows one session's updates.
pub(crate) struct Follower {
    pub(crate) session: SessionId,
    pub(crate) storage: Arc<Storage>,
    pub(crate) known: Arc<KnownPeers>,
    pub(crate) inbox: Arc<dyn Inbox>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Where it is noted that the session must sign in.
    pub(crate) lost: Arc<LostLogins>,
    /// Knows whether it is still worth the trouble.
    pub(crate) places: Weak<Places>,
}

/// An update and how far the streams are with it.
type Update = (tl::enums::Update, State);
/// Updates and the peers that they mention.
type Arrived = (Vec<Update>, Vec<tl::enums::User>, Vec<tl::enums::Chat>);

impl Listener for Arc<Follower> {
    fn listen(
        &self,
        pool: SenderPoolFatHandle,
        updates: mpsc::Receiver<UpdatesLike>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let follower = Self::clone(self);
        Box::pin(async move { follower.follow(pool, updates).await })
    }
}

impl Follower {
    async fn follow(&self, pool: SenderPoolFatHandle, updates: mpsc::Receiver<UpdatesLike>) {
        let SenderPoolFatHandle { thin, session, .. } = pool;
        let catch_up = UpdatesConfiguration { catch_up: true };
        let receiver = match UpdatesReceiver::create(thin, session, updates, catch_up).await {
            Ok(receiver) => receiver,
            Err(error) => {
                tracing::warn!(session = %self.session, %error, "updates cannot be followed");
                return;
            }
        };
        let (arrived, pending) = mpsc::channel(PENDING_MAX);
        tokio::join!(self.receive(receiver, arrived), self.keep(pending));
    }

    /// Reads updates in order. While Telegram is away it tries again for as long as somebody wants the session; it ends
    /// with its pool.
    async fn receive(&self, mut receiver: UpdatesReceiver, arrived: mpsc::Sender<Arrived>) {
        let mut backoff = Backoff::new(RETRIES.0, RETRIES.1);
        loop {
            match receiver.next().await {
                Ok(updates) => {
                    backoff.succeeded();
                    if arrived.send(updates).await.is_err() {
                        return;
                    }
                }
                Err(error) => {
                    if let Some(reason) = lost_login(error) {
                        tracing::info!(session = %self.session, "updates end: the session must sign in");
                        self.lost.note(self.session, reason);
                        std::future::pending::<()>().await;
                    }
                    backoff.failed();
                    tokio::time::sleep_until(backoff.until).await;
                    if !self.places.upgrade().is_some_and(|places| places.is_wanted(self.session)) {
                        tracing::debug!(session = %self.session, "updates rest until the session is used again");
                        std::future::pending::<()>().await;
                    }
                }
            }
        }
    }

    /// Stores what arrived and moves the marks. A store that fails holds everything up; it loses nothing.
    async fn keep(&self, mut pending: mpsc::Receiver<Arrived>) {
        let mut batch = Vec::new();
        let mut untrimmed = 0;
        while pending.recv_many(&mut batch, BATCH_MAX).await > 0 {
            let mut pause = PAUSES.0;
            let stored = loop {
                match self.store(&batch).await {
                    Ok(stored) => break stored,
                    Err(error) => {
                        tracing::warn!(session = %self.session, %error, "updates cannot be stored yet");
                        tokio::time::sleep(pause).await;
                        pause = (pause * 2).min(PAUSES.1);
                    }
                }
            };
            batch.clear();
            untrimmed += stored;
            if untrimmed >= TRIM_EVERY {
                untrimmed = 0;
                self.trim().await;
            }
        }
    }

    async fn store(&self, batch: &[Arrived]) -> Result<usize, StoreError> {
        let mut entries: Vec<InboxEntry> = Vec::new();
        let mut reached = Reached::default();
        for (updates, users, chats) in batch {
            self.known.learn(users, chats).await?;
            for (update, state) in updates {
                entries.extend(entry::of(update, state));
                reached.note(state);
            }
        }
        let stored = if entries.is_empty() { 0 } else { self.inbox.store(self.session, &entries).await? };
        for mark in reached.marks() {
            self.storage.set_update_state(mark).await.map_err(store_error)?;
        }
        Ok(stored)
    }

    async fn trim(&self) {
        let oldest = self.clock.now() - KEPT_FOR;
        if let Err(error) = self.inbox.trim(self.session, oldest, KEPT_MAX).await {
            tracing::warn!(session = %self.session, %error, "the inbox cannot be trimmed");
        }
    }
}

fn store_error(error: StorageError) -> StoreError {
    match error {
        StorageError::Store(error) => error,
        StorageError::KeyReplaced => StoreError::Unavailable(error.into()),
    }
}

/// Why the session has to sign in, if that is what went wrong.
fn lost_login(error: InvocationError) -> Option<String> {
    match CallError::from(error) {
        CallError::Rpc(rpc) => errors::needs_login(&rpc).then(|| errors::constant(&rpc)),
        CallError::KeyUnknown => Some(errors::KEY_UNKNOWN.to_owned()),
        CallError::NotSent(_) | CallError::Lost(_) | CallError::Ended { .. } | CallError::Store(_) => None,
    }
}

/// How far a batch leads in each stream.
#[derive(Default)]
struct Reached {
    account: Option<(i32, i32, i32)>,
    qts: Option<i32>,
    channels: std::collections::BTreeMap<i64, i32>,
}

impl Reached {
    fn note(&mut self, state: &State) {
        match state.message_box {
            Some(MessageBox::Common { pts }) => self.account = Some((pts, state.date, state.seq)),
            Some(MessageBox::Secondary { qts }) => self.qts = Some(qts),
            Some(MessageBox::Channel { channel_id, pts }) => {
                self.channels.insert(channel_id, pts);
            }
            None => {}
        }
    }

    fn marks(&self) -> impl Iterator<Item = UpdateState> + '_ {
        let account = self.account.map(|(pts, date, seq)| UpdateState::Primary { pts, date, seq });
        let secondary = self.qts.map(|qts| UpdateState::Secondary { qts });
        let channels = self.channels.iter().map(|(id, pts)| UpdateState::Channel { id: *id, pts: *pts });
        account.into_iter().chain(secondary).chain(channels)
    }
}
