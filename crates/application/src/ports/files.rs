use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite};

/// A file being read, streamed.
pub struct Incoming {
    /// Size in bytes, where known before reading.
    pub size: Option<u64>,
    /// File name without directories.
    pub name: String,
    /// MIME type by content, else by name.
    pub mime_type: String,
    /// The bytes.
    pub bytes: ReadHandle,
}

/// Bytes to read.
pub type ReadHandle = Pin<Box<dyn AsyncRead + Send>>;
/// Bytes to write.
pub type WriteHandle = Pin<Box<dyn AsyncWrite + Send>>;

/// A file being written: nothing is visible under its name before `commit`.
#[async_trait]
pub trait Outgoing: Send {
    /// Where to write.
    fn bytes(&mut self) -> Pin<&mut (dyn AsyncWrite + Send)>;
    /// Makes it visible, durably, and answers the absolute path. A name that exists gets a number.
    async fn commit(self: Box<Self>) -> Result<PathBuf, FileError>;
}

/// Limits of fetching a URL.
#[derive(Debug, Clone, Copy)]
pub struct FetchLimits {
    /// Bytes at most.
    pub bytes_max: u64,
    /// Time at most.
    pub time_max: Duration,
}

/// Why a file was refused. Messages name the argument's problem, never contents.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Outside the allowed folders, also through a symlink.
    #[error("the path is outside the allowed folders")]
    Outside {
        /// The folders that are allowed, for the caller to choose from.
        allowed: Vec<PathBuf>,
    },
    /// Not there, or not a regular file.
    #[error("there is no such file")]
    NotFound,
    /// Over a limit.
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// Bytes.
        limit: u64,
    },
    /// The URL is not http(s), or its address is private, loopback, link-local or otherwise not public.
    #[error("the URL is refused: {0}")]
    UrlRefused(String),
    /// The server answered badly or not in time.
    #[error("the URL could not be fetched: {0}")]
    Fetch(String),
    /// No space left.
    #[error("there is no space left on the disk")]
    Full,
    /// Reading or writing failed.
    #[error("the file could not be read or written")]
    Io(#[source] std::io::Error),
}

/// Files of the allowed folders, and files by URL.
#[async_trait]
pub trait Files: Send + Sync {
    /// Opens a file of an allowed folder; `path` is absolute.
    async fn read(&self, path: &str) -> Result<Incoming, FileError>;
    /// MUST refuse a folder that is not beneath an allowed one as [`read`](Self::read) refuses its files; `NotFound` if it
    /// is not there.
    async fn check_readable(&self, folder: &str) -> Result<(), FileError>;
    /// Starts a file named `name` in `folder` (absolute, allowed) or in downloads.
    async fn write(&self, folder: Option<&str>, name: &str) -> Result<Box<dyn Outgoing>, FileError>;
    /// Fetches a URL whose resolved address is public.
    async fn fetch(&self, url: &str, limits: FetchLimits) -> Result<Incoming, FileError>;
}
