//! Where the key of all secrets is kept, and how it is changed.

use serde_json::Value;
use telegraphist_application::contracts::key_place;
use telegraphist_application::ports::KeyPlace as _;
use telegraphist_application::sealing::RootKey;
use telegraphist_keyring::SecretServiceRing;
use telegraphist_tests::{Home, KeyRing, Sandbox};

fn vault(home: &Home) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&home.ok(&["vault", "status", "--output", "json"], ""))?)
}

fn answers(home: &Home, sandbox: &Sandbox) -> anyhow::Result<bool> {
    let me: Value = serde_json::from_str(&home.ok(&["call", "--output", "json", "get_me"], ""))?;
    Ok(me["id"].as_str() == Some(&sandbox.account.to_string()))
}

fn signed_in(home: &Home) -> anyhow::Result<Sandbox> {
    let sandbox = Sandbox::start()?;
    home.import("telethon", &sandbox.session_string(sandbox.account, "telethon"));
    Ok(sandbox)
}

#[tokio::test]
async fn a_real_key_ring_keeps_the_contract_of_key_places() {
    let ring = KeyRing::start();
    let place = SecretServiceRing::new(ring.address());
    key_place::keys_are_kept_until_they_are_forgotten(&place).await;

    let key = RootKey::random();
    place.keep(&key).await.expect("the ring is unlocked");
    ring.lock();
    assert!(!place.is_open().await);
    assert!(place.read(key.id()).await.expect_err("locked").to_string().contains("locked"));
    assert!(place.keep(&RootKey::random()).await.is_err());
    ring.unlock();
    assert!(place.read(key.id()).await.expect("unlocked again").is_some());
    drop(ring);
    assert!(!place.is_open().await);
    assert!(place.read(key.id()).await.is_err());
}

#[test]
fn the_key_goes_into_an_unlocked_key_ring_and_stays_out_of_the_data_directory() -> anyhow::Result<()> {
    let ring = KeyRing::start();
    let mut home = Home::new();
    ring.furnish(&mut home);
    let sandbox = signed_in(&home)?;
    let key = home.data("default").join("key");
    assert_eq!(vault(&home)?["place"], "keyring");
    assert!(!key.exists());
    home.ok(&["doctor"], "");
    home.ok(&["daemon", "stop"], "");
    assert!(answers(&home, &sandbox)?, "a daemon that is started later finds it again");

    home.ok(&["daemon", "stop"], "");
    ring.lock();
    let refused = home.fails(&["call", "get_me"], "");
    assert!(refused.contains("vault is locked") && refused.contains("key ring is locked"), "{refused}");
    assert!(!key.exists(), "a new key was made");
    ring.unlock();
    assert!(answers(&home, &sandbox)?);

    home.ok(&["vault", "move", "file"], "");
    assert_eq!(vault(&home)?["place"], "file");
    assert!(key.exists());
    home.ok(&["daemon", "stop"], "");
    ring.lock();
    assert!(answers(&home, &sandbox)?, "the key ring is not needed any more");
    home.fails(&["vault", "move", "keyring"], "");
    ring.unlock();
    home.ok(&["vault", "move", "keyring"], "");
    assert!(!key.exists());
    assert!(answers(&home, &sandbox)?);
    Ok(())
}

#[test]
fn without_a_key_ring_the_key_is_a_file_unless_told_otherwise() -> anyhow::Result<()> {
    let home = Home::new();
    let state = vault(&home)?;
    assert_eq!((state["place"].as_str(), state["is_ring_open"].as_bool()), (Some("file"), Some(false)));
    let refused = home.fails(&["vault", "move", "keyring"], "");
    assert!(refused.contains("no key ring"), "{refused}");

    let mut demanding = Home::new();
    demanding.set("TELEGRAPHIST_STORE__KEY_PLACE", "keyring");
    let refused = demanding.fails(&["vault", "status"], "");
    assert!(refused.contains("no key ring"), "{refused}");
    assert!(!demanding.data("default").join("key").exists());
    Ok(())
}

#[test]
fn a_rotated_key_opens_everything_and_the_old_one_nothing() -> anyhow::Result<()> {
    let home = Home::new();
    let sandbox = signed_in(&home)?;
    let key = home.data("default").join("key");
    let (before, old) = (vault(&home)?, fs_err::read(&key)?);
    home.ok(&["vault", "rotate"], "");
    let (after, new) = (vault(&home)?, fs_err::read(&key)?);
    assert!(before["key"] != after["key"] && old != new);
    assert!(answers(&home, &sandbox)?);
    home.ok(&["daemon", "stop"], "");
    assert!(answers(&home, &sandbox)?);
    assert!(home.ok(&["audit", "export"], "").contains("rotate_vault_key"));

    home.ok(&["daemon", "stop"], "");
    fs_err::write(&key, old)?;
    assert!(home.fails(&["call", "get_me"], "").contains("another key"));
    fs_err::write(&key, new)?;
    assert!(answers(&home, &sandbox)?);
    Ok(())
}
