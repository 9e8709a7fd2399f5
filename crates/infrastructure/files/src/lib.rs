//! Files of the allowed folders and files by URL: the adapter behind the port `Files`.
//!
//! Outside the allowed folders nothing is read or written, symlinks included: every path is opened beneath a directory
//! handle that the operating system does not let it leave. A URL is fetched only from an address that was seen to be
//! public, at every redirect anew. To read: `folders`, then `fetch`.

mod address;
mod document;
mod fetch;
mod folders;
mod mime;
mod name;
mod outgoing;

use std::path::PathBuf;

use async_trait::async_trait;
use telegraphist_application::ports::{FetchLimits, FileError, Files, Incoming, Outgoing};

pub use crate::document::{Reach, fetch_document};
use crate::fetch::Fetcher;
use crate::folders::Folders;

/// The files that agents may read and write.
pub struct AllowedFiles {
    folders: Folders,
    fetcher: Fetcher,
}

impl AllowedFiles {
    /// Files may be read from `read` and from `downloads`, and written to `write` and to `downloads`, which is made
    /// when the first file arrives. All paths are absolute; they need not exist yet.
    pub fn new(read: Vec<PathBuf>, write: Vec<PathBuf>, downloads: PathBuf) -> Self {
        Self { folders: Folders::new(read, write, downloads), fetcher: Fetcher::public() }
    }
}

#[async_trait]
impl Files for AllowedFiles {
    async fn read(&self, path: &str) -> Result<Incoming, FileError> {
        self.folders.read(path).await
    }

    async fn check_readable(&self, folder: &str) -> Result<(), FileError> {
        self.folders.check_readable(folder).await
    }

    async fn write(&self, folder: Option<&str>, name: &str) -> Result<Box<dyn Outgoing>, FileError> {
        self.folders.write(folder, name).await
    }

    async fn fetch(&self, url: &str, limits: FetchLimits) -> Result<Incoming, FileError> {
        self.fetcher.fetch(url, limits).await
    }
}

/// What a failed read or write means for the caller.
pub(crate) fn io_failed(error: std::io::Error) -> FileError {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory => FileError::NotFound,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FileError::Full,
        _ => FileError::Io(error),
    }
}
