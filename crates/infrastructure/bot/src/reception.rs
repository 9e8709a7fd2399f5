//! How a bot's updates come: asked for, or brought. Whichever way, an update is stored, as it came, before Telegram is
//! told that it arrived; so nothing is lost by a crash, and what comes twice is stored once.
//!
//! To read: [`polling`] and [`brought`]; [`entry`] is what is stored, [`standing`] what people see of it.

mod brought;
mod entry;
mod lease;
mod polling;
mod sequence;
mod standing;

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use secrecy::SecretString;
use serde_json::value::RawValue;
use telegraphist_application::ports::{
    BotHealth, InboxEntry, KnownPeer, Reception, ReceptionState, StoreError, TelegramError,
};
use telegraphist_domain::SessionId;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::account::BotAccount;
use crate::api::Update;
use crate::bots::{BotAccounts, locked};
use crate::tokens;
use lease::Lease;
pub(crate) use standing::Standing;

/// How often things are tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// How long Telegram waits for an update before it answers that there is none.
    pub(crate) poll: Duration,
    /// How long a lease lasts that is not renewed.
    pub(crate) lease: Duration,
    /// The first pause after a failure; it doubles up to the second.
    pub(crate) pause: (Duration, Duration),
    /// The pause after somebody else asked with the same token; it doubles up to the second. Two that ask end each other's
    /// waits, so whoever stays is left alone for longer and longer.
    pub(crate) taken: (Duration, Duration),
}

impl Default for Pace {
    /// Telegram lets nobody wait longer than 50 seconds.
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(50),
            lease: Duration::from_secs(45),
            pause: (Duration::from_secs(1), Duration::from_mins(1)),
            taken: (Duration::from_secs(5), Duration::from_mins(1)),
        }
    }
}

/// The reception of one bot's updates.
pub(crate) struct Receiver {
    how: Reception,
    /// By what updates that are brought are known; none where they are asked for.
    secret: Option<SecretString>,
    /// In which order they are stored.
    sequence: Arc<sequence::Sequence>,
    standing: Arc<Standing>,
    cancel: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Begins to end it.
    pub(crate) fn stop(&self) {
        self.cancel.cancel();
    }

    /// Ends it.
    async fn end(self) {
        self.stop();
        if let Some(task) = self.task {
            // A panic has been told by its hook, and there is nothing left to end.
            let _ = task.await;
        }
    }

    /// Whether it receives in this way.
    fn goes_on(&self, how: &Reception) -> bool {
        self.how == *how && self.is_running()
    }

    fn is_running(&self) -> bool {
        !self.cancel.is_cancelled() && self.task.as_ref().is_some_and(|task| !task.is_finished())
    }
}

/// What a reception works with.
pub(super) struct Ear {
    account: Arc<BotAccount>,
    standing: Arc<Standing>,
    pace: Pace,
}

impl BotAccounts {
    /// Begins to receive. What receives in this way already goes on; what received in another way ends first.
    pub(crate) async fn start_receiver(&self, session: SessionId, how: Reception) -> Result<(), TelegramError> {
        if !self.is_about_to_receive(session, &how) {
            return Ok(());
        }
        let account = self.account(session).await?;
        let vault = self.ports.vault.as_ref();
        let secret = match how {
            Reception::Polling => None,
            Reception::Webhook { .. } => Some(tokens::webhook_secret(vault, session).await?),
        };
        let token = tokens::token(vault, session).await?;
        let mut receivers = locked(&self.receivers);
        if receivers.get(&session).is_some_and(|receiver| receiver.goes_on(&how)) {
            return Ok(());
        }
        let before = receivers.remove(&session);
        let standing = self.standing(session);
        standing.set(ReceptionState::Starting, None);
        let cancel = CancellationToken::new();
        let ear = Ear { account, standing: Arc::clone(&standing), pace: self.settings.pace };
        let work = match (&how, &secret, token) {
            (Reception::Webhook { url }, Some(secret), _) => {
                brought::announce(ear, address(url, session), secret.clone(), cancel.clone()).boxed()
            }
            (Reception::Polling, _, Some(token)) => {
                let lease = Lease {
                    leases: Arc::clone(&self.ports.leases),
                    name: tokens::lease_name(&self.settings.lease_key, &token),
                    holder: self.holder.clone(),
                    life: self.settings.pace.lease,
                    clock: Arc::clone(&self.ports.clock),
                };
                polling::poll(ear, lease, cancel.clone()).boxed()
            }
            // The token was removed while this began.
            (Reception::Webhook { .. } | Reception::Polling, _, _) => return Ok(()),
        };
        let task = self.tasks.spawn(async move {
            if let Some(before) = before {
                before.end().await;
            }
            work.await;
        });
        receivers
            .insert(session, Receiver { how, secret, sequence: Arc::default(), standing, cancel, task: Some(task) });
        Ok(())
    }

