//! Sending from a page: words, pictures, files, voice messages, as one form.

use std::str::FromStr;

use axum::Json;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use grammers_tl_types as tl;
use serde_json::json;
use tl::enums::DocumentAttribute;

use super::Phone;
use super::acts::Scene;
use super::shapes::pack;
use crate::world::World;
use crate::world::messages::Media;
use crate::world::peers::{Peer, mix};
use crate::world::posting::Draft;
use crate::world::refusal::{Allowed, RpcError};
use crate::world::telling::Cause;

/// So many files at once.
const FILES_MAX: usize = 10;

/// The loudness of a sound is told in so many steps, each at most so high.
const LEVELS_MAX: usize = 100;
const LEVEL_MAX: u8 = 31;

/// What files shall be to those who get them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    Photo,
    Video,
    Voice,
    Music,
    #[default]
    File,
}

impl FromStr for Kind {
    type Err = Wrong;

    fn from_str(name: &str) -> Result<Self, Wrong> {
        Ok(match name {
            "photo" => Self::Photo,
            "video" => Self::Video,
            "voice" => Self::Voice,
            "music" => Self::Music,
            "file" => Self::File,
            _ => return Err(Wrong),
        })
    }
}

/// A form that no page of the phone sends.
struct Wrong;

struct Upload {
    name: String,
    mime: String,
    bytes: Vec<u8>,
}

/// A filled form.
#[derive(Default)]
struct Form {
    text: String,
    reply_to: Option<i32>,
    topic: Option<i32>,
    kind: Kind,
    /// How long a sound or film is, and how large its picture.
    seconds: f64,
    width: i32,
    height: i32,
    /// How loud a sound is over time, 0 to 31.
    levels: Vec<u8>,
    files: Vec<Upload>,
}

pub(super) async fn send(State(phone): State<Phone>, scene: Scene, form: Multipart) -> Response {
    match read(form).await {
        Ok(form) => phone.act(&Path((scene.0.0, scene.0.1)), |world, cause, peer| deliver(world, cause, peer, &form)),
        Err(refusal) => refusal,
    }
}

async fn read(mut parts: Multipart) -> Result<Form, Response> {
    let mut form = Form::default();
    loop {
        let part = match parts.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => return Ok(form),
            Err(error) => return Err(error.into_response()),
        };
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            if form.files.len() == FILES_MAX {
                return Err(told(StatusCode::BAD_REQUEST, "At most ten files go into one message."));
            }
            let (file_name, mime) = (part.file_name().unwrap_or_default(), part.content_type().unwrap_or_default());
            let (file_name, mime) = (file_name.to_owned(), mime.to_owned());
            let bytes = part.bytes().await.map_err(IntoResponse::into_response)?.to_vec();
            form.files.push(Upload { name: file_name, mime, bytes });
        } else {
            let value = part.text().await.map_err(IntoResponse::into_response)?;
            form.fill(&name, &value).map_err(|Wrong| told(StatusCode::BAD_REQUEST, "This form is not the phone's."))?;
        }
    }
}

