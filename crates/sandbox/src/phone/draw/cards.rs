//! Files, people, places and links as cards.

use grammers_tl_types as tl;
use maud::{Markup, html};

use super::face::{Icon, face, icon, initials};
use super::links::{inner_address, web_address};
use crate::phone::eyes::Eyes;
use crate::phone::shapes::{file_name, file_size};
use crate::world::files::Document;
use crate::world::media::{Dice, Place, Venue};
use crate::world::peers::Peer;

pub(super) fn file(document: &Document, address: &str) -> Markup {
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

pub(super) fn contact(eyes: &Eyes<'_>, contact: &tl::types::MessageMediaContact) -> Markup {
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
pub(super) fn place(place: &Place) -> Markup {
    let label = match place.live {
        Some(live) => format!("Live location for {} min", live.period / 60),
        None => "Place".to_owned(),
    };
    map(place, &html! { (label) ": " (format!("{:.5}, {:.5}", place.lat, place.long)) })
}

/// A place with a name.
pub(super) fn venue(venue: &Venue) -> Markup {
    map(
        &venue.place,
        &html! {
            bdi class="card-title" { (venue.title) }
            bdi class="card-more" { (venue.address) }
        },
    )
}

fn map(place: &Place, label: &Markup) -> Markup {
    let Place { lat, long, .. } = place;
    let address = format!("https://www.openstreetmap.org/?mlat={lat}&mlon={long}#map=15/{lat}/{long}");
    html! {
        a class="place" href=(address) target="_blank" rel="noopener noreferrer" {
            svg class="map" viewBox="0 0 240 120" preserveAspectRatio="xMidYMid slice" aria-hidden="true" {
                path class="water" d="M0 84c40-18 70 8 110-4s80-30 130-14v54H0z" {}
                path class="road" d="M-5 30l80 30 60-10 110 40M60-5l10 70-20 60M170-5l-20 60 30 70" {}
            }
            span class="place-pin" { (icon(Icon::Place)) }
            span class="place-label" { (label) }
        }
    }
}

/// An emoji that fell, and how. A phone would throw it; here it lies still.
pub(super) fn dice(dice: &Dice) -> Markup {
    let shown = if dice.emoji == "🎰" { reels(dice.value) } else { dice.value.to_string() };
    html! {
        div class="dice" role="img" aria-label=(format!("{} shows {shown}", dice.emoji)) {
            span class="dice-emoji" aria-hidden="true" { (dice.emoji) }
            span class="dice-value" aria-hidden="true" { (shown) }
        }
    }
}

/// What the three reels of a slot machine show: each takes two bits, from the left.
fn reels(value: i32) -> String {
    const SYMBOLS: [&str; 4] = ["BAR", "🍇", "🍋", "7"];
    let turned = usize::try_from(value - 1).unwrap_or(0);
    [0, 2, 4].map(|bits| SYMBOLS[turned >> bits & 3]).join(" ")
}

/// The preview of a link. The box knows no web; it tells where the link leads.
pub(super) fn preview(eyes: &Eyes<'_>, url: &str) -> Markup {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_machine_shows_its_reels() {
        assert_eq!(reels(1), "BAR BAR BAR");
        assert_eq!(reels(64), "7 7 7");
        assert_eq!(reels(2), "🍇 BAR BAR");
        assert_eq!(reels(22), "🍇 🍇 🍇");
    }
}
