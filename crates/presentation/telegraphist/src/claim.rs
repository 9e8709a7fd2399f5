//! The right to a data directory. One process has it at a time; it ends with the process, however that ends.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::sync::oneshot;

use crate::places::Places;

/// How long a predecessor may take to finish what it was doing.
const PREDECESSOR_MAX: Duration = Duration::from_secs(50);

/// The lock on a data directory.
pub(crate) struct Claim {
    _lock: File,
}

impl Claim {
    /// Takes it. Waits for a predecessor that is going; refuses at once where an owner is there to stay.
    pub(crate) async fn take(places: &Places) -> anyhow::Result<Self> {
        places.create()?;
        let path = places.lock();
        let mut lock = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("cannot open {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(problem)) => {
                return Err(problem).with_context(|| format!("cannot lock {}", path.display()));
            }
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                lock.read_to_string(&mut owner)?;
                let profile = places.profile.as_str();
                if UnixStream::connect(&places.socket).is_ok() {
                    bail!(
                        "process {} serves profile {profile} already; to end it: telegraphist --profile {profile} daemon stop",
                        owner.trim()
                    );
                }
                lock = locked(lock)
                    .await
                    .with_context(|| format!("process {} holds profile {profile} and does not end", owner.trim()))?;
            }
        }
        lock.set_len(0)?;
        lock.rewind()?;
        writeln!(lock, "{}", std::process::id())?;
        Ok(Self { _lock: lock })
    }
}

/// Waits for the lock in a thread of its own, which ends with the process if the lock never comes.
async fn locked(lock: File) -> anyhow::Result<File> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let outcome = lock.lock().map(|()| lock);
        // Nobody waits any more.
        let _ = sender.send(outcome);
    });
    let outcome = tokio::time::timeout(PREDECESSOR_MAX, receiver).await;
    Ok(outcome.context("waited long enough")???)
}
