//! The peers of one account, in memory in front of the store: what was learnt is written once and read from memory.

use std::sync::Arc;
use std::time::Duration;

use grammers_tl_types as tl;
use moka::sync::Cache;
use telegraphist_application::ports::{KnownPeer, Peers, StoreError};
use telegraphist_domain::{ChatId, SessionId};

use crate::peers::{of_chat, of_user, says_the_same};

/// Peers held in memory; the store holds all of them.
const HELD_MAX: u64 = 20_000;
/// How long a name stands for a peer without asking again: names change hands, and a message must not reach the
/// new holder's predecessor.
const NAME_TRUSTED: Duration = Duration::from_hours(6);

/// What one account knows of peers.
pub(crate) struct KnownPeers {
    session: SessionId,
    store: Arc<dyn Peers>,
    by_id: Cache<ChatId, Arc<Held>>,
    by_name: Cache<Name, ChatId>,
}

/// A peer in memory.
struct Held {
    peer: KnownPeer,
    /// The names it has, ready to be looked up.
    names: Vec<Name>,
}

impl Held {
    fn new(peer: KnownPeer) -> Arc<Self> {
        let username = peer.username.clone().map(Name::Username);
        let phone = peer.phone.clone().map(Name::Phone);
        Arc::new(Self { names: username.into_iter().chain(phone).collect(), peer })
    }
}

/// A name that is not an id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Name {
    Username(String),
    Phone(String),
    Invite(String),
}

impl KnownPeers {
    pub(crate) fn new(session: SessionId, store: Arc<dyn Peers>) -> Self {
        Self {
            session,
            store,
            by_id: Cache::new(HELD_MAX),
            by_name: Cache::builder().max_capacity(HELD_MAX).time_to_live(NAME_TRUSTED).build(),
        }
    }

    /// Remembers the peers of an answer. Costs nothing when none of them is new.
    pub(crate) async fn learn(&self, users: &[tl::enums::User], chats: &[tl::enums::Chat]) -> Result<(), StoreError> {
        let users = users.iter().filter(|user| !self.is_told_again(user)).filter_map(of_user);
        let chats = chats.iter().filter_map(of_chat);
        let mut news = Vec::new();
        for peer in users.chain(chats) {
            news.extend(self.news(peer).await?);
        }
        if news.is_empty() {
            return Ok(());
        }
        self.store.remember(self.session, &news).await?;
        for peer in news {
            self.hold(peer);
        }
        Ok(())
    }

    /// Whether an answer says of a user just what is known, names and all. Nearly every answer does.
    fn is_told_again(&self, user: &tl::enums::User) -> bool {
        let tl::enums::User::User(user) = user else { return false };
        let Some(known) = self.by_id.get(&ChatId(user.id)) else { return false };
        let is_trusted = |name: &Name| self.by_name.get(name) == Some(known.peer.id);
        says_the_same(user, &known.peer) && known.names.iter().all(is_trusted)
    }

    /// The peer as it should be remembered, if that differs from what is.
    async fn news(&self, seen: KnownPeer) -> Result<Option<KnownPeer>, StoreError> {
        let known = self.held(seen.id).await?;
        self.note_names(&seen);
        Ok(match known {
            None => Some(seen),
            Some(known) => {
                let merged = merge(&known.peer, seen);
                (merged != known.peer).then_some(merged)
            }
        })
    }

    /// The peer of an id, if the account ever saw it.
    pub(crate) async fn by_id(&self, id: ChatId) -> Result<Option<KnownPeer>, StoreError> {
        Ok(self.held(id).await?.map(|held| held.peer.clone()))
    }

    async fn held(&self, id: ChatId) -> Result<Option<Arc<Held>>, StoreError> {
        if let Some(held) = self.by_id.get(&id) {
            return Ok(Some(held));
        }
        let stored = self.store.by_id(self.session, id).await?;
        Ok(stored.map(|peer| {
            let held = Held::new(peer);
            self.by_id.insert(id, Arc::clone(&held));
            held
        }))
    }

    /// The peer of a name that was seen or asked for lately.
    pub(crate) async fn by_fresh_name(&self, name: &Name) -> Result<Option<KnownPeer>, StoreError> {
        match self.by_name.get(name) {
            Some(id) => self.by_id(id).await,
            None => Ok(None),
        }
    }

    /// The peer that had a name when it was last seen, however long ago.
    pub(crate) async fn by_old_name(&self, name: &Name) -> Result<Option<KnownPeer>, StoreError> {
        match name {
            Name::Username(name) => self.store.by_username(self.session, name).await,
            Name::Phone(phone) => self.store.by_phone(self.session, phone).await,
            Name::Invite(_) => Ok(None),
        }
    }

    /// Notes that Telegram said whose name this is.
    pub(crate) fn note_name(&self, name: Name, id: ChatId) {
        // Reading is much cheaper than writing, and nearly every answer repeats names that are trusted already.
        if self.by_name.get(&name) != Some(id) {
            self.by_name.insert(name, id);
        }
    }

    /// Telegram did not accept a peer. Names are asked for anew from here on, which brings new hashes with it.
    pub(crate) fn doubt_names(&self) {
        self.by_name.invalidate_all();
    }

    fn note_names(&self, peer: &KnownPeer) {
        if let Some(username) = &peer.username {
            self.note_name(Name::Username(username.clone()), peer.id);
        }
        if let Some(phone) = &peer.phone {
            self.note_name(Name::Phone(phone.clone()), peer.id);
        }
    }

    fn hold(&self, peer: KnownPeer) {
        self.by_id.insert(peer.id, Held::new(peer));
    }
}

/// What was just seen, without losing what it leaves out. A peer seen only in passing (`min`) has no hash, and what
/// else it says is not reliable either.
fn merge(known: &KnownPeer, seen: KnownPeer) -> KnownPeer {
    if seen.access_hash.is_none() && known.access_hash.is_some() && seen.kind == known.kind {
        return known.clone();
    }
    KnownPeer {
        access_hash: seen.access_hash.or(known.access_hash),
        username: seen.username.or_else(|| known.username.clone()),
        phone: seen.phone.or_else(|| known.phone.clone()),
        is_self: seen.is_self || known.is_self,
        ..seen
    }
}

#[cfg(test)]
mod tests {
    use telegraphist_application::ports::PeerKind;

    use super::*;

    fn peer(access_hash: Option<i64>, name: &str) -> KnownPeer {
        KnownPeer {
            id: ChatId(7),
            kind: PeerKind::User,
            access_hash,
            username: None,
            phone: None,
            name: name.to_owned(),
            is_self: false,
        }
    }

    #[test]
    fn a_peer_seen_in_passing_changes_nothing() {
        let merged = merge(&peer(Some(1), "Ann"), peer(None, "A"));
        assert_eq!((merged.access_hash, merged.name.as_str()), (Some(1), "Ann"));
    }

    #[test]
    fn what_is_newer_wins_and_what_is_left_out_stays() {
        let known = KnownPeer { phone: Some("15550001".into()), ..peer(Some(1), "Ann") };
        let merged = merge(&known, peer(Some(2), "Anna"));
        assert_eq!(merged.access_hash, Some(2));
        assert_eq!(merged.name, "Anna");
        assert_eq!(merged.phone.as_deref(), Some("15550001"));
    }
}
