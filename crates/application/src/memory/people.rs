use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use telegraphist_domain::{ChatId, UserId};

use super::{MemoryStore, lock};
use crate::ports::{Group, Pairing, People, Person, StoreError};

/// Who is let in, where bots speak, and who waits at the door.
#[derive(Default)]
pub(super) struct Known {
    people: BTreeMap<UserId, Person>,
    groups: BTreeMap<ChatId, Group>,
    pairings: Vec<Pairing>,
}

#[async_trait]
impl People for MemoryStore {
    async fn people(&self) -> Result<Vec<Person>, StoreError> {
        Ok(lock(&self.state.people).people.values().cloned().collect())
    }

    async fn person(&self, user: UserId) -> Result<Option<Person>, StoreError> {
        Ok(lock(&self.state.people).people.get(&user).cloned())
    }

    async fn note_person(&self, person: &Person) -> Result<(), StoreError> {
        lock(&self.state.people).people.insert(person.user, person.clone());
        Ok(())
    }

    async fn forget_person(&self, user: UserId) -> Result<(), StoreError> {
        lock(&self.state.people).people.remove(&user);
        Ok(())
    }

    async fn groups(&self) -> Result<Vec<Group>, StoreError> {
        Ok(lock(&self.state.people).groups.values().cloned().collect())
    }

    async fn note_group(&self, group: &Group) -> Result<(), StoreError> {
        lock(&self.state.people).groups.insert(group.chat, group.clone());
        Ok(())
    }

    async fn forget_group(&self, chat: ChatId) -> Result<(), StoreError> {
        lock(&self.state.people).groups.remove(&chat);
        Ok(())
    }

    async fn note_pairing(&self, pairing: &Pairing) -> Result<(), StoreError> {
        let pairings = &mut lock(&self.state.people).pairings;
        pairings.retain(|other| other.user != pairing.user && other.code != pairing.code);
        pairings.push(pairing.clone());
        Ok(())
    }

    async fn take_pairing(&self, code: [u8; 32], now: DateTime<Utc>) -> Result<Option<Pairing>, StoreError> {
        let pairings = &mut lock(&self.state.people).pairings;
        let taken = pairings.iter().find(|pairing| pairing.code == code && now < pairing.expires).cloned();
        pairings.retain(|pairing| pairing.code != code);
        Ok(taken)
    }

    async fn pairings(&self, now: DateTime<Utc>) -> Result<Vec<Pairing>, StoreError> {
        let pairings = &mut lock(&self.state.people).pairings;
        pairings.retain(|pairing| now < pairing.expires);
        pairings.sort_by_key(|pairing| (pairing.expires, pairing.user));
        Ok(pairings.clone())
    }
}
