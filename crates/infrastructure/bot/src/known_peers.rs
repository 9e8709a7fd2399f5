//! The people and chats that one bot has seen, in memory in front of the store: what was learnt is written once and
//! read from memory.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use telegraphist_application::ports::{KnownPeer, PeerKind, Peers, StoreError};
use telegraphist_domain::references::Bare;
use telegraphist_domain::{ChatId, SessionId};

/// Peers held in memory; the store holds all of them.
const HELD_MAX: u64 = 10_000;
/// How long a name stands for a chat without asking again: names change hands, and a message must not reach the new
/// holder's predecessor.
const NAME_TRUSTED: Duration = Duration::from_hours(6);

/// What one bot knows of peers.
pub(crate) struct KnownPeers {
    session: SessionId,
    store: Arc<dyn Peers>,
    by_id: Cache<ChatId, KnownPeer>,
    by_name: Cache<String, ChatId>,
    /// Groups that have become supergroups. Telegram tells it with every refusal, so that memory is enough.
    moved: Cache<ChatId, ChatId>,
}

impl KnownPeers {
    pub(crate) fn new(session: SessionId, store: Arc<dyn Peers>) -> Self {
        Self {
            session,
            store,
            by_id: Cache::new(HELD_MAX),
            by_name: Cache::builder().max_capacity(HELD_MAX).time_to_live(NAME_TRUSTED).build(),
            moved: Cache::new(HELD_MAX),
        }
    }

    /// Remembers peers. Costs nothing when none of them is new.
    pub(crate) async fn learn(&self, seen: impl IntoIterator<Item = KnownPeer>) -> Result<(), StoreError> {
        let mut news: Vec<KnownPeer> = Vec::new();
        for peer in seen {
            if let Some(name) = &peer.username {
                self.by_name.insert(name.clone(), peer.id);
            }
            let peer = match self.by_id(peer.id).await? {
                Some(known) => peer.keeping(known),
                None => peer,
            };
            if self.by_id.get(&peer.id).as_ref() != Some(&peer) {
                news.retain(|other| other.id != peer.id);
                news.push(peer);
            }
        }
        if news.is_empty() {
            return Ok(());
        }
        self.store.remember(self.session, &news).await?;
        for peer in news {
            self.by_id.insert(peer.id, peer);
        }
        Ok(())
    }

    /// The peer of an id, if the bot ever saw it.
    pub(crate) async fn by_id(&self, id: ChatId) -> Result<Option<KnownPeer>, StoreError> {
        if let Some(peer) = self.by_id.get(&id) {
            return Ok(Some(peer));
        }
        let stored = self.store.by_id(self.session, id).await?;
        if let Some(peer) = &stored {
            self.by_id.insert(id, peer.clone());
        }
        Ok(stored)
    }

    /// The peer of a name that was seen lately.
    pub(crate) async fn by_fresh_name(&self, name: &str) -> Result<Option<KnownPeer>, StoreError> {
        match self.by_name.get(name) {
            Some(id) => self.by_id(id).await,
            None => Ok(None),
        }
    }

    /// The peer that had a name when it was last seen.
    pub(crate) async fn by_old_name(&self, name: &str) -> Result<Option<KnownPeer>, StoreError> {
        self.store.by_username(self.session, name).await
    }

    /// Notes that a group has become a supergroup.
    pub(crate) async fn note_move(&self, from: ChatId, to: ChatId) -> Result<(), StoreError> {
        self.moved.insert(from, to);
        let Some(group) = self.by_id(from).await? else { return Ok(()) };
        self.learn([KnownPeer { id: to, kind: PeerKind::Supergroup, ..group }]).await
    }

    /// What a group has become.
    pub(crate) fn moved_to(&self, from: ChatId) -> Option<ChatId> {
        self.moved.get(&from)
    }
}

/// A chat of which nothing but the id is known.
pub(crate) fn unseen(id: ChatId) -> KnownPeer {
    let kind = match id.unmarked() {
        Bare::User(_) => PeerKind::User,
        Bare::Group(_) => PeerKind::Group,
        Bare::Channel(_) => PeerKind::Supergroup,
    };
    KnownPeer { id, kind, access_hash: None, username: None, phone: None, name: id.to_string(), is_self: false }
}
