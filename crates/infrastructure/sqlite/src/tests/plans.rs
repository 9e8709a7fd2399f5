//! How SQLite answers what is asked while much waits.

use sqlx::Row;
use telegraphist_application::contracts::Place;

use super::Directory;
use crate::SqliteStore;
use crate::outbox::QUERIES;

/// What SQLite says it will do, a line each.
async fn plan(store: &SqliteStore, statement: &str) -> Vec<String> {
    let explained = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let rows = sqlx::query(explained).fetch_all(&mut *store.reader().await.unwrap()).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

#[tokio::test]
async fn a_claim_looks_everything_up_and_sorts_nothing() {
    let directory = Directory::new();
    let store = directory.open().await;
    for statement in QUERIES.iter().flat_map(|query| query.split(';')) {
        let plan = plan(&store, statement).await;
        let is_cheap = |step: &String| {
            let is_search = step.starts_with("SEARCH outbox") && !step.contains("outbox_by_state");
            let is_frame = step.contains("SUBQUERY") || step.starts_with("SCAN json_each");
            is_search || is_frame || step.starts_with("CREATE BLOOM FILTER")
        };
        assert!(!plan.is_empty() && plan.iter().all(is_cheap), "{statement}\n{}", plan.join("\n"));
    }
}
