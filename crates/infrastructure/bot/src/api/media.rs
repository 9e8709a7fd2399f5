//! What is attached to a message. Only what somebody here asks about is read.

use serde::Deserialize;

use super::message::Message;

/// A file of Telegram's.
#[derive(Clone, Deserialize)]
pub(crate) struct File {
    #[serde(rename = "file_id")]
    id: String,
    #[serde(rename = "file_name")]
    name: Option<String>,
    mime_type: Option<String>,
    #[serde(rename = "file_size")]
    size: Option<u64>,
    duration: Option<u32>,
    width: Option<u32>,
    height: Option<u32>,
}

/// A file that is attached to a message.
#[derive(Clone)]
pub(crate) struct Attachment {
    /// In one word, as answers say it.
    pub(crate) kind: &'static str,
    /// What it is fetched by.
    pub(crate) file_id: String,
    /// As its sender calls it.
    pub(crate) name: Option<String>,
    pub(crate) mime_type: String,
    /// Bytes, where Telegram says.
    pub(crate) size: Option<u64>,
    /// Seconds.
    pub(crate) seconds: Option<u32>,
    /// Pixels.
    pub(crate) dimensions: Option<(u32, u32)>,
}

/// What carries no file: the field of the Bot API, and the word that answers use.
const WORDS: &[(&str, &str)] = &[
    ("poll", "poll"),
    ("venue", "location"),
    ("location", "location"),
    ("contact", "contact"),
    ("dice", "dice"),
    ("game", "game"),
    ("invoice", "invoice"),
    ("checklist", "checklist"),
    ("paid_media", "paid_media"),
    ("story", "story"),
    ("giveaway", "giveaway"),
    ("giveaway_winners", "giveaway_results"),
    ("rich_message", "rich_message"),
];

/// The file that is attached to a message; of a photo the largest size.
pub(crate) fn attachment_of(message: &Message) -> Option<Attachment> {
    let photo = message.photo.last();
    // A GIF also comes as a document, and a live photo as a photo.
    let (kind, mime_type, file) = [
        ("gif", "video/mp4", message.animation.as_ref()),
        ("photo", "image/jpeg", photo),
        ("video", "video/mp4", message.video.as_ref()),
        ("video_note", "video/mp4", message.video_note.as_ref()),
        ("voice", "audio/ogg", message.voice.as_ref()),
        ("audio", "audio/mpeg", message.audio.as_ref()),
        ("sticker", "image/webp", message.sticker.as_ref()),
        ("document", "application/octet-stream", message.document.as_ref()),
    ]
    .into_iter()
    .find_map(|(kind, mime_type, file)| Some((kind, mime_type, file?)))?;
    Some(Attachment {
        kind,
        file_id: file.id.clone(),
        name: file.name.clone(),
        mime_type: file.mime_type.clone().unwrap_or_else(|| mime_type.to_owned()),
        size: file.size,
        seconds: file.duration,
        dimensions: file.width.zip(file.height),
    })
}

/// What is attached to a message, in one word.
pub(crate) fn media_word(message: &Message) -> Option<&'static str> {
    let file = attachment_of(message).map(|file| file.kind);
    file.or_else(|| WORDS.iter().find(|(field, _)| message.has(field)).map(|(_, word)| *word))
}
