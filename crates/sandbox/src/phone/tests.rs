//! What the tests of the phone look at: a small world, and messages that were just sent in it.

use grammers_tl_types as tl;

use super::calendar::{Calendar, Zone};
use super::draw::page::{self, Frame, Side};
use super::draw::units::{Script, units};
use super::eyes::Eyes;
use super::signs::Signs;
use super::view::{Main, Snapshot};
use super::window::{Talk, Window};
use crate::world::keyboards::{Inline, InlineAction, InlineButton, Keyboard, Look, Reply, ReplyAction, ReplyButton};
use crate::world::media::{Media, Venue};
use crate::world::peers::Peer;
use crate::world::pins::Pin;
use crate::world::polls::Poll;
use crate::world::posting::Draft;
use crate::world::telling::Cause;
use crate::world::{Seed, World};

pub(super) const ALICE: i64 = 1001;
pub(super) const BOB: i64 = 1002;

/// A world that Alice looks at.
pub(super) struct Looking {
    pub(super) world: World,
    signs: Signs,
}

impl Looking {
    pub(super) fn new() -> Self {
        Self { world: World::seeded(&Seed { messages: 1_500, ..Seed::default() }), signs: Signs::default() }
    }

    pub(super) fn eyes(&self) -> Eyes<'_> {
        // The day after the history ends.
        let calendar = Calendar { now: 1_793_383_200, zone: Zone::Utc };
        Eyes { world: &self.world, signs: &self.signs, viewer: ALICE, calendar }
    }

    /// Sends a message as somebody; returns the id that it has for Alice.
    pub(super) fn post(&mut self, author: i64, to: Peer, draft: Draft) -> i32 {
        let id = self.world.post(&Cause::by(author), to, draft).expect("allowed");
        let seen_from = match to {
            Peer::User(reader) if reader != author => Peer::User(if author == ALICE { reader } else { author }),
            peer => peer,
        };
        let own = if author == ALICE { Some(id) } else { None };
        own.unwrap_or_else(|| self.world.thread(ALICE, seen_from).newest().map_or(id, |message| message.id))
    }

    /// Lets signs come and go as the pushes of the world tell.
    pub(super) fn notice(&mut self) {
        let now = self.world.clock.millis();
        for push in self.world.take_pushes() {
            self.signs.notice(&push, now);
        }
    }

    /// How Alice sees one message of a chat.
    pub(super) fn unit(&self, peer: Peer, id: i32) -> String {
        let eyes = self.eyes();
        let talk = Talk { peer, topic: None };
        let sight = eyes.look_at(talk, Window { from: Some(id), to: None });
        let drawn = units(&eyes, &Script { talk, messages: &sight.messages, mark: None });
        let wanted = format!("m{id}");
        drawn.into_iter().find(|item| item.key == wanted).expect("the message is drawn").html
    }
}

/// What somebody would write who wants to break out of wherever their words are put.
const HOSTILE: &str = "<img src=x onerror=alert(1)>\" onload=\"alert(2)' <script>alert(3)</script>";

