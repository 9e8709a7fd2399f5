//! The worker of one bot: takes what can be sent, sends it, and notes what became of it.
//!
//! Each chat keeps its order; chats do not wait for each other. What is taken is marked as being sent, durably, before
//! it is; so nothing is taken before it may be said. Ends when told to, and lets what is being sent come to its end.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use telegraphist_domain::ChatId;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::attempt::{Tried, attempt};
use super::pace::Pace;
use crate::application::Application;
use crate::pipeline::KnownSession;
use crate::ports::{BucketKey, Claimed, Delivery, StoreError};

/// So many chats are written to at once.
const WIDTH: usize = 32;
/// Where two chats are told to wait within this, it is the whole bot that is.
const FLOOD_WINDOW: Duration = Duration::from_secs(5);
/// How often a worker looks even if nobody rings: the clock of the day may have jumped.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// How long a worker waits after the store failed.
const STORE_PAUSE: Duration = Duration::from_secs(2);

/// One bot's worker.
pub(super) struct Worker {
    app: Application,
    session: KnownSession,
    pace: Pace,
    /// When a chat was last told to wait, and which.
    flooded: Option<(ChatId, Instant)>,
    busy: HashSet<ChatId>,
    /// Telegram does not accept the login any more.
    is_shut_out: bool,
}

type Running<'a> = FuturesUnordered<BoxFuture<'a, (Delivery, Tried)>>;

impl Worker {
    pub(super) fn new(app: Application, session: KnownSession) -> Self {
        Self { app, session, pace: Pace::default(), flooded: None, busy: HashSet::new(), is_shut_out: false }
    }

