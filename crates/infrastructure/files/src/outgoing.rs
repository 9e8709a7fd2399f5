//! A file on its way to the disk: hidden under a name of its own until it is whole.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;

use async_trait::async_trait;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use telegraphist_application::ports::{FileError, Outgoing};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::folders::blocking;
use crate::{io_failed, name};

/// Names tried before giving up: `a.txt`, `a (1).txt`, …
const NUMBERS_MAX: u32 = 10_000;

/// A file that nobody sees yet. Dropped without a commit, it is gone.
pub(crate) struct Partial {
    /// `None` once it is committed or removed.
    hidden: Option<Hidden>,
    file: tokio::fs::File,
}

struct Hidden {
    dir: Dir,
    folder: PathBuf,
    partial_name: String,
    name: String,
}

impl Partial {
    /// Starts a file that is going to be called `name` in `dir`, whose path is `folder`.
    pub(crate) fn create(dir: Dir, folder: PathBuf, name: String) -> Result<Self, FileError> {
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).map_err(|error| FileError::Io(io::Error::other(error)))?;
        let partial_name = format!(".telegraphist-{:016x}.part", u64::from_le_bytes(random));
        let file = dir.open_with(&partial_name, &new_and_private());
        let file = file.map_err(io_failed)?.into_std();
        Ok(Self { hidden: Some(Hidden { dir, folder, partial_name, name }), file: tokio::fs::File::from_std(file) })
    }
}

/// Creating fails where something lies already, a symlink included.
fn new_and_private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options
}

impl Hidden {
    /// Takes the first free name and puts the file in its place.
    fn reveal(&self) -> io::Result<PathBuf> {
        let name = self.reserve()?;
        self.dir.rename(&self.partial_name, &self.dir, &name)?;
        // The folder's own handle is for looking up names only; it cannot be synced.
        self.dir.open(".")?.sync_all()?;
        Ok(self.folder.join(name))
    }

    fn reserve(&self) -> io::Result<String> {
        let mut name = self.name.clone();
        for number in 1..=NUMBERS_MAX {
            match self.dir.open_with(&name, &new_and_private()) {
                Ok(_) => return Ok(name),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    name = name::numbered(&self.name, number);
                }
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::from(io::ErrorKind::AlreadyExists))
    }

    fn remove(&self) {
        if let Err(error) = self.dir.remove_file(&self.partial_name) {
            tracing::warn!(%error, "an unfinished download could not be removed");
        }
    }
}

#[async_trait]
impl Outgoing for Partial {
    fn bytes(&mut self) -> Pin<&mut (dyn AsyncWrite + Send)> {
        let file: Pin<&mut tokio::fs::File> = Pin::new(&mut self.file);
        file
    }

    async fn commit(mut self: Box<Self>) -> Result<PathBuf, FileError> {
        self.file.flush().await.map_err(io_failed)?;
        self.file.sync_all().await.map_err(io_failed)?;
        let Some(hidden) = self.hidden.take() else {
            return Err(FileError::NotFound);
        };
        blocking(move || {
            hidden.reveal().map_err(|error| {
                hidden.remove();
                io_failed(error)
            })
        })
        .await
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if let Some(hidden) = &self.hidden {
            hidden.remove();
        }
    }
}
