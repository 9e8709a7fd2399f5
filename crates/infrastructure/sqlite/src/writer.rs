//! The one writer: group commit.
//!
//! Whatever waits when a transaction can begin goes into it, each piece of work behind a savepoint of its own, so that
//! one that fails takes nothing else with it. Rows of the audit log that wait are written together, as the last piece.
//! Everybody hears the end of it only after the commit, which is on the disk by then. Transactions are spoken in plain SQL: on a full disk SQLite rolls back by itself, which sqlx's own
//! bookkeeping of transactions would not notice.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::future::BoxFuture;
use sqlx::{Connection, SqliteConnection};
use telegraphist_application::ports::{AppendError, AuditEntry, AuditRow, StoreError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::audit_log;
use crate::errors::store_error;

/// More work than this in one transaction makes nobody faster.
const BATCH_MAX: usize = 256;
/// Who comes when so many wait, waits for a place.
const QUEUE_MAX: usize = 1024;

/// What the writer does.
enum Task {
    Work(Box<dyn Job>),
    Record(Recording),
}

/// Hands work to the writing task.
pub(crate) struct Writer {
    /// Gone once closed.
    jobs: Mutex<Option<mpsc::Sender<Task>>>,
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
        let (reply, answer) = oneshot::channel();
        let job = Work { todo: Some(work), result: None, reply };
        self.hand_over(Task::Work(Box::new(job))).await?;
        answer.await.map_err(|_| closed())?
    }

    /// Appends a row to the audit log. It is written even if the caller stops waiting for it.
    pub(crate) async fn record(&self, entry: AuditEntry) -> Result<AuditRow, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.hand_over(Task::Record(Recording { entry, reply })).await?;
        answer.await.map_err(|_| closed())?
    }

    async fn hand_over(&self, task: Task) -> Result<(), StoreError> {
        let jobs = lock(&self.jobs).clone().ok_or_else(closed)?;
        jobs.send(task).await.map_err(|_| closed())
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

async fn run(mut connection: SqliteConnection, mut waiting: mpsc::Receiver<Task>) {
    let mut tasks = Vec::with_capacity(BATCH_MAX);
    while waiting.recv_many(&mut tasks, BATCH_MAX).await > 0 {
        let mut batch = Batch::of(tasks.drain(..));
        let failure = batch.transact(&mut connection).await.err();
        if failure.is_some() {
            // Fails where SQLite has rolled back by itself, and then there is nothing to do.
            let _ = execute(&mut connection, "ROLLBACK").await;
        }
        batch.settle(failure.as_ref());
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

/// What goes into one transaction.
struct Batch {
    jobs: Vec<Box<dyn Job>>,
}

impl Batch {
    fn of(tasks: impl Iterator<Item = Task>) -> Self {
        let (mut jobs, mut recordings) = (Vec::new(), Vec::new());
        for task in tasks {
            match task {
                Task::Work(job) => jobs.push(job),
                Task::Record(recording) => recordings.push(recording),
            }
        }
        if !recordings.is_empty() {
            jobs.push(Box::new(Recordings { waiting: recordings, result: None }));
        }
        Self { jobs }
    }

    /// What belongs together is one query, since each is a way to the connection's thread and back.
    async fn transact(&mut self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let (first, others) = match self.jobs.as_mut_slice() {
            [] => return Ok(()),
            [alone] => return transact_alone(connection, alone).await,
            [first, others @ ..] => (first, others),
        };
        execute(connection, "BEGIN IMMEDIATE; SAVEPOINT job").await?;
        let mut ran = first.run(connection).await;
        for job in others {
            match ran {
                Ran::Well => execute(connection, "RELEASE job; SAVEPOINT job").await?,
                // The savepoint stays, for the next one.
                Ran::Badly => execute(connection, "ROLLBACK TO job").await?,
                Ran::OutOfSpace => execute(connection, "ROLLBACK TO job").await.map_err(|_| Failure::Full)?,
            }
            ran = job.run(connection).await;
        }
        match ran {
            Ran::Well => Ok(execute(connection, "COMMIT").await?),
            Ran::Badly => Ok(execute(connection, "ROLLBACK TO job; COMMIT").await?),
            Ran::OutOfSpace => execute(connection, "ROLLBACK TO job; COMMIT").await.map_err(|_| Failure::Full),
        }
    }

    fn settle(self, failure: Option<&Failure>) {
        for job in self.jobs {
            job.settle(failure);
        }
    }
}

async fn transact_alone(connection: &mut SqliteConnection, job: &mut Box<dyn Job>) -> Result<(), Failure> {
    execute(connection, "BEGIN IMMEDIATE").await?;
    match job.run(connection).await {
        Ran::Well => Ok(execute(connection, "COMMIT").await?),
        Ran::Badly | Ran::OutOfSpace => {
            // Fails where SQLite has rolled back by itself, and then there is nothing to do.
            let _ = execute(connection, "ROLLBACK").await;
            Ok(())
        }
    }
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
        ran(self.result.insert(work(connection).await))
    }

    fn settle(self: Box<Self>, failure: Option<&Failure>) {
        // Whoever stopped waiting does not want to know.
        let _ = self.reply.send(outcome(self.result, failure));
    }
}

/// What whoever waits is told.
fn outcome<T, E: WriteError>(result: Option<Result<T, E>>, failure: Option<&Failure>) -> Result<T, E> {
    match (result, failure) {
        // What refused by itself has nothing to do with the others' fate.
        (Some(Err(own)), _) => Err(own),
        (Some(Ok(done)), None) => Ok(done),
        (Some(Ok(_)) | None, Some(failure)) => Err(failure.to_error().into()),
        (None, None) => Err(closed().into()),
    }
}

fn ran<T, E: WriteError>(result: &Result<T, E>) -> Ran {
    match result {
        Ok(_) => Ran::Well,
        Err(error) if matches!(error.store(), Some(StoreError::Full(_))) => Ran::OutOfSpace,
        Err(_) => Ran::Badly,
    }
}

/// What several are told.
fn shared(error: &Arc<StoreError>) -> StoreError {
    let cause = Box::new(Arc::clone(error));
    if matches!(**error, StoreError::Full(_)) { StoreError::Full(cause) } else { StoreError::Unavailable(cause) }
}

/// A row of the audit log, and who waits for it.
struct Recording {
    entry: AuditEntry,
    reply: oneshot::Sender<Result<AuditRow, StoreError>>,
}

/// The rows of one transaction.
struct Recordings {
    waiting: Vec<Recording>,
    result: Option<Result<Vec<AuditRow>, StoreError>>,
}

#[async_trait]
impl Job for Recordings {
    async fn run(&mut self, connection: &mut SqliteConnection) -> Ran {
        let entries = self.waiting.iter().map(|recording| recording.entry.clone()).collect();
        ran(self.result.insert(audit_log::append(connection, entries).await))
    }

    fn settle(self: Box<Self>, failure: Option<&Failure>) {
        let told: Vec<Result<AuditRow, StoreError>> = match outcome(self.result, failure) {
            Ok(rows) => rows.into_iter().map(Ok).collect(),
            Err(error) => {
                let error = Arc::new(error);
                self.waiting.iter().map(|_| Err(shared(&error))).collect()
            }
        };
        for (recording, told) in self.waiting.into_iter().zip(told) {
            // Whoever stopped waiting does not want to know.
            let _ = recording.reply.send(told);
        }
    }
}
