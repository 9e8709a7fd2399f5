//! Where the file of a message is, and which size of a picture to take.

use grammers_tl_types as tl;
use telegraphist_application::operation::Refused;
use telegraphist_application::ports::TelegramError;

use crate::convert::{document_name, document_of, photo_of};

/// Models see no more than this many pixels a side; larger sizes only cost.
const VIEW_SIDE_MAX: i32 = 1568;
/// Bytes of what is shown to a model at most.
const VIEW_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A file of a message that can be fetched.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attachment {
    pub(crate) location: tl::enums::InputFileLocation,
    pub(crate) dc: i32,
    pub(crate) size: u64,
    pub(crate) mime_type: String,
    /// As its sender called it.
    pub(crate) name: Option<String>,
}

/// The file of a message, pictures in their largest size.
pub(crate) fn attachment(message: &tl::enums::Message) -> Result<Attachment, TelegramError> {
    let media = media_of(message)?;
    if let Some(document) = document_of(media) {
        return Ok(of_document(document));
    }
    photo_of(media)
        .and_then(|photo| of_photo(photo, i32::MAX))
        .ok_or_else(|| Refused::new("message_id", "has no file attached").into())
}

/// What of a message a model can see or hear itself.
pub(crate) fn viewable(message: &tl::enums::Message) -> Result<Attachment, TelegramError> {
    let media = media_of(message)?;
    let found = match document_of(media) {
        Some(document) => Some(of_document(document)),
        None => photo_of(media).and_then(|photo| of_photo(photo, VIEW_SIDE_MAX)),
    };
    let attachment = found.ok_or_else(|| Refused::new("message_id", "has no file attached"))?;
    if !is_shown(&attachment.mime_type) {
        let problem = "is neither a picture nor a sound that can be shown; use download_media";
        return Err(Refused::new("message_id", problem).into());
    }
    if attachment.size > VIEW_BYTES_MAX {
        let problem = "has a file over 8 MiB, too large to be shown; use download_media";
        return Err(Refused::new("message_id", problem).into());
    }
    Ok(attachment)
}

/// Pictures that models take, and any sound. Animated stickers are neither.
fn is_shown(mime_type: &str) -> bool {
    matches!(mime_type, "image/jpeg" | "image/png" | "image/webp" | "image/gif") || mime_type.starts_with("audio/")
}

fn media_of(message: &tl::enums::Message) -> Result<&tl::enums::MessageMedia, TelegramError> {
    match message {
        tl::enums::Message::Message(tl::types::Message { media: Some(media), .. }) => Ok(media),
        tl::enums::Message::Message(_) | tl::enums::Message::Service(_) => {
            Err(Refused::new("message_id", "has no file attached").into())
        }
        tl::enums::Message::Empty(_) => Err(TelegramError::UnknownMessage),
    }
}

fn of_document(document: &tl::types::Document) -> Attachment {
    Attachment {
        location: tl::types::InputDocumentFileLocation {
            id: document.id,
            access_hash: document.access_hash,
            file_reference: document.file_reference.clone(),
            thumb_size: String::new(),
        }
        .into(),
        dc: document.dc_id,
        size: u64::try_from(document.size).unwrap_or_default(),
        mime_type: document.mime_type.clone(),
        name: document_name(document).map(str::to_owned),
    }
}

/// The largest size whose sides are at most `side_max`; the smallest if all are larger.
fn of_photo(photo: &tl::types::Photo, side_max: i32) -> Option<Attachment> {
    let sizes: Vec<Size<'_>> = photo.sizes.iter().filter_map(size_of).collect();
    let fitting = sizes.iter().filter(|size| size.longer <= side_max);
    let best = fitting.max_by_key(|size| size.longer).or_else(|| sizes.iter().min_by_key(|size| size.longer))?;
    Some(Attachment {
        location: tl::types::InputPhotoFileLocation {
            id: photo.id,
            access_hash: photo.access_hash,
            file_reference: photo.file_reference.clone(),
            thumb_size: best.kind.to_owned(),
        }
        .into(),
        dc: photo.dc_id,
        size: best.bytes,
        mime_type: "image/jpeg".to_owned(),
        name: None,
    })
}

/// A size of a photo that can be fetched.
struct Size<'a> {
    kind: &'a str,
    longer: i32,
    bytes: u64,
}

fn size_of(size: &tl::enums::PhotoSize) -> Option<Size<'_>> {
    use tl::enums::PhotoSize;
    let (kind, longer, bytes) = match size {
        PhotoSize::Size(size) => (&size.r#type, size.w.max(size.h), size.size),
        PhotoSize::Progressive(size) => {
            let whole = size.sizes.iter().copied().max()?;
            (&size.r#type, size.w.max(size.h), whole)
        }
        // Outlines and blurs come inside the message, to be shown while the photo loads.
        PhotoSize::Empty(_)
        | PhotoSize::PhotoCachedSize(_)
        | PhotoSize::PhotoStrippedSize(_)
        | PhotoSize::PhotoPathSize(_) => return None,
    };
    Some(Size { kind, longer, bytes: u64::try_from(bytes).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(sides: &[i32]) -> tl::types::Photo {
        tl::types::Photo {
            has_stickers: false,
            id: 1,
            access_hash: 2,
            file_reference: Vec::new(),
            date: 0,
            sizes: sides
                .iter()
                .map(|side| {
                    tl::types::PhotoSize { r#type: side.to_string(), w: *side, h: side / 2, size: side * 10 }.into()
                })
                .collect(),
            video_sizes: None,
            dc_id: 2,
        }
    }

    fn taken(sides: &[i32], side_max: i32) -> String {
        match of_photo(&photo(sides), side_max).unwrap().location {
            tl::enums::InputFileLocation::InputPhotoFileLocation(location) => location.thumb_size,
            _ => panic!("a photo is at a photo's location"),
        }
    }

    #[test]
    fn the_largest_size_that_fits_is_taken() {
        assert_eq!(taken(&[320, 800, 1280, 2560], VIEW_SIDE_MAX), "1280");
        assert_eq!(taken(&[320, 800, 1280, 2560], i32::MAX), "2560");
        assert_eq!(taken(&[2000, 2560], VIEW_SIDE_MAX), "2000");
    }

    #[test]
    fn animated_stickers_are_not_shown() {
        assert!(is_shown("image/webp") && is_shown("audio/ogg"));
        assert!(!is_shown("application/x-tgsticker") && !is_shown("video/webm"));
    }
}
