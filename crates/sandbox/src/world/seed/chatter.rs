//! Small talk, until the world holds as many messages as were asked for.
//!
//! Up to the usual size it is spread over all chats. What goes beyond that is plain talk in the general topic of the forum, where one copy serves
//! everybody and equal sentences share their text: a million messages stay below a hundred megabytes.

use std::collections::HashMap;
use std::sync::Arc;

use rand::seq::IndexedRandom;

use super::phrases::*;
use super::*;
use crate::world::messages::{Extra, Media, Reacted, Reply, Text};

/// So many messages are spread over all chats; more go to the forum alone.
const SPREAD: u64 = 5_000;
/// The last days belong to the stories.
const STORY_SECONDS: i32 = 2 * 24 * 60 * 60;

type Phrases = &'static [&'static str];

/// Sentences that were said before.
#[derive(Default)]
struct Sayings {
    known: HashMap<(&'static str, u16), Arc<Text>>,
}

impl Sayings {
    fn pick(&mut self, random: &mut ChaCha12Rng, phrases: Phrases) -> Arc<Text> {
        let phrase = phrases.choose(random).expect("no theme is empty");
        let number = if phrase.contains("{n}") { random.random_range(100..1_000) } else { 0 };
        let text = self.known.entry((phrase, number));
        text.or_insert_with(|| Text::new(phrase.replace("{n}", &number.to_string()))).clone()
    }
}

/// Talks until the world holds `messages`.
pub(super) fn fill(gardener: &mut Gardener, messages: usize) {
    let wanted = u64::try_from(messages).unwrap_or(u64::MAX);
    let pace =
        i32::try_from(i64::from(END - STORY_SECONDS - BEGIN) * 2 / i64::try_from(messages.max(1)).unwrap_or(i64::MAX));
    let pace = pace.unwrap_or(i32::MAX);
    let mut sayings = Sayings::default();
    if let Some(forum) = gardener.world.channels.get_mut(&PRODUCT_TEAM.id()) {
        forum.thread.reserve(messages.saturating_sub(usize::try_from(SPREAD).unwrap_or(0)));
    }
    while gardener.world.last_uid < wanted {
        gardener.wait(pace);
        gardener.clock = gardener.clock.min(END - STORY_SECONDS);
        if gardener.world.last_uid < SPREAD {
            say_something(gardener, &mut sayings);
        } else {
            let author = *[ALICE, BOB, CAROL, DMITRI, GRACE].choose(&mut gardener.random).expect("not empty");
            let text = sayings.pick(&mut gardener.random, theme_of(author, SMALL_TALK, 0));
            gardener.world.remember(author, PRODUCT_TEAM, gardener.clock, text, None);
        }
    }
    gardener.clock = gardener.clock.max(END - STORY_SECONDS);
}

fn say_something(gardener: &mut Gardener, sayings: &mut Sayings) {
    match gardener.random.random_range(0..100) {
        0..18 => converse(gardener, sayings, &[ALICE, BOB], Peer::User),
        18..29 => converse(gardener, sayings, &[ALICE, DMITRI], Peer::User),
        29..38 => converse(gardener, sayings, &[ALICE, EMI], Peer::User),
        38..49 => converse(gardener, sayings, &[ALICE, BOB, CAROL, EMI, FARID, GRACE], |_| HIKERS),
        49..87 => talk_in_forum(gardener, sayings),
        87..90 => publish(gardener, sayings),
        _ => comment(gardener, sayings),
    }
}

/// Somebody of these says something to the others.
fn converse(gardener: &mut Gardener, sayings: &mut Sayings, people: &[i64], place: fn(i64) -> Peer) {
    let author = *people.choose(&mut gardener.random).expect("somebody talks");
    let other = people.iter().copied().find(|person| *person != author).unwrap_or(author);
    let peer = place(other);
    let general: Phrases =
        [SMALL_TALK, INVOICES, TRAVEL, MEETINGS, DEPLOYMENTS, EMOJI].choose(&mut gardener.random).expect("not empty");
    let dice = gardener.random.random_range(0..100);
    let text = sayings.pick(&mut gardener.random, theme_of(author, general, dice));
    let extra = garnish(gardener, author, peer, dice);
    gardener.world.remember(author, peer, gardener.clock, text, extra);
}

/// Some people mostly speak their own language.
fn theme_of(author: i64, otherwise: Phrases, dice: u32) -> Phrases {
    match author {
        DMITRI if dice < 80 => RUSSIAN,
        EMI if dice < 60 => CJK,
        FARID if dice < 60 => ARABIC,
        _ => otherwise,
    }
}

/// Now and then a message carries a picture, a voice note or a reaction, or answers the one before.
fn garnish(gardener: &mut Gardener, author: i64, peer: Peer, dice: u32) -> Option<Extra> {
    let (sunset, lake, voice) = (gardener.gallery.sunset, gardener.gallery.lake, gardener.gallery.voice);
    let newest = gardener.world.thread(author, peer).newest().map(|message| (message.id, message.from));
    let media = |media| Some(Extra { media: Some(media), ..Extra::default() });
    match dice {
        80 => media(Media::Photo(sunset)),
        81 => media(Media::Photo(lake)),
        82 => media(Media::Document(voice)),
        83..91 => newest.map(|(to, _)| Extra {
            reply: Some(Reply { to, top: None, forum: false, quote: None }),
            ..Extra::default()
        }),
        91..94 => Some(Extra {
            reactions: vec![Reacted { by: ALICE, date: gardener.clock, emoji: "👍".to_owned() }],
            ..Extra::default()
        }),
        _ => None,
    }
}

fn talk_in_forum(gardener: &mut Gardener, sayings: &mut Sayings) {
    let subjects: [(&str, Phrases); 5] = [
        ("Invoices", INVOICES),
        ("Deployments", DEPLOYMENTS),
        ("Travel", TRAVEL),
        ("Meetings", MEETINGS),
        ("General", SMALL_TALK),
    ];
    let (title, phrases) = *subjects.choose(&mut gardener.random).expect("not empty");
    let author = match title {
        "Deployments" if gardener.random.random_bool(0.2) => DEPLOY_BOT,
        "Invoices" if gardener.random.random_bool(0.1) => INVOICE_BOT,
        _ => *[ALICE, BOB, CAROL, DMITRI, EMI, FARID, GRACE].choose(&mut gardener.random).expect("not empty"),
    };
    let dice = gardener.random.random_range(0..100);
    let text = sayings.pick(&mut gardener.random, if dice < 70 { phrases } else { theme_of(author, phrases, 0) });
    let topic = gardener.topic(title);
    let general = topic == crate::world::chats::GENERAL_TOPIC;
    let extra = (!general)
        .then(|| Extra { reply: Some(Reply { to: topic, top: None, forum: true, quote: None }), ..Extra::default() });
    gardener.world.remember(author, PRODUCT_TEAM, gardener.clock, text, extra);
}

fn publish(gardener: &mut Gardener, sayings: &mut Sayings) {
    let text = sayings.pick(&mut gardener.random, POSTS);
    let views = gardener.random.random_range(40..900);
    let forwards = gardener.random.random_range(0..30);
    let extra = Extra { views, forwards, ..Extra::default() };
    gardener.world.remember(CAROL, LANTERN, gardener.clock, text, Some(extra));
}

/// Somebody comments on one of the last posts.
fn comment(gardener: &mut Gardener, sayings: &mut Sayings) {
    let group = &gardener.world.channels[&LANTERN_CHAT.id()];
    let posts: Vec<i32> = group
        .thread
        .newest_first()
        .filter(|message| message.from == LANTERN)
        .take(4)
        .map(|message| message.id)
        .collect();
    let Some(post) = posts.choose(&mut gardener.random) else {
        return publish(gardener, sayings);
    };
    let author = *[ALICE, BOB, EMI, FARID, GRACE, HUGO].choose(&mut gardener.random).expect("not empty");
    let text = sayings.pick(&mut gardener.random, theme_of(author, COMMENTS, 50));
    let reply = Some(Reply { to: *post, top: Some(*post), forum: false, quote: None });
    let extra = Extra { reply, ..Extra::default() };
    gardener.world.remember(author, LANTERN_CHAT, gardener.clock, text, Some(extra));
}
