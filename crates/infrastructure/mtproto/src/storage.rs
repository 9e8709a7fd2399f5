//! What grammers wants remembered of one session, on the ports `Vault` and `Peers`.
//!
//! grammers asks for data centres synchronously, so everything is held in memory from [`Storage::open`] on and written
//! through. Auth keys rest nowhere but in the vault. An address that configuration or an imported session string gave
//! is never replaced by what a server says.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use grammers_session::types::{
    ChannelKind, DcOption as GrammersDc, PeerAuth, PeerId, PeerInfo, UpdateState, UpdatesState,
};
use grammers_session::{BoxFuture, Session};
use secrecy::ExposeSecret;
use telegraphist_application::ports::{
    DcAddress, ImportedKey, KnownPeer, PeerKind, Peers, SecretName, StoreError, Vault, VaultError,
};
use telegraphist_domain::{ChatId, SessionId};

use crate::data_centres::{self, DEFAULT_HOME, DcOption};

mod marks;

/// The table of the vault that holds auth keys, one row `<session>/<dc>` each.
const KEYS: &str = "session.auth_key";

/// Why grammers could not read or keep something.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StorageError {
    /// Telegram does not know the account's key any more and made another. The old one stays: only signing in anew
    /// replaces it.
    #[error("Telegram does not know the session's key any more")]
    KeyReplaced,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a connection is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Working as an account that is signed in: its key must not change under it.
    Account,
    /// Signing in: any key will do.
    SignIn,
}

/// The memory of one session.
pub(crate) struct Storage {
    session: SessionId,
    purpose: Purpose,
    vault: Arc<dyn Vault>,
    peers: Arc<dyn Peers>,
    memory: RwLock<Memory>,
}

struct Memory {
    home: i32,
    dcs: BTreeMap<i32, Dc>,
    own: Option<KnownPeer>,
    marks: marks::Marks,
}

struct Dc {
    option: GrammersDc,
    /// Given by configuration or by an imported session; servers cannot change it.
    is_pinned: bool,
    /// The address that came with an imported session.
    imported: Option<SocketAddr>,
    /// Whether the key rests in the vault.
    is_kept: bool,
}

impl Storage {
    /// Reads what is known of `session`, under the addresses that configuration gives.
    pub(crate) async fn open(
        session: SessionId,
        purpose: Purpose,
        vault: Arc<dyn Vault>,
        peers: Arc<dyn Peers>,
        configured: &[DcOption],
    ) -> Result<Self, StoreError> {
        let mut dcs = configured_dcs(configured);
        let mut home = DEFAULT_HOME;
        for row in peers.dcs(session).await? {
            let key = stored_key(vault.as_ref(), session, row.dc).await?;
            if row.is_home {
                home = row.dc;
            }
            dcs.entry(row.dc).or_insert_with(|| Dc::unheard_of(row.dc)).recall(&row, key.as_ref());
        }
        let memory = Memory {
            home,
            dcs,
            own: peers.own(session).await?,
            marks: marks::Marks::load(&peers.marks(session).await?),
        };
        Ok(Self { session, purpose, vault, peers, memory: RwLock::new(memory) })
    }

    /// Where the account lives.
    pub(crate) fn home(&self) -> i32 {
        self.read().home
    }

    /// The account itself, once signed in.
    pub(crate) fn own(&self) -> Option<KnownPeer> {
        self.read().own.clone()
    }

    /// Whether there is an account with a key to its home.
    pub(crate) fn is_signed_in(&self) -> bool {
        let memory = self.read();
        let home = memory.dcs.get(&memory.home);
        memory.own.is_some() && home.is_some_and(|dc| dc.option.auth_key.is_some() && dc.is_kept)
    }

    /// Whether the data centre can be reached only by IPv6.
    pub(crate) fn dials_v6(&self, dc: i32) -> bool {
        let memory = self.read();
        memory.dcs.get(&dc).is_some_and(|dc| data_centres::dials_v6(&dc.option))
    }

    /// Remembers who signed in. Hashes and marks of another account are of no use to this one, so they go.
    pub(crate) async fn set_own(&self, own: KnownPeer) -> Result<(), StoreError> {
        let is_another = self.own().is_some_and(|before| before.id != own.id);
        if is_another {
            self.start_over().await?;
        }
        self.peers.remember(self.session, std::slice::from_ref(&own)).await?;
        self.write().own = Some(own);
        Ok(())
    }

