//! What group commit is worth: durable writes in a second, by one writer and by 64 at once.
//!
//! `cargo run --release -p telegraphist-sqlite --example write_speed [directory]`

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use telegraphist_application::ambient::SystemClock;
use telegraphist_application::ports::{SecretName, Vault};
use telegraphist_sqlite::SqliteStore;

const FOR: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let parent = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = tempfile::tempdir_in(parent)?;
    let store = SqliteStore::open(&directory.path().join("telegraphist.db"), Arc::new(SystemClock)).await?;
    for writers in [1, 8, 64] {
        println!("{writers:>3} at once: {:>7.0} durable writes in a second", measure(&store, writers).await?);
    }
    store.close().await;
    Ok(())
}

async fn measure(store: &SqliteStore, writers: u32) -> Result<f64, Box<dyn std::error::Error>> {
    let start = Instant::now();
    let tasks: Vec<_> = (0..writers)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut written = 0_u32;
                while start.elapsed() < FOR {
                    let name = SecretName::new("speed", format!("{writer}/{written}"));
                    store.put(&name, &[7; 256]).await?;
                    written += 1;
                }
                Ok::<_, telegraphist_application::ports::StoreError>(written)
            })
        })
        .collect();
    let mut written = 0;
    for task in tasks {
        written += task.await??;
    }
    Ok(f64::from(written) / start.elapsed().as_secs_f64())
}