/// Puts hostile words wherever people choose words.
fn poison(looking: &mut Looking) {
    let world = &mut looking.world;
    for id in [BOB, 1005, 1101] {
        let account = world.accounts.get_mut(id).expect("they are there");
        HOSTILE.clone_into(&mut account.first_name);
        HOSTILE.clone_into(&mut account.about);
        world.mailbox_mut(ALICE).contacts.remove(&id);
    }
    world.groups.get_mut(&501).expect("it is there").title = HOSTILE.to_owned();
    for channel in world.channels.values_mut() {
        channel.title = HOSTILE.to_owned();
        channel.topics.values_mut().for_each(|topic| HOSTILE.clone_into(&mut topic.title));
    }
    let named = tl::types::DocumentAttributeFilename { file_name: HOSTILE.to_owned() };
    let song = tl::types::DocumentAttributeAudio {
        voice: false,
        duration: 1,
        title: Some(HOSTILE.to_owned()),
        performer: Some(HOSTILE.to_owned()),
        waveform: None,
    };
    let file = world.files.add_document(0, *b"x", HOSTILE, vec![named.into()]);
    let song = world.files.add_document(0, *b"x", "audio/ogg", vec![song.into()]);
    let answers = vec![(HOSTILE.to_owned(), b"0".to_vec()), (HOSTILE.to_owned(), b"1".to_vec())];
    let poll = world.polls.add(Poll { question: HOSTILE.to_owned(), answers, ..Poll::default() });
    let contact = tl::types::MessageMediaContact {
        phone_number: HOSTILE.to_owned(),
        first_name: HOSTILE.to_owned(),
        last_name: HOSTILE.to_owned(),
        vcard: HOSTILE.to_owned(),
        user_id: 0,
    };
    let venue = Venue { title: HOSTILE.to_owned(), address: HOSTILE.to_owned(), ..Venue::default() };
    let media = [
        Media::Document(file),
        Media::Document(song),
        Media::Poll(poll),
        Media::Contact(Box::new(contact)),
        Media::Venue(Box::new(venue)),
        Media::Page(format!("https://a.example/{HOSTILE}")),
    ];
    for media in media {
        looking.post(BOB, Peer::User(ALICE), Draft { media: Some(media), ..Draft::text(HOSTILE) });
    }
    let first = looking.post(BOB, Peer::User(ALICE), Draft::text(HOSTILE));
    looking.post(ALICE, Peer::User(BOB), Draft { reply_to: Some(first), ..Draft::text(HOSTILE) });
    let pin = Pin::default();
    looking.world.pin(&Cause::by(ALICE), Peer::User(BOB), first, pin).expect("allowed");
    looking.world.start_bot(&Cause::by(ALICE), 1101, "").expect("allowed");
    let button = |action| InlineButton { text: HOSTILE.to_owned(), look: Look::default(), action };
    let actions = [InlineAction::Callback(HOSTILE.as_bytes()[..64].to_vec()), InlineAction::Copy(HOSTILE.to_owned())];
    let keyboard = Keyboard::Inline(Inline { rows: vec![actions.map(button).into()], force_reply: true });
    looking.post(1101, Peer::User(ALICE), Draft { keyboard: Some(keyboard), ..Draft::text(HOSTILE) });
    let button = ReplyButton { text: HOSTILE.to_owned(), look: Look::default(), action: ReplyAction::Text };
    let placeholder = Some(HOSTILE.to_owned());
    let keyboard = Keyboard::Reply(Reply { rows: vec![vec![button]], placeholder, ..Reply::default() });
    looking.post(1101, Peer::User(ALICE), Draft { keyboard: Some(keyboard), ..Draft::text(HOSTILE) });
}

#[test]
fn nothing_that_people_wrote_becomes_markup() {
    let mut looking = Looking::new();
    poison(&mut looking);
    let eyes = looking.eyes();
    let frame = Frame { token: "0", theme: "auto" };
    let talk = |peer, topic| Main::Talk(Talk { peer, topic }, Window::default(), Some(0));
    let team = Peer::Channel(701);
    let mains = [
        Main::Nothing,
        Main::Topics(team),
        talk(team, Some(1)),
        talk(Peer::User(BOB), None),
        talk(Peer::User(1101), None),
        talk(Peer::Group(501), None),
        talk(Peer::Channel(702), None),
    ];
    let rows = page::everybody(&eyes);
    let mut pages: Vec<String> = mains
        .into_iter()
        .map(|main| page::phone(&frame, &eyes, main, &Snapshot::take(&eyes, main), Side::Chats))
        .collect();
    pages.push(page::phone(&frame, &eyes, Main::Nothing, &Snapshot::take(&eyes, Main::Nothing), Side::Rows(&rows)));
    pages.push(page::people(&frame, &eyes, |_| 0));
    for html in pages {
        assert!(html.contains("&lt;img src=x"), "the words are there");
        assert!(!html.contains("<img src=x") && !html.contains("\" onload="), "they broke out");
        assert_eq!(html.matches("<script").count(), 1, "the page's own script and no other");
    }
}
