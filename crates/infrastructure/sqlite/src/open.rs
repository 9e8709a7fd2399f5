use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use telegraphist_application::ports::{Clock, StoreError, VaultError};
use telegraphist_application::sealing::VaultKey;

use crate::copies::Copy;
use crate::errors::store_error;
use crate::keys::{self, KeyPlaces, Keys, Recorded};
use crate::sealing::Sealing;
use crate::writer::Writer;
use crate::{Inner, SqliteStore, limiter};

static MIGRATIONS: Migrator = sqlx::migrate!("../../../migrations/sqlite");

/// How long a transaction waits for one of another process. Far longer than any takes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// Each is a thread.
const READERS_MAX: u32 = 3;
const READERS_IDLE: Duration = Duration::from_mins(1);

/// Why a store cannot be opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory or the files in it cannot be made or read.
    #[error("the data directory cannot be used")]
    Directory(#[source] io::Error),
    /// A newer version of the program has written it.
    #[error("the store was written by a newer version of Telegraphist; install that version or choose another profile")]
    Newer,
    /// The vault key is missing, or not the one of this store.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The disk, or the database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SqliteStore {
    /// Opens the store at `database`, or makes it, with its directory and its key (the file `key` beside it). Any number
    /// of processes may open the same one at the same time, the first time too.
    pub async fn open(database: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::open_with(database, clock, KeyPlaces::default()).await
    }

    /// The same, where the key may be in other places too.
    pub async fn open_with(database: &Path, clock: Arc<dyn Clock>, places: KeyPlaces) -> Result<Self, OpenError> {
        let keys = Keys::of(database, places);
        let _lock = lock_opening(database).await.map_err(OpenError::Directory)?;
        let options = options(database);
        let mut connection = options.clone().connect().await.map_err(store_error)?;
        match prepare(&mut connection, &keys).await {
            Ok(key) => Self::start(connection, &options, Sealing::new(key, keys, database), clock).await,
            Err(error) => {
                // The reason is what was found before, whatever happens now.
                let _ = connection.close().await;
                Err(error)
            }
        }
    }

    async fn start(
        mut connection: SqliteConnection,
        options: &SqliteConnectOptions,
        sealing: Sealing,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        let buckets = limiter::load(&mut connection, clock.now()).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .idle_timeout(READERS_IDLE)
            .test_before_acquire(false)
            .connect_lazy_with(options.clone().create_if_missing(false).pragma("query_only", "ON"));
        let inner = Inner {
            writer: Writer::start(connection),
            readers,
            sealing,
            clock,
            sessions: Copy::default(),
            people: Copy::default(),
            preferences: Copy::default(),
            tokens: Copy::default(),
            buckets,
        };
        Ok(Self { inner: Arc::new(inner) })
    }
}

fn options(database: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(false)
        .busy_timeout(BUSY_TIMEOUT)
        .journal_mode(SqliteJournalMode::Wal)
        // Durable means: after power loss.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // What was deleted is overwritten, sealed as it may have been.
        .pragma("secure_delete", "ON")
        .disable_statement_logging()
}

/// Openings go one after the other: making files, the key and the tables is not for two at once. Held by the returned
/// file until it is dropped.
pub(crate) async fn lock_opening(database: &Path) -> io::Result<std::fs::File> {
    let database = database.to_owned();
    let locked = tokio::task::spawn_blocking(move || {
        if let Some(directory) = database.parent() {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        }
        let lock = private().truncate(false).create(true).open(database.with_extension("lock"))?;
        lock.lock()?;
        make_file(&database)?;
        Ok(lock)
    });
    locked.await.map_err(io::Error::other).flatten()
}

/// An empty file is an empty database. SQLite gives the files beside it the same permissions. A file that is there is not
/// touched: closing it would release the locks that another store of this process holds on it.
fn make_file(database: &Path) -> io::Result<()> {
    match private().create_new(true).open(database) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// The key first: without it nothing is changed.
async fn prepare(connection: &mut SqliteConnection, keys: &Keys) -> Result<VaultKey, OpenError> {
    let recorded = keys::recorded(connection).await?;
    let (key, new) = if let Some(recorded) = recorded {
        (keys.read(recorded).await?, None)
    } else {
        let (key, place) = keys.make().await?;
        let id = key.id();
        (key, Some(Recorded { id, place }))
    };
    migrate(connection, new).await?;
    forget_leftovers(connection, keys).await?;
    Ok(VaultKey::new(&key))
}

/// Brings the tables up to date and notes the key of a new store, or does nothing.
async fn migrate(connection: &mut SqliteConnection, new: Option<Recorded>) -> Result<(), OpenError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    MIGRATIONS.run_direct(None, &mut *transaction, false).await.map_err(migration_error)?;
    if let Some(key) = new {
        keys::record(&mut transaction, key).await?;
    }
    transaction.commit().await.map_err(store_error)?;
    Ok(())
}

/// Forgets what a rotation or a move that was cut short has left. A place that does not answer now is asked again the
/// next time.
async fn forget_leftovers(connection: &mut SqliteConnection, keys: &Keys) -> Result<(), StoreError> {
    for leftover in keys::leftovers(connection).await? {
        if keys.forget(leftover).await {
            keys::drop_leftover(connection, leftover).await?;
        }
    }
    Ok(())
}

fn migration_error(error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => OpenError::Newer,
        MigrateError::Execute(error) => store_error(error).into(),
        other => StoreError::Unavailable(Box::new(other)).into(),
    }
}
