//! The adapter's front: connected accounts by session, and what is needed to connect them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::ExposeSecret;
use serde::Deserialize;
use telegraphist_application::ports::{
    Clock, Files, Inbox, Peers, SecretName, StoreError, TelegramError, Vault, VaultError,
};
use telegraphist_domain::SessionId;

use crate::account::Account;
use crate::acquainted::KeptCircle;
use crate::connection::Connection;
use crate::data_centres::DcOption;
use crate::known_peers::KnownPeers;
use crate::line::Listener;
use crate::lost_logins::LostLogins;
use crate::operations::NewestIds;
use crate::places::{Entered, Places};
use crate::sign_in::Pending;
use crate::storage::{Purpose, Storage};
use crate::updates::Follower;

/// The ports that the adapter stands on.
#[derive(Clone)]
pub struct MtprotoPorts {
    /// Auth keys and API credentials.
    pub vault: Arc<dyn Vault>,
    /// Peers, data centres and update marks.
    pub peers: Arc<dyn Peers>,
    /// Where updates go.
    pub inbox: Arc<dyn Inbox>,
    /// Files to send and to keep.
    pub files: Arc<dyn Files>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

/// How the adapter is set up.
#[derive(Debug, Clone)]
pub struct MtprotoSettings {
    /// Addresses that take the place of Telegram's own.
    pub dc_options: Vec<DcOption>,
    /// So many sessions are connected at once.
    pub sessions_max: usize,
    /// A session that nobody uses for so long disconnects.
    pub session_idle: Duration,
}

impl Default for MtprotoSettings {
    fn default() -> Self {
        Self { dc_options: Vec::new(), sessions_max: 10, session_idle: Duration::from_mins(30) }
    }
}

/// All user accounts of this server.
pub struct Mtproto {
    pub(crate) ports: MtprotoPorts,
    settings: MtprotoSettings,
    /// Which accounts are connected.
    pub(crate) places: Arc<Places>,
    /// Logins that were found to be lost.
    pub(crate) lost: Arc<LostLogins>,
    /// Sign-ins under way.
    pub(crate) pending: Mutex<HashMap<SessionId, Arc<Pending>>>,
}

impl Mtproto {
    /// The adapter; nothing is connected yet.
    pub fn new(ports: MtprotoPorts, settings: MtprotoSettings) -> Arc<Self> {
        let places = Places::new(settings.sessions_max, settings.session_idle);
        Arc::new(Self { ports, settings, places, lost: Arc::default(), pending: Mutex::default() })
    }

    /// Disconnects everything and waits until it has ended. Updates that were not stored yet come again at the next
    /// start.
    pub async fn shutdown(&self) {
        let pending = std::mem::take(&mut *locked(&self.pending));
        let pending = pending.values().map(|pending| pending.connection.close());
        tokio::join!(self.places.shutdown(), futures::future::join_all(pending));
    }

    /// Reads what is known of a session.
    pub(crate) async fn storage(&self, session: SessionId, purpose: Purpose) -> Result<Arc<Storage>, StoreError> {
        let vault = Arc::clone(&self.ports.vault);
        let peers = Arc::clone(&self.ports.peers);
        let configured = &self.settings.dc_options;
        let storage = Storage::open(session, purpose, vault, peers, configured).await?;
        Ok(Arc::new(storage))
    }

    /// A connection over `storage`; dials when it is first used.
    pub(crate) fn connection(storage: Arc<Storage>, api_id: i32, listener: Arc<dyn Listener>) -> Arc<Connection> {
        Arc::new(Connection::new(storage, api_id, listener))
    }

    /// The connected account. Single flight per session; other sessions are not held up.
    pub(crate) async fn account(&self, session: SessionId) -> Result<Arc<Account>, TelegramError> {
        let Entered { cell, before } = self.places.enter(session)?;
        let connecting = async {
            if let Some(before) = &before {
                before.close().await;
            }
            self.connect(session).await
        };
        let connected = cell.get_or_try_init(|| connecting).await.map(Arc::clone);
        if connected.is_err() {
            self.places.give_back(session, &cell);
        }
        connected
    }

    async fn connect(&self, session: SessionId) -> Result<Arc<Account>, TelegramError> {
        let storage = self.storage(session, Purpose::Account).await?;
        let api = stored_api(self.ports.vault.as_ref(), session).await?;
        let (Some(own), Some(api), true) = (storage.own(), api, storage.is_signed_in()) else {
            return Err(TelegramError::NeedsLogin {
                reason: "the session was never signed in, or its sign-in was not finished".to_owned(),
            });
        };
        let known = Arc::new(KnownPeers::new(session, Arc::clone(&self.ports.peers)));
        let follower = Arc::new(Follower {
            session,
            storage: Arc::clone(&storage),
            known: Arc::clone(&known),
            inbox: Arc::clone(&self.ports.inbox),
            clock: Arc::clone(&self.ports.clock),
            lost: Arc::clone(&self.lost),
            places: Arc::downgrade(&self.places),
        });
        let connection = Self::connection(storage, api.id, Arc::new(follower));
        connection.listen();
        Ok(Arc::new(Account {
            connection,
            known,
            own,
            files: Arc::clone(&self.ports.files),
            clock: Arc::clone(&self.ports.clock),
            newest: NewestIds::default(),
            circle: KeptCircle::default(),
        }))
    }

    /// Ends the connection of a session, if it has one. The next call connects again.
    pub(crate) async fn hang_up(&self, session: SessionId) {
        let (cell, leaving) = self.places.take(session);
        if let Some(cell) = cell {
            // Whoever connects just now is waited for: afterwards nothing is open.
            let connected: Result<_, ()> = cell.get_or_try_init(async || Err(())).await;
            if let Ok(account) = connected {
                account.connection.close().await;
            }
        }
        if let Some(leaving) = leaving {
            leaving.close().await;
        }
        self.lost.forget(session);
    }
}

/// What the map holds stays consistent between any two statements, so a panic elsewhere does not spoil it.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What connecting wants of the API credentials in the vault; the hash is for signing in only.
#[derive(Deserialize)]
struct StoredApi {
    id: i32,
}

/// The table of the vault that holds API credentials, one row for each session.
const CREDENTIALS: &str = "session.api";

async fn stored_api(vault: &dyn Vault, session: SessionId) -> Result<Option<StoredApi>, StoreError> {
    let name = SecretName::new(CREDENTIALS, session.to_string());
    let Some(secret) = vault.get(&name).await? else {
        return Ok(None);
    };
    let stored = serde_json::from_slice(secret.expose_secret());
    stored.map(Some).map_err(|_| StoreError::Vault(VaultError::Damaged { table: CREDENTIALS.to_owned() }))
}
