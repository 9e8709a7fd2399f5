//! A stream of bytes cut into parts, as Telegram takes files.

use std::io::ErrorKind;

use telegraphist_application::ports::{FileError, ReadHandle};
use tokio::io::AsyncReadExt as _;

/// Bytes of one part. Telegram wants all parts but the last to be of this size.
pub(super) const PART: usize = 512 * 1024;

/// One part of a file.
pub(super) struct Part {
    pub(super) number: u32,
    pub(super) bytes: Vec<u8>,
    pub(super) is_last: bool,
}

/// Cuts a stream into parts; reads one part ahead, so that the last is known to be the last.
pub(super) struct Parts {
    source: ReadHandle,
    ahead: Option<Vec<u8>>,
    number: u32,
    left: u64,
    limit: u64,
}

impl Parts {
    /// Parts of `source`, of at most `limit` bytes in all.
    pub(super) const fn new(source: ReadHandle, limit: u64) -> Self {
        Self { source, ahead: None, number: 0, left: limit, limit }
    }

    /// The next part; an empty file has none.
    pub(super) async fn next(&mut self) -> Result<Option<Part>, FileError> {
        let bytes = match self.ahead.take() {
            Some(bytes) => bytes,
            None => self.read().await?,
        };
        if bytes.is_empty() {
            return Ok(None);
        }
        let ahead = if bytes.len() < PART { Vec::new() } else { self.read().await? };
        let part = Part { number: self.number, bytes, is_last: ahead.is_empty() };
        self.ahead = Some(ahead);
        self.number += 1;
        Ok(Some(part))
    }

    async fn read(&mut self) -> Result<Vec<u8>, FileError> {
        let mut bytes = Vec::with_capacity(PART);
        let mut bounded = (&mut self.source).take(PART as u64);
        bounded.read_to_end(&mut bytes).await.map_err(|error| match error.kind() {
            // Some sources know their limit themselves.
            ErrorKind::FileTooLarge => FileError::TooLarge { limit: self.limit },
            _ => FileError::Io(error),
        })?;
        match self.left.checked_sub(bytes.len() as u64) {
            Some(left) => self.left = left,
            None => return Err(FileError::TooLarge { limit: self.limit }),
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sizes(length: usize, limit: u64) -> Result<Vec<(usize, bool)>, FileError> {
        let mut parts = Parts::new(Box::pin(std::io::Cursor::new(vec![7; length])), limit);
        let mut sizes = Vec::new();
        while let Some(part) = parts.next().await? {
            sizes.push((part.bytes.len(), part.is_last));
        }
        Ok(sizes)
    }

    #[tokio::test]
    async fn only_the_last_part_is_short() {
        assert_eq!(sizes(0, 10).await.unwrap(), []);
        assert_eq!(sizes(5, 10).await.unwrap(), [(5, true)]);
        let limit = 4 * PART as u64;
        assert_eq!(sizes(PART, limit).await.unwrap(), [(PART, true)]);
        let three = sizes(2 * PART + 1, limit).await.unwrap();
        assert_eq!(three, [(PART, false), (PART, false), (1, true)]);
    }

    #[tokio::test]
    async fn a_stream_longer_than_the_limit_is_refused() {
        let refused = sizes(11, 10).await;
        assert!(matches!(refused, Err(FileError::TooLarge { limit: 10 })));
    }
}
