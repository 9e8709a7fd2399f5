//! What messages carry beside words: pictures, films, sounds, files, places, contacts, previews of links.

use grammers_tl_types as tl;
use maud::{Markup, html};

use super::face::{Icon, face, icon, initials};
use super::links::{inner_address, web_address};
use super::poll;
use crate::phone::calendar::duration;
use crate::phone::eyes::Eyes;
use crate::phone::shapes::{Shape, file_name, file_size, shape_of, size_of};
use crate::world::files::Document;
use crate::world::messages::{Media, Message};
use crate::world::peers::Peer;

/// A voice message is drawn with so many bars.
const BARS: usize = 48;

/// Whether media fill their bubble from edge to edge.
pub(super) fn is_picture(eyes: &Eyes<'_>, media: &Media) -> bool {
    match media {
        Media::Photo(_) => true,
        Media::Document(id) => eyes
            .world
            .files
            .document(*id)
            .is_some_and(|document| matches!(shape_of(document), Shape::Animation | Shape::Video)),
        Media::Poll(_) | Media::Contact(_) | Media::Place(..) | Media::Page(_) => false,
    }
}

/// Whether media stand alone, without a bubble around them.
pub(super) fn is_bare(eyes: &Eyes<'_>, media: &Media) -> bool {
    let Media::Document(id) = media else { return false };
    let shape = eyes.world.files.document(*id).map(shape_of);
    matches!(shape, Some(Shape::Sticker { .. } | Shape::Round))
}

/// What a message carries.
pub(super) fn media(eyes: &Eyes<'_>, message: &Message, media: &Media) -> Markup {
    match media {
        Media::Photo(id) => photo(eyes, message, *id),
        Media::Document(id) => {
            eyes.world.files.document(*id).map_or_else(|| gone("file"), |found| document(eyes, found))
        }
        Media::Poll(id) => {
            eyes.world.polls.get(*id).map_or_else(|| gone("poll"), |found| poll::poll(eyes, message, found))
        }
        Media::Contact(contact) => contact_card(eyes, contact),
        Media::Place(latitude, longitude) => place(*latitude, *longitude),
        Media::Page(url) => preview(eyes, url),
    }
}

fn gone(what: &str) -> Markup {
    html! { p class="gone" { "This " (what) " is gone." } }
}

