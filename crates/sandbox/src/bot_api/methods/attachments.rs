//! Sending files: uploads, files that are known already, and albums of them.

use grammers_tl_types as tl;
use serde_json::Value;
use tl::enums::DocumentAttribute;

use super::Call;
use super::delivery::Content;
use crate::bot_api::answer::{Answer, ApiError, Outcome};
use crate::bot_api::fields::{Fields, Read, narrow};
use crate::bot_api::files::{FileRef, Use, unknown_id};
use crate::bot_api::request::Upload;
use crate::world::media::Media;
use crate::world::messages::MediaLook;
use crate::world::peers::mix;
use crate::world::view::blank;

/// A photo may be so large.
const PHOTO_MAX: usize = 10 * 1024 * 1024;
/// Any other file.
const FILE_MAX: usize = 50 * 1024 * 1024;
/// No side is longer, and nothing lasts longer, than so much.
const LENGTH_MAX: i32 = 10_000;
const SECONDS_MAX: i32 = 24 * 60 * 60;
/// How many messages an album has.
const ALBUM: std::ops::RangeInclusive<usize> = 1..=10;

/// What is said about a file beside it.
#[derive(Default)]
struct Details {
    width: i32,
    height: i32,
    seconds: i32,
    title: String,
    performer: String,
    emoji: String,
    streams: bool,
    /// A small picture of it.
    thumb: Option<Upload>,
}

impl Details {
    fn limited(mut self) -> Self {
        self.width = self.width.clamp(0, LENGTH_MAX);
        self.height = self.height.clamp(0, LENGTH_MAX);
        self.seconds = self.seconds.clamp(0, SECONDS_MAX);
        self
    }

    fn video(&self, is_round: bool) -> DocumentAttribute {
        let video: tl::types::DocumentAttributeVideo = blank(&[]);
        tl::types::DocumentAttributeVideo {
            round_message: is_round,
            supports_streaming: self.streams,
            duration: f64::from(self.seconds),
            w: self.width,
            h: if is_round { self.width } else { self.height },
            ..video
        }
        .into()
    }

    fn audio(&self, is_voice: bool) -> DocumentAttribute {
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        tl::types::DocumentAttributeAudio {
            voice: is_voice,
            duration: self.seconds,
            title: some(&self.title),
            performer: some(&self.performer),
            waveform: None,
        }
        .into()
    }

    /// What makes a file the kind of file that it is used as.
    fn attributes(&self, used_as: Use) -> Vec<DocumentAttribute> {
        match used_as {
            Use::Photo | Use::Thumbnail | Use::Document => Vec::new(),
            Use::Video => vec![self.video(false)],
            Use::Animation => vec![self.video(false), DocumentAttribute::Animated],
            Use::VideoNote => vec![self.video(true)],
            Use::Audio => vec![self.audio(false)],
            Use::Voice => vec![self.audio(true)],
            Use::Sticker => {
                let size = tl::types::DocumentAttributeImageSize { w: 512, h: 512 };
                let stickerset = tl::enums::InputStickerSet::Empty;
                let sticker = tl::types::DocumentAttributeSticker {
                    mask: false,
                    alt: self.emoji.clone(),
                    stickerset,
                    mask_coords: None,
                };
                vec![size.into(), sticker.into()]
            }
        }
    }
}

/// The type of a file whose sender does not tell it.
fn usual_type(used_as: Use) -> &'static str {
    match used_as {
        Use::Photo | Use::Thumbnail => "image/jpeg",
        Use::Document => "application/octet-stream",
        Use::Video | Use::Animation | Use::VideoNote => "video/mp4",
        Use::Audio => "audio/mpeg",
        Use::Voice => "audio/ogg",
        Use::Sticker => "image/webp",
    }
}