fn told(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

impl Form {
    fn fill(&mut self, name: &str, value: &str) -> Result<(), Wrong> {
        let id = |value: &str| if value.is_empty() { Ok(None) } else { value.parse().map(Some).map_err(|_| Wrong) };
        match name {
            // Forms send line breaks in the manner of letters.
            "text" => self.text = value.replace("\r\n", "\n"),
            "reply_to" => self.reply_to = id(value)?,
            "topic" => self.topic = id(value)?,
            "kind" => self.kind = value.parse()?,
            "seconds" => self.seconds = value.parse().ok().filter(|seconds: &f64| seconds.is_finite()).ok_or(Wrong)?,
            "width" => self.width = value.parse().map_err(|_| Wrong)?,
            "height" => self.height = value.parse().map_err(|_| Wrong)?,
            "levels" => self.levels = levels(value)?,
            _ => return Err(Wrong),
        }
        Ok(())
    }

    /// What a document of this kind says about itself.
    fn attributes(&self, upload: &Upload) -> Vec<DocumentAttribute> {
        let mut attributes = Vec::new();
        match self.kind {
            Kind::Photo | Kind::File => {}
            Kind::Voice | Kind::Music => attributes.push(self.sound().into()),
            Kind::Video => attributes.push(self.film().into()),
        }
        if !upload.name.is_empty() && self.kind != Kind::Voice {
            attributes.push(tl::types::DocumentAttributeFilename { file_name: upload.name.clone() }.into());
        }
        attributes
    }

    fn sound(&self) -> tl::types::DocumentAttributeAudio {
        tl::types::DocumentAttributeAudio {
            voice: self.kind == Kind::Voice,
            // Saturates, so that no form can make it anything but a number.
            duration: self.seconds.round() as i32,
            title: None,
            performer: None,
            waveform: (!self.levels.is_empty()).then(|| pack(&self.levels)),
        }
    }

    fn film(&self) -> tl::types::DocumentAttributeVideo {
        tl::types::DocumentAttributeVideo {
            round_message: false,
            supports_streaming: true,
            nosound: false,
            duration: self.seconds,
            w: self.width,
            h: self.height,
            preload_prefix_size: None,
            video_start_ts: None,
            video_codec: None,
        }
    }
}

/// Reads `3,31,0`.
fn levels(text: &str) -> Result<Vec<u8>, Wrong> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let level = |text: &str| text.parse().ok().filter(|level| *level <= LEVEL_MAX).ok_or(Wrong);
    text.split(',').take(LEVELS_MAX).map(level).collect()
}

/// Sends what a form holds: as one message, or as an album.
fn deliver(world: &mut World, cause: &Cause, peer: Peer, form: &Form) -> Allowed<()> {
    world.may_post(cause.account, peer, form.topic)?;
    let draft = Draft { reply_to: form.reply_to, topic: form.topic, ..Draft::text(form.text.trim()) };
    if form.files.is_empty() {
        let media = World::first_link(&draft.text).map(|url| Media::Page(url.to_owned()));
        return world.post(cause, peer, Draft { media, ..draft }).map(drop);
    }
    let mut media = Vec::new();
    for upload in &form.files {
        media.push(keep(world, form, upload)?);
    }
    let album = (media.len() > 1 && form.kind != Kind::Voice)
        .then(|| mix(&[cause.account, peer.marked(), i64::from(world.now()), file_of(&media[0])]) >> 1);
    let mut drafts: Vec<Draft> = Vec::new();
    for (place, carried) in media.into_iter().enumerate() {
        let words = if place == 0 { draft.text.clone() } else { String::new() };
        drafts.push(Draft { media: Some(carried), grouped_id: album, ..Draft { text: words, ..draft.clone() } });
    }
    // All or nothing: an album must not break in the middle.
    drafts.iter().try_for_each(Draft::check)?;
    for draft in drafts {
        world.post(cause, peer, draft)?;
    }
    Ok(())
}

fn file_of(media: &Media) -> i64 {
    match media {
        Media::Photo(id) | Media::Document(id) => *id,
        _ => 0,
    }
}

/// Puts a file into the world.
fn keep(world: &mut World, form: &Form, upload: &Upload) -> Allowed<Media> {
    if upload.bytes.is_empty() {
        return Err(RpcError::bad_request("FILE_PART_EMPTY"));
    }
    let now = world.now();
    if form.kind == Kind::Photo {
        return world.files.add_photo(now, upload.bytes.as_slice()).map(Media::Photo);
    }
    let mime = if upload.mime.is_empty() { "application/octet-stream" } else { &upload.mime };
    Ok(Media::Document(world.files.add_document(now, upload.bytes.as_slice(), mime, form.attributes(upload))))
}
