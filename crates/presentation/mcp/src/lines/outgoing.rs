//! Writing answers. Whoever holds the writer writes for everybody who came meanwhile, so that many small answers are
//! few writes.

use std::io;
use std::sync::{Mutex, PoisonError};

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;

/// Answers that wait because the client does not read; over this, nothing more is read from it.
const WAITING_MAX: usize = 4 * 1024 * 1024;

/// The writing half of a connection.
pub(super) struct Outgoing<W> {
    waiting: Mutex<Vec<u8>>,
    writer: tokio::sync::Mutex<Option<W>>,
    drained: Notify,
}

impl<W: AsyncWrite + Unpin> Outgoing<W> {
    pub(super) fn new(writer: W) -> Self {
        Self { waiting: Mutex::new(Vec::new()), writer: tokio::sync::Mutex::new(Some(writer)), drained: Notify::new() }
    }

    /// Queues one line.
    pub(super) fn push(&self, line: Vec<u8>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.is_empty() {
            *waiting = line;
        } else {
            waiting.extend_from_slice(&line);
        }
    }

    /// Writes all that is queued; what somebody else is writing now is done when this returns.
    pub(super) async fn drain(&self) -> io::Result<()> {
        let mut writer = self.writer.lock().await;
        let Some(writer) = writer.as_mut() else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let lines = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if !lines.is_empty() {
            writer.write_all(&lines).await?;
            writer.flush().await?;
            self.drained.notify_waiters();
        }
        Ok(())
    }

    /// Waits until the client has read enough.
    pub(super) async fn room(&self) {
        loop {
            let drained = self.drained.notified();
            if self.waiting.lock().unwrap_or_else(PoisonError::into_inner).len() <= WAITING_MAX {
                return;
            }
            drained.await;
        }
    }

    /// Writes what is left and lets the client see the end.
    pub(super) async fn close(&self) -> io::Result<()> {
        let drained = self.drain().await;
        if let Some(mut writer) = self.writer.lock().await.take() {
            writer.shutdown().await?;
        }
        drained
    }
}
