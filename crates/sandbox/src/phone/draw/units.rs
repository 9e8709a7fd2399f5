//! A conversation as a list of units: days, the border of what is new, service messages, bubbles.
//!
//! Each unit has a key that stays the same while its look may change; that is how an open page is kept true.

use maud::html;

use super::Item;
use super::bubble::Bubble;
use super::service;
use crate::phone::eyes::Eyes;
use crate::phone::window::Talk;
use crate::world::messages::Message;

/// Messages of one author that are closer together than this stand as one group.
const RUN_SECONDS: i32 = 10 * 60;

/// What a conversation shows.
#[derive(Clone, Copy)]
pub(in crate::phone) struct Script<'a> {
    pub(in crate::phone) talk: Talk,
    /// Oldest first.
    pub(in crate::phone) messages: &'a [&'a Message],
    /// Where the viewer had read to when the page was opened.
    pub(in crate::phone) mark: Option<i32>,
}

/// Draws all units of a conversation.
pub(in crate::phone) fn units(eyes: &Eyes<'_>, script: &Script<'_>) -> Vec<Item> {
    let groups: Vec<&[&Message]> = script.messages.chunk_by(|one, other| is_one_album(one, other)).collect();
    let mut items = Vec::with_capacity(groups.len() + 4);
    let mut is_new_announced = script.mark.is_none();
    for (place, group) in groups.iter().enumerate() {
        let message = group[0];
        let before = place.checked_sub(1).map(|place| groups[place][groups[place].len() - 1]);
        let after = groups.get(place + 1).map(|group| group[0]);
        let is_same_day = |other: &Message| eyes.calendar.date(other.date) == eyes.calendar.date(message.date);
        if !before.is_some_and(is_same_day) {
            items.push(day(eyes, message));
        }
        let is_new = script.mark.is_some_and(|mark| message.id > mark && message.writer() != Some(eyes.viewer));
        let begins_new = is_new && !is_new_announced;
        if begins_new {
            is_new_announced = true;
            items.push(Item::new("new", html! { li class="unit divider" data-key="new" { span { "New messages" } } }));
        }
        if let Some(told) = service::told(eyes, script.talk.peer, message) {
            let drawn = service::service(eyes, script.talk.peer, message, &told);
            items.push(Item::new(format!("m{}", message.id), drawn));
            continue;
        }
        let begins_run = begins_new || !before.is_some_and(|before| is_one_run(before, message) && is_same_day(before));
        let ends_run = !after.is_some_and(|after| is_one_run(message, after) && is_same_day(after));
        let bubble = Bubble { talk: script.talk, messages: group, begins_run, ends_run };
        items.push(Item::new(bubble.key(), bubble.draw(eyes)));
    }
    items
}

fn is_one_album(one: &Message, other: &Message) -> bool {
    let album = |message: &Message| message.extra.as_ref().and_then(|extra| extra.grouped_id);
    album(one).is_some() && album(one) == album(other) && one.from == other.from
}

fn is_one_run(one: &Message, other: &Message) -> bool {
    let is_close = other.date.saturating_sub(one.date) < RUN_SECONDS;
    is_close && one.from == other.from && one.writer() == other.writer() && !one.is_service() && !other.is_service()
}

fn day(eyes: &Eyes<'_>, message: &Message) -> Item {
    let key = format!("d{}", eyes.calendar.date(message.date));
    let drawn = html! {
        li class="unit day" data-key=(key) { span class="chip" { (eyes.calendar.day(message.date)) } }
    };
    Item::new(key, drawn)
}
