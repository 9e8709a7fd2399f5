//! The folders that may be read and written, held as capabilities: a path is opened beneath its folder or not at all.

use std::io::{self, Read, Seek};
use std::path::{Component, Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use telegraphist_application::ports::{FileError, Incoming, Outgoing};

use crate::io_failed;
use crate::outgoing::Partial;
use crate::{mime, name};

/// A file of this size can be sent; Telegram takes no larger ones.
const FILE_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// The allowed folders.
pub(crate) struct Folders {
    read: Vec<PathBuf>,
    write: Vec<PathBuf>,
    downloads: PathBuf,
}

impl Folders {
    pub(crate) fn new(mut read: Vec<PathBuf>, mut write: Vec<PathBuf>, downloads: PathBuf) -> Self {
        read.push(downloads.clone());
        write.push(downloads.clone());
        Self { read, write, downloads }
    }

    /// Opens a regular file beneath a readable folder.
    pub(crate) async fn read(&self, path: &str) -> Result<Incoming, FileError> {
        let place = Place::of(Path::new(path), &self.read)?;
        blocking(move || open(&place)).await
    }

    /// Whether it is a folder whose files may be read.
    pub(crate) async fn check_readable(&self, folder: &str) -> Result<(), FileError> {
        let place = Place::of(Path::new(folder), &self.read)?;
        blocking(move || place.open_dir().map(drop)).await
    }

    /// Starts a file in a writable folder.
    pub(crate) async fn write(&self, folder: Option<&str>, name: &str) -> Result<Box<dyn Outgoing>, FileError> {
        let name = name::fit(name);
        let makes = folder.is_none().then(|| self.downloads.clone());
        let folder = folder.map_or(self.downloads.as_path(), Path::new);
        let place = Place::of(folder, &self.write)?;
        let partial = blocking(move || {
            if let Some(downloads) = makes {
                fs_err::create_dir_all(downloads).map_err(io_failed)?;
            }
            let dir = place.open_dir()?;
            Partial::create(dir, place.absolute(), name)
        });
        Ok(Box::new(partial.await?))
    }
}

/// Runs file system work where it holds up nobody.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
) -> Result<T, FileError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| FileError::Io(io::Error::other(error)))?
}

/// A path beneath an allowed folder.
struct Place {
    root: PathBuf,
    relative: PathBuf,
    allowed: Vec<PathBuf>,
}

impl Place {
    /// Finds the folder that a path names. Whether the path really stays beneath it is decided when it is opened.
    fn of(path: &Path, allowed: &[PathBuf]) -> Result<Self, FileError> {
        let outside = || FileError::Outside { allowed: allowed.to_vec() };
        let climbs = path.components().any(|part| part == Component::ParentDir);
        if !path.is_absolute() || climbs {
            return Err(outside());
        }
        let beneath = allowed.iter().filter_map(|root| {
            let relative = path.strip_prefix(root).ok()?;
            Some((root.clone(), relative.to_owned()))
        });
        let (root, relative) = beneath.max_by_key(|(root, _)| root.components().count()).ok_or_else(outside)?;
        Ok(Self { root, relative, allowed: allowed.to_vec() })
    }

    fn absolute(&self) -> PathBuf {
        self.root.join(&self.relative)
    }

    fn root_dir(&self) -> Result<Dir, FileError> {
        Dir::open_ambient_dir(&self.root, ambient_authority()).map_err(io_failed)
    }

    fn open_dir(&self) -> Result<Dir, FileError> {
        let root = self.root_dir()?;
        if self.relative.as_os_str().is_empty() {
            return Ok(root);
        }
        root.open_dir(&self.relative).map_err(|error| self.failed(error))
    }

    fn open_file(&self) -> Result<std::fs::File, FileError> {
        if self.relative.as_os_str().is_empty() {
            return Err(FileError::NotFound);
        }
        let root = self.root_dir()?;
        let opened = root.open_with(&self.relative, &read_only());
        let file = opened.map_err(|error| self.failed(error))?;
        Ok(file.into_std())
    }

    /// cap-std's own refusal to leave the folder carries no code of the operating system; a lack of rights does.
    fn failed(&self, error: io::Error) -> FileError {
        let leaves = error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none();
        if leaves {
            return FileError::Outside { allowed: self.allowed.clone() };
        }
        io_failed(error)
    }
}

/// Does not wait for somebody to write into a pipe that lies there as a file.
fn read_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    options
}

fn open(place: &Place) -> Result<Incoming, FileError> {
    let mut file = place.open_file()?;
    let facts = file.metadata().map_err(io_failed)?;
    if !facts.is_file() {
        return Err(FileError::NotFound);
    }
    if facts.len() > FILE_MAX {
        return Err(FileError::TooLarge { limit: FILE_MAX });
    }
    let mut head = Vec::with_capacity(mime::HEAD);
    let mut start = (&mut file).take(mime::HEAD as u64);
    start.read_to_end(&mut head).map_err(io_failed)?;
    file.rewind().map_err(io_failed)?;
    let last = place.relative.file_name().unwrap_or_default();
    let name = last.to_string_lossy().into_owned();
    Ok(Incoming {
        size: Some(facts.len()),
        mime_type: mime::of(&head, &name),
        name,
        bytes: Box::pin(tokio::fs::File::from_std(file)),
    })
}

#[cfg(test)]
mod tests;
