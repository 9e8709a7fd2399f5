//! Pictures and films, alone and as albums.

use maud::{Markup, html};

use super::media::{gone, media};
use crate::phone::eyes::Eyes;
use crate::phone::shapes::size_of;
use crate::world::files::Document;
use crate::world::messages::Message;

pub(super) fn photo(eyes: &Eyes<'_>, message: &Message, id: i64) -> Markup {
    let label = format!("Photo from {}", eyes.short_name(message.from));
    picture(eyes, id, &label, message.look().spoiler)
}

/// A photo that can be looked at on its own.
pub(super) fn picture(eyes: &Eyes<'_>, id: i64, label: &str, is_covered: bool) -> Markup {
    let Some(photo) = eyes.world.files.photo(id) else { return gone("photo") };
    let address = format!("/{}/photo/{id}", eyes.viewer);
    let (width, height) = fitted(photo.width, photo.height);
    html! {
        a class=(class("picture", is_covered)) href=(address) target="_blank" data-picture data-covered[is_covered] {
            img src=(address) alt=(label) width=(width) height=(height) loading="lazy" draggable="false";
        }
    }
}

/// A photo that moves when it is touched.
pub(super) fn live_photo(eyes: &Eyes<'_>, message: &Message, still: i64, film: i64) -> Markup {
    let (Some(photo), Some(document)) = (eyes.world.files.photo(still), eyes.world.files.document(film)) else {
        return gone("photo");
    };
    let (width, height) = fitted(photo.width, photo.height);
    let is_covered = message.look().spoiler;
    let label = format!("Live photo from {}", eyes.short_name(message.from));
    html! {
        video class=(class("film", is_covered)) data-covered[is_covered] src=(format!("/{}/file/{}", eyes.viewer, document.id))
            poster=(format!("/{}/photo/{still}", eyes.viewer)) aria-label=(label) width=(width) height=(height) preload="none" playsinline controls {}
    }
}

/// The class of a picture; a covered one is blurred until it is pressed.
fn class(name: &str, is_covered: bool) -> String {
    format!("{name}{}", if is_covered { " covered" } else { "" })
}

/// The size at which a picture is shown, so that the page keeps room for it before it is loaded.
fn fitted(width: i32, height: i32) -> (i32, i32) {
    const ROOM: (f64, f64) = (430.0, 420.0);
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let scale = (ROOM.0 / width).min(ROOM.1 / height).min(1.0);
    let shown = |side: f64| (side * scale).round().max(48.0) as i32;
    (shown(width), shown(height))
}

/// Several pictures that belong together, as a grid.
pub(super) fn album(eyes: &Eyes<'_>, messages: &[&Message]) -> Markup {
    html! {
        div class="album" data-count=(messages.len()) {
            @for message in messages {
                @if let Some(carried) = message.media() {
                    (media(eyes, message, carried))
                }
            }
        }
    }
}

pub(super) fn sticker(document: &Document, address: &str, emoji: &str) -> Markup {
    let label = format!("Sticker {emoji}");
    html! {
        @match document.mime_type.as_str() {
            "image/webp" | "image/png" | "image/jpeg" => img class="sticker" src=(address) alt=(label) loading="lazy";,
            "video/webm" | "video/mp4" => {
                video class="sticker" src=(address) aria-label=(label) data-loop muted loop playsinline {}
            },
            // Animated vectors need a player that no browser has.
            _ => span class="sticker emoji" role="img" aria-label=(label) { (emoji) },
        }
    }
}

/// A moving picture in a file.
#[derive(Clone, Copy)]
pub(super) struct Film<'a> {
    pub(super) document: &'a Document,
    pub(super) address: &'a str,
    /// Shown until it plays.
    pub(super) thumb: Option<&'a str>,
    pub(super) is_covered: bool,
}

impl Film<'_> {
    fn size(self) -> (Option<i32>, Option<i32>) {
        size_of(self.document).map(|(width, height)| fitted(width, height)).unzip()
    }

    /// Plays by itself, over and over, unless the reader wants no motion.
    pub(super) fn animation(self) -> Markup {
        let (width, height) = self.size();
        html! {
            @if self.document.mime_type.starts_with("image/") {
                a class=(class("picture", self.is_covered)) href=(self.address) target="_blank" data-picture data-covered[self.is_covered] {
                    img src=(self.address) alt="Animation" width=[width] height=[height] loading="lazy";
                }
            } @else {
                video class=(class("film", self.is_covered)) data-covered[self.is_covered] src=(self.address) poster=[self.thumb]
                    aria-label="Animation" width=[width] height=[height] data-loop muted loop playsinline controls {}
            }
        }
    }

    pub(super) fn draw(self, name: &str) -> Markup {
        let (width, height) = self.size();
        html! {
            video class=(class(name, self.is_covered)) data-covered[self.is_covered] src=(self.address) poster=[self.thumb]
                aria-label="Video" width=[width] height=[height] controls preload="metadata" playsinline {}
        }
    }
}
