use async_trait::async_trait;
use secrecy::SecretSlice;
use sqlx::SqliteConnection;
use telegraphist_application::ports::{SecretName, StoreError, Vault};

use crate::SqliteStore;
use crate::errors::store_error;
use crate::sealing::Change;
use crate::statement::Statement;

#[async_trait]
impl Vault for SqliteStore {
    async fn put(&self, name: &SecretName, secret: &[u8]) -> Result<(), StoreError> {
        let key = self.key().await;
        let sealed = key.seal(&name.table, &name.row, secret);
        let name = name.clone();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO secrets (of_table, of_row, sealed) VALUES (?, ?, ?)
                     ON CONFLICT (of_table, of_row) DO UPDATE SET sealed = excluded.sealed",
                )
                .bind(name.table)
                .bind(name.row)
                .bind(sealed)
                .run(connection)
                .await
            })
        })
        .await
    }

    async fn get(&self, name: &SecretName) -> Result<Option<SecretSlice<u8>>, StoreError> {
        let key = self.key().await;
        let sealed: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT sealed FROM secrets WHERE of_table = ? AND of_row = ?")
                .bind(&name.table)
                .bind(&name.row)
                .fetch_optional(&mut *self.reader().await?)
                .await
                .map_err(store_error)?;
        Ok(sealed.map(|sealed| key.open(&name.table, &name.row, &sealed)).transpose()?)
    }

    async fn delete(&self, name: &SecretName) -> Result<(), StoreError> {
        let name = name.clone();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM secrets WHERE of_table = ? AND of_row = ?")
                    .bind(name.table)
                    .bind(name.row)
                    .run(connection)
                    .await
            })
        })
        .await
    }

    async fn delete_all(&self, table: &str, row_prefix: &str) -> Result<(), StoreError> {
        let (table, prefix) = (table.to_owned(), row_prefix.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                // Compared by hand, because LIKE and GLOB give some letters a meaning.
                sqlx::query("DELETE FROM secrets WHERE of_table = ?1 AND substr(of_row, 1, length(?2)) = ?2")
                    .bind(table)
                    .bind(prefix)
                    .run(connection)
                    .await
            })
        })
        .await
    }
}

/// Seals every secret anew.
pub(crate) async fn reseal(connection: &mut SqliteConnection, change: &Change) -> Result<(), StoreError> {
    let rows: Vec<(String, String, Vec<u8>)> = sqlx::query_as("SELECT of_table, of_row, sealed FROM secrets")
        .fetch_all(&mut *connection)
        .await
        .map_err(store_error)?;
    for (table, row, sealed) in rows {
        sqlx::query("UPDATE secrets SET sealed = ?3 WHERE of_table = ?1 AND of_row = ?2")
            .bind(&table)
            .bind(&row)
            .bind(change.reseal(&table, &row, &sealed)?)
            .execute(&mut *connection)
            .await
            .map_err(store_error)?;
    }
    Ok(())
}