impl Call<'_> {
    /// A file that was uploaded with the call, or one that the bot knows by its id.
    fn file(
        &mut self,
        text: Option<&str>,
        upload: Option<Upload>,
        used_as: Use,
        details: Details,
    ) -> Result<Media, ApiError> {
        match (upload, text) {
            (Some(upload), _) => self.keep(upload, used_as, details.limited()),
            (None, Some(text)) => self.known_file(text, used_as),
            (None, None) => Err(ApiError::bad_request("file must be non-empty")),
        }
    }

    fn keep(&mut self, upload: Upload, used_as: Use, details: Details) -> Result<Media, ApiError> {
        let size = upload.bytes.len();
        if size == 0 {
            return Err(ApiError::bad_request("file must be non-empty"));
        }
        let now = self.world.now();
        if used_as == Use::Photo {
            if size > PHOTO_MAX {
                // ASSUMED: the real words name a path on the server.
                return Err(ApiError::bad_request(&format!("file of size {size} bytes is too big for a photo")));
            }
            return Ok(Media::Photo(self.world.files.add_photo(now, &upload.bytes[..])?));
        }
        if size > FILE_MAX {
            return Err(ApiError::new(413, "Request Entity Too Large"));
        }
        let mut attributes = details.attributes(used_as);
        if !upload.name.is_empty() {
            attributes.push(tl::types::DocumentAttributeFilename { file_name: upload.name }.into());
        }
        let told = upload.mime_type.filter(|told| told != "application/octet-stream");
        let mime_type = told.unwrap_or_else(|| usual_type(used_as).to_owned());
        let id = self.world.files.add_document(now, &upload.bytes[..], &mime_type, attributes);
        // A picture that cannot be read is passed over.
        if let Some(photo) = details.thumb.and_then(|thumb| self.world.files.add_photo(now, &thumb.bytes[..]).ok()) {
            self.world.files.set_thumb(id, photo);
        }
        Ok(Media::Document(id))
    }

    fn known_file(&self, text: &str, wanted: Use) -> Result<Media, ApiError> {
        let file = FileRef::read(text, self.bot).ok_or_else(|| unknown_id(text))?;
        if file.bytes(self.world).is_none() {
            return Err(unknown_id(text));
        }
        // An animation is a document as well.
        let fits = file.used_as == wanted || (file.used_as, wanted) == (Use::Animation, Use::Document);
        if !fits {
            let (found, wanted) = (file.used_as.name(), wanted.name());
            return Err(ApiError::bad_request(&format!("can't use file of type {found} as {wanted}")));
        }
        Ok(if wanted == Use::Photo { Media::Photo(file.id) } else { Media::Document(file.id) })
    }

    /// The file of an argument, with what other arguments say about it.
    fn file_argument(&mut self, name: &str, used_as: Use) -> Result<Media, ApiError> {
        let given = &self.given;
        let text = |name: &str| given.text(name).unwrap_or_default().to_owned();
        let number = |name: &str| given.integer(name).unwrap_or(0);
        let length = number("length");
        let details = Details {
            width: if used_as == Use::VideoNote { length } else { number("width") },
            height: number("height"),
            seconds: number("duration"),
            title: text("title"),
            performer: text("performer"),
            emoji: text("emoji"),
            streams: given.flag("supports_streaming"),
            thumb: given.upload("thumbnail").cloned(),
        };
        let upload = given.upload(name).cloned();
        let file = given.text(name).map(str::to_owned);
        if upload.is_none() && file.as_deref().is_none_or(|file| file.starts_with("attach://")) {
            return Err(crate::bot_api::arguments::missing(name));
        }
        self.file(file.as_deref(), upload, used_as, details)
    }

    fn send_file(&mut self, name: &str, used_as: Use) -> Outcome {
        let words = self.caption()?;
        let media = Some(self.file_argument(name, used_as)?);
        let look = self.look();
        self.send(Content { words, media, look, preview: None })
    }

    /// How a file is shown.
    pub(super) fn look(&self) -> MediaLook {
        let caption_above = self.given.flag("show_caption_above_media");
        MediaLook { spoiler: self.given.flag("has_spoiler"), caption_above }
    }
}

pub(super) fn send_photo(call: &mut Call<'_>) -> Outcome {
    call.send_file("photo", Use::Photo)
}

pub(super) fn send_audio(call: &mut Call<'_>) -> Outcome {
    call.send_file("audio", Use::Audio)
}

pub(super) fn send_document(call: &mut Call<'_>) -> Outcome {
    call.send_file("document", Use::Document)
}

pub(super) fn send_video(call: &mut Call<'_>) -> Outcome {
    call.send_file("video", Use::Video)
}

pub(super) fn send_animation(call: &mut Call<'_>) -> Outcome {
    call.send_file("animation", Use::Animation)
}

pub(super) fn send_voice(call: &mut Call<'_>) -> Outcome {
    call.send_file("voice", Use::Voice)
}

pub(super) fn send_video_note(call: &mut Call<'_>) -> Outcome {
    call.send_file("video_note", Use::VideoNote)
}

pub(super) fn send_sticker(call: &mut Call<'_>) -> Outcome {
    call.send_file("sticker", Use::Sticker)
}

pub(super) fn send_live_photo(call: &mut Call<'_>) -> Outcome {
    let words = call.caption()?;
    let video = call.file_argument("live_photo", Use::Video)?;
    let photo = call.file_argument("photo", Use::Photo)?;
    let media = live_photo(photo, video);
    let look = call.look();
    call.send(Content { words, media, look, preview: None })
}

fn live_photo(photo: Media, video: Media) -> Option<Media> {
    match (photo, video) {
        (Media::Photo(photo), Media::Document(video)) => Some(Media::LivePhoto(photo, video)),
        _ => None,
    }
}

/// One item of an album, or the new file of a message.
pub(super) struct Item {
    /// What it is.
    kind: String,
    /// What it says and carries.
    pub(super) content: Content,
}

/// What an item is used as.
fn use_of(kind: &str, in_album: bool) -> Read<Use> {
    match kind {
        "photo" => Ok(Use::Photo),
        "video" | "live_photo" => Ok(Use::Video),
        "animation" if in_album => Err(format!("type \"{kind}\" can't be used in sendMediaGroup")),
        "animation" => Ok(Use::Animation),
        "audio" => Ok(Use::Audio),
        "document" => Ok(Use::Document),
        _ => Err(format!("type \"{kind}\" is unsupported")),
    }
}

