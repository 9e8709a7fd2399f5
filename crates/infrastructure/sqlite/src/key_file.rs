//! The vault key's file: `key` beside the database, 32 random bytes that only its owner may read. While another key
//! takes its place, that one waits in `key.next`; which of the two counts, the store says.

use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use fs_err as fs;
use telegraphist_application::ports::{KeyPlace, KeyPlaceKind, VaultError};
use telegraphist_application::sealing::{KeyId, RootKey};

const OTHERS: u32 = 0o077;

pub(crate) struct KeyFile {
    key: PathBuf,
    next: PathBuf,
}

impl KeyFile {
    pub(crate) fn beside(database: &Path) -> Self {
        let key = database.with_file_name("key");
        Self { next: key.with_extension("next"), key }
    }

    /// The key that is there, whichever it is: one that a first start left before it was noted, or one to compare with.
    pub(crate) fn any(&self) -> Result<Option<RootKey>, VaultError> {
        read(&self.key)
    }

    fn forget(&self, id: KeyId) -> Result<(), VaultError> {
        let is = |path: &Path| Ok::<_, VaultError>(read(path)?.is_some_and(|key| key.id() == id));
        let done = if is(&self.next)? {
            remove(&self.next)
        } else if !is(&self.key)? {
            Ok(())
        } else if self.next.exists() {
            // In one step, so that there is a key at every moment.
            fs::rename(&self.next, &self.key)
        } else {
            remove(&self.key)
        };
        done.and_then(|()| sync_directory(&self.key)).map_err(|error| cannot_be("changed", &error))
    }
}

#[async_trait]
impl KeyPlace for KeyFile {
    fn kind(&self) -> KeyPlaceKind {
        KeyPlaceKind::File
    }

    async fn is_open(&self) -> bool {
        true
    }

    async fn read(&self, id: KeyId) -> Result<Option<RootKey>, VaultError> {
        for path in [&self.key, &self.next] {
            if let Some(key) = read(path)?
                && key.id() == id
            {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    async fn keep(&self, key: &RootKey) -> Result<(), VaultError> {
        let place = match read(&self.key)? {
            Some(kept) if kept.id() == key.id() => return Ok(()),
            Some(_) => &self.next,
            None => &self.key,
        };
        write(place, key).map_err(|error| cannot_be("written", &error))
    }

    async fn forget(&self, id: KeyId) -> Result<(), VaultError> {
        KeyFile::forget(self, id)
    }
}

fn read(path: &Path) -> Result<Option<RootKey>, VaultError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot_be("read", &error)),
    };
    if metadata.mode() & OTHERS != 0 {
        return Err(VaultError::Locked(
            "others may read the key file beside the database; make it yours alone with `chmod 600 key`".into(),
        ));
    }
    let bytes = zeroize::Zeroizing::new(fs::read(path).map_err(|error| cannot_be("read", &error))?);
    match RootKey::from_bytes(&bytes) {
        Some(key) => Ok(Some(key)),
        None => {
            Err(VaultError::Locked("the key file beside the database is damaged: it does not hold 32 bytes".into()))
        }
    }
}

/// Nothing is visible under the name before it is whole and on the disk. The caller holds the lock of opening, so nobody
/// else writes one.
fn write(path: &Path, key: &RootKey) -> io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    remove(&unfinished)?;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(key.expose())?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    sync_directory(path)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn sync_directory(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |directory| fs::File::open(directory)?.sync_all())
}

fn cannot_be(what: &str, error: &io::Error) -> VaultError {
    VaultError::Locked(format!("the key file beside the database cannot be {what} ({})", error.kind()))
}
