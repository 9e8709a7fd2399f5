use std::sync::Arc;

use async_trait::async_trait;
use secrecy::ExposeSecret;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use telegraphist_application::ports::{DcAddress, KnownPeer, PeerKind, Peers, StoreError, UpdateMark};
use telegraphist_application::sealing::VaultKey;
use telegraphist_domain::{ChatId, SessionId};

use crate::SqliteStore;
use crate::errors::{store_error, unreadable};
use crate::sealing::Change;

/// What sealed phone numbers and their hashes are bound to.
const TABLE: &str = "peers.phone";

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT id, kind, access_hash, username, phone_sealed, name, is_self FROM peers WHERE session = ? AND ",
            $condition
        )
    };
}

#[async_trait]
impl Peers for SqliteStore {
    async fn remember(&self, session: SessionId, peers: &[KnownPeer]) -> Result<(), StoreError> {
        if peers.is_empty() {
            return Ok(());
        }
        let guard = self.key().await;
        let (key, peers) = (Arc::clone(&guard), peers.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                for peer in peers {
                    remember(connection, &key, session, peer).await?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn by_id(&self, session: SessionId, id: ChatId) -> Result<Option<KnownPeer>, StoreError> {
        let key = self.key().await;
        let row = sqlx::query(select!("id = ?")).bind(session.to_string()).bind(id.0);
        let row = row.fetch_optional(&mut *self.reader().await?).await.map_err(store_error)?;
        row.map(|row| peer(&key, session, &row)).transpose()
    }

    async fn by_username(&self, session: SessionId, username: &str) -> Result<Option<KnownPeer>, StoreError> {
        let key = self.key().await;
        let row = sqlx::query(select!("username = ?")).bind(session.to_string()).bind(username);
        let row = row.fetch_optional(&mut *self.reader().await?).await.map_err(store_error)?;
        row.map(|row| peer(&key, session, &row)).transpose()
    }

    async fn by_phone(&self, session: SessionId, phone: &str) -> Result<Option<KnownPeer>, StoreError> {
        let key = self.key().await;
        let hash = key.lookup_hash(TABLE, phone);
        let row = sqlx::query(select!("phone_hash = ?")).bind(session.to_string()).bind(hash.as_slice());
        let row = row.fetch_optional(&mut *self.reader().await?).await.map_err(store_error)?;
        row.map(|row| peer(&key, session, &row)).transpose()
    }

    async fn own(&self, session: SessionId) -> Result<Option<KnownPeer>, StoreError> {
        let key = self.key().await;
        let row = sqlx::query(select!("is_self = 1")).bind(session.to_string());
        let row = row.fetch_optional(&mut *self.reader().await?).await.map_err(store_error)?;
        row.map(|row| peer(&key, session, &row)).transpose()
    }

    async fn set_mark(&self, session: SessionId, mark: UpdateMark) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move { set_mark(connection, session, mark).await.map_err(store_error) })
        })
        .await
    }

    async fn marks(&self, session: SessionId) -> Result<Vec<UpdateMark>, StoreError> {
        let rows: Vec<(i64, i32, i32, i32, i32)> = sqlx::query_as(
            "SELECT channel, pts, qts, seq, date FROM update_marks WHERE session = ? ORDER BY channel <> 0, channel",
        )
        .bind(session.to_string())
        .fetch_all(&mut *self.reader().await?)
        .await
        .map_err(store_error)?;
        let mark = |(channel, pts, qts, seq, date)| {
            let channel = Some(channel).filter(|channel| *channel != 0).map(ChatId);
            UpdateMark { channel, pts, qts, seq, date }
        };
        Ok(rows.into_iter().map(mark).collect())
    }

    async fn set_dc(&self, session: SessionId, dc: DcAddress) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move { set_dc(connection, session, dc).await.map_err(store_error) })
        })
        .await
    }

    async fn dcs(&self, session: SessionId) -> Result<Vec<DcAddress>, StoreError> {
        let rows: Vec<(i32, Option<String>, Option<String>, bool)> =
            sqlx::query_as("SELECT dc, v4, v6, is_home FROM data_centres WHERE session = ? ORDER BY dc")
                .bind(session.to_string())
                .fetch_all(&mut *self.reader().await?)
                .await
                .map_err(store_error)?;
        let address = |text: Option<String>| text.map(|text| text.parse().map_err(unreadable)).transpose();
        rows.into_iter()
            .map(|(dc, v4, v6, is_home)| Ok(DcAddress { dc, v4: address(v4)?, v6: address(v6)?, is_home }))
            .collect()
    }

    async fn forget(&self, session: SessionId) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                for statement in [
                    "DELETE FROM peers WHERE session = ?",
                    "DELETE FROM update_marks WHERE session = ?",
                    "DELETE FROM data_centres WHERE session = ?",
                ] {
                    let done = sqlx::query(statement).bind(session.to_string()).execute(&mut *connection).await;
                    done.map_err(store_error)?;
                }
                Ok(())
            })
        })
        .await
    }
}

