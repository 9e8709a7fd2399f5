//! Vault keys in the key ring of the desktop: the Secret Service of freedesktop.org (GNOME's, KDE's and KeePassXC's),
//! over D-Bus.
//!
//! Nobody is ever asked for a password here: a daemon has no window to ask in. A ring that is locked, absent or slow is
//! reported as such. Keys travel encrypted on the bus. Connections are made when they are needed, which is hardly ever,
//! and not kept.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use secret_service::{EncryptionType, Error, Item, SecretService};
use telegraphist_application::ports::{KeyPlace, KeyPlaceKind, VaultError};
use telegraphist_application::sealing::{KeyId, RootKey};
use zeroize::Zeroizing;

/// A ring that does not answer in this time counts as absent where there is a choice.
const ASK_MAX: Duration = Duration::from_secs(1);

/// The same where there is none. A ring that is only now started takes a moment.
const USE_MAX: Duration = Duration::from_secs(5);

const CONTENT_TYPE: &str = "application/octet-stream";

/// The Secret Service behind one D-Bus address.
pub struct SecretServiceRing {
    address: String,
}

impl SecretServiceRing {
    /// The ring that answers at `address`, the session bus's. Nothing is connected yet.
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into() }
    }

    async fn connect(&self) -> Result<SecretService<'static>, Error> {
        let connection = zbus::connection::Builder::address(self.address.as_str())?.build().await?;
        SecretService::connect_with_existing(EncryptionType::Dh, connection).await
    }

    async fn ask_whether_open(&self) -> Result<bool, Error> {
        let service = self.connect().await?;
        let is_locked = service.get_default_collection().await?.is_locked().await?;
        Ok(!is_locked)
    }

    async fn read_now(&self, id: KeyId) -> Result<Option<RootKey>, Problem> {
        let service = self.connect().await?;
        let found = service.search_items(attributes(&id.to_string())).await?;
        for item in &found.unlocked {
            let bytes = Zeroizing::new(item.get_secret().await?);
            if let Some(key) = RootKey::from_bytes(&bytes)
                && key.id() == id
            {
                return Ok(Some(key));
            }
        }
        // Whatever is locked may be it.
        if found.locked.is_empty() { Ok(None) } else { Err(Problem::Locked) }
    }

    async fn keep_now(&self, key: &RootKey) -> Result<(), Problem> {
        let service = self.connect().await?;
        let collection = service.get_default_collection().await?;
        if collection.is_locked().await? {
            return Err(Problem::Locked);
        }
        let id = key.id().to_string();
        let label = format!("Telegraphist vault key {id}");
        collection.create_item(&label, attributes(&id), key.expose(), true, CONTENT_TYPE).await?;
        Ok(())
    }

    async fn forget_now(&self, id: KeyId) -> Result<(), Problem> {
        let service = self.connect().await?;
        let found = service.search_items(attributes(&id.to_string())).await?;
        for item in &found.unlocked {
            Item::delete(item).await?;
        }
        if found.locked.is_empty() { Ok(()) } else { Err(Problem::Locked) }
    }
}

#[async_trait]
impl KeyPlace for SecretServiceRing {
    fn kind(&self) -> KeyPlaceKind {
        KeyPlaceKind::Keyring
    }

    async fn is_open(&self) -> bool {
        match tokio::time::timeout(ASK_MAX, self.ask_whether_open()).await {
            Ok(Ok(is_open)) => is_open,
            Ok(Err(error)) => {
                tracing::debug!(%error, "no key ring answers");
                false
            }
            Err(_) => {
                tracing::warn!("the key ring does not answer in time");
                false
            }
        }
    }

    async fn read(&self, id: KeyId) -> Result<Option<RootKey>, VaultError> {
        in_time(self.read_now(id)).await
    }

    async fn keep(&self, key: &RootKey) -> Result<(), VaultError> {
        in_time(self.keep_now(key)).await
    }

    async fn forget(&self, id: KeyId) -> Result<(), VaultError> {
        in_time(self.forget_now(id)).await
    }
}

impl fmt::Debug for SecretServiceRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretServiceRing").finish_non_exhaustive()
    }
}

/// What an item of ours is found by.
fn attributes(id: &str) -> HashMap<&str, &str> {
    HashMap::from([("application", "telegraphist"), ("key", id)])
}

async fn in_time<T>(asking: impl Future<Output = Result<T, Problem>> + Send) -> Result<T, VaultError> {
    let answered = tokio::time::timeout(USE_MAX, asking).await.unwrap_or(Err(Problem::Silent));
    answered.map_err(|problem| VaultError::Locked(problem.to_string()))
}

/// Why the ring did not do it; a sentence for people.
enum Problem {
    Locked,
    Silent,
    Other(Error),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked => f.write_str("the key ring is locked; unlock it, then try again"),
            Self::Silent => f.write_str("the key ring does not answer"),
            Self::Other(error) => write!(f, "the key ring cannot be used ({error})"),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Locked | Error::Prompt | Error::PromptDisconnected => Self::Locked,
            other => Self::Other(other),
        }
    }
}
