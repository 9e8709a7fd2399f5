//! Rows of people, groups and those who wait at the door.

use chrono::DateTime;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row, SqliteConnection};
use telegraphist_application::ports::{Group, Pairing, Person, Role, StoreError};
use telegraphist_domain::{ChatId, UserId};

use crate::errors::{store_error, unreadable};
use crate::statement::Statement;

pub(crate) async fn people(connection: &mut SqliteConnection) -> Result<Vec<Person>, StoreError> {
    let rows = sqlx::query(
        "SELECT user, role, name, username, since, let_in_by, wants_notices, is_unreachable FROM people ORDER BY user",
    )
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    rows.iter().map(person).collect()
}

fn person(row: &SqliteRow) -> Result<Person, StoreError> {
    let role: String = row.try_get("role").map_err(store_error)?;
    let role = role_named(&role).ok_or_else(|| unreadable(format!("there is no role {role}")))?;
    let read = || -> Result<Person, sqlx::Error> {
        Ok(Person {
            user: UserId(row.try_get("user")?),
            role,
            name: row.try_get("name")?,
            username: row.try_get("username")?,
            since: DateTime::from_timestamp_micros(row.try_get("since")?).unwrap_or_default(),
            by: row.try_get::<Option<i64>, _>("let_in_by")?.map(UserId),
            wants_notices: row.try_get("wants_notices")?,
            is_unreachable: row.try_get("is_unreachable")?,
        })
    };
    read().map_err(store_error)
}

fn role_named(name: &str) -> Option<Role> {
    [Role::Owner, Role::Admin, Role::User, Role::Guest, Role::Blocked].into_iter().find(|role| role.as_str() == name)
}

pub(crate) async fn note_person(connection: &mut SqliteConnection, person: Person) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT OR REPLACE INTO people
             (user, role, name, username, since, let_in_by, wants_notices, is_unreachable)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(person.user.0)
    .bind(person.role.as_str())
    .bind(person.name)
    .bind(person.username)
    .bind(person.since.timestamp_micros())
    .bind(person.by.map(|by| by.0))
    .bind(person.wants_notices)
    .bind(person.is_unreachable)
    .run(connection)
    .await
}

pub(crate) async fn groups(connection: &mut SqliteConnection) -> Result<Vec<Group>, StoreError> {
    let rows: Vec<(i64, String, i64, i64, bool)> =
        sqlx::query_as("SELECT chat, title, since, allowed_by, wants_notices FROM allowed_groups ORDER BY chat")
            .fetch_all(connection)
            .await
            .map_err(store_error)?;
    let group = |(chat, title, since, by, wants_notices)| Group {
        chat: ChatId(chat),
        title,
        since: DateTime::from_timestamp_micros(since).unwrap_or_default(),
        by: UserId(by),
        wants_notices,
    };
    Ok(rows.into_iter().map(group).collect())
}

pub(crate) async fn note_group(connection: &mut SqliteConnection, group: Group) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT OR REPLACE INTO allowed_groups (chat, title, since, allowed_by, wants_notices) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(group.chat.0)
    .bind(group.title)
    .bind(group.since.timestamp_micros())
    .bind(group.by.0)
    .bind(group.wants_notices)
    .run(connection)
    .await
}

/// Somebody who waits at the door, as their row says it.
#[derive(FromRow)]
pub(crate) struct PairingRow {
    user: i64,
    name: String,
    username: Option<String>,
    code: Vec<u8>,
    expires: i64,
}

impl PairingRow {
    pub(crate) fn into_pairing(self) -> Result<Pairing, StoreError> {
        Ok(Pairing {
            user: UserId(self.user),
            name: self.name,
            username: self.username,
            code: self.code.as_slice().try_into().map_err(unreadable)?,
            expires: DateTime::from_timestamp_micros(self.expires).unwrap_or_default(),
        })
    }
}

/// Replaces what the same person had, and whoever had the same code.
pub(crate) async fn note_pairing(connection: &mut SqliteConnection, pairing: Pairing) -> Result<(), StoreError> {
    sqlx::query("INSERT OR REPLACE INTO pairings (user, name, username, code, expires) VALUES (?, ?, ?, ?, ?)")
        .bind(pairing.user.0)
        .bind(pairing.name)
        .bind(pairing.username)
        .bind(pairing.code.as_slice())
        .bind(pairing.expires.timestamp_micros())
        .run(connection)
        .await
}
