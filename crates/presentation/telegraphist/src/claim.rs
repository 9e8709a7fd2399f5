//! The right to a data directory. One process has it at a time; it ends with the process, however that ends.

use std::fs::{File, TryLockError};
use std::io::{Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::{Context as _, bail};

use telegraphist_relay::Places;

/// How long a predecessor may take to finish what it was doing.
const PREDECESSOR_MAX: Duration = Duration::from_secs(50);

/// How often it is looked at meanwhile: a lock can be waited for, but not a lock or a socket, whichever comes first.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The lock on a data directory.
pub(crate) struct Claim {
    _lock: File,
}

/// Another process has the directory and serves it.
#[derive(Debug, thiserror::Error)]
#[error("process {process} serves profile {profile} already; to end it: telegraphist --profile {profile} daemon stop")]
pub(crate) struct AlreadyServed {
    process: String,
    profile: String,
}

impl Claim {
    /// Takes it. Waits for a predecessor that is going; fails with [`AlreadyServed`] once another owner answers.
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
        match tokio::time::timeout(PREDECESSOR_MAX, locked(&lock, places)).await {
            Ok(outcome) => outcome?,
            Err(_) => bail!("process {} holds profile {} and does not end", places.owner(), places.profile.as_str()),
        }
        lock.set_len(0)?;
        lock.rewind()?;
        writeln!(lock, "{}", std::process::id())?;
        Ok(Self { _lock: lock })
    }
}

async fn locked(lock: &File, places: &Places) -> anyhow::Result<()> {
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if UnixStream::connect(&places.socket).is_ok() => {
                let served = AlreadyServed { process: places.owner(), profile: places.profile.as_str().to_owned() };
                return Err(served.into());
            }
            Err(TryLockError::WouldBlock) => tokio::time::sleep(LOOK_EVERY).await,
            Err(TryLockError::Error(problem)) => return Err(problem).context("cannot lock the data directory"),
        }
    }
}
