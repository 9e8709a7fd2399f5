//! Sending words, and what needs no file.

use grammers_tl_types as tl;

use super::Call;
use super::delivery::Content;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::world::World;
use crate::world::media::{Live, Media, Place, Venue};
use crate::world::messages::Preview;

/// A point on the map may be off by so many metres.
const ACCURACY_MAX: f64 = 1_500.0;
/// A point that is followed until somebody stops it.
const LIVE_FOR_EVER: i32 = i32::MAX;

pub(super) fn send_message(call: &mut Call<'_>) -> Outcome {
    let preview = call.preview()?;
    let words = call.text()?;
    let media = page(&words.text, preview.as_ref());
    call.send(Content { words, media, preview, ..Content::default() })
}

/// The preview of the first link of a text, or of the one that the options name.
pub(super) fn page(text: &str, preview: Option<&Preview>) -> Option<Media> {
    let link = preview.and_then(|preview| preview.url.as_deref()).or_else(|| World::first_link(text));
    let is_disabled = preview.is_some_and(|preview| preview.disabled);
    link.filter(|_| !is_disabled).map(|link| Media::Page(link.to_owned()))
}

impl Call<'_> {
    fn place(&self) -> Result<Place, ApiError> {
        let number = |name: &str| self.given.integer::<f64>(name);
        let (lat, long) = (number("latitude").unwrap_or(0.0), number("longitude").unwrap_or(0.0));
        if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&long) {
            return Err(ApiError::bad_request("wrong location specified"));
        }
        let accuracy = number("horizontal_accuracy").filter(|metres| *metres > 0.0);
        Ok(Place { lat, long, accuracy: accuracy.map(|metres| metres.min(ACCURACY_MAX) as i32), live: None })
    }
}

pub(super) fn send_location(call: &mut Call<'_>) -> Outcome {
    let mut place = call.place()?;
    let period = call.given.integer::<i32>("live_period").unwrap_or(0);
    if period != 0 {
        if period != LIVE_FOR_EVER && !(60..=86_400).contains(&period) {
            return Err(ApiError::bad_request("wrong live location period specified"));
        }
        place.live = Some(Live {
            period,
            heading: call.given.integer("heading").filter(|degrees| (1..=360).contains(degrees)),
            proximity: call.given.integer("proximity_alert_radius").filter(|metres| *metres > 0),
        });
    }
    call.send(Media::Place(Box::new(place)).into())
}

pub(super) fn send_venue(call: &mut Call<'_>) -> Outcome {
    let place = call.place()?;
    let text = |name: &str| call.given.text(name).unwrap_or_default().to_owned();
    let foursquare = (text("foursquare_id"), text("foursquare_type"));
    let google = (text("google_place_id"), text("google_place_type"));
    let is_given = |(id, kind): &(String, String)| !id.is_empty() || !kind.is_empty();
    let (provider, (id, kind)) = if is_given(&foursquare) {
        ("foursquare", foursquare)
    } else if is_given(&google) {
        ("gplaces", google)
    } else {
        ("", (String::new(), String::new()))
    };
    let provider = provider.to_owned();
    let (title, address) = (text("title"), text("address"));
    if title.is_empty() {
        return Err(ApiError::bad_request("venue title must be non-empty"));
    }
    call.send(Media::Venue(Box::new(Venue { place, title, address, provider, id, kind })).into())
}

pub(super) fn send_contact(call: &mut Call<'_>) -> Outcome {
    let phone_number = call.given.required("phone_number")?.to_owned();
    let first_name = call.given.required("first_name")?.to_owned();
    let text = |name: &str| call.given.text(name).unwrap_or_default().to_owned();
    let (last_name, vcard) = (text("last_name"), text("vcard"));
    let user_id = call.world.accounts.by_phone(&phone_number).map_or(0, |account| account.user_id);
    let contact = tl::types::MessageMediaContact { phone_number, first_name, last_name, vcard, user_id };
    call.send(Media::Contact(Box::new(contact)).into())
}

pub(super) fn send_dice(call: &mut Call<'_>) -> Outcome {
    let emoji = call.given.text("emoji").unwrap_or("🎲").to_owned();
    let unknown = |_| ApiError::bad_request("invalid dice emoji specified");
    let dice = call.world.roll(&emoji).map_err(unknown)?;
    call.send(dice.into())
}
