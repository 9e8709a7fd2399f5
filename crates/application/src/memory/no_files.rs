use async_trait::async_trait;

use crate::ports::{FetchLimits, FileError, Files, Incoming, Outgoing};

/// For a server without folders: no file is there to be read, and none can be written.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFiles;

#[async_trait]
impl Files for NoFiles {
    async fn read(&self, _: &str) -> Result<Incoming, FileError> {
        Err(FileError::Outside { allowed: Vec::new() })
    }

    async fn check_readable(&self, _: &str) -> Result<(), FileError> {
        Err(FileError::Outside { allowed: Vec::new() })
    }

    async fn write(&self, _: Option<&str>, _: &str) -> Result<Box<dyn Outgoing>, FileError> {
        Err(FileError::Outside { allowed: Vec::new() })
    }

    async fn fetch(&self, _: &str, _: FetchLimits) -> Result<Incoming, FileError> {
        Err(FileError::UrlRefused("this server fetches nothing".to_owned()))
    }
}
