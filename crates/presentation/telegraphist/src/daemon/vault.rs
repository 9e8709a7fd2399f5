//! What the owner does about the vault key. It leaves audit rows like everything else that changes something.

use telegraphist_application::Failure;
use telegraphist_application::ports::{AuditEntry, KeyPlaceKind, StoreError};
use telegraphist_application::{Caller, Code};

use super::House;
use crate::control::VaultState;

impl House {
    /// Which key it is, and where.
    pub(super) async fn vault_state(&self) -> Result<VaultState, Failure> {
        let status = self.store.key_status().await.map_err(Failure::from)?;
        Ok(VaultState { key: status.id.to_string(), place: status.place, is_ring_open: status.is_ring_open })
    }

    /// Keeps the key elsewhere.
    pub(super) async fn move_vault_key(&self, to: KeyPlaceKind) -> Result<VaultState, Failure> {
        let moved = self.store.move_key(to).await;
        self.note("move_vault_key", moved).await?;
        self.vault_state().await
    }

    /// Makes a new key and seals everything with it.
    pub(super) async fn rotate_vault_key(&self) -> Result<VaultState, Failure> {
        let rotated = self.store.rotate_key().await;
        self.note("rotate_vault_key", rotated).await?;
        self.vault_state().await
    }

    /// Writes down how it ended, for good or ill, and passes the result on.
    async fn note(&self, act: &'static str, result: Result<(), StoreError>) -> Result<(), Failure> {
        let result = result.map_err(Failure::from);
        let ports = self.app.ports();
        let entry = AuditEntry {
            at: ports.clock.now(),
            principal: Caller::owner().principal,
            session: None,
            operation: act.to_owned(),
            chats: Vec::new(),
            outcome: result.as_ref().err().map_or("ok", |failure| Code::as_str(failure.code)).to_owned(),
            correlation_id: ports.ids.correlation(),
            arguments: None,
        };
        let written = ports.audit.append(&entry).await;
        // A failure that came first says more than that it could not be written down.
        result?;
        written.map(|_| ()).map_err(Failure::from)
    }
}