fn photo(eyes: &Eyes<'_>, message: &Message, id: i64) -> Markup {
    let Some(photo) = eyes.world.files.photo(id) else {
        return gone("photo");
    };
    let address = format!("/{}/photo/{id}", eyes.viewer);
    let label = format!("Photo from {}", eyes.short_name(message.from));
    let (width, height) = fitted(photo.width, photo.height);
    html! {
        a class="picture" href=(address) target="_blank" data-picture data-id=(message.id) {
            img src=(address) alt=(label) width=(width) height=(height) loading="lazy" draggable="false";
        }
    }
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

fn document(eyes: &Eyes<'_>, document: &Document) -> Markup {
    let address = format!("/{}/file/{}", eyes.viewer, document.id);
    match shape_of(document) {
        Shape::Sticker { emoji } => sticker(document, &address, &emoji),
        Shape::Animation => animation(document, &address),
        Shape::Video => film(document, &address, "film"),
        Shape::Round => film(document, &address, "film round"),
        Shape::Voice { seconds, waveform } => voice(&address, seconds, &waveform),
        Shape::Music { seconds, title, performer } => {
            let title = title.unwrap_or_else(|| file_name(document));
            music(&address, seconds, &title, performer.as_deref())
        }
        Shape::File => file(document, &address),
    }
}

fn sticker(document: &Document, address: &str, emoji: &str) -> Markup {
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

fn animation(document: &Document, address: &str) -> Markup {
    let (width, height) = size_of(document).map(|(width, height)| fitted(width, height)).unzip();
    html! {
        @if document.mime_type.starts_with("image/") {
            a class="picture" href=(address) target="_blank" data-picture {
                img src=(address) alt="Animation" width=[width] height=[height] loading="lazy";
            }
        } @else {
            video class="film" src=(address) aria-label="Animation" width=[width] height=[height] data-loop muted loop playsinline controls {}
        }
    }
}

fn film(document: &Document, address: &str, class: &str) -> Markup {
    let (width, height) = size_of(document).map(|(width, height)| fitted(width, height)).unzip();
    html! {
        video class=(class) src=(address) aria-label="Video" width=[width] height=[height] controls preload="metadata" playsinline {}
    }
}

fn voice(address: &str, seconds: i64, waveform: &[u8]) -> Markup {
    html! {
        div class="player" data-player {
            button type="button" class="round-button" data-play aria-label=(format!("Play voice message, {}", duration(seconds))) {
                (icon(Icon::Play)) (icon(Icon::Pause))
            }
            div class="player-body" {
                (bars(waveform))
                span class="player-time" data-time { (duration(seconds)) }
            }
            audio src=(address) preload="none" {}
        }
    }
}

/// The loudness of a voice message; a calm line where it is not known.
fn bars(waveform: &[u8]) -> Markup {
    let level = |bar: usize| {
        let (start, end) = (bar * waveform.len() / BARS, (bar + 1) * waveform.len() / BARS);
        let loudest = waveform.get(start..end.max(start + 1)).and_then(|levels| levels.iter().max());
        loudest.map_or(0, |level| i32::from(*level))
    };
    html! {
        svg class="bars" viewBox=(format!("0 0 {} 34", BARS * 4)) preserveAspectRatio="none" aria-hidden="true" data-bars {
            @for bar in 0..BARS {
                @let height = 3 + level(bar);
                rect x=(bar * 4) y=(34 - height) width="2.5" height=(height) rx="1" {}
            }
        }
    }
}

fn music(address: &str, seconds: i64, title: &str, performer: Option<&str>) -> Markup {
    html! {
        div class="player music" data-player {
            button type="button" class="round-button" data-play aria-label=(format!("Play {title}")) {
                (icon(Icon::Play)) (icon(Icon::Pause))
            }
            div class="player-body" {
                bdi class="player-title" { (title) }
                @if let Some(performer) = performer {
                    bdi class="player-performer" { (performer) }
                }
                span class="player-time" data-time { (duration(seconds)) }
            }
            audio src=(address) preload="none" {}
        }
    }
}

fn file(document: &Document, address: &str) -> Markup {
    let name = file_name(document);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| (1..=4).contains(&ending.len()));
    html! {
        a class="file" href=(address) download=(name) {
            span class="file-icon" aria-hidden="true" {
                @match ending {
                    Some(ending) => (ending),
                    None => (icon(Icon::File)),
                }
            }
            span class="file-body" {
                bdi class="file-name" { (name) }
                span class="file-size" { (file_size(document.bytes.len())) }
            }
        }
    }
}

fn contact_card(eyes: &Eyes<'_>, contact: &tl::types::MessageMediaContact) -> Markup {
    let name = format!("{} {}", contact.first_name, contact.last_name);
    let peer = Peer::User(contact.user_id);
    let is_here = contact.user_id != 0 && eyes.may_open(peer);
    html! {
        div class="card" {
            @if is_here {
                (face(eyes, peer))
            } @else {
                span class="face c0" aria-hidden="true" { (initials(&name)) }
            }
            div class="card-body" {
                bdi class="card-title" { (name.trim()) }
                span class="card-more" { "+" (contact.phone_number.trim_start_matches('+')) }
            }
            @if is_here {
                a class="card-link" href=(eyes.href(peer, None)) { "Message" }
            }
        }
    }
}

/// A point on the earth. The pages load nothing from elsewhere, so the map is only a picture of one.
fn place(latitude: f64, longitude: f64) -> Markup {
    let address =
        format!("https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=15/{latitude}/{longitude}");
    html! {
        a class="place" href=(address) target="_blank" rel="noopener noreferrer" {
            svg class="map" viewBox="0 0 240 120" preserveAspectRatio="xMidYMid slice" aria-hidden="true" {
                path class="water" d="M0 84c40-18 70 8 110-4s80-30 130-14v54H0z" {}
                path class="road" d="M-5 30l80 30 60-10 110 40M60-5l10 70-20 60M170-5l-20 60 30 70" {}
            }
            span class="place-pin" { (icon(Icon::Place)) }
            span class="place-label" { "Place: " (format!("{latitude:.5}, {longitude:.5}")) }
        }
    }
}

/// The preview of a link. The box knows no web; it tells where the link leads.
fn preview(eyes: &Eyes<'_>, url: &str) -> Markup {
    let shown = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = shown.split(['/', '?', '#']).next().unwrap_or_default();
    let inner = inner_address(eyes, url);
    let address = inner.clone().or_else(|| web_address(url));
    html! {
        @if let Some(address) = address {
            a class="preview" href=(address) target=[inner.is_none().then_some("_blank")] rel=[inner.is_none().then_some("noopener noreferrer")] {
                bdi class="preview-site" { (host) }
                bdi class="preview-title" { "A page at " (host) }
                bdi class="preview-address" { (shown.trim_end_matches('/')) }
            }
        }
    }
}
