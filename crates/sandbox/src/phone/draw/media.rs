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
            let is_covered = message.look().spoiler;
            let found = eyes.world.files.document(*id);
            found.map_or_else(|| gone("file"), |found| document(eyes, found, is_covered))
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

/// A document as what it is. A covered one is hidden until it is pressed.
pub(super) fn document(eyes: &Eyes<'_>, document: &Document, is_covered: bool) -> Markup {
    let address = format!("/{}/file/{}", eyes.viewer, document.id);
    let thumb = document.thumb.map(|photo| format!("/{}/photo/{photo}", eyes.viewer));
    let film = pictures::Film { document, address: &address, thumb: thumb.as_deref(), is_covered };
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

#[cfg(test)]
mod tests {
    use grammers_tl_types as tl;
    use tl::enums::DocumentAttribute;

    use crate::phone::tests::{ALICE, BOB, Looking};
    use crate::world::media::{Dice, Live, Media, Place, Venue};
    use crate::world::messages::MediaLook;
    use crate::world::peers::Peer;
    use crate::world::posting::Draft;

    const LAKE: &[u8] = include_bytes!("../../../assets/lake.jpg");

    fn drawn_with(make: impl FnOnce(&mut Looking) -> Draft) -> String {
        let mut looking = Looking::new();
        let draft = make(&mut looking);
        let id = looking.post(BOB, Peer::User(ALICE), draft);
        looking.unit(Peer::User(BOB), id)
    }

    fn drawn(media: Media) -> String {
        drawn_with(|_| Draft { media: Some(media), ..Draft::default() })
    }

    fn document(mime: &str, attributes: Vec<DocumentAttribute>) -> String {
        drawn_with(|looking| {
            let id = looking.world.files.add_document(0, *b"x", mime, attributes);
            Draft { media: Some(Media::Document(id)), ..Draft::default() }
        })
    }

    fn film(round_message: bool) -> DocumentAttribute {
        tl::types::DocumentAttributeVideo {
            round_message,
            supports_streaming: true,
            nosound: false,
            duration: 2.0,
            w: 860,
            h: 400,
            preload_prefix_size: None,
            video_start_ts: None,
            video_codec: None,
        }
        .into()
    }

    fn sound(voice: bool) -> DocumentAttribute {
        let title = (!voice).then(|| "Night Trains".to_owned());
        tl::types::DocumentAttributeAudio { voice, duration: 64, title, performer: None, waveform: None }.into()
    }

    fn sticker(alt: &str) -> DocumentAttribute {
        let stickerset = tl::enums::InputStickerSet::Empty;
        tl::types::DocumentAttributeSticker { mask: false, alt: alt.to_owned(), stickerset, mask_coords: None }.into()
    }

    #[test]
    fn a_photo_keeps_its_place_on_the_page_before_it_is_loaded() {
        let html = drawn_with(|looking| {
            let photo = looking.world.files.add_photo(0, LAKE).expect("a picture");
            Draft { media: Some(Media::Photo(photo)), ..Draft::text("The lake") }
        });
        assert!(html.contains("width=\"430\" height=\"287\"") && html.contains("alt=\"Photo from Bob\""), "{html}");
        let (picture, words) = (html.find("<img").expect("a picture"), html.find("The lake<").expect("words"));
        assert!(picture < words && !html.contains("covered"), "{html}");
    }

    #[test]
    fn a_covered_photo_stands_where_its_author_wants_it() {
        let html = drawn_with(|looking| {
            let photo = looking.world.files.add_photo(0, LAKE).expect("a picture");
            let look = MediaLook { spoiler: true, caption_above: true };
            Draft { media: Some(Media::Photo(photo)), look, ..Draft::text("The lake") }
        });
        let (picture, words) = (html.find("<img").expect("a picture"), html.find("The lake<").expect("words"));
        assert!(words < picture && html.contains("data-covered"), "{html}");
    }

    #[test]
    fn pictures_that_belong_together_are_one_unit() {
        let mut looking = Looking::new();
        let photo = looking.world.files.add_photo(0, LAKE).expect("a picture");
        let part = |text: &str| Draft {
            media: Some(Media::Photo(photo)),
            grouped_id: Some(7),
            ..Draft { text: text.to_owned(), ..Draft::default() }
        };
        let first = looking.post(BOB, Peer::User(ALICE), part(""));
        let second = looking.post(BOB, Peer::User(ALICE), part("Both of them"));
        let html = looking.unit(Peer::User(BOB), first);
        assert!(html.contains("data-count=\"2\"") && html.contains("Both of them"), "{html}");
        assert!(html.contains(&format!("data-ids=\"{first} {second}\"")), "{html}");
        assert_eq!(html.matches("<img").count(), 2);
    }

    #[test]
    fn films_play_and_animations_play_by_themselves() {
        let video = document("video/mp4", vec![film(false)]);
        assert!(video.contains("<video class=\"film\"") && video.contains("width=\"430\" height=\"200\""), "{video}");
        assert!(video.contains("controls") && !video.contains("data-loop"), "{video}");
        assert!(document("video/mp4", vec![film(true)]).contains("film round"));
        let animation = document("video/mp4", vec![film(false), DocumentAttribute::Animated]);
        assert!(animation.contains("data-loop") && animation.contains("muted"), "{animation}");
        assert!(document("image/gif", Vec::new()).contains("alt=\"Animation\""));
    }

    #[test]
    fn stickers_stand_without_a_bubble() {
        let still = document("image/webp", vec![sticker("🎉")]);
        assert!(
            still.contains("bare") && still.contains("<img class=\"sticker\"") && still.contains("Sticker 🎉"),
            "{still}"
        );
        assert!(document("video/webm", vec![film(false), sticker("🎉")]).contains("<video class=\"sticker\""));
        let animated = document("application/x-tgsticker", vec![sticker("🎉")]);
        assert!(animated.contains("sticker emoji") && animated.contains(">🎉<"), "{animated}");
    }

    #[test]
    fn sounds_have_a_player() {
        let voice = document("audio/ogg", vec![sound(true)]);
        assert!(voice.contains("Play voice message, 1:04") && voice.matches("<rect").count() == 48, "{voice}");
        let music = document("audio/mpeg", vec![sound(false)]);
        assert!(music.contains("Night Trains") && music.contains("1:04") && music.contains("<audio"), "{music}");
    }

    #[test]
    fn other_files_are_offered_for_download() {
        let named = tl::types::DocumentAttributeFilename { file_name: "costs.csv".to_owned() };
        let html = document("text/csv", vec![named.into()]);
        assert!(html.contains("download=\"costs.csv\"") && html.contains("1 B") && html.contains(">csv<"), "{html}");
        assert!(drawn(Media::Document(1)).contains("This file is gone."));
    }

    #[test]
    fn people_and_places_are_cards() {
        let contact = tl::types::MessageMediaContact {
            phone_number: "15550005".to_owned(),
            first_name: "Emi".to_owned(),
            last_name: "Tanaka".to_owned(),
            vcard: String::new(),
            user_id: 1005,
        };
        let html = drawn(Media::Contact(Box::new(contact)));
        assert!(
            html.contains("Emi Tanaka") && html.contains("+15550005") && html.contains("href=\"/1001/1005\""),
            "{html}"
        );
        let here = Place { lat: 46.3683, long: 14.1146, ..Place::default() };
        let html = drawn(Media::Place(Box::new(here)));
        assert!(html.contains("46.36830, 14.11460") && html.contains("openstreetmap.org"), "{html}");
        let live = Some(Live { period: 900, ..Live::default() });
        assert!(drawn(Media::Place(Box::new(Place { live, ..here }))).contains("Live location for 15 min"));
        let venue =
            Venue { place: here, title: "Café".to_owned(), address: "By the lake".to_owned(), ..Venue::default() };
        let html = drawn(Media::Venue(Box::new(venue)));
        assert!(html.contains("Café") && html.contains("By the lake"), "{html}");
    }

    #[test]
    fn a_dice_tells_how_it_fell() {
        let html = drawn(Media::Dice(Box::new(Dice { emoji: "🎲".to_owned(), value: 5 })));
        assert!(html.contains("aria-label=\"🎲 shows 5\"") && html.contains("bare"), "{html}");
    }

    #[test]
    fn a_link_has_a_preview_that_tells_where_it_leads() {
        let page = |url: &str| drawn_with(|_| Draft { media: Some(Media::Page(url.to_owned())), ..Draft::text(url) });
        let html = page("https://maps.example/lake?x=1");
        assert!(html.contains("class=\"preview\" href=\"https://maps.example/lake?x=1\""), "{html}");
        assert!(html.contains("A page at maps.example") && html.contains("rel=\"noopener noreferrer\""), "{html}");
        assert!(page("https://t.me/bob_lindqvist").contains("class=\"preview\" href=\"/1001/1002\""));
        assert!(!page("javascript:alert(1)").contains("class=\"preview\""));
    }
}
