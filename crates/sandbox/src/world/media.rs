//! What a message carries beside its words.

use grammers_tl_types as tl;

use super::World;
use super::peers::mix;
use super::refusal::{Allowed, RpcError};

/// A file or something else beside the words.
#[derive(Clone, PartialEq)]
pub enum Media {
    /// A photo, by its id in the files.
    Photo(i64),
    /// Any other file, by its id in the files.
    Document(i64),
    /// A photo that moves: the still and the film, by their ids in the files.
    LivePhoto(i64, i64),
    /// A poll, by its id in the polls.
    Poll(i64),
    /// Somebody's phone number.
    Contact(Box<tl::types::MessageMediaContact>),
    /// A point on the map.
    Place(Box<Place>),
    /// A point on the map with a name.
    Venue(Box<Venue>),
    /// A dice, or another emoji that falls as chance wants.
    Dice(Box<Dice>),
    /// The preview of a link in the text.
    Page(String),
}

/// A point on the map.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub long: f64,
    /// How many metres it may be off.
    pub accuracy: Option<i32>,
    /// Somebody who moves, rather than a place that stays.
    pub live: Option<Live>,
}

/// How a point on the map moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// For how many seconds it is followed.
    pub period: i32,
    /// Where it goes, in degrees from north.
    pub heading: Option<i32>,
    /// Within how many metres others are alarmed.
    pub proximity: Option<i32>,
}

/// A point on the map with a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Venue {
    /// Where.
    pub place: Place,
    /// Its name.
    pub title: String,
    /// How to find it.
    pub address: String,
    /// Whose list it stands in: `foursquare` or `gplaces`.
    pub provider: String,
    /// Its id in that list.
    pub id: String,
    /// What kind of place that list says it is.
    pub kind: String,
}

/// An emoji that falls as chance wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dice {
    /// Which.
    pub emoji: String,
    /// How it fell.
    pub value: i32,
}

/// The emoji that fall, and the highest value of each.
pub const DICE: [(&str, i32); 6] = [("🎲", 6), ("🎯", 6), ("🎳", 6), ("🏀", 5), ("⚽", 5), ("🎰", 64)];

impl Dice {
    /// The highest value of an emoji; nothing if it does not fall.
    pub fn highest(emoji: &str) -> Option<i32> {
        let emoji = emoji.trim_end_matches('\u{fe0f}');
        DICE.iter().find(|(known, _)| *known == emoji).map(|(_, highest)| *highest)
    }
}

impl Media {
    /// In one word, as tests want to see it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Photo(_) => "photo",
            Self::Document(_) => "document",
            Self::LivePhoto(..) => "live_photo",
            Self::Poll(_) => "poll",
            Self::Contact(_) => "contact",
            Self::Place(_) => "place",
            Self::Venue(_) => "venue",
            Self::Dice(_) => "dice",
            Self::Page(_) => "page",
        }
    }
}

impl World {
    /// Lets an emoji fall. The same world falls the same way.
    pub(crate) fn roll(&self, emoji: &str) -> Allowed<Media> {
        let highest = Dice::highest(emoji).ok_or_else(|| RpcError::bad_request("EMOTICON_INVALID"))?;
        let chance = mix(&[self.secret, 6, self.last_uid.cast_signed()]).unsigned_abs();
        let value = 1 + i32::try_from(chance % u64::from(highest.unsigned_abs())).unwrap_or(0);
        Ok(Media::Dice(Box::new(Dice { emoji: emoji.to_owned(), value })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Seed;

    #[test]
    fn an_emoji_falls_within_its_limits() {
        let mut world = World::seeded(&Seed { seed: 1, messages: 10 });
        for (emoji, highest) in DICE {
            for _ in 0..100 {
                world.last_uid += 1;
                let Ok(Media::Dice(dice)) = world.roll(emoji) else { panic!("it falls") };
                assert!((1..=highest).contains(&dice.value));
            }
        }
        assert!(world.roll("🍎").is_err());
    }
}
