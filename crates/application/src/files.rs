//! Files as callers give them, opened for an adapter to send; and what strangers call theirs, made safe to save under.
//!
//! To read: [`open`], then [`safe_name`].

mod base64_content;
mod kind;
mod name;

pub use kind::{ending_of, picture_type};
pub use name::safe_name;

use std::time::Duration;

use tokio::time::Instant;

use crate::operation::Refused;
use crate::operations::FileArg;
use crate::ports::{FetchLimits, FileError, Files, Incoming, TelegramError};

/// The largest file as base64, in bytes.
pub const BASE64_MAX: u64 = 8 * 1024 * 1024;

/// The largest files that an adapter sends, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct SizesMax {
    /// By path.
    pub path: u64,
    /// By URL.
    pub url: u64,
}

/// Opens a file for sending, under the name that the caller wants; gives the size that must not be passed, too, since
/// not every source knows its size before it was read.
pub async fn open(
    files: &dyn Files,
    file: &FileArg,
    max: SizesMax,
    deadline: Instant,
) -> Result<(Incoming, u64), TelegramError> {
    let Some(url) = &file.url else {
        return open_here(files, file, max).await;
    };
    let time_max = deadline.checked_duration_since(Instant::now()).unwrap_or(Duration::ZERO);
    let fetched = files.fetch(url, FetchLimits { bytes_max: max.url, time_max }).await?;
    Ok((renamed(fetched, file), max.url))
}

/// What would be sent, in one line. Files by path are opened, so that a path that cannot be sent is told; URLs are not
/// fetched.
pub async fn describe(files: &dyn Files, file: &FileArg, max: SizesMax) -> Result<String, TelegramError> {
    if let Some(url) = &file.url {
        return Ok(url.clone());
    }
    let (file, _) = open_here(files, file, max).await?;
    Ok(match file.size {
        Some(size) => format!("{} ({}, {size} bytes)", file.name, file.mime_type),
        None => format!("{} ({})", file.name, file.mime_type),
    })
}

/// A file that is here already: by path or as base64.
async fn open_here(files: &dyn Files, file: &FileArg, max: SizesMax) -> Result<(Incoming, u64), TelegramError> {
    let (incoming, limit) = match (&file.path, &file.base64) {
        (Some(path), _) => (files.read(path).await?, max.path),
        (None, Some(base64)) => {
            let limit = BASE64_MAX.min(max.path);
            (base64_content::decoded(base64, file.name.as_deref().unwrap_or_default(), limit)?, limit)
        }
        (None, None) => {
            return Err(Refused::new("files", "each file has exactly one of path, url and base64").into());
        }
    };
    if incoming.size.is_some_and(|size| size > limit) {
        return Err(FileError::TooLarge { limit }.into());
    }
    Ok((renamed(incoming, file), limit))
}

fn renamed(incoming: Incoming, file: &FileArg) -> Incoming {
    let name = safe_name(file.name.as_deref().unwrap_or(&incoming.name));
    Incoming { name, ..incoming }
}
