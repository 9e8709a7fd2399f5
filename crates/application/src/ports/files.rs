use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};

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

impl dyn Outgoing {
    /// [Commits](Outgoing::commit) when everything that was taken is written.
    pub async fn finish(mut self: Box<Self>) -> Result<PathBuf, FileError> {
        self.bytes().flush().await.map_err(of_writing)?;
        self.commit().await
    }
}

/// Takes the bytes of a file, in order.
#[async_trait]
pub trait Sink: Send {
    /// Takes the next bytes.
    async fn take(&mut self, bytes: &[u8]) -> Result<(), FileError>;
}

#[async_trait]
impl Sink for Vec<u8> {
    async fn take(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

#[async_trait]
impl Sink for Box<dyn Outgoing> {
    async fn take(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.bytes().write_all(bytes).await.map_err(of_writing)
    }
}

fn of_writing(error: std::io::Error) -> FileError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => FileError::Full,
        _ => FileError::Io(error),
    }
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

#[cfg(test)]
mod tests {
    use std::io;
    use std::task::{Context, Poll};

    use super::*;

    /// A disk with room for so many bytes, and a buffer in front of it.
    struct Disk {
        room: usize,
        buffered: usize,
    }

    impl AsyncWrite for Disk {
        fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            if self.buffered > self.room {
                return Poll::Ready(Err(io::ErrorKind::StorageFull.into()));
            }
            self.buffered += bytes.len();
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            let full = io::ErrorKind::QuotaExceeded;
            Poll::Ready(if self.buffered > self.room { Err(full.into()) } else { Ok(()) })
        }

        fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.poll_flush(context)
        }
    }

    #[async_trait]
    impl Outgoing for Disk {
        fn bytes(&mut self) -> Pin<&mut (dyn AsyncWrite + Send)> {
            let disk: Pin<&mut Self> = Pin::new(self);
            disk
        }

        async fn commit(self: Box<Self>) -> Result<PathBuf, FileError> {
            Ok(PathBuf::from("/kept"))
        }
    }

    fn on_disk(room: usize) -> Box<dyn Outgoing> {
        Box::new(Disk { room, buffered: 0 })
    }

    #[tokio::test]
    async fn what_was_taken_is_written_before_it_is_committed() {
        let mut file = on_disk(10);
        file.take(b"12345").await.unwrap();
        file.take(b"67890").await.unwrap();
        assert_eq!(file.finish().await.unwrap(), PathBuf::from("/kept"));
    }

    #[tokio::test]
    async fn a_full_disk_is_called_so_whenever_it_is_noticed() {
        let mut file = on_disk(4);
        file.take(b"12345").await.unwrap();
        assert!(matches!(file.take(b"6").await, Err(FileError::Full)));
        assert!(matches!(file.finish().await, Err(FileError::Full)));
    }
}
