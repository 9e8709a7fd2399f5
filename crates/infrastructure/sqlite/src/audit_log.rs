use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use telegraphist_application::ports::{AuditEntry, AuditLog, AuditRow, Breach, StoreError, Tampering, Verification};

use crate::SqliteStore;
use crate::errors::{store_error, unreadable};
use crate::statement::{Statement, insert};

/// How many rows are held at once while the chain is checked.
const PAGE: usize = 1000;

#[async_trait]
impl AuditLog for SqliteStore {
    async fn append(&self, entry: &AuditEntry) -> Result<AuditRow, StoreError> {
        self.inner.writer.record(entry.clone()).await
    }

    async fn rows(&self, number: u64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        page(&mut *self.reader().await?, number, limit).await
    }

    async fn verify(&self) -> Result<Verification, StoreError> {
        let mut reader = self.reader().await?;
        // Read before the rows: what is appended meanwhile comes after it.
        let head = head(&mut reader).await?;
        let mut newest: Option<AuditRow> = None;
        let rows_max = head.as_ref().map_or(0, |(number, _)| *number);
        loop {
            let from = newest.as_ref().map_or(1, |row| row.number + 1);
            let rows = stored(&mut reader, from, PAGE).await?;
            if rows.is_empty() {
                break;
            }
            for stored in rows {
                let number = number(&stored)?;
                // What cannot even be read was not written like that.
                let Ok(row) = row(&stored) else {
                    let at = number.min(newest.as_ref().map_or(1, |newest| newest.number + 1));
                    let how = if at < number { Tampering::Missing } else { Tampering::Changed };
                    return Ok(broken(at, how));
                };
                if let Some(breach) = row.breach(newest.as_ref(), rows_max.max(number)) {
                    return Ok(Verification::Broken(breach));
                }
                newest = Some(row);
            }
        }
        let rows = newest.map_or(0, |row| row.number);
        match head {
            Some((number, _)) if number > rows => Ok(broken(rows + 1, Tampering::Missing)),
            Some((number, hash)) if !self.is_at(number, &hash).await? => Ok(broken(number, Tampering::Head)),
            None if rows > 0 => Ok(broken(1, Tampering::Head)),
            Some(_) | None => Ok(Verification::Whole { rows }),
        }
    }
}

fn broken(at: u64, how: Tampering) -> Verification {
    Verification::Broken(Breach { at, how })
}

impl SqliteStore {
    /// Whether row `number` has that hash.
    async fn is_at(&self, number: u64, hash: &str) -> Result<bool, StoreError> {
        let rows = page(&mut *self.reader().await?, number, 1).await?;
        Ok(rows.first().is_some_and(|row| row.hash == hash))
    }
}

/// Appends rows in their order. The transaction holds the only right to write, so the head cannot move before they are in
/// their place.
pub(crate) async fn append(
    connection: &mut SqliteConnection,
    entries: Vec<AuditEntry>,
) -> Result<Vec<AuditRow>, StoreError> {
    let mut newest = newest(connection).await?;
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        rows.push(AuditRow::after(newest.as_ref(), entry));
        newest = rows.last().cloned();
    }
    let Some(newest) = newest else { return Ok(rows) };
    let written = rows.iter().map(|row| Ok((row, serde_json::to_string(&row.entry).map_err(unreadable)?)));
    let written = written.collect::<Result<Vec<_>, StoreError>>()?;
    insert(connection, "INSERT INTO audit (number, hash, entry, previous) ", &written, |values, (row, entry)| {
        values.push_bind(row.number as i64).push_bind(row.hash.clone()).push_bind(entry.clone());
        values.push_bind(row.previous.clone());
    })
    .await?;
    sqlx::query(
        "INSERT INTO audit_head (only_row, number, hash) VALUES (1, ?1, ?2)
         ON CONFLICT (only_row) DO UPDATE SET number = excluded.number, hash = excluded.hash",
    )
    .bind(newest.number as i64)
    .bind(&newest.hash)
    .run(connection)
    .await?;
    Ok(rows)
}

/// The row that the head names, or the one after it that took its place.
async fn newest(connection: &mut SqliteConnection) -> Result<Option<AuditRow>, StoreError> {
    let newest = sqlx::query(
        "SELECT number, entry, previous, hash FROM audit WHERE number >= (SELECT number FROM audit_head)
         ORDER BY number LIMIT 1",
    )
    .fetch_optional(connection)
    .await
    .map_err(store_error)?;
    newest.as_ref().map(row).transpose()
}

async fn head(connection: &mut SqliteConnection) -> Result<Option<(u64, String)>, StoreError> {
    let head: Option<(i64, String)> =
        sqlx::query_as("SELECT number, hash FROM audit_head").fetch_optional(connection).await.map_err(store_error)?;
    Ok(head.map(|(number, hash)| (number.unsigned_abs(), hash)))
}

async fn page(connection: &mut SqliteConnection, number: u64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
    stored(connection, number, limit).await?.iter().map(row).collect()
}

async fn stored(connection: &mut SqliteConnection, number: u64, limit: usize) -> Result<Vec<SqliteRow>, StoreError> {
    sqlx::query("SELECT number, entry, previous, hash FROM audit WHERE number >= ? ORDER BY number LIMIT ?")
        .bind(i64::try_from(number).unwrap_or(i64::MAX))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(connection)
        .await
        .map_err(store_error)
}

fn number(row: &SqliteRow) -> Result<u64, StoreError> {
    Ok(row.try_get::<i64, _>("number").map_err(store_error)?.unsigned_abs())
}

fn row(row: &SqliteRow) -> Result<AuditRow, StoreError> {
    let entry: String = row.try_get("entry").map_err(store_error)?;
    Ok(AuditRow {
        number: number(row)?,
        entry: serde_json::from_str(&entry).map_err(unreadable)?,
        previous: row.try_get("previous").map_err(store_error)?,
        hash: row.try_get("hash").map_err(store_error)?,
    })
}
