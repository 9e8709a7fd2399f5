use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::SqliteConnection;
use telegraphist_application::ports::{Group, Pairing, People, Person, StoreError};
use telegraphist_domain::{ChatId, UserId};

use crate::SqliteStore;
use crate::copies::{self, Copied};
use crate::errors::store_error;
use crate::people_rows::{self, PairingRow};
use crate::statement::Statement;

/// Who is let in and where bots speak, as it is held in memory.
pub(crate) struct Known {
    people: BTreeMap<UserId, Person>,
    groups: BTreeMap<ChatId, Group>,
}

impl Copied for Known {
    const VERSION: &'static str = "SELECT version FROM copies WHERE of_kind = 'people'";

    async fn read(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        let people = people_rows::people(connection).await?;
        let groups = people_rows::groups(connection).await?;
        Ok(Self {
            people: people.into_iter().map(|person| (person.user, person)).collect(),
            groups: groups.into_iter().map(|group| (group.chat, group)).collect(),
        })
    }
}

#[async_trait]
impl People for SqliteStore {
    async fn people(&self) -> Result<Vec<Person>, StoreError> {
        Ok(self.known().await?.people.values().cloned().collect())
    }

    async fn person(&self, user: UserId) -> Result<Option<Person>, StoreError> {
        Ok(self.known().await?.people.get(&user).cloned())
    }

    async fn note_person(&self, person: &Person) -> Result<(), StoreError> {
        let person = person.clone();
        self.change_known(move |connection| Box::pin(people_rows::note_person(connection, person))).await
    }

    async fn forget_person(&self, user: UserId) -> Result<(), StoreError> {
        self.change_known(move |connection| {
            Box::pin(sqlx::query("DELETE FROM people WHERE user = ?").bind(user.0).run(connection))
        })
        .await
    }

    async fn groups(&self) -> Result<Vec<Group>, StoreError> {
        Ok(self.known().await?.groups.values().cloned().collect())
    }

    async fn note_group(&self, group: &Group) -> Result<(), StoreError> {
        let group = group.clone();
        self.change_known(move |connection| Box::pin(people_rows::note_group(connection, group))).await
    }

    async fn forget_group(&self, chat: ChatId) -> Result<(), StoreError> {
        self.change_known(move |connection| {
            Box::pin(sqlx::query("DELETE FROM allowed_groups WHERE chat = ?").bind(chat.0).run(connection))
        })
        .await
    }

    async fn note_pairing(&self, pairing: &Pairing) -> Result<(), StoreError> {
        let pairing = pairing.clone();
        self.write(move |connection| Box::pin(people_rows::note_pairing(connection, pairing))).await
    }

    async fn take_pairing(&self, code: [u8; 32], now: DateTime<Utc>) -> Result<Option<Pairing>, StoreError> {
        let taken: Option<PairingRow> = self
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query_as("DELETE FROM pairings WHERE code = ? RETURNING user, name, username, code, expires")
                        .bind(code.as_slice())
                        .fetch_optional(connection)
                        .await
                        .map_err(store_error)
                })
            })
            .await?;
        let taken = taken.map(PairingRow::into_pairing).transpose()?;
        Ok(taken.filter(|pairing| now < pairing.expires))
    }

    async fn pairings(&self, now: DateTime<Utc>) -> Result<Vec<Pairing>, StoreError> {
        let rows = self
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query("DELETE FROM pairings WHERE expires <= ?")
                        .bind(now.timestamp_micros())
                        .run(connection)
                        .await?;
                    sqlx::query_as("SELECT user, name, username, code, expires FROM pairings ORDER BY expires, user")
                        .fetch_all(connection)
                        .await
                        .map_err(store_error)
                })
            })
            .await?;
        Vec::into_iter(rows).map(PairingRow::into_pairing).collect()
    }
}

impl SqliteStore {
    async fn known(&self) -> Result<std::sync::Arc<Known>, StoreError> {
        match self.inner.people.believed() {
            Some(known) => Ok(known),
            None => self.inner.people.refreshed(&mut *self.reader().await?).await,
        }
    }

    /// Changes people or groups; this process sees it at once, others soon.
    async fn change_known<F>(&self, work: F) -> Result<(), StoreError>
    where
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<(), StoreError>> + Send + 'static,
    {
        let changed = self
            .write(move |connection| {
                Box::pin(async move {
                    work(connection).await?;
                    copies::note_change(connection, "people").await
                })
            })
            .await;
        self.inner.people.forget();
        changed
    }
}