async fn remember(
    connection: &mut SqliteConnection,
    key: &VaultKey,
    session: SessionId,
    mut new: KnownPeer,
) -> Result<(), StoreError> {
    let known = sqlx::query(select!("id = ?")).bind(session.to_string()).bind(new.id.0);
    if let Some(row) = known.fetch_optional(&mut *connection).await.map_err(store_error)? {
        let known = peer(key, session, &row)?;
        new = new.keeping(known.clone());
        if new == known {
            return Ok(());
        }
    }
    take_from_others(connection, key, session, &new).await.map_err(store_error)?;
    upsert(connection, key, session, &new).await.map_err(store_error)
}

/// A name, a number and being oneself belong to one peer at a time.
async fn take_from_others(
    connection: &mut SqliteConnection,
    key: &VaultKey,
    session: SessionId,
    peer: &KnownPeer,
) -> Result<(), sqlx::Error> {
    let session = session.to_string();
    if let Some(username) = &peer.username {
        sqlx::query("UPDATE peers SET username = NULL WHERE session = ? AND username = ? AND id <> ?")
            .bind(&session)
            .bind(username)
            .bind(peer.id.0)
            .execute(&mut *connection)
            .await?;
    }
    if let Some(phone) = &peer.phone {
        sqlx::query(
            "UPDATE peers SET phone_sealed = NULL, phone_hash = NULL WHERE session = ? AND phone_hash = ? AND id <> ?",
        )
        .bind(&session)
        .bind(key.lookup_hash(TABLE, phone).as_slice())
        .bind(peer.id.0)
        .execute(&mut *connection)
        .await?;
    }
    if peer.is_self {
        sqlx::query("UPDATE peers SET is_self = 0 WHERE session = ? AND is_self = 1 AND id <> ?")
            .bind(&session)
            .bind(peer.id.0)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn upsert(
    connection: &mut SqliteConnection,
    key: &VaultKey,
    session: SessionId,
    peer: &KnownPeer,
) -> Result<(), sqlx::Error> {
    let sealed = |phone: &String| key.seal(TABLE, &row_of(session, peer.id), phone.as_bytes());
    let hashed = |phone: &String| key.lookup_hash(TABLE, phone).to_vec();
    sqlx::query(
        "INSERT INTO peers (session, id, kind, access_hash, username, phone_sealed, phone_hash, name, is_self)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (session, id) DO UPDATE SET
             kind = excluded.kind, access_hash = excluded.access_hash, username = excluded.username,
             phone_sealed = excluded.phone_sealed, phone_hash = excluded.phone_hash, name = excluded.name,
             is_self = excluded.is_self",
    )
    .bind(session.to_string())
    .bind(peer.id.0)
    .bind(kind_name(peer.kind))
    .bind(peer.access_hash)
    .bind(&peer.username)
    .bind(peer.phone.as_ref().map(sealed))
    .bind(peer.phone.as_ref().map(hashed))
    .bind(&peer.name)
    .bind(peer.is_self)
    .execute(connection)
    .await
    .map(|_| ())
}

fn peer(key: &VaultKey, session: SessionId, row: &SqliteRow) -> Result<KnownPeer, StoreError> {
    let id = ChatId(row.try_get("id").map_err(store_error)?);
    let kind: String = row.try_get("kind").map_err(store_error)?;
    let sealed: Option<Vec<u8>> = row.try_get("phone_sealed").map_err(store_error)?;
    let phone = sealed.map(|sealed| open_phone(key, session, id, &sealed)).transpose()?;
    Ok(KnownPeer {
        id,
        kind: kind_named(&kind).ok_or_else(|| unreadable("a peer is of a kind that this version does not know"))?,
        access_hash: row.try_get("access_hash").map_err(store_error)?,
        username: row.try_get("username").map_err(store_error)?,
        phone,
        name: row.try_get("name").map_err(store_error)?,
        is_self: row.try_get("is_self").map_err(store_error)?,
    })
}

fn open_phone(key: &VaultKey, session: SessionId, id: ChatId, sealed: &[u8]) -> Result<String, StoreError> {
    let plain = key.open(TABLE, &row_of(session, id), sealed)?;
    String::from_utf8(plain.expose_secret().to_vec()).map_err(|_| unreadable("a phone number is not text"))
}

fn row_of(session: SessionId, id: ChatId) -> String {
    format!("{session}/{id}")
}

const fn kind_name(kind: PeerKind) -> &'static str {
    match kind {
        PeerKind::User => "user",
        PeerKind::Bot => "bot",
        PeerKind::Group => "group",
        PeerKind::Supergroup => "supergroup",
        PeerKind::Channel => "channel",
    }
}

fn kind_named(name: &str) -> Option<PeerKind> {
    [PeerKind::User, PeerKind::Bot, PeerKind::Group, PeerKind::Supergroup, PeerKind::Channel]
        .into_iter()
        .find(|kind| kind_name(*kind) == name)
}

async fn set_mark(connection: &mut SqliteConnection, session: SessionId, mark: UpdateMark) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO update_marks (session, channel, pts, qts, seq, date) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (session, channel) DO UPDATE SET
             pts = excluded.pts, qts = excluded.qts, seq = excluded.seq, date = excluded.date",
    )
    .bind(session.to_string())
    .bind(mark.channel.map_or(0, |channel| channel.0))
    .bind(mark.pts)
    .bind(mark.qts)
    .bind(mark.seq)
    .bind(mark.date)
    .execute(connection)
    .await
    .map(|_| ())
}

