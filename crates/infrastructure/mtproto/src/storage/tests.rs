use telegraphist_application::ambient::SystemClock;
use telegraphist_application::memory::MemoryStore;

use super::*;

const SANDBOX: &str = "127.0.0.1:4430";
const ELSEWHERE: &str = "127.0.0.2:4431";

fn session() -> SessionId {
    SessionId("0190f3c4-0000-7000-8000-000000000002".parse().unwrap())
}

fn store() -> MemoryStore {
    MemoryStore::new(Arc::new(SystemClock))
}

fn configured(key: Option<u8>) -> Vec<DcOption> {
    let option = format!("2={SANDBOX}");
    let option = match key {
        Some(byte) => format!("{option}/{}", hex::encode([byte; 256])),
        None => option,
    };
    vec![option.parse().unwrap()]
}

async fn open(store: &MemoryStore, purpose: Purpose, configured: &[DcOption]) -> Storage {
    let (vault, peers) = (Arc::new(store.clone()), Arc::new(store.clone()));
    Storage::open(session(), purpose, vault, peers, configured).await.unwrap()
}

fn dc(storage: &Storage, id: i32) -> GrammersDc {
    storage.dc_option(id).unwrap().unwrap()
}

fn offered(address: &str, key: u8) -> GrammersDc {
    let mut offered = data_centres::well_known().remove(1);
    data_centres::point_at(&mut offered, address.parse().unwrap());
    offered.auth_key = Some([key; 256]);
    offered
}

fn imported(address: &str, key: u8) -> ImportedKey {
    ImportedKey { dc: 2, address: Some(address.parse().unwrap()), auth_key: Box::new([key; 256]).into() }
}

fn user(id: i64) -> KnownPeer {
    KnownPeer {
        id: ChatId(id),
        kind: PeerKind::User,
        access_hash: Some(1),
        username: None,
        phone: None,
        name: String::new(),
        is_self: true,
    }
}

#[tokio::test]
async fn a_configured_address_is_not_changed_by_what_a_server_says() {
    let storage = open(&store(), Purpose::SignIn, &configured(None)).await;
    storage.set_dc_option(&offered(ELSEWHERE, 1)).await.unwrap();
    assert_eq!(data_centres::dialled(&dc(&storage, 2)).to_string(), SANDBOX);
}

#[tokio::test]
async fn a_key_survives_and_an_address_that_was_only_configured_does_not() {
    let store = store();
    let storage = open(&store, Purpose::SignIn, &configured(Some(7))).await;
    storage.set_dc_option(&dc(&storage, 2)).await.unwrap();
    storage.set_own(user(1)).await.unwrap();
    let later = open(&store, Purpose::Account, &[]).await;
    assert!(later.is_signed_in());
    assert_eq!(dc(&later, 2).auth_key, Some([7; 256]));
    assert_ne!(data_centres::dialled(&dc(&later, 2)).to_string(), SANDBOX);
}

#[tokio::test]
async fn an_imported_address_wins_over_configuration_and_server() {
    let store = store();
    open(&store, Purpose::Account, &[]).await.install(&imported(ELSEWHERE, 3)).await.unwrap();
    let storage = open(&store, Purpose::Account, &configured(Some(9))).await;
    storage.set_dc_option(&offered("127.0.0.3:1", 3)).await.unwrap();
    assert_eq!(data_centres::dialled(&dc(&storage, 2)).to_string(), ELSEWHERE);
    assert_eq!(dc(&storage, 2).auth_key, Some([3; 256]));
}

#[tokio::test]
async fn an_imported_data_centre_that_nobody_knows_is_reached_at_its_own_address() {
    let store = store();
    let key = ImportedKey { dc: 203, ..imported(ELSEWHERE, 3) };
    let importing = open(&store, Purpose::Account, &[]).await;
    importing.install(&key).await.unwrap();
    let later = open(&store, Purpose::Account, &[]).await;
    for storage in [importing, later] {
        assert_eq!(storage.home(), 203);
        assert_eq!(data_centres::dialled(&dc(&storage, 203)).to_string(), ELSEWHERE);
        assert_eq!(dc(&storage, 203).auth_key, Some([3; 256]));
    }
}

#[tokio::test]
async fn an_accounts_key_is_replaced_only_by_signing_in() {
    let store = store();
    open(&store, Purpose::Account, &[]).await.install(&imported(ELSEWHERE, 3)).await.unwrap();
    let working = open(&store, Purpose::Account, &[]).await;
    let replaced = working.set_dc_option(&offered(ELSEWHERE, 4)).await;
    assert!(matches!(replaced, Err(StorageError::KeyReplaced)));
    assert_eq!(dc(&working, 2).auth_key, Some([3; 256]));
    let signing_in = open(&store, Purpose::SignIn, &[]).await;
    signing_in.set_dc_option(&offered(ELSEWHERE, 4)).await.unwrap();
    let later = open(&store, Purpose::Account, &[]).await;
    assert_eq!(dc(&later, 2).auth_key, Some([4; 256]));
}

#[tokio::test]
async fn another_account_does_not_inherit_peers_and_marks() {
    let store = store();
    let storage = open(&store, Purpose::SignIn, &[]).await;
    storage.install(&imported(ELSEWHERE, 3)).await.unwrap();
    storage.set_own(user(1)).await.unwrap();
    storage.set_update_state(UpdateState::Secondary { qts: 5 }).await.unwrap();
    storage.set_own(user(2)).await.unwrap();
    let later = open(&store, Purpose::Account, &[]).await;
    assert!(later.own().is_some_and(|own| own.id == ChatId(2)));
    assert!(later.is_signed_in());
    assert_eq!(later.updates_state().await.unwrap(), UpdatesState::default());
    assert!(store.by_id(session(), ChatId(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_damaged_key_is_an_error_and_not_a_new_login() {
    let store = store();
    open(&store, Purpose::Account, &[]).await.install(&imported(ELSEWHERE, 3)).await.unwrap();
    store.put(&key_name(session(), 2), b"short").await.unwrap();
    let (vault, peers) = (Arc::new(store.clone()), Arc::new(store.clone()));
    let opened = Storage::open(session(), Purpose::Account, vault, peers, &[]).await;
    assert!(matches!(opened, Err(StoreError::Vault(VaultError::Damaged { .. }))));
}
