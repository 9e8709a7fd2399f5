use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::ports::VaultError;
use crate::sealing::{KeyId, RootKey};

/// What kind of place a vault key is kept in. Its name is stored beside the key's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlaceKind {
    /// A file beside the store, for its owner alone.
    File,
    /// The key ring of the desktop.
    Keyring,
}

impl KeyPlaceKind {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Keyring => "keyring",
        }
    }
}

impl fmt::Display for KeyPlaceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyPlaceKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        [Self::File, Self::Keyring]
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| format!("`{name}` is no place for a key; there are file and keyring"))
    }
}

/// Where vault keys are kept.
///
/// Nothing here waits for a person: a place that is locked says so, soon.
#[async_trait]
pub trait KeyPlace: Send + Sync {
    /// What is recorded with the store.
    fn kind(&self) -> KeyPlaceKind;

    /// Whether a key can be kept and read here now.
    async fn is_open(&self) -> bool;

    /// MUST give exactly the key that was kept under `id`, or `None`. A place that cannot tell says
    /// [`VaultError::Locked`].
    async fn read(&self, id: KeyId) -> Result<Option<RootKey>, VaultError>;

    /// MUST be durable when it returns, and leave the keys that are there. Keeping one twice is no error.
    async fn keep(&self, key: &RootKey) -> Result<(), VaultError>;

    /// MUST leave the other keys. Forgetting what is not there is no error.
    async fn forget(&self, id: KeyId) -> Result<(), VaultError>;
}
