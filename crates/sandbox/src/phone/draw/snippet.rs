//! A message in a few words: for lists, quotes of replies, the bar of pinned messages, and notes to screen readers.

use grammers_tl_types as tl;

use super::service;
use super::words::one_line;
use crate::phone::calendar::duration;
use crate::phone::eyes::Eyes;
use crate::phone::shapes::{Shape, file_name, shape_of};
use crate::world::messages::{Media, Message};
use crate::world::peers::Peer;
use crate::world::rich::{Block, Line, Rich};

/// What a message says or carries, in one line.
pub(in crate::phone) fn snippet(eyes: &Eyes<'_>, peer: Peer, message: &Message) -> String {
    if let Some(told) = service::told(eyes, peer, message) {
        return told;
    }
    let words = one_line(&visible_text(message));
    match message.media().map(|media| named(eyes, media)) {
        None => words,
        Some(what) if words.is_empty() => what,
        Some(what) if matches!(message.media(), Some(Media::Page(_))) => {
            drop(what);
            words
        }
        Some(what) => format!("{what}: {words}"),
    }
}

/// The text without what a spoiler hides.
fn visible_text(message: &Message) -> String {
    if let Some(rich) = message.rich() {
        let mut visible = Rich::clone(rich);
        hide_spoilers(&mut visible.blocks);
        return visible.plain();
    }
    visible(&message.text.shown, message.entities())
}

fn hide_spoilers(blocks: &mut [Block]) {
    let hide = |line: &mut Line| line.text = visible(&line.text, &line.entities);
    for block in blocks {
        match block {
            Block::Paragraph(line) | Block::Heading(_, line) | Block::Footer(line) | Block::Thinking(line) => {
                hide(line);
            }
            Block::Code { .. } | Block::Divider => {}
            Block::Quote(blocks) => hide_spoilers(blocks),
            Block::List(items) => items.iter_mut().for_each(|item| hide_spoilers(&mut item.blocks)),
            Block::Table(rows) => rows.iter_mut().flatten().for_each(|cell| hide(&mut cell.line)),
            Block::Details { summary, blocks, .. } => {
                hide(summary);
                hide_spoilers(blocks);
            }
        }
    }
}

fn visible(text: &str, entities: &[tl::enums::MessageEntity]) -> String {
    let is_hidden = |entity: &tl::enums::MessageEntity| matches!(entity, tl::enums::MessageEntity::Spoiler(_));
    if !entities.iter().any(is_hidden) {
        return text.to_owned();
    }
    let spoilers: Vec<(i32, i32)> = entities
        .iter()
        .filter(|entity| is_hidden(entity))
        .map(|entity| (entity.offset(), entity.offset().saturating_add(entity.length())))
        .collect();
    let mut units = 0;
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        let hidden = spoilers.iter().any(|(start, end)| (*start..*end).contains(&units));
        shown.push(if hidden && !letter.is_whitespace() { '▒' } else { letter });
        units = units.saturating_add(if letter.len_utf16() == 2 { 2 } else { 1 });
    }
    shown
}

/// What something beside the words is.
fn named(eyes: &Eyes<'_>, media: &Media) -> String {
    match media {
        Media::Photo(_) | Media::LivePhoto(..) => "Photo".to_owned(),
        Media::Document(id) => eyes.world.files.document(*id).map_or_else(
            || "File".to_owned(),
            |document| match shape_of(document) {
                Shape::Sticker { emoji } => format!("{emoji} Sticker"),
                Shape::Animation => "GIF".to_owned(),
                Shape::Video => "Video".to_owned(),
                Shape::Round => "Video message".to_owned(),
                Shape::Voice { seconds, .. } => format!("Voice message, {}", duration(seconds)),
                Shape::Music { title, .. } => title.unwrap_or_else(|| file_name(document)),
                Shape::File => file_name(document),
            },
        ),
        Media::Poll(id) => {
            eyes.world.polls.get(*id).map_or_else(|| "Poll".to_owned(), |poll| format!("Poll: {}", poll.question))
        }
        Media::Contact(_) => "Contact".to_owned(),
        Media::Place(place) => if place.live.is_some() { "Live location" } else { "Place" }.to_owned(),
        Media::Venue(venue) => venue.title.clone(),
        Media::Dice(dice) => dice.emoji.clone(),
        Media::Page(_) => "Link".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::phone::tests::Looking;
    use crate::world::posting::Draft;
    use crate::world::rich::{Cell, Item};

    fn told(draft: Draft) -> String {
        let mut looking = Looking::new();
        let id = looking.post(1002, Peer::User(1001), draft);
        let eyes = looking.eyes();
        let message = eyes.world.thread(1001, Peer::User(1002)).get(id).expect("it has arrived");
        snippet(&eyes, Peer::User(1002), message)
    }

    #[test]
    fn words_come_first_and_media_are_named() {
        assert_eq!(told(Draft::text("one\ntwo")), "one two");
        assert_eq!(told(Draft { media: Some(Media::Place(Box::default())), ..Draft::default() }), "Place");
        assert_eq!(told(Draft { media: Some(Media::Place(Box::default())), ..Draft::text("here") }), "Place: here");
        assert_eq!(
            told(Draft { media: Some(Media::Page("https://a.example".to_owned())), ..Draft::text("see") }),
            "see"
        );
    }

    #[test]
    fn a_spoiler_stays_hidden_in_a_rich_message() {
        let spoiler = tl::types::MessageEntitySpoiler { offset: 7, length: 3 }.into();
        let line = Line { text: "it was Bob".to_owned(), entities: vec![spoiler] };
        let cell = Cell { line: line.clone(), header: false };
        let said = vec![Block::Paragraph(line.clone())];
        let blocks = vec![
            Block::Table(vec![vec![cell]]),
            Block::List(vec![Item { blocks: said.clone(), ..Item::default() }]),
            Block::Details { summary: line, open: false, blocks: vec![Block::Quote(said)] },
        ];
        let rich = Rich { blocks, rtl: false };
        let text = rich.plain();
        let shown = told(Draft { rich: Some(Arc::new(rich)), ..Draft::text(text) });
        assert_eq!(shown.matches("it was ▒▒▒").count(), 4, "{shown}");
        assert!(!shown.contains("Bob"), "{shown}");
    }

    #[test]
    fn a_spoiler_stays_hidden() {
        let spoiler = tl::types::MessageEntitySpoiler { offset: 7, length: 3 }.into();
        assert_eq!(told(Draft { entities: vec![spoiler], ..Draft::text("😀 it is Bob!") }), "😀 it i▒ ▒ob!");
    }
}
