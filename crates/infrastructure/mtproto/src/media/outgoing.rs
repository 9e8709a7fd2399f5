//! What an uploaded file is sent as.

use grammers_tl_types as tl;

use super::upload::Uploaded;

/// The largest picture that Telegram takes as a photo.
const PHOTO_MAX: u64 = 10_000_000;

/// How the caller wants files to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As what they are.
    Natural,
    /// As files, without compression or preview.
    Documents,
    /// As voice notes.
    Voice,
}

/// What an album may be made of; kinds do not mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Photo,
    Video,
    Music,
    Other,
}

impl Kind {
    fn of(file: &Uploaded) -> Self {
        match file.mime_type.as_str() {
            "image/jpeg" | "image/png" | "image/webp" if file.size <= PHOTO_MAX => Self::Photo,
            "video/mp4" | "video/quicktime" | "video/x-m4v" => Self::Video,
            kind if kind.starts_with("audio/") => Self::Music,
            _ => Self::Other,
        }
    }

    /// Photos and videos go together; music and other files only with their own kind.
    const fn goes_with(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Photo | Self::Video, Self::Photo | Self::Video)
                | (Self::Music, Self::Music)
                | (Self::Other, Self::Other)
        )
    }
}

/// Files as Telegram wants to hear of them. Kinds that do not go together in one album go as documents.
pub(crate) fn input_media(files: Vec<Uploaded>, manner: Manner) -> Vec<tl::enums::InputMedia> {
    let kinds: Vec<Kind> = files.iter().map(Kind::of).collect();
    let is_mixed = kinds.iter().any(|kind| !kind.goes_with(kinds[0]));
    files
        .into_iter()
        .zip(kinds)
        .map(|(file, kind)| match manner {
            Manner::Voice => voice(file),
            Manner::Documents => document(file, Vec::new(), true),
            Manner::Natural if is_mixed => document(file, Vec::new(), true),
            Manner::Natural => natural(file, kind),
        })
        .collect()
}

fn natural(file: Uploaded, kind: Kind) -> tl::enums::InputMedia {
    match kind {
        Kind::Photo => tl::types::InputMediaUploadedPhoto {
            spoiler: false,
            live_photo: false,
            file: file.file,
            stickers: None,
            ttl_seconds: None,
            video: None,
        }
        .into(),
        Kind::Video => document(file, vec![video()], false),
        Kind::Music => {
            let music = audio(false, file.seconds);
            document(file, vec![music], false)
        }
        Kind::Other if file.mime_type == "image/gif" => {
            document(file, vec![tl::enums::DocumentAttribute::Animated], false)
        }
        Kind::Other => document(file, Vec::new(), false),
    }
}

fn voice(file: Uploaded) -> tl::enums::InputMedia {
    let voice = audio(true, file.seconds);
    let file = Uploaded { mime_type: "audio/ogg".to_owned(), ..file };
    document(file, vec![voice], false)
}

fn audio(voice: bool, seconds: Option<i32>) -> tl::enums::DocumentAttribute {
    tl::types::DocumentAttributeAudio {
        voice,
        duration: seconds.unwrap_or(0),
        title: None,
        performer: None,
        waveform: None,
    }
    .into()
}

/// Length and pixels would need the video to be read; clients find them when they play it.
fn video() -> tl::enums::DocumentAttribute {
    tl::types::DocumentAttributeVideo {
        round_message: false,
        supports_streaming: true,
        nosound: false,
        duration: 0.0,
        w: 1,
        h: 1,
        preload_prefix_size: None,
        video_start_ts: None,
        video_codec: None,
    }
    .into()
}

fn document(
    file: Uploaded,
    mut attributes: Vec<tl::enums::DocumentAttribute>,
    force_file: bool,
) -> tl::enums::InputMedia {
    attributes.push(tl::types::DocumentAttributeFilename { file_name: file.name }.into());
    tl::types::InputMediaUploadedDocument {
        nosound_video: false,
        force_file,
        spoiler: false,
        file: file.file,
        thumb: None,
        mime_type: file.mime_type,
        attributes,
        stickers: None,
        video_cover: None,
        video_timestamp: None,
        ttl_seconds: None,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(mime_type: &str, size: u64) -> Uploaded {
        Uploaded {
            file: tl::types::InputFile { id: 1, parts: 1, name: String::new(), md5_checksum: String::new() }.into(),
            name: "name".to_owned(),
            mime_type: mime_type.to_owned(),
            size,
            seconds: Some(3),
        }
    }

    fn are_photos(media: &[tl::enums::InputMedia]) -> Vec<bool> {
        let is_photo = |media: &_| matches!(media, tl::enums::InputMedia::UploadedPhoto(_));
        media.iter().map(is_photo).collect()
    }

    #[test]
    fn pictures_are_photos_unless_they_are_too_large_or_wanted_as_files() {
        let picture = || vec![file("image/jpeg", 1000)];
        assert_eq!(are_photos(&input_media(picture(), Manner::Natural)), [true]);
        assert_eq!(are_photos(&input_media(picture(), Manner::Documents)), [false]);
        let large = vec![file("image/jpeg", PHOTO_MAX + 1)];
        assert_eq!(are_photos(&input_media(large, Manner::Natural)), [false]);
    }

    #[test]
    fn kinds_that_do_not_go_together_go_as_documents() {
        let mixed = vec![file("image/jpeg", 1000), file("application/pdf", 1000)];
        assert_eq!(are_photos(&input_media(mixed, Manner::Natural)), [false, false]);
        let visual = vec![file("image/jpeg", 1000), file("video/mp4", 1000)];
        assert_eq!(are_photos(&input_media(visual, Manner::Natural)), [true, false]);
    }
}