async fn set_dc(connection: &mut SqliteConnection, session: SessionId, dc: DcAddress) -> Result<(), sqlx::Error> {
    let session = session.to_string();
    if dc.is_home {
        sqlx::query("UPDATE data_centres SET is_home = 0 WHERE session = ?")
            .bind(&session)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(
        "INSERT INTO data_centres (session, dc, v4, v6, is_home) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (session, dc) DO UPDATE SET v4 = excluded.v4, v6 = excluded.v6, is_home = excluded.is_home",
    )
    .bind(session)
    .bind(dc.dc)
    .bind(dc.v4.map(|address| address.to_string()))
    .bind(dc.v6.map(|address| address.to_string()))
    .bind(dc.is_home)
    .execute(connection)
    .await
    .map(|_| ())
}

/// Seals every phone number anew, and hashes it anew.
pub(crate) async fn reseal(connection: &mut SqliteConnection, change: &Change) -> Result<(), StoreError> {
    let rows: Vec<(String, i64, Vec<u8>)> =
        sqlx::query_as("SELECT session, id, phone_sealed FROM peers WHERE phone_sealed IS NOT NULL")
            .fetch_all(&mut *connection)
            .await
            .map_err(store_error)?;
    for (session, id, sealed) in rows {
        let row = row_of(session.parse().map_err(unreadable)?, ChatId(id));
        let phone = change.old.open(TABLE, &row, &sealed)?;
        let text = std::str::from_utf8(phone.expose_secret()).map_err(unreadable)?;
        sqlx::query("UPDATE peers SET phone_sealed = ?3, phone_hash = ?4 WHERE session = ?1 AND id = ?2")
            .bind(session)
            .bind(id)
            .bind(change.new.seal(TABLE, &row, phone.expose_secret()))
            .bind(change.new.lookup_hash(TABLE, text).as_slice())
            .execute(&mut *connection)
            .await
            .map_err(store_error)?;
    }
    Ok(())
}
