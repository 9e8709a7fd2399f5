use std::os::unix::fs::PermissionsExt;

use futures::future::join_all;
use secrecy::ExposeSecret;
use telegraphist_application::contracts::Place;
use telegraphist_application::ports::{SecretName, Vault, VaultError};

use super::Directory;
use crate::OpenError;

async fn put(directory: &Directory) {
    let store = directory.open().await;
    store.put(&SecretName::new("t", "r"), b"secret").await.unwrap();
    store.close().await;
}

async fn locked(directory: &Directory) -> String {
    match directory.try_open().await {
        Err(OpenError::Vault(VaultError::Locked(reason))) => reason,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the store opened without its key"),
    }
}

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn directory_key_and_database_are_for_their_owner_alone() {
    let directory = Directory::new();
    put(&directory).await;
    assert_eq!(mode(directory.database().parent().unwrap()), 0o700);
    for file in std::fs::read_dir(directory.database().parent().unwrap()).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn a_missing_key_is_said_and_never_made_again() {
    let directory = Directory::new();
    put(&directory).await;
    let kept = std::fs::read(directory.key()).unwrap();
    let before = std::fs::read(directory.database()).unwrap();
    std::fs::remove_file(directory.key()).unwrap();
    for _ in 0..2 {
        assert_eq!(locked(&directory).await, "the key file beside the database is missing");
    }
    assert!(!directory.key().exists());
    assert_eq!(std::fs::read(directory.database()).unwrap(), before, "nothing was touched");

    std::fs::write(directory.key(), kept).unwrap();
    std::fs::set_permissions(directory.key(), PermissionsExt::from_mode(0o600)).unwrap();
    let secret = directory.open().await.get(&SecretName::new("t", "r")).await.unwrap().unwrap();
    assert_eq!(secret.expose_secret(), b"secret");
}

#[tokio::test]
async fn another_key_a_damaged_one_and_one_that_others_may_read_are_refused() {
    let directory = Directory::new();
    put(&directory).await;
    let private = || std::fs::set_permissions(directory.key(), PermissionsExt::from_mode(0o600)).unwrap();
    let before = std::fs::read(directory.database()).unwrap();
    std::fs::set_permissions(directory.key(), PermissionsExt::from_mode(0o640)).unwrap();
    assert!(locked(&directory).await.contains("chmod 600"));
    private();
    std::fs::write(directory.key(), [7; 32]).unwrap();
    assert_eq!(locked(&directory).await, "the key file holds another key than the store was made with");
    std::fs::write(directory.key(), [7; 31]).unwrap();
    assert!(locked(&directory).await.contains("32 bytes"));
    assert_eq!(std::fs::read(directory.database()).unwrap(), before, "nothing was touched");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_first_starts_at_once_make_one_key() {
    let directory = Directory::new();
    let stores = join_all((0..8).map(|_| directory.open())).await;
    for (number, store) in stores.iter().enumerate() {
        store.put(&SecretName::new("t", number.to_string()), b"secret").await.unwrap();
    }
    for store in &stores {
        for number in 0..stores.len() {
            let secret = store.get(&SecretName::new("t", number.to_string())).await.unwrap().unwrap();
            assert_eq!(secret.expose_secret(), b"secret");
        }
    }
}

#[tokio::test]
async fn a_first_start_that_was_cut_short_is_gone_on_with() {
    let directory = Directory::new();
    std::fs::create_dir(directory.database().parent().unwrap()).unwrap();
    std::fs::write(directory.key().with_extension("unfinished"), [0; 5]).unwrap();
    put(&directory).await;
    assert_eq!(std::fs::read(directory.key()).unwrap().len(), 32);
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_left_alone() {
    let directory = Directory::new();
    let store = directory.open().await;
    let newer = store.write(|connection| {
        Box::pin(async move {
            sqlx::query(
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'of the future', 1, x'00', 0)",
            )
            .execute(connection)
            .await
            .map(|_| ())
            .map_err(crate::errors::store_error)
        })
    });
    newer.await.unwrap();
    store.close().await;
    assert!(matches!(directory.try_open().await, Err(OpenError::Newer)));
}
