//! What a session's row of the vault holds: the token, and the secret of its webhook.

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretBox, SecretString};
use sha2::Sha256;
use telegraphist_application::ports::{SecretName, StoreError, Vault, VaultError};
use telegraphist_domain::SessionId;

use crate::token::Token;

/// The table of the vault that holds tokens, one row for each session.
const TOKENS: &str = "bot.token";
/// The table of the vault that holds the secrets of webhooks.
const WEBHOOK_SECRETS: &str = "bot.webhook_secret";

/// The token of a session.
pub(crate) async fn token(vault: &dyn Vault, session: SessionId) -> Result<Option<Token>, StoreError> {
    let damaged = || StoreError::Vault(VaultError::Damaged { table: TOKENS.to_owned() });
    let Some(stored) = text(vault, &SecretName::new(TOKENS, session.to_string())).await? else { return Ok(None) };
    Token::parse(&stored).map(Some).ok_or_else(damaged)
}

/// Keeps the token of a session.
pub(crate) async fn keep_token(vault: &dyn Vault, session: SessionId, token: &Token) -> Result<(), StoreError> {
    vault.put(&SecretName::new(TOKENS, session.to_string()), token.expose().as_bytes()).await
}

/// The secret of a session's webhook; made when it is first asked for, and the same from then on.
pub(crate) async fn webhook_secret(vault: &dyn Vault, session: SessionId) -> Result<SecretString, StoreError> {
    let name = SecretName::new(WEBHOOK_SECRETS, session.to_string());
    if let Some(secret) = text(vault, &name).await? {
        return Ok(secret);
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    let secret = hex::encode(bytes);
    vault.put(&name, secret.as_bytes()).await?;
    Ok(secret.into())
}

/// Forgets both.
pub(crate) async fn forget(vault: &dyn Vault, session: SessionId) -> Result<(), StoreError> {
    for table in [TOKENS, WEBHOOK_SECRETS] {
        vault.delete(&SecretName::new(table, session.to_string())).await?;
    }
    Ok(())
}

async fn text(vault: &dyn Vault, name: &SecretName) -> Result<Option<SecretString>, StoreError> {
    let Some(secret) = vault.get(name).await? else { return Ok(None) };
    let text = std::str::from_utf8(secret.expose_secret());
    let text = text.map_err(|_| StoreError::Vault(VaultError::Damaged { table: name.table.clone() }))?;
    Ok(Some(text.into()))
}

/// The name of the lease of whoever asks for a bot's updates. Nobody learns the token from it.
pub(crate) fn lease_name(key: &SecretBox<[u8; 32]>, token: &Token) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret()).expect("a key of any length will do");
    mac.update(token.expose().as_bytes());
    format!("bot/{}", hex::encode(&mac.finalize().into_bytes()[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_named_by_a_key_and_without_the_token() {
        let token = Token::parse(&"42:sEcReT".into()).expect("a token");
        let name = |key: u8| lease_name(&Box::new([key; 32]).into(), &token);
        assert_eq!(name(1), name(1));
        assert_ne!(name(1), name(2));
        assert!(!name(1).contains("42") || !name(1).contains("sEcReT"));
    }
}
