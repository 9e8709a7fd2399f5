//! A sandbox, a store in memory, and the adapter between them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use grammers_tl_types::{self as tl, Deserializable, RemoteCall};
use telegraphist_application::memory::MemoryStore;
use telegraphist_application::ports::{
    ApiCredentials, Clock, ImportedKey, Inbox, InboxRow, KnownPeer, PeerKind, Progress, SecretName, SignIn, SignedIn,
    TelegramError, Vault,
};
use telegraphist_domain::SessionId;
use telegraphist_files::AllowedFiles;
use telegraphist_sandbox::{Options, Sandbox};

use crate::account::{Account, Does, Terms};
use crate::storage::Purpose;
use crate::{DcOption, Mtproto, MtprotoPorts, MtprotoSettings};
use telegraphist_application::patience::Patience;

pub(super) const ALICE: i64 = 1001;
pub(super) const BOB: i64 = 1002;

/// The time of day, for tokens that end.
struct Today;

impl Clock for Today {
    #[expect(clippy::disallowed_methods, reason = "the adapter of the clock port in these tests")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    pub(super) store: MemoryStore,
    pub(super) mtproto: Arc<Mtproto>,
    pub(super) session: SessionId,
}

impl Stage {
    /// A sandbox that nobody is signed in to.
    pub(super) async fn empty() -> Self {
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let store = MemoryStore::new(Arc::new(Today));
        let session = SessionId("0190f3c4-0000-7000-8000-000000000001".parse().unwrap());
        let api = SecretName::new("session.api", session.to_string());
        store.put(&api, br#"{"id":1,"hash":"h"}"#).await.unwrap();
        let mtproto = adapter(&sandbox, &store, MtprotoSettings::default());
        Self { sandbox, store, mtproto, session }
    }

    /// The same with Alice signed in by an imported key.
    pub(super) async fn with_alice() -> Self {
        let stage = Self::empty().await;
        let who = stage.import(ALICE).await;
        assert_eq!(who.user_id, ALICE);
        stage
    }

    pub(super) async fn import(&self, account: i64) -> SignedIn {
        let key = self.key_of(account);
        self.mtproto.import(self.session, &api(), key).await.unwrap()
    }

    /// A fresh key of an account, with the sandbox's address, as in a session string.
    pub(super) fn key_of(&self, account: i64) -> ImportedKey {
        let keys = self.sandbox.keys_for(Some(account)).unwrap();
        let key = keys.auth_key(keys.home_dc).unwrap();
        ImportedKey { dc: keys.home_dc, address: Some(self.sandbox.mtproto_address()), auth_key: Box::new(key).into() }
    }

    /// The adapter set up with addresses and keys of all data centres, as for a fresh login.
    pub(super) fn configure(&mut self) {
        let keys = self.sandbox.keys_for(None).unwrap();
        let address = self.sandbox.mtproto_address();
        let options = keys.dcs.iter().map(|(dc, centre)| {
            let text = format!("{dc}={address}/{}", centre.auth_key_hex);
            text.parse().unwrap()
        });
        let settings = MtprotoSettings { dc_options: options.collect(), ..MtprotoSettings::default() };
        self.mtproto = adapter(&self.sandbox, &self.store, settings);
    }

    /// Ends the adapter and starts another over the same store.
    pub(super) async fn restart(&mut self) {
        self.stop().await;
        self.mtproto = adapter(&self.sandbox, &self.store, MtprotoSettings::default());
    }

    /// Ends the adapter and starts one with so many places, in which a session may be idle for so long.
    pub(super) async fn resize(&mut self, sessions_max: usize, session_idle: Duration) {
        self.stop().await;
        let settings = MtprotoSettings { sessions_max, session_idle, ..MtprotoSettings::default() };
        self.mtproto = adapter(&self.sandbox, &self.store, settings);
    }

    /// One more session of an account, as an earlier run left it: with a key of its own.
    pub(super) async fn signed_in(&self, account: i64, number: u128) -> SessionId {
        let session = SessionId(uuid::Uuid::from_u128(number));
        let name = SecretName::new("session.api", session.to_string());
        self.store.put(&name, br#"{"id":1,"hash":"h"}"#).await.unwrap();
        let storage = self.mtproto.storage(session, Purpose::SignIn).await.unwrap();
        storage.install(&self.key_of(account)).await.unwrap();
        let own = KnownPeer {
            id: telegraphist_domain::ChatId(account),
            kind: PeerKind::User,
            access_hash: None,
            username: None,
            phone: None,
            name: "Somebody".to_owned(),
            is_self: true,
        };
        storage.set_own(own).await.unwrap();
        session
    }

    /// Waits until so many connections are open.
    pub(super) async fn open_connections(&self, wanted: impl Fn(u64) -> bool) {
        let reached = async {
            while !wanted(self.sandbox.counters().connections_open) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let reached = tokio::time::timeout(Duration::from_secs(20), reached).await;
        reached.unwrap_or_else(|_| panic!("{} connections are open", self.sandbox.counters().connections_open));
    }

    pub(super) async fn stop(&self) {
        self.mtproto.shutdown().await;
    }

    pub(super) async fn account(&self) -> Arc<Account> {
        self.mtproto.account(self.session).await.unwrap()
    }

    /// Waits until the inbox holds a row that fits.
    pub(super) async fn inbox(&self, fits: impl Fn(&InboxRow) -> bool) -> InboxRow {
        self.inbox_of(self.session, fits).await
    }

    /// The same of any session.
    pub(super) async fn inbox_of(&self, session: SessionId, fits: impl Fn(&InboxRow) -> bool) -> InboxRow {
        let found = async {
            loop {
                let rows = self.store.after(session, 0, 10_000).await.unwrap();
                if let Some(row) = rows.into_iter().find(&fits) {
                    return row;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(20), found).await;
        found.expect("the inbox gets the row in time")
    }
}

pub(super) fn says(text: &str) -> impl Fn(&InboxRow) -> bool {
    move |row| String::from_utf8_lossy(&row.entry.payload).contains(text)
}

pub(super) fn api() -> ApiCredentials {
    ApiCredentials { id: 1, hash: "h".to_owned().into() }
}

fn adapter(sandbox: &Sandbox, store: &MemoryStore, mut settings: MtprotoSettings) -> Arc<Mtproto> {
    let store = Arc::new(store.clone());
    if settings.dc_options.is_empty() {
        // Whatever goes wrong in a test, it does not knock at Telegram's door.
        let address = sandbox.mtproto_address();
        settings.dc_options = (1..=5).map(|dc| DcOption { dc, address, auth_key: None }).collect();
    }
    let nowhere = PathBuf::from("/nonexistent");
    let ports = MtprotoPorts {
        vault: store.clone(),
        peers: store.clone(),
        inbox: store,
        files: Arc::new(AllowedFiles::new(Vec::new(), Vec::new(), nowhere)),
        clock: Arc::new(Today),
    };
    Mtproto::new(ports, settings)
}

struct Unwatched;

impl Progress for Unwatched {
    fn report(&self, _: u64, _: Option<u64>, _: &str) {}
}

/// Asks as a caller with half a minute and a wait of ten seconds at most.
pub(super) async fn ask<R: RemoteCall>(account: &Account, does: Does, request: &R) -> Result<R::Return, TelegramError> {
    ask_within(account, does, request, Patience::of(Duration::from_secs(30))).await
}

pub(super) async fn ask_within<R: RemoteCall>(
    account: &Account,
    does: Does,
    request: &R,
    patience: Patience,
) -> Result<R::Return, TelegramError> {
    let terms = Terms { patience, wait_max: Duration::from_secs(10), progress: &Unwatched };
    let answer = account.answer(&terms, does, None, request.to_bytes()).await?;
    Ok(R::Return::from_bytes(&answer).unwrap())
}

pub(super) async fn get_me(account: &Account) -> Result<i64, TelegramError> {
    let request = tl::functions::users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] };
    let users = ask(account, Does::Reads, &request).await?;
    Ok(users[0].id())
}

/// Writes into the account's own chat.
pub(super) fn note_to_self(text: &str, random_id: i64) -> tl::functions::messages::SendMessage {
    tl::functions::messages::SendMessage {
        no_webpage: false,
        silent: false,
        background: false,
        clear_draft: false,
        noforwards: false,
        update_stickersets_order: false,
        invert_media: false,
        allow_paid_floodskip: false,
        peer: tl::enums::InputPeer::PeerSelf,
        reply_to: None,
        message: text.to_owned(),
        random_id,
        reply_markup: None,
        entities: None,
        schedule_date: None,
        schedule_repeat_period: None,
        send_as: None,
        quick_reply_shortcut: None,
        effect: None,
        allow_paid_stars: None,
        suggested_post: None,
        rich_message: None,
    }
}
