//! Files and other things beside the words of a message.

use grammers_tl_types as tl;
use tl::enums::DocumentAttribute;

use super::View;
use crate::bot_api::files::{FileRef, Use, file_name};
use crate::bot_api::json::{Node, Object};
use crate::world::files::{Document, Photo};
use crate::world::media::{Media, Place, Venue};

impl View<'_> {
    /// The fields that a message has for what it carries. The preview of a link is part of its text.
    pub(crate) fn media(&self, media: &Media) -> Vec<(&'static str, Node)> {
        match media {
            Media::Photo(id) => vec![("photo", self.photo(*id).into())],
            Media::Document(id) => self.document_fields(*id),
            Media::LivePhoto(photo, video) => vec![("live_photo", self.live_photo(*photo, *video).into())],
            Media::Poll(id) => {
                self.world.polls.get(*id).map(|poll| ("poll", self.poll(poll).into())).into_iter().collect()
            }
            Media::Contact(contact) => vec![("contact", view_contact(contact).into())],
            Media::Place(place) => vec![("location", view_location(place).into())],
            // A venue is shown to old programs as a point as well.
            Media::Venue(venue) => {
                vec![("venue", view_venue(venue).into()), ("location", view_location(&venue.place).into())]
            }
            Media::Dice(dice) => {
                let dice = Object::new().with("emoji", dice.emoji.as_str()).with("value", dice.value);
                vec![("dice", dice.into())]
            }
            Media::Page(_) => Vec::new(),
        }
    }

    /// A file's two ids and its size.
    pub(crate) fn file(&self, file: FileRef) -> Object {
        let size = file.bytes(self.world).map_or(0, <[u8]>::len);
        Object::new()
            .with("file_id", file.id_for(self.bot))
            .with("file_unique_id", file.unique_id())
            .with("file_size", u64::try_from(size).unwrap_or(u64::MAX))
    }

    /// A photo in all sizes in which it is kept; the box keeps one.
    pub(crate) fn photo(&self, id: i64) -> Vec<Object> {
        self.world.files.photo(id).map(|photo| self.photo_size(photo, Use::Photo)).into_iter().collect()
    }

    fn photo_size(&self, photo: &Photo, used_as: Use) -> Object {
        let file = FileRef { id: photo.id, used_as };
        self.file(file).with("width", photo.width).with("height", photo.height)
    }

    fn thumbnail(&self, document: &Document) -> Option<Object> {
        let photo = self.world.files.photo(document.thumb?)?;
        Some(self.photo_size(photo, Use::Thumbnail))
    }

    fn live_photo(&self, photo: i64, video: i64) -> Object {
        let Some(document) = self.world.files.document(video) else { return Object::new() };
        let shape = Shape::of(document);
        self.file(FileRef { id: video, used_as: Use::Video })
            .with("width", shape.width)
            .with("height", shape.height)
            .with("duration", shape.seconds)
            .with("photo", self.photo(photo))
            .with("mime_type", document.mime_type.as_str())
    }

    fn document_fields(&self, id: i64) -> Vec<(&'static str, Node)> {
        let Some(document) = self.world.files.document(id) else { return Vec::new() };
        let used_as = Use::of(document);
        let whole: Node = self.document(document, used_as).into();
        match used_as {
            Use::Photo | Use::Thumbnail | Use::Document => vec![("document", whole)],
            Use::Video => vec![("video", whole)],
            // An animation is shown to old programs as a document as well.
            Use::Animation => {
                let plain: Node = self.document(document, Use::Document).into();
                vec![("animation", whole), ("document", plain)]
            }
            Use::Audio => vec![("audio", whole)],
            Use::Voice => vec![("voice", whole)],
            Use::VideoNote => vec![("video_note", whole)],
            Use::Sticker => vec![("sticker", whole)],
        }
    }

    /// A document as what it is.
    fn document(&self, document: &Document, used_as: Use) -> Object {
        // The same file has the same id, whatever it is shown as.
        let file = self.file(FileRef { id: document.id, used_as: Use::of(document) });
        let shape = Shape::of(document);
        let file = match used_as {
            Use::Video | Use::Animation => {
                file.with("width", shape.width).with("height", shape.height).with("duration", shape.seconds)
            }
            Use::VideoNote => file.with("length", shape.width).with("duration", shape.seconds),
            Use::Voice => file.with("duration", shape.seconds),
            Use::Audio => file
                .with("duration", shape.seconds)
                .with_some("title", shape.title)
                .with_some("performer", shape.performer),
            Use::Sticker => file
                .with("width", shape.width)
                .with("height", shape.height)
                .with("type", "regular")
                .with("is_animated", document.mime_type == "application/x-tgsticker")
                .with("is_video", document.mime_type == "video/webm")
                .with_some("emoji", shape.emoji.filter(|emoji| !emoji.is_empty())),
            Use::Photo | Use::Thumbnail | Use::Document => file,
        };
        let has_name = !matches!(used_as, Use::Voice | Use::VideoNote | Use::Sticker);
        let has_type = !matches!(used_as, Use::VideoNote | Use::Sticker);
        file.with_some("file_name", file_name(document).filter(|_| has_name))
            .with_some("mime_type", has_type.then_some(document.mime_type.as_str()))
            .with_some("thumbnail", self.thumbnail(document).filter(|_| used_as != Use::Voice))
    }
}

/// What a document's uploader said about it.
#[derive(Default)]
struct Shape<'a> {
    width: i32,
    height: i32,
    seconds: i32,
    title: Option<&'a str>,
    performer: Option<&'a str>,
    emoji: Option<&'a str>,
}

impl<'a> Shape<'a> {
    fn of(document: &'a Document) -> Self {
        let mut shape = Self::default();
        for attribute in &document.attributes {
            match attribute {
                DocumentAttribute::Video(video) => {
                    (shape.width, shape.height, shape.seconds) = (video.w, video.h, video.duration as i32);
                }
                DocumentAttribute::ImageSize(size) => (shape.width, shape.height) = (size.w, size.h),
                DocumentAttribute::Audio(audio) => {
                    shape.seconds = audio.duration;
                    (shape.title, shape.performer) = (audio.title.as_deref(), audio.performer.as_deref());
                }
                DocumentAttribute::Sticker(sticker) => shape.emoji = Some(&sticker.alt),
                _ => {}
            }
        }
        shape
    }
}

fn view_contact(contact: &tl::types::MessageMediaContact) -> Object {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Object::new()
        .with("phone_number", contact.phone_number.as_str())
        .with("first_name", contact.first_name.as_str())
        .with_some("last_name", some(&contact.last_name))
        .with_some("vcard", some(&contact.vcard))
        .with_some("user_id", Some(contact.user_id).filter(|user| *user != 0))
}

fn view_location(place: &Place) -> Object {
    let object = Object::new()
        .with("latitude", place.lat)
        .with("longitude", place.long)
        .with_some("horizontal_accuracy", place.accuracy.map(f64::from));
    let Some(live) = place.live else { return object };
    object
        .with("live_period", live.period)
        .with_some("heading", live.heading)
        .with_some("proximity_alert_radius", live.proximity)
}

fn view_venue(venue: &Venue) -> Object {
    let object = Object::new()
        .with("location", view_location(&venue.place))
        .with("title", venue.title.as_str())
        .with("address", venue.address.as_str());
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (id, kind) = (some(&venue.id), some(&venue.kind));
    match venue.provider.as_str() {
        "foursquare" => object.with_some("foursquare_id", id).with_some("foursquare_type", kind),
        "gplaces" => object.with_some("google_place_id", id).with_some("google_place_type", kind),
        _ => object,
    }
}
