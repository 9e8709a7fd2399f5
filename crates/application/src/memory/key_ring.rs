use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::lock;
use crate::ports::{KeyPlace, KeyPlaceKind, VaultError};
use crate::sealing::{KeyId, RootKey};

/// A key ring in memory, which can be locked like a desktop's.
#[derive(Default)]
pub struct MemoryKeyRing {
    keys: Mutex<HashMap<KeyId, Zeroizing<Vec<u8>>>>,
    is_locked: AtomicBool,
}

impl MemoryKeyRing {
    /// From now on it refuses, or does again what it is asked.
    pub fn set_locked(&self, is_locked: bool) {
        self.is_locked.store(is_locked, Ordering::SeqCst);
    }

    /// How many keys it holds.
    pub fn count(&self) -> usize {
        lock(&self.keys).len()
    }

    fn check(&self) -> Result<(), VaultError> {
        if self.is_locked.load(Ordering::SeqCst) {
            return Err(VaultError::Locked("the key ring is locked".into()));
        }
        Ok(())
    }
}

#[async_trait]
impl KeyPlace for MemoryKeyRing {
    fn kind(&self) -> KeyPlaceKind {
        KeyPlaceKind::Keyring
    }

    async fn is_open(&self) -> bool {
        self.check().is_ok()
    }

    async fn read(&self, id: KeyId) -> Result<Option<RootKey>, VaultError> {
        self.check()?;
        Ok(lock(&self.keys).get(&id).and_then(|bytes| RootKey::from_bytes(bytes)))
    }

    async fn keep(&self, key: &RootKey) -> Result<(), VaultError> {
        self.check()?;
        lock(&self.keys).insert(key.id(), Zeroizing::new(key.expose().to_vec()));
        Ok(())
    }

    async fn forget(&self, id: KeyId) -> Result<(), VaultError> {
        self.check()?;
        lock(&self.keys).remove(&id);
        Ok(())
    }
}
