//! Files as bots name them: by an id that only the same bot can use, and by a path that is fetched.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grammers_tl_types::enums::DocumentAttribute;

use super::answer::ApiError;
use crate::world::World;
use crate::world::files::Document;
use crate::world::peers::mix;

/// A bot can fetch no larger file.
pub(crate) const DOWNLOAD_MAX: usize = 20 * 1024 * 1024;

/// What a file is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Photo,
    Thumbnail,
    Document,
    Video,
    Animation,
    Audio,
    Voice,
    VideoNote,
    Sticker,
}

impl Use {
    const ALL: [Self; 9] = [
        Self::Photo,
        Self::Thumbnail,
        Self::Document,
        Self::Video,
        Self::Animation,
        Self::Audio,
        Self::Voice,
        Self::VideoNote,
        Self::Sticker,
    ];

    /// How errors call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Photo => "Photo",
            Self::Thumbnail => "Thumbnail",
            Self::Document => "Document",
            Self::Video => "Video",
            Self::Animation => "Animation",
            Self::Audio => "Audio",
            Self::Voice => "VoiceNote",
            Self::VideoNote => "VideoNote",
            Self::Sticker => "Sticker",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Photo => "photos",
            Self::Thumbnail => "thumbnails",
            Self::Document => "documents",
            Self::Video => "videos",
            Self::Animation => "animations",
            Self::Audio => "music",
            Self::Voice => "voice",
            Self::VideoNote => "video_notes",
            Self::Sticker => "stickers",
        }
    }

    fn number(self) -> u8 {
        u8::try_from(Self::ALL.iter().position(|other| *other == self).unwrap_or(0)).unwrap_or(0)
    }

    fn is_image(self) -> bool {
        matches!(self, Self::Photo | Self::Thumbnail)
    }

    /// What a document is, by what its uploader said about it.
    pub(crate) fn of(document: &Document) -> Self {
        let mut found = Self::Document;
        for attribute in &document.attributes {
            match attribute {
                DocumentAttribute::Audio(audio) => return if audio.voice { Self::Voice } else { Self::Audio },
                DocumentAttribute::Sticker(_) => return Self::Sticker,
                DocumentAttribute::Animated => return Self::Animation,
                DocumentAttribute::Video(video) if video.round_message => return Self::VideoNote,
                DocumentAttribute::Video(_) => found = Self::Video,
                _ => {}
            }
        }
        found
    }
}

/// A file and what it is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileRef {
    /// Its id in the world's files.
    pub(crate) id: i64,
    /// What it is used as.
    pub(crate) used_as: Use,
}

impl FileRef {
    /// The id that only this bot can use.
    pub(crate) fn id_for(self, bot: i64) -> String {
        let proof = mix(&[bot, self.id, i64::from(self.used_as.number())]).to_be_bytes();
        let bytes = [&[2, self.used_as.number()], &self.id.to_be_bytes()[..], &proof[..]].concat();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The id that is the same for all bots and good for nothing but comparing.
    pub(crate) fn unique_id(self) -> String {
        let bytes = [&[self.used_as.number()], &self.id.to_be_bytes()[3..]].concat();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads an id that this bot was given.
    pub(crate) fn read(text: &str, bot: i64) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (used_as, id) = (Use::ALL.get(usize::from(*bytes.get(1)?))?, bytes.get(2..10)?);
        let found = Self { id: i64::from_be_bytes(id.try_into().ok()?), used_as: *used_as };
        (found.id_for(bot) == text).then_some(found)
    }

    /// Where it can be fetched.
    pub(crate) fn path(self, world: &World) -> String {
        let extension = self.extension(world);
        format!("{}/file_{}{extension}", self.used_as.folder(), self.id)
    }

    fn extension(self, world: &World) -> String {
        if self.used_as.is_image() {
            let is_png = self.bytes(world).is_some_and(|bytes| bytes.starts_with(b"\x89PNG"));
            return if is_png { ".png" } else { ".jpg" }.to_owned();
        }
        let Some(document) = world.files.document(self.id) else { return String::new() };
        let name = file_name(document).unwrap_or_default();
        let from_name = name.rsplit_once('.').map(|(_, extension)| format!(".{extension}"));
        from_name.unwrap_or_else(|| match (self.used_as, document.mime_type.as_str()) {
            (Use::Voice, _) => ".oga".to_owned(),
            (_, "video/mp4") => ".mp4".to_owned(),
            (_, "audio/mpeg") => ".mp3".to_owned(),
            (_, "image/webp") => ".webp".to_owned(),
            _ => String::new(),
        })
    }

    /// The file that a path leads to.
    pub(crate) fn at(path: &str, world: &World) -> Option<Self> {
        let (folder, rest) = path.split_once("/file_")?;
        let used_as = Use::ALL.into_iter().find(|used_as| used_as.folder() == folder)?;
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let found = Self { id: rest[..digits].parse().ok()?, used_as };
        (found.path(world) == path).then_some(found)
    }

    /// Its content.
    pub(crate) fn bytes(self, world: &World) -> Option<&[u8]> {
        if self.used_as.is_image() {
            world.files.photo(self.id).map(|photo| &*photo.bytes)
        } else {
            world.files.document(self.id).map(|document| &*document.bytes)
        }
    }
}

/// The name that a document was uploaded under.
pub(crate) fn file_name(document: &Document) -> Option<&str> {
    document.attributes.iter().find_map(|attribute| match attribute {
        DocumentAttribute::Filename(name) => Some(name.file_name.as_str()),
        _ => None,
    })
}

/// What is said of an id that this bot was never given.
pub(crate) fn unknown_id(text: &str) -> ApiError {
    // ASSUMED: which of the server's several reasons applies is a guess.
    let reason = if text.contains("://") {
        "failed to get HTTP URL content"
    } else if URL_SAFE_NO_PAD.decode(text).is_err() {
        "wrong remote file identifier specified: Wrong padding in the string"
    } else {
        "wrong file identifier/HTTP URL specified"
    };
    ApiError::bad_request(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Seed;

    #[test]
    fn an_id_is_good_for_the_bot_that_was_given_it() {
        for used_as in Use::ALL {
            let file = FileRef { id: 5_000_000_001, used_as };
            let text = file.id_for(1101);
            assert_eq!(FileRef::read(&text, 1101), Some(file));
            assert_eq!(FileRef::read(&text, 1102), None);
            assert_eq!(FileRef::read(&text[1..], 1101), None);
        }
    }

    #[test]
    fn a_path_leads_to_its_file() {
        let mut world = World::seeded(&Seed { seed: 1, messages: 10 });
        let id = world.files.add_document(0, *b"x", "text/plain", Vec::new());
        let file = FileRef { id, used_as: Use::Document };
        let path = file.path(&world);
        assert_eq!(FileRef::at(&path, &world), Some(file));
        assert_eq!(
            FileRef::at(&path.replace("documents", "music"), &world).and_then(|file| file.bytes(&world)),
            Some(b"x".as_slice())
        );
        assert_eq!(FileRef::at("../../etc/passwd", &world), None);
    }
}