    /// Forgets how receiving ended before, unless it goes on in this way: even where it cannot begin now, a refusal of the
    /// token before says nothing of the one that the session has now.
    fn is_about_to_receive(&self, session: SessionId, how: &Reception) -> bool {
        let receivers = locked(&self.receivers);
        let is_new = !receivers.get(&session).is_some_and(|receiver| receiver.goes_on(how));
        if is_new {
            self.standing(session).set(ReceptionState::Starting, None);
        }
        is_new
    }

    /// Ends receiving and waits until it has ended.
    pub(crate) async fn stop_receiver(&self, session: SessionId) {
        let receiver = locked(&self.receivers).remove(&session);
        if let Some(receiver) = receiver {
            receiver.end().await;
            self.standing(session).set(ReceptionState::Stopped, None);
        }
    }

    /// Ends all receiving.
    pub(crate) async fn stop_receivers(&self) {
        let receivers = std::mem::take(&mut *locked(&self.receivers));
        for receiver in receivers.values() {
            receiver.stop();
        }
        self.tasks.close();
        self.tasks.wait().await;
        for session in receivers.into_keys() {
            self.standing(session).set(ReceptionState::Stopped, None);
        }
    }

    /// Receives on with the token that the session has now.
    pub(crate) async fn renew_receiver(&self, session: SessionId) -> Result<(), TelegramError> {
        let how = locked(&self.receivers).get(&session).map(|receiver| receiver.how.clone());
        let Some(how) = how else { return Ok(()) };
        self.stop_receiver(session).await;
        self.start_receiver(session, how).await
    }

    /// How the reception of a bot's updates stands.
    pub(crate) fn health_of(&self, session: SessionId) -> BotHealth {
        self.standing(session).health()
    }

    /// One for each session, for as long as this process lives.
    pub(crate) fn standing(&self, session: SessionId) -> Arc<Standing> {
        let new = || Arc::new(Standing::new(Arc::clone(&self.ports.clock)));
        Arc::clone(locked(&self.standings).entry(session).or_insert_with(new))
    }
}

/// Where a bot's updates are to be brought: its own path below the configured address.
fn address(url: &str, session: SessionId) -> String {
    format!("{}/{session}", url.trim_end_matches('/'))
}

impl Ear {
    /// Stores updates; which of them is the newest.
    async fn take(&self, updates: &[&RawValue]) -> Result<Option<i64>, StoreError> {
        let entries: Vec<InboxEntry> =
            updates.iter().map(|update| entry::of(self.account.own, update.get().as_bytes())).collect();
        self.account.inbox.store(self.account.session, &entries).await?;
        self.standing.note_update();
        let cast = updates.iter().filter_map(|update| Update::read(update.get().as_bytes()));
        let peers: Vec<KnownPeer> = cast.flat_map(|update| entry::peers(&update)).collect();
        if let Err(error) = self.account.known.learn(peers).await {
            // They come again with the next update.
            let error = &error as &dyn std::error::Error;
            tracing::warn!(session = %self.account.session, error, "the people of an update were not remembered");
        }
        let ids = updates.iter().filter_map(|update| Update::read(update.get().as_bytes()));
        Ok(ids.map(|update| update.id).max())
    }
}

/// Doubling pauses.
struct Pauses {
    next: Duration,
    range: (Duration, Duration),
}

impl Pauses {
    fn new(range: (Duration, Duration)) -> Self {
        Self { next: range.0, range }
    }

    fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.range.1);
        pause
    }

    fn reset(&mut self) {
        self.next = self.range.0;
    }
}
