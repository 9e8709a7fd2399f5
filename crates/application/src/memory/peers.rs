use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use telegraphist_domain::{ChatId, SessionId};

use super::{MemoryStore, lock};
use crate::ports::{DcAddress, KnownPeer, Peers, StoreError, UpdateMark};

pub(super) type Accounts = HashMap<SessionId, Account>;

/// What one account remembers.
#[derive(Default)]
pub(super) struct Account {
    peers: BTreeMap<ChatId, KnownPeer>,
    marks: BTreeMap<Option<i64>, UpdateMark>,
    dcs: BTreeMap<i32, DcAddress>,
}

impl Account {
    fn remember(&mut self, mut peer: KnownPeer) {
        if let Some(known) = self.peers.remove(&peer.id) {
            peer = peer.keeping(known);
        }
        for other in self.peers.values_mut() {
            other.username.take_if(|username| peer.username.as_ref() == Some(username));
            other.phone.take_if(|phone| peer.phone.as_ref() == Some(phone));
            other.is_self &= !peer.is_self;
        }
        self.peers.insert(peer.id, peer);
    }

    fn find(&self, is_meant: impl Fn(&KnownPeer) -> bool) -> Option<KnownPeer> {
        self.peers.values().find(|peer| is_meant(peer)).cloned()
    }
}

impl MemoryStore {
    fn found(&self, session: SessionId, is_meant: impl Fn(&KnownPeer) -> bool) -> Option<KnownPeer> {
        lock(&self.state.accounts).get(&session)?.find(is_meant)
    }
}

#[async_trait]
impl Peers for MemoryStore {
    async fn remember(&self, session: SessionId, peers: &[KnownPeer]) -> Result<(), StoreError> {
        let mut accounts = lock(&self.state.accounts);
        let account = accounts.entry(session).or_default();
        for peer in peers {
            account.remember(peer.clone());
        }
        Ok(())
    }

    async fn by_id(&self, session: SessionId, id: ChatId) -> Result<Option<KnownPeer>, StoreError> {
        Ok(self.found(session, |peer| peer.id == id))
    }

    async fn by_username(&self, session: SessionId, username: &str) -> Result<Option<KnownPeer>, StoreError> {
        Ok(self.found(session, |peer| peer.username.as_deref() == Some(username)))
    }

    async fn by_phone(&self, session: SessionId, phone: &str) -> Result<Option<KnownPeer>, StoreError> {
        Ok(self.found(session, |peer| peer.phone.as_deref() == Some(phone)))
    }

    async fn own(&self, session: SessionId) -> Result<Option<KnownPeer>, StoreError> {
        Ok(self.found(session, |peer| peer.is_self))
    }

    async fn set_mark(&self, session: SessionId, mark: UpdateMark) -> Result<(), StoreError> {
        let mut accounts = lock(&self.state.accounts);
        let place = mark.channel.map(|channel| channel.0);
        accounts.entry(session).or_default().marks.insert(place, mark);
        Ok(())
    }

    async fn marks(&self, session: SessionId) -> Result<Vec<UpdateMark>, StoreError> {
        let accounts = lock(&self.state.accounts);
        Ok(accounts.get(&session).map(|account| account.marks.values().copied().collect()).unwrap_or_default())
    }

    async fn set_dc(&self, session: SessionId, dc: DcAddress) -> Result<(), StoreError> {
        let mut accounts = lock(&self.state.accounts);
        let dcs = &mut accounts.entry(session).or_default().dcs;
        if dc.is_home {
            for other in dcs.values_mut() {
                other.is_home = false;
            }
        }
        dcs.insert(dc.dc, dc);
        Ok(())
    }

    async fn dcs(&self, session: SessionId) -> Result<Vec<DcAddress>, StoreError> {
        let accounts = lock(&self.state.accounts);
        Ok(accounts.get(&session).map(|account| account.dcs.values().copied().collect()).unwrap_or_default())
    }

    async fn forget(&self, session: SessionId) -> Result<(), StoreError> {
        lock(&self.state.accounts).remove(&session);
        Ok(())
    }
}
