//! The vault key's file: `key` beside the database, 32 random bytes that only its owner may read. Made once, when the
//! store is made; later never made, never changed.

use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use fs_err as fs;
use secrecy::{ExposeSecret, SecretBox};
use telegraphist_application::ports::VaultError;

const LENGTH: usize = 32;
const OTHERS: u32 = 0o077;

pub(crate) fn beside(database: &Path) -> PathBuf {
    database.with_file_name("key")
}

/// Reads the key; `None` if there is no file.
pub(crate) fn read(path: &Path) -> Result<Option<SecretBox<[u8; LENGTH]>>, VaultError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot_be_read(&error)),
    };
    if metadata.mode() & OTHERS != 0 {
        return Err(VaultError::Locked(
            "others may read the key file beside the database; make it yours alone with `chmod 600 key`".into(),
        ));
    }
    let mut key = SecretBox::new(Box::new([0; LENGTH]));
    let bytes = zeroize::Zeroizing::new(fs::read(path).map_err(|error| cannot_be_read(&error))?);
    if bytes.len() != LENGTH {
        return Err(VaultError::Locked(
            "the key file beside the database is damaged: it does not hold 32 bytes".into(),
        ));
    }
    secrecy::ExposeSecretMut::expose_secret_mut(&mut key).copy_from_slice(&bytes);
    Ok(Some(key))
}

/// Makes the key. Nothing is visible under its name before it is whole and on the disk. The caller holds the lock of
/// opening, so nobody else makes one.
pub(crate) fn make(path: &Path) -> io::Result<SecretBox<[u8; LENGTH]>> {
    let mut key = SecretBox::new(Box::new([0; LENGTH]));
    getrandom::fill(secrecy::ExposeSecretMut::expose_secret_mut(&mut key)).map_err(io::Error::other)?;
    let unfinished = path.with_extension("unfinished");
    if let Err(error) = fs::remove_file(&unfinished)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(key.expose_secret())?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    if let Some(directory) = path.parent() {
        fs::File::open(directory)?.sync_all()?;
    }
    Ok(key)
}

fn cannot_be_read(error: &io::Error) -> VaultError {
    VaultError::Locked(format!("the key file beside the database cannot be read ({})", error.kind()))
}
