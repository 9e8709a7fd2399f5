use async_trait::async_trait;
use secrecy::SecretSlice;

use crate::ports::StoreError;

/// What a secret is of: the table and row it belongs to. Not secret itself; it is the associated data of the seal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretName {
    /// For example `session.auth_key`.
    pub table: String,
    /// For example `<session id>/<dc>`.
    pub row: String,
}

impl SecretName {
    /// A name.
    pub fn new(table: impl Into<String>, row: impl Into<String>) -> Self {
        Self { table: table.into(), row: row.into() }
    }
}

/// Why a secret cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key is missing, or not the one the store was made with. Nothing was touched.
    #[error("the vault is locked: {0}")]
    Locked(String),
    /// The sealed bytes are damaged.
    #[error("a sealed value of {table} is damaged")]
    Damaged {
        /// Where.
        table: String,
    },
}

/// Secrets at rest.
#[async_trait]
pub trait Vault: Send + Sync {
    /// MUST be durable and sealed when it returns; replaces an earlier value.
    async fn put(&self, name: &SecretName, secret: &[u8]) -> Result<(), StoreError>;

    /// MUST give exactly what was put, or `None`.
    async fn get(&self, name: &SecretName) -> Result<Option<SecretSlice<u8>>, StoreError>;

    /// MUST leave nothing readable. Deleting what is not there is no error.
    async fn delete(&self, name: &SecretName) -> Result<(), StoreError>;

    /// Deletes every secret of `table` whose row starts with `row_prefix`, taken literally.
    async fn delete_all(&self, table: &str, row_prefix: &str) -> Result<(), StoreError>;
}
