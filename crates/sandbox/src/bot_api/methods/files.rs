//! Fetching files.

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::bot_api::files::{DOWNLOAD_MAX, FileRef};
use crate::world::World;

pub(super) fn get_file(call: &mut Call<'_>) -> Outcome {
    let wrong = || ApiError::bad_request("wrong file_id or the file is temporarily unavailable");
    let file = FileRef::read(call.given.text("file_id").unwrap_or_default(), call.bot).ok_or_else(wrong)?;
    let size = file.bytes(call.world).ok_or_else(wrong)?.len();
    if size > DOWNLOAD_MAX {
        return Err(ApiError::bad_request("file is too big"));
    }
    Ok(call.view().file(file).with("file_path", file.path(call.world)).into())
}

/// What is fetched at a path, if the bot may.
pub(crate) fn download(world: &World, path: &str) -> Option<Vec<u8>> {
    let bytes = FileRef::at(path, world)?.bytes(world)?;
    (bytes.len() <= DOWNLOAD_MAX).then(|| bytes.to_vec())
}
