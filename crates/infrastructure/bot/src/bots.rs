//! The adapter's front: bots by session, and what is needed to speak for them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::SecretBox;
use telegraphist_application::ports::{Clock, Files, Inbox, Leases, Peers, TelegramError, Vault};
use telegraphist_domain::SessionId;
use teloxide_reqwest as reqwest;
use tokio::sync::OnceCell;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::account::BotAccount;
use crate::known_peers::KnownPeers;
use crate::reception::{Pace, Receiver, Standing};
use crate::token::Token;
use crate::tokens;
use crate::wire::{Line, client};

/// The ports that the adapter stands on.
#[derive(Clone)]
pub struct BotPorts {
    /// Tokens, and the secrets by which updates that are brought are known.
    pub vault: Arc<dyn Vault>,
    /// People and chats.
    pub peers: Arc<dyn Peers>,
    /// Where updates go.
    pub inbox: Arc<dyn Inbox>,
    /// Who may ask for a bot's updates.
    pub leases: Arc<dyn Leases>,
    /// Files to send and to keep.
    pub files: Arc<dyn Files>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

/// How the adapter is set up.
pub struct BotSettings {
    /// Where the Bot API is, for example `https://api.telegram.org`.
    pub api_url: Url,
    /// Names the lease of a token without the token; the same in all processes that share the leases.
    pub lease_key: SecretBox<[u8; 32]>,
    /// Names whoever asks for updates among all that share the leases; random for each process if left out. Where only one
    /// process at a time can own the store, a name that stays lets the next one take over at once after a crash.
    pub(crate) holder: Option<String>,
    /// How often things are tried.
    pub(crate) pace: Pace,
}

impl BotSettings {
    /// The usual settings for the Bot API at this address.
    pub fn new(api_url: Url, lease_key: SecretBox<[u8; 32]>) -> Self {
        Self { api_url, lease_key, holder: None, pace: Pace::default() }
    }

    /// The same under a name that stays from process to process.
    #[must_use]
    pub fn held_by(self, holder: &str) -> Self {
        Self { holder: Some(holder.to_owned()), ..self }
    }
}

impl fmt::Debug for BotSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BotSettings").field("api_url", &self.api_url.as_str()).finish_non_exhaustive()
    }
}

/// All bots of this server.
pub struct BotAccounts {
    pub(crate) ports: BotPorts,
    pub(crate) settings: BotSettings,
    client: reqwest::Client,
    /// Names this process among all that share the leases.
    pub(crate) holder: String,
    accounts: Mutex<HashMap<SessionId, Arc<OnceCell<Arc<BotAccount>>>>>,
    pub(crate) receivers: Mutex<HashMap<SessionId, Receiver>>,
    pub(crate) standings: Mutex<HashMap<SessionId, Arc<Standing>>>,
    pub(crate) tasks: TaskTracker,
}

impl BotAccounts {
    /// The adapter; nothing is connected yet.
    pub fn new(ports: BotPorts, settings: BotSettings) -> Arc<Self> {
        let holder = settings.holder.clone().unwrap_or_else(random_name);
        Arc::new(Self {
            client: client(&settings.api_url),
            ports,
            settings,
            holder,
            accounts: Mutex::default(),
            receivers: Mutex::default(),
            standings: Mutex::default(),
            tasks: TaskTracker::new(),
        })
    }

    /// Ends all receiving and waits until it has ended. Updates that were not stored yet come again at the next start.
    pub async fn shutdown(&self) {
        self.stop_receivers().await;
        locked(&self.accounts).clear();
    }

    /// A line for a token.
    pub(crate) fn line(&self, token: &Token) -> Line {
        Line::new(token, self.client.clone(), &self.settings.api_url)
    }

    /// The bot of a session. Single flight per session; other sessions are not held up.
    pub(crate) async fn account(&self, session: SessionId) -> Result<Arc<BotAccount>, TelegramError> {
        let place = Arc::clone(locked(&self.accounts).entry(session).or_default());
        let account = place.get_or_try_init(|| self.open(session)).await?;
        Ok(Arc::clone(account))
    }

    async fn open(&self, session: SessionId) -> Result<Arc<BotAccount>, TelegramError> {
        let Some(token) = tokens::token(self.ports.vault.as_ref(), session).await? else {
            return Err(TelegramError::NeedsLogin {
                reason: "the session was never signed in as a bot, or its token was removed".to_owned(),
            });
        };
        Ok(Arc::new(BotAccount {
            session,
            own: token.bot(),
            line: self.line(&token),
            known: KnownPeers::new(session, Arc::clone(&self.ports.peers)),
            files: Arc::clone(&self.ports.files),
            inbox: Arc::clone(&self.ports.inbox),
        }))
    }

    /// Lets the next call read the session's token again.
    pub(crate) fn close(&self, session: SessionId) {
        locked(&self.accounts).remove(&session);
    }
}

/// What is held stays consistent between any two statements, so a panic elsewhere does not spoil it.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn random_name() -> String {
    let mut name = [0; 8];
    getrandom::fill(&mut name).expect("the operating system gives randomness");
    hex::encode(name)
}
