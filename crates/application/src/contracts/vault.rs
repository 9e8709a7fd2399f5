//! [`Vault`]: secrets at rest.

use secrecy::ExposeSecret;

use super::Place;
use crate::ports::{SecretName, Vault};

async fn get(vault: &impl Vault, table: &str, row: &str) -> Option<Vec<u8>> {
    let secret = vault.get(&SecretName::new(table, row)).await.unwrap();
    secret.map(|secret| secret.expose_secret().to_vec())
}

async fn put(vault: &impl Vault, table: &str, row: &str, secret: &[u8]) {
    vault.put(&SecretName::new(table, row), secret).await.unwrap();
}

/// Every byte, also after a restart; nothing for another row or table.
pub async fn what_was_put_comes_back_exactly(place: &impl Place<Store: Vault>) {
    let vault = place.open().await;
    let every_byte: Vec<u8> = (0..=255).collect();
    put(&vault, "session.auth_key", "a/2", &every_byte).await;
    put(&vault, "session.auth_key", "empty", b"").await;
    for vault in [vault, place.open().await] {
        assert_eq!(get(&vault, "session.auth_key", "a/2").await, Some(every_byte.clone()));
        assert_eq!(get(&vault, "session.auth_key", "empty").await, Some(Vec::new()));
        assert_eq!(get(&vault, "session.auth_key", "a/3").await, None);
        assert_eq!(get(&vault, "session.api", "a/2").await, None);
    }
}

/// `put` replaces.
pub async fn a_new_value_replaces_the_old(place: &impl Place<Store: Vault>) {
    let vault = place.open().await;
    put(&vault, "t", "r", b"old").await;
    put(&vault, "t", "r", b"new").await;
    assert_eq!(get(&place.open().await, "t", "r").await.as_deref(), Some(b"new".as_slice()));
}

/// Deleting deletes one, and what is not there is no error.
pub async fn what_was_deleted_is_gone(place: &impl Place<Store: Vault>) {
    let vault = place.open().await;
    put(&vault, "t", "a", b"1").await;
    put(&vault, "t", "b", b"2").await;
    for _ in 0..2 {
        vault.delete(&SecretName::new("t", "a")).await.unwrap();
    }
    assert_eq!(get(&place.open().await, "t", "a").await, None);
    assert_eq!(get(&place.open().await, "t", "b").await.as_deref(), Some(b"2".as_slice()));
}

/// No letter of a prefix has a meaning of its own, and other tables stay.
pub async fn a_prefix_is_taken_literally(place: &impl Place<Store: Vault>) {
    let vault = place.open().await;
    for row in ["a%/1", "a%/2", "ab/1", "A%/1", "_/1", "é/1"] {
        put(&vault, "t", row, b"x").await;
    }
    put(&vault, "other", "a%/1", b"x").await;
    for prefix in ["a%/", "é", "_", "nothing"] {
        vault.delete_all("t", prefix).await.unwrap();
    }
    let vault = place.open().await;
    for gone in ["a%/1", "a%/2", "_/1", "é/1"] {
        assert_eq!(get(&vault, "t", gone).await, None, "{gone}");
    }
    for (table, kept) in [("t", "ab/1"), ("t", "A%/1"), ("other", "a%/1")] {
        assert!(get(&vault, table, kept).await.is_some(), "{table} {kept}");
    }
}
