//! The one writer: group commit.
//!
//! Whatever waits when a transaction can begin goes into it, each piece of work behind a savepoint of its own, so that
//! one that fails takes nothing else with it. Everybody hears the end of it only after the commit, which is on the disk
//! by then. Transactions are spoken in plain SQL: on a full disk SQLite rolls back by itself, which sqlx's own
//! bookkeeping of transactions would not notice.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::future::BoxFuture;
use sqlx::{Connection, SqliteConnection};
use telegraphist_application::ports::{AppendError, StoreError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::errors::store_error;

/// More work than this in one transaction makes nobody faster.
const BATCH_MAX: usize = 256;
/// Who comes when so many wait, waits for a place.
const QUEUE_MAX: usize = 1024;

/// Hands work to the writing task.
pub(crate) struct Writer {
    /// Gone once closed.
    jobs: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(crate) fn start(connection: SqliteConnection) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE_MAX);
        let task = tokio::spawn(run(connection, waiting));
        Self { jobs: Mutex::new(Some(jobs)), task: Mutex::new(Some(task)) }
    }

    /// Runs `work` in a transaction. The work is done even if the caller stops waiting for it.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteError,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        let jobs = lock(&self.jobs).clone().ok_or_else(closed)?;
        let (reply, answer) = oneshot::channel();
        let job = Work { todo: Some(work), result: None, reply };
        jobs.send(Box::new(job)).await.map_err(|_| closed())?;
        drop(jobs);
        answer.await.map_err(|_| closed())?
    }

    /// Waits until everything handed over is written.
    pub(crate) async fn close(&self) {
        drop(lock(&self.jobs).take());
        let task = lock(&self.task).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the store's writer did not end well");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".into())
}

async fn run(mut connection: SqliteConnection, mut waiting: mpsc::Receiver<Box<dyn Job>>) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while waiting.recv_many(&mut batch, BATCH_MAX).await > 0 {
        let failure = transact(&mut connection, &mut batch).await.err();
        if failure.is_some() {
            // Fails where SQLite has rolled back by itself, and then there is nothing to do.
            let _ = execute(&mut connection, "ROLLBACK").await;
        }
        for job in batch.drain(..) {
            job.settle(failure.as_ref());
        }
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "the store was not closed cleanly; nothing is lost");
    }
}

/// Why a transaction did not come to its end.
enum Failure {
    Sqlite(Arc<sqlx::Error>),
    /// One piece of work found the disk full, and SQLite rolled everything back.
    Full,
}

impl Failure {
    fn to_error(&self) -> StoreError {
        match self {
            Self::Sqlite(error) => store_error(Arc::clone(error)),
            Self::Full => StoreError::Full("another write of the same transaction found the disk full".into()),
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}

async fn transact(connection: &mut SqliteConnection, batch: &mut [Box<dyn Job>]) -> Result<(), Failure> {
    execute(connection, "BEGIN IMMEDIATE").await?;
    let is_shared = batch.len() > 1;
    if is_shared {
        execute(connection, "SAVEPOINT job").await?;
    }
    for job in batch {
        let ran = job.run(connection).await;
        match (is_shared, ran) {
            // One query, since each is a way to the connection's thread and back.
            (true, Ran::Well) => execute(connection, "RELEASE job; SAVEPOINT job").await?,
            // The savepoint stays, for the next one.
            (true, Ran::Badly) => execute(connection, "ROLLBACK TO job").await?,
            (true, Ran::OutOfSpace) => execute(connection, "ROLLBACK TO job").await.map_err(|_| Failure::Full)?,
            (false, Ran::Well) => {}
            (false, Ran::Badly | Ran::OutOfSpace) => {
                // Fails where SQLite has rolled back by itself, and then there is nothing to do.
                let _ = execute(connection, "ROLLBACK").await;
                return Ok(());
            }
        }
    }
    Ok(execute(connection, "COMMIT").await?)
}

async fn execute(connection: &mut SqliteConnection, statement: &'static str) -> Result<(), sqlx::Error> {
    sqlx::query(statement).execute(connection).await.map(|_| ())
}

/// What work may fail with.
pub(crate) trait WriteError: From<StoreError> + Send + 'static {
    /// The store's part in it, if any.
    fn store(&self) -> Option<&StoreError>;
}

impl WriteError for StoreError {
    fn store(&self) -> Option<&StoreError> {
        Some(self)
    }
}

impl WriteError for AppendError {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Conflict | Self::NameTaken | Self::AlreadyQueued(_) => None,
        }
    }
}

/// How a piece of work ended.
#[derive(Clone, Copy)]
enum Ran {
    /// Its changes are to be kept.
    Well,
    /// Its changes are to be undone.
    Badly,
    /// The same, and SQLite may have undone everything already.
    OutOfSpace,
}

/// Work of any type, for the queue.
#[async_trait]
trait Job: Send {
    /// Does it.
    async fn run(&mut self, connection: &mut SqliteConnection) -> Ran;
    /// Tells whoever waits. `failure` is why the transaction did not come to its end.
    fn settle(self: Box<Self>, failure: Option<&Failure>);
}

struct Work<F, T, E> {
    todo: Option<F>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

#[async_trait]
impl<F, T, E> Job for Work<F, T, E>
where
    T: Send + 'static,
    E: WriteError,
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
{
    async fn run(&mut self, connection: &mut SqliteConnection) -> Ran {
        let Some(work) = self.todo.take() else {
            return Ran::Badly;
        };
        match self.result.insert(work(connection).await) {
            Ok(_) => Ran::Well,
            Err(error) if matches!(error.store(), Some(StoreError::Full(_))) => Ran::OutOfSpace,
            Err(_) => Ran::Badly,
        }
    }

    fn settle(self: Box<Self>, failure: Option<&Failure>) {
        let result = match (self.result, failure) {
            // What refused by itself has nothing to do with the others' fate.
            (Some(Err(own)), _) => Err(own),
            (Some(Ok(done)), None) => Ok(done),
            (Some(Ok(_)) | None, Some(failure)) => Err(failure.to_error().into()),
            (None, None) => Err(closed().into()),
        };
        // Whoever stopped waiting does not want to know.
        let _ = self.reply.send(result);
    }
}
