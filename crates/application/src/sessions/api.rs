use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use telegraphist_domain::SessionId;
use zeroize::Zeroizing;

use crate::application::Application;
use crate::ports::{ApiCredentials, SecretName, StoreError, VaultError};

/// Where the API credentials of sessions are kept.
const TABLE: &str = "session.api";

/// As they are kept, sealed.
#[derive(Serialize)]
struct Written<'a> {
    id: i32,
    hash: &'a str,
}

#[derive(Deserialize)]
struct Read {
    id: i32,
    hash: String,
}

impl ApiCredentials {
    /// The vault's name for the credentials of a session: they stay with it from its sign-in on, whatever a client
    /// that comes later is configured with.
    pub fn secret_name(session: SessionId) -> SecretName {
        SecretName::new(TABLE, session.to_string())
    }

    /// The form in which the vault keeps them.
    pub fn to_secret(&self) -> Zeroizing<Vec<u8>> {
        let written = Written { id: self.id, hash: self.hash.expose_secret() };
        Zeroizing::new(serde_json::to_vec(&written).expect("a number and a text are plain data"))
    }

    /// Reads that form.
    pub fn from_secret(secret: &[u8]) -> Result<Self, VaultError> {
        let read: Read = serde_json::from_slice(secret).map_err(|_| VaultError::Damaged { table: TABLE.to_owned() })?;
        Ok(Self { id: read.id, hash: read.hash.into() })
    }
}

impl Application {
    /// Keeps the credentials with the session.
    pub(super) async fn keep_api(&self, session: SessionId, api: &ApiCredentials) -> Result<(), StoreError> {
        self.ports().vault.put(&ApiCredentials::secret_name(session), &api.to_secret()).await
    }

    /// The credentials that the session signed in with.
    pub(super) async fn api_of(&self, session: SessionId) -> Result<Option<ApiCredentials>, StoreError> {
        let Some(secret) = self.ports().vault.get(&ApiCredentials::secret_name(session)).await? else {
            return Ok(None);
        };
        Ok(Some(ApiCredentials::from_secret(secret.expose_secret())?))
    }
}
