//! What messages carry beside words.

use maud::{Markup, html};

use super::{cards, pictures, poll, sounds};
use crate::phone::eyes::Eyes;
use crate::phone::shapes::{Shape, file_name, shape_of};
use crate::world::files::Document;
use crate::world::messages::{Media, Message};

/// Whether media fill their bubble from edge to edge.
pub(super) fn is_picture(eyes: &Eyes<'_>, media: &Media) -> bool {
    match media {
        Media::Photo(_) | Media::LivePhoto(..) => true,
        Media::Document(id) => eyes
            .world
            .files
            .document(*id)
            .is_some_and(|document| matches!(shape_of(document), Shape::Animation | Shape::Video)),
        Media::Poll(_) | Media::Contact(_) | Media::Place(_) | Media::Venue(_) | Media::Dice(_) | Media::Page(_) => {
            false
        }
    }
}

/// Whether media stand alone, without a bubble around them.
pub(super) fn is_bare(eyes: &Eyes<'_>, media: &Media) -> bool {
    match media {
        Media::Dice(_) => true,
        Media::Document(id) => {
            let shape = eyes.world.files.document(*id).map(shape_of);
            matches!(shape, Some(Shape::Sticker { .. } | Shape::Round))
        }
        _ => false,
    }
}

/// What a message carries.
pub(super) fn media(eyes: &Eyes<'_>, message: &Message, media: &Media) -> Markup {
    match media {
        Media::Photo(id) => pictures::photo(eyes, message, *id),
        Media::LivePhoto(still, film) => pictures::live_photo(eyes, message, *still, *film),
        Media::Document(id) => {
            eyes.world.files.document(*id).map_or_else(|| gone("file"), |found| document(eyes, message, found))
        }
        Media::Poll(id) => {
            eyes.world.polls.get(*id).map_or_else(|| gone("poll"), |found| poll::poll(eyes, message, found))
        }
        Media::Contact(contact) => cards::contact(eyes, contact),
        Media::Place(place) => cards::place(place),
        Media::Venue(venue) => cards::venue(venue),
        Media::Dice(dice) => cards::dice(dice),
        Media::Page(url) => cards::preview(eyes, url),
    }
}

pub(super) fn gone(what: &str) -> Markup {
    html! { p class="gone" { "This " (what) " is gone." } }
}

fn document(eyes: &Eyes<'_>, message: &Message, document: &Document) -> Markup {
    let address = format!("/{}/file/{}", eyes.viewer, document.id);
    let thumb = document.thumb.map(|photo| format!("/{}/photo/{photo}", eyes.viewer));
    let film =
        pictures::Film { document, address: &address, thumb: thumb.as_deref(), is_covered: message.look().spoiler };
    match shape_of(document) {
        Shape::Sticker { emoji } => pictures::sticker(document, &address, &emoji),
        Shape::Animation => film.animation(),
        Shape::Video => film.draw("film"),
        Shape::Round => film.draw("film round"),
        Shape::Voice { seconds, waveform } => sounds::voice(&address, seconds, &waveform),
        Shape::Music { seconds, title, performer } => {
            let title = title.unwrap_or_else(|| file_name(document));
            sounds::music(&address, seconds, &title, performer.as_deref())
        }
        Shape::File => cards::file(document, &address),
    }
}