    /// Works until `stop` fires, or until the login is lost; then finishes what is being sent. What waits then goes out at
    /// once after the next sign-in, which starts another worker.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        self.recover().await;
        let mut bell = self.app.inner.bell.listen();
        let mut running = Running::new();
        while !stop.is_cancelled() && !self.is_shut_out {
            // Marked before looking, so that what is queued while looking wakes the wait below.
            bell.mark_unchanged();
            let next = match self.take(&mut running, &stop).await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "the outbox could not be read");
                    Some(Instant::now() + STORE_PAUSE)
                }
            };
            let look = next.unwrap_or_else(|| Instant::now() + LOOK_EVERY).min(Instant::now() + LOOK_EVERY);
            tokio::select! {
                () = stop.cancelled() => {}
                Some((delivery, tried)) = running.next(), if !running.is_empty() => self.settle(delivery, tried, &stop).await,
                // Never ends: the application holds the sender.
                _ = bell.changed() => {}
                () = tokio::time::sleep_until(look) => {}
            }
        }
        while let Some((delivery, tried)) = running.next().await {
            self.settle(delivery, tried, &stop).await;
        }
    }

    /// What the process before was sending when it ended is not known any more.
    async fn recover(&mut self) {
        self.recall_flood().await;
        let now = self.app.ports().clock.now();
        match self.app.ports().outbox.recover(self.session.id, now).await {
            Ok(unknown) => {
                for delivery in unknown {
                    self.app.inner.bell.note(delivery.id);
                    self.app.after_delivery(&delivery, false).await;
                }
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the outbox could not be looked through");
            }
        }
    }

    /// Takes as much as may be said now; gives the moment at which more may.
    async fn take(
        &mut self,
        running: &mut Running<'static>,
        stop: &CancellationToken,
    ) -> Result<Option<Instant>, StoreError> {
        let paces = self.app.inner.settings.paces;
        loop {
            let now = Instant::now();
            let room = WIDTH.saturating_sub(running.len());
            if let Some(at) = self.pace.free_at(&paces).filter(|at| *at > now) {
                return Ok(Some(at));
            }
            if room == 0 {
                return Ok(None);
            }
            let (resting, _) = self.pace.resting(&paces, now);
            let busy: Vec<ChatId> = self.busy.iter().copied().chain(resting).collect();
            // One at a time where all chats share a budget, so that no more is taken than may be said.
            let room = if paces.all.is_some() { 1 } else { room };
            let clock = self.app.ports().clock.now();
            let claimed = self.app.ports().outbox.claim(self.session.id, clock, &busy, room).await?;
            // Whose turn it was is all taken then; whatever is queued from now on rings.
            let is_all = claimed.len() < room;
            for claimed in claimed {
                self.pace.spend(claimed.delivery.lane.chat, &paces, now);
                self.busy.insert(claimed.delivery.lane.chat);
                self.app.inner.bell.note(claimed.delivery.id);
                running.push(self.send(claimed, stop.child_token()));
            }
            if is_all {
                let (_, first_free) = self.pace.resting(&paces, now);
                return Ok(first_free.into_iter().chain(self.due(clock).await?).min());
            }
        }
    }

    /// When the next of those that wait for a time later than `looked` can be sent. Those before it were seen by whoever
    /// looked then.
    async fn due(&self, looked: DateTime<Utc>) -> Result<Option<Instant>, StoreError> {
        let next = self.app.ports().deliveries.next_time(self.session.id, looked).await?;
        let clock = self.app.ports().clock.now();
        Ok(next.map(|next| Instant::now() + (next - clock).to_std().unwrap_or_default()))
    }

    fn send(&self, claimed: Claimed, cancel: CancellationToken) -> BoxFuture<'static, (Delivery, Tried)> {
        let (app, session) = (self.app.clone(), self.session.clone());
        let trying = tokio::spawn(async move {
            let tried = attempt(&app, &session, &claimed, cancel).await;
            (claimed.delivery, tried)
        });
        Box::pin(async move { trying.await.expect("an attempt catches its own panics") })
    }

    /// Notes how it ended, tells who waits, and lets the chat be written to again.
    async fn settle(&mut self, mut delivery: Delivery, tried: Tried, stop: &CancellationToken) {
        let chat = delivery.lane.chat;
        let now = self.app.ports().clock.now();
        if let Some(wait) = tried.flood {
            self.hush(chat, wait).await;
        }
        while let Err(error) = self.app.ports().outbox.finish(delivery.id, &tried.parts, &tried.how, now).await {
            tracing::error!(error = &error as &dyn std::error::Error, "the outcome of a delivery was not noted; again");
            tokio::time::sleep(STORE_PAUSE).await;
        }
        if let Some(told) = tried.told {
            self.app.inner.bell.tell(delivery.id, told);
        }
        if let Some(reason) = tried.lost {
            self.is_shut_out = true;
            self.app.insist_on_login(self.session.id, &reason, stop).await;
        }
        match self.app.ports().deliveries.delivery(delivery.id).await {
            Ok(Some(noted)) => delivery = noted,
            Ok(None) => {}
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "a delivery could not be read"),
        }
        self.busy.remove(&chat);
        self.app.inner.bell.note(delivery.id);
        self.app.after_delivery(&delivery, tried.is_shut_out).await;
        self.app.inner.bell.ring();
    }

    /// The chat waits by itself; the whole bot does when another chat had to wait just before, also after a restart.
    async fn hush(&mut self, chat: ChatId, wait: Duration) {
        let now = Instant::now();
        let is_everywhere =
            self.flooded.is_some_and(|(other, at)| other != chat && now.duration_since(at) < FLOOD_WINDOW);
        self.flooded = Some((chat, now));
        if !is_everywhere {
            return;
        }
        self.pace.hush(now + wait);
        let until = self.app.ports().clock.now() + wait;
        if let Err(error) = self.app.ports().limiter.block(&self.bucket(), until).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a wait of Telegram was not kept");
        }
    }

    /// A wait of the whole bot that an earlier life of this process was told is still a wait.
    async fn recall_flood(&mut self) {
        let now = self.app.ports().clock.now();
        match self.app.ports().limiter.blocked(&[self.bucket()], now).await {
            Ok(wait) if wait.is_zero() => {}
            Ok(wait) => self.pace.hush(Instant::now() + wait),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a wait of Telegram was not read");
            }
        }
    }

    fn bucket(&self) -> BucketKey {
        BucketKey(format!("flood/{}/delivery", self.session.id))
    }
}