    async fn start_over(&self) -> Result<(), StoreError> {
        self.peers.forget(self.session).await?;
        let rows: Vec<_> = {
            let mut memory = self.write();
            memory.marks = marks::Marks::default();
            let home = memory.home;
            let kept = memory.dcs.values().filter(|dc| dc.is_kept);
            kept.map(|dc| dc_row(dc.option.id, dc.imported, dc.option.id == home)).collect()
        };
        for row in rows {
            self.peers.set_dc(self.session, row).await?;
        }
        Ok(())
    }

    /// Makes `dc` the home.
    pub(crate) async fn set_home(&self, dc: i32) -> Result<(), StoreError> {
        let imported = self.read().dcs.get(&dc).and_then(|dc| dc.imported);
        self.peers.set_dc(self.session, dc_row(dc, imported, true)).await?;
        self.write().home = dc;
        Ok(())
    }

    /// Takes over a key of another library; its data centre becomes the home.
    pub(crate) async fn install(&self, key: &ImportedKey) -> Result<(), StoreError> {
        let secret = key.auth_key.expose_secret();
        self.vault.put(&key_name(self.session, key.dc), secret).await?;
        self.peers.set_dc(self.session, dc_row(key.dc, key.address, true)).await?;
        let mut memory = self.write();
        memory.home = key.dc;
        let dc = memory.dcs.entry(key.dc).or_insert_with(|| Dc::unheard_of(key.dc));
        dc.recall(&dc_row(key.dc, key.address, true), Some(secret));
        Ok(())
    }

    /// The home's key and the address that is dialled for it.
    pub(crate) fn export(&self) -> Option<ImportedKey> {
        let memory = self.read();
        let dc = &memory.dcs.get(&memory.home)?.option;
        Some(ImportedKey {
            dc: memory.home,
            address: Some(data_centres::dialled(dc)),
            auth_key: dc.auth_key.map(|key| Box::new(key).into())?,
        })
    }

    async fn keep(&self, offered: &GrammersDc) -> Result<(), StorageError> {
        if let Some(key) = self.new_key(offered)? {
            self.vault.put(&key_name(self.session, offered.id), &key).await?;
            let (imported, is_home) = {
                let memory = self.read();
                let dc = memory.dcs.get(&offered.id);
                (dc.and_then(|dc| dc.imported), memory.home == offered.id)
            };
            self.peers.set_dc(self.session, dc_row(offered.id, imported, is_home)).await?;
        }
        let mut memory = self.write();
        let dc = memory.dcs.entry(offered.id).or_insert_with(|| Dc::new(offered.clone()));
        dc.accept(offered);
        Ok(())
    }

    /// The offered key, if it is one that the vault does not hold yet.
    fn new_key(&self, offered: &GrammersDc) -> Result<Option<[u8; 256]>, StorageError> {
        let Some(key) = offered.auth_key else {
            return Ok(None);
        };
        let memory = self.read();
        let Some(dc) = memory.dcs.get(&offered.id) else {
            return Ok(Some(key));
        };
        if !dc.is_kept {
            return Ok(Some(key));
        }
        if dc.option.auth_key == Some(key) {
            return Ok(None);
        }
        if self.purpose == Purpose::Account && offered.id == memory.home {
            return Err(StorageError::KeyReplaced);
        }
        Ok(Some(key))
    }

    fn read(&self) -> RwLockReadGuard<'_, Memory> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Memory> {
        self.memory.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Deletes every key of a session.
pub(crate) async fn delete_keys(vault: &dyn Vault, session: SessionId) -> Result<(), StoreError> {
    vault.delete_all(KEYS, &format!("{session}/")).await
}

impl Dc {
    fn new(option: GrammersDc) -> Self {
        Self { option, is_pinned: false, imported: None, is_kept: false }
    }

    /// A data centre beyond those that everybody knows: its address comes with a session string, or from Telegram.
    fn unheard_of(id: i32) -> Self {
        Self::new(data_centres::without_address(id))
    }

    /// Applies what an earlier run kept.
    fn recall(&mut self, row: &DcAddress, key: Option<&[u8; 256]>) {
        if let Some(address) = row.v4.or(row.v6) {
            data_centres::point_at(&mut self.option, address);
            self.is_pinned = true;
            self.imported = Some(address);
        }
        if let Some(key) = key {
            self.option.auth_key = Some(*key);
            self.is_kept = true;
        }
    }

