use std::sync::Arc;

use futures::future::join_all;
use telegraphist_application::contracts::Place;
use telegraphist_application::ports::{SecretName, StoreError, Vault};

use super::Directory;
use crate::SqliteStore;
use crate::errors::store_error;

fn name(row: &impl ToString) -> SecretName {
    SecretName::new("t", row.to_string())
}

/// Writes a row and then fails, which must take the row with it and nothing else.
async fn write_and_fail(store: &SqliteStore, row: String) -> Result<(), StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query("INSERT INTO secrets (of_table, of_row, sealed) VALUES ('t', ?, x'00')")
                    .bind(row)
                    .execute(&mut *connection)
                    .await
                    .map_err(store_error)?;
                sqlx::query("INSERT INTO no_such_table VALUES (1)").execute(connection).await.map_err(store_error)?;
                Ok(())
            })
        })
        .await
}

#[tokio::test]
async fn work_that_fails_takes_nothing_else_with_it() {
    let directory = Directory::new();
    let store = directory.open().await;
    // All are handed over before the writer runs, so they share a transaction.
    let works = (0..40).map(|number| {
        let store = store.clone();
        async move {
            if number % 3 == 0 {
                write_and_fail(&store, number.to_string()).await.is_err()
            } else {
                store.put(&name(&number), b"x").await.is_ok()
            }
        }
    });
    assert!(join_all(works).await.into_iter().all(|as_expected| as_expected));
    let store = directory.open().await;
    for number in 0..40 {
        assert_eq!(store.get(&name(&number)).await.unwrap().is_some(), number % 3 != 0, "{number}");
    }
}

#[tokio::test]
async fn work_is_done_even_if_nobody_waits_for_it() {
    let directory = Directory::new();
    let store = directory.open().await;
    let put = tokio::spawn({
        let store = store.clone();
        async move { store.put(&name(&1), b"x").await }
    });
    tokio::task::yield_now().await;
    put.abort();
    store.close().await;
    let after = directory.open().await.get(&name(&1)).await.unwrap();
    // Handed over before the caller left, or not at all; never half.
    assert!(after.is_none_or(|secret| secrecy::ExposeSecret::expose_secret(&secret) == b"x"));
}

#[tokio::test]
async fn a_closed_store_says_so_and_keeps_what_it_acknowledged() {
    let directory = Directory::new();
    let store = directory.open().await;
    join_all((0..50).map(|number| {
        let store = store.clone();
        async move { store.put(&name(&number), b"x").await.unwrap() }
    }))
    .await;
    store.clone().close().await;
    assert!(matches!(store.put(&name(&1), b"y").await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.get(&name(&1)).await, Err(StoreError::Unavailable(_))));
    let store = directory.open().await;
    for number in 0..50 {
        assert!(store.get(&name(&number)).await.unwrap().is_some());
    }
}

async fn limit_pages(store: &SqliteStore, statement: &'static str) {
    let done: Result<(), StoreError> = store
        .write(move |connection| {
            Box::pin(async move { sqlx::query(statement).fetch_all(connection).await.map(|_| ()).map_err(store_error) })
        })
        .await;
    done.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_said_and_when_there_is_space_again_all_goes_on() {
    let directory = Directory::new();
    let store = directory.open().await;
    store.put(&name(&"before"), b"x").await.unwrap();
    limit_pages(&store, "PRAGMA max_page_count = 1").await;
    let large = vec![7; 1 << 20];
    let attempts = join_all((0..4).map(|number| {
        let (store, large) = (store.clone(), &large);
        async move { store.put(&name(&number), large).await }
    }))
    .await;
    assert!(attempts.iter().all(|attempt| matches!(attempt, Err(StoreError::Full(_)))), "{attempts:?}");
    limit_pages(&store, "PRAGMA max_page_count = 1000000").await;
    store.put(&name(&"after"), &large).await.unwrap();
    assert!(store.get(&name(&"before")).await.unwrap().is_some());
    assert!(store.get(&name(&0)).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_on_one_file_write_and_read_at_once() {
    const WRITERS: usize = 8;
    const ROUNDS: usize = 12;
    let directory = Arc::new(Directory::new());
    let stores = [directory.open().await, directory.open().await];
    let tasks = (0..WRITERS).map(|writer| {
        let (mine, other) = (stores[writer % 2].clone(), stores[(writer + 1) % 2].clone());
        tokio::spawn(async move {
            for round in 0..ROUNDS {
                let name = name(&format!("{writer}/{round}"));
                mine.put(&name, b"x").await.unwrap();
                assert!(other.get(&name).await.unwrap().is_some(), "what was acknowledged is there for everybody");
            }
        })
    });
    for task in join_all(tasks).await {
        task.unwrap();
    }
}