impl Call<'_> {
    /// Reads one item; `in_album` forbids what cannot be in one.
    pub(super) fn item(&mut self, value: &Value, in_album: bool) -> Result<Item, ApiError> {
        let wrong = |reason: String| ApiError::bad_request(&format!("can't parse InputMedia: {reason}"));
        let fields = Fields::of(value, "expected an Object").map_err(wrong)?;
        let caption = fields.optional_text("caption").map_err(wrong)?;
        let mode = fields.optional_text("parse_mode").map_err(wrong)?;
        let entities = fields.get("caption_entities").cloned().unwrap_or_default();
        let words = self.words_of(&caption, Some(&mode), &entities)?;
        let look = read_look(fields).map_err(wrong)?;
        let kind = fields.text("type").map_err(wrong)?;
        let used_as = use_of(&kind, in_album).map_err(wrong)?;
        let mut media = Some(self.item_file(fields, "media", used_as).map_err(|error| error.unwrap_or_else(wrong))?);
        if kind == "live_photo" {
            let photo = self.item_file(fields, "photo", Use::Photo).map_err(|error| error.unwrap_or_else(wrong))?;
            media = media.and_then(|video| live_photo(photo, video));
        }
        Ok(Item { kind, content: Content { words, media, look, preview: None } })
    }

    /// The file of an item: an error of the call, or a reason why the item is wrong.
    fn item_file(&mut self, fields: Fields<'_>, name: &str, used_as: Use) -> Result<Media, Wrong> {
        let file = fields.optional_text(name)?;
        let upload = self.given.attached(&file).cloned();
        if file.is_empty() || (upload.is_none() && file.starts_with("attach://")) {
            return Err(Wrong::Item(format!("{name} not found")));
        }
        let number = |name: &str| Ok::<_, String>(narrow(fields.optional_number(name)?.unwrap_or(0)));
        let details = Details {
            width: number("width")?,
            height: number("height")?,
            seconds: number("duration")?,
            title: fields.optional_text("title")?,
            performer: fields.optional_text("performer")?,
            streams: fields.flag("supports_streaming")?,
            thumb: self.given.attached(&fields.optional_text("thumbnail")?).cloned(),
            emoji: String::new(),
        };
        self.file(Some(&file), upload, used_as, details).map_err(Wrong::Call)
    }
}

/// Why an item has no file.
enum Wrong {
    /// The item is wrong; the reason stands behind other words.
    Item(String),
    /// Something else is wrong.
    Call(ApiError),
}

impl Wrong {
    fn unwrap_or_else(self, explain: impl FnOnce(String) -> ApiError) -> ApiError {
        match self {
            Self::Item(reason) => explain(reason),
            Self::Call(error) => error,
        }
    }
}

impl From<String> for Wrong {
    fn from(reason: String) -> Self {
        Self::Item(reason)
    }
}

fn read_look(fields: Fields<'_>) -> Read<MediaLook> {
    let caption_above = fields.flag("show_caption_above_media")?;
    Ok(MediaLook { spoiler: fields.flag("has_spoiler")?, caption_above })
}

pub(super) fn send_media_group(call: &mut Call<'_>) -> Outcome {
    call.given.required("media")?;
    let media = call.given.json("media", "media")?.unwrap_or_default();
    let list = media.as_array().ok_or_else(|| ApiError::bad_request("expected an Array of InputMedia"))?;
    let mut items = Vec::new();
    for value in list {
        items.push(call.item(value, true)?);
    }
    check_album(&items)?;
    let delivery = call.delivery()?;
    let album = mix(&[call.bot, call.world.clock.millis(), i64::from(call.world.now())]).unsigned_abs() >> 1;
    let mut sent = Vec::new();
    for item in items {
        let mut draft = delivery.draft(item.content);
        draft.grouped_id = (list.len() > 1).then_some(album.cast_signed());
        let cause = call.cause();
        let id =
            call.world.post(&cause, delivery.peer, draft).map_err(|refusal| call.explain(delivery.peer, refusal))?;
        sent.extend(call.view().message_at(delivery.peer, id));
    }
    Ok(Answer::from(sent))
}

fn check_album(items: &[Item]) -> Result<(), ApiError> {
    if items.is_empty() {
        return Err(ApiError::bad_request("there are no messages to send"));
    }
    if !ALBUM.contains(&items.len()) {
        return Err(ApiError::bad_request("too many messages to send as an album"));
    }
    let has_own_kind = |item: &&Item| ["audio", "document"].contains(&item.kind.as_str());
    let first = &items[0].kind;
    let is_mixed = items.iter().any(|item| has_own_kind(&item) || has_own_kind(&&items[0]))
        && items.iter().any(|item| item.kind != *first);
    if is_mixed {
        // ASSUMED: the real words are not known.
        return Err(ApiError::bad_request(&format!("{first} can't be mixed with other media types")));
    }
    Ok(())
}
