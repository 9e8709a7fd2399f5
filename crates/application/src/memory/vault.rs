use std::collections::BTreeMap;

use async_trait::async_trait;
use secrecy::SecretSlice;
use zeroize::Zeroizing;

use super::{MemoryStore, lock};
use crate::ports::{SecretName, StoreError, Vault};

pub(super) type Secrets = BTreeMap<SecretName, Zeroizing<Vec<u8>>>;

#[async_trait]
impl Vault for MemoryStore {
    async fn put(&self, name: &SecretName, secret: &[u8]) -> Result<(), StoreError> {
        lock(&self.state.secrets).insert(name.clone(), Zeroizing::new(secret.to_vec()));
        Ok(())
    }

    async fn get(&self, name: &SecretName) -> Result<Option<SecretSlice<u8>>, StoreError> {
        Ok(lock(&self.state.secrets).get(name).map(|secret| secret.to_vec().into()))
    }

    async fn delete(&self, name: &SecretName) -> Result<(), StoreError> {
        lock(&self.state.secrets).remove(name);
        Ok(())
    }

    async fn delete_all(&self, table: &str, row_prefix: &str) -> Result<(), StoreError> {
        lock(&self.state.secrets).retain(|name, _| name.table != table || !name.row.starts_with(row_prefix));
        Ok(())
    }
}
