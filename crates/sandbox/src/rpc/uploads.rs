//! Files on their way in and out.

use grammers_tl_types as tl;
use tl::enums::InputFileLocation as Location;
use tl::functions::upload;

use super::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::files::Range;
use crate::world::refusal::Allowed;

pub(super) fn save_file_part(
    world: &mut World,
    caller: &Caller,
    request: upload::SaveFilePart,
) -> Outcome<upload::SaveFilePart> {
    let me = caller.me()?;
    world.files.save_part(me, request.file_id, request.file_part, None, request.bytes)?;
    Ok(true)
}

pub(super) fn save_big_file_part(
    world: &mut World,
    caller: &Caller,
    request: upload::SaveBigFilePart,
) -> Outcome<upload::SaveBigFilePart> {
    let me = caller.me()?;
    let total = Some(request.file_total_parts);
    world.files.save_part(me, request.file_id, request.file_part, total, request.bytes)?;
    Ok(true)
}

/// A file's content and its type.
fn find<'a>(world: &'a World, me: i64, location: &Location) -> Allowed<(&'a [u8], tl::enums::storage::FileType)> {
    let invalid = || RpcError::bad_request("LOCATION_INVALID");
    match location {
        Location::InputPhotoFileLocation(photo) => {
            world.files.check(photo.id, photo.access_hash, &photo.file_reference)?;
            let found = world.files.photo(photo.id).ok_or_else(invalid)?;
            Ok((&found.bytes, image_type(&found.bytes)))
        }
        Location::InputDocumentFileLocation(document) => {
            world.files.check(document.id, document.access_hash, &document.file_reference)?;
            let found = world.files.document(document.id).ok_or_else(invalid)?;
            if !document.thumb_size.is_empty() {
                let thumb = found.thumb.and_then(|thumb| world.files.photo(thumb)).ok_or_else(invalid)?;
                return Ok((&thumb.bytes, image_type(&thumb.bytes)));
            }
            Ok((&found.bytes, tl::enums::storage::FileType::FileUnknown))
        }
        Location::InputPeerPhotoFileLocation(portrait) => {
            world.peer_arg(me, &portrait.peer)?;
            let found = world.files.photo(portrait.photo_id).ok_or_else(invalid)?;
            Ok((&found.bytes, image_type(&found.bytes)))
        }
        Location::Location(_)
        | Location::InputEncryptedFileLocation(_)
        | Location::InputSecureFileLocation(_)
        | Location::InputTakeoutFileLocation
        | Location::InputPhotoLegacyFileLocation(_)
        | Location::InputStickerSetThumb(_)
        | Location::InputGroupCallStream(_) => Err(invalid()),
    }
}

fn image_type(bytes: &[u8]) -> tl::enums::storage::FileType {
    if bytes.starts_with(b"\x89PNG") {
        tl::enums::storage::FileType::FilePng
    } else {
        tl::enums::storage::FileType::FileJpeg
    }
}

pub(super) fn get_file(world: &mut World, caller: &Caller, request: upload::GetFile) -> Outcome<upload::GetFile> {
    let me = caller.me()?;
    let (bytes, r#type) = find(world, me, &request.location)?;
    let range = Range { offset: request.offset, limit: request.limit, precise: request.precise };
    let bytes = range.cut(bytes)?.to_vec();
    Ok(tl::types::upload::File { r#type, mtime: 0, bytes }.into())
}