    /// Takes what a server said, and a key that has been kept.
    fn accept(&mut self, offered: &GrammersDc) {
        if !self.is_pinned {
            self.option.ipv4 = offered.ipv4;
            self.option.ipv6 = offered.ipv6;
        }
        if offered.auth_key.is_some() {
            self.option.auth_key = offered.auth_key;
            self.is_kept = true;
        }
    }
}

fn configured_dcs(configured: &[DcOption]) -> BTreeMap<i32, Dc> {
    let mut dcs: BTreeMap<i32, Dc> =
        data_centres::well_known().into_iter().map(|option| (option.id, Dc::new(option))).collect();
    for given in configured {
        if let Some(dc) = dcs.get_mut(&given.dc) {
            data_centres::point_at(&mut dc.option, given.address);
            dc.option.auth_key = given.auth_key.as_deref().copied();
            dc.is_pinned = true;
        }
    }
    dcs
}

/// Addresses are kept only where a session string brought one: all others are known, configured, or told by Telegram
/// at each connection.
fn dc_row(dc: i32, imported: Option<SocketAddr>, is_home: bool) -> DcAddress {
    DcAddress { dc, v4: imported.filter(SocketAddr::is_ipv4), v6: imported.filter(SocketAddr::is_ipv6), is_home }
}

fn key_name(session: SessionId, dc: i32) -> SecretName {
    SecretName::new(KEYS, format!("{session}/{dc}"))
}

async fn stored_key(vault: &dyn Vault, session: SessionId, dc: i32) -> Result<Option<[u8; 256]>, StoreError> {
    let Some(secret) = vault.get(&key_name(session, dc)).await? else {
        return Ok(None);
    };
    let key = secret.expose_secret().try_into();
    key.map(Some).map_err(|_| StoreError::Vault(VaultError::Damaged { table: KEYS.to_owned() }))
}

/// What grammers calls a peer.
fn peer_info(peer: &KnownPeer) -> Option<PeerInfo> {
    let id = PeerId::from_bot_api_dialog_id(peer.id.0)?;
    let bare = id.bare_id()?;
    let auth = peer.access_hash.map(PeerAuth::from_hash);
    Some(match peer.kind {
        PeerKind::User | PeerKind::Bot => {
            PeerInfo::User { id: bare, auth, bot: Some(peer.kind == PeerKind::Bot), is_self: Some(peer.is_self) }
        }
        PeerKind::Group => PeerInfo::Chat { id: bare },
        PeerKind::Supergroup => PeerInfo::Channel { id: bare, auth, kind: Some(ChannelKind::Megagroup) },
        PeerKind::Channel => PeerInfo::Channel { id: bare, auth, kind: Some(ChannelKind::Broadcast) },
    })
}

impl Session for Storage {
    type Error = StorageError;

    fn home_dc_id(&self) -> Result<i32, StorageError> {
        Ok(self.home())
    }

    fn set_home_dc_id(&self, dc_id: i32) -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(async move { Ok(self.set_home(dc_id).await?) })
    }

    fn dc_option(&self, dc_id: i32) -> Result<Option<GrammersDc>, StorageError> {
        Ok(self.read().dcs.get(&dc_id).map(|dc| dc.option.clone()))
    }

    fn set_dc_option(&self, dc_option: &GrammersDc) -> BoxFuture<'_, Result<(), StorageError>> {
        let offered = dc_option.clone();
        Box::pin(async move { self.keep(&offered).await })
    }

    fn peer(&self, peer: PeerId) -> BoxFuture<'_, Result<Option<PeerInfo>, StorageError>> {
        Box::pin(async move {
            let known = match peer.bot_api_dialog_id() {
                Some(id) => self.peers.by_id(self.session, ChatId(id)).await?,
                None => self.own(),
            };
            Ok(known.as_ref().and_then(peer_info))
        })
    }

    /// Peers are learnt from answers and updates with their names; grammers' bare form would only blank those out.
    fn cache_peer(&self, _peer: PeerInfo) -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(async { Ok(()) })
    }

    fn updates_state(&self) -> BoxFuture<'_, Result<UpdatesState, StorageError>> {
        Box::pin(async move { Ok(self.read().marks.state()) })
    }

    fn set_update_state(&self, update: UpdateState) -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(async move {
            let changed = self.write().marks.apply(&update);
            for mark in changed {
                self.peers.set_mark(self.session, mark).await?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
