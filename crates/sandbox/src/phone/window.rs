//! Which part of a conversation a page shows, and which messages that are.

use super::eyes::Eyes;
use crate::world::chats::{Channel, GENERAL_TOPIC};
use crate::world::messages::Message;
use crate::world::peers::Peer;

/// So many messages are shown at first, and fetched at a time.
pub(super) const PAGE: usize = 50;
/// A page that has more than this is not kept true any further back.
pub(super) const WINDOW_MAX: usize = 1_000;

/// A conversation, or one topic or thread of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Talk {
    pub(super) peer: Peer,
    /// The forum topic, or the message under which people answer.
    pub(super) topic: Option<i32>,
}

/// A part of a talk by the ids of its first and last message; open ends go as far as there is something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: Option<i32>,
    pub(super) to: Option<i32>,
}

/// The messages of a window, oldest first.
pub(super) struct Sight<'a> {
    pub(super) messages: Vec<&'a Message>,
    pub(super) has_older: bool,
    pub(super) has_newer: bool,
}

impl<'a> Eyes<'a> {
    /// All messages of a talk, newest first.
    pub(super) fn messages(&self, talk: Talk) -> Box<dyn Iterator<Item = &'a Message> + 'a> {
        let channel = match talk.peer {
            Peer::Channel(id) => self.world.channels.get(&id),
            Peer::User(_) | Peer::Group(_) => None,
        };
        match (channel, talk.topic) {
            (Some(channel), Some(GENERAL_TOPIC)) if channel.is_forum() => {
                // Other topics begin with a message that hangs on nothing, too.
                let is_beginning = |message: &&Message| channel.topics.contains_key(&message.id);
                Box::new(channel.strand_messages(GENERAL_TOPIC).filter(move |message| !is_beginning(message)))
            }
            (Some(channel), Some(top)) => Box::new(channel.strand_messages(top).chain(channel.thread.get(top))),
            (None, Some(top)) => Box::new(
                self.world
                    .thread(self.viewer, talk.peer)
                    .newest_first()
                    .filter(move |message| message.thread() == Some(top) || message.id == top),
            ),
            (_, None) => Box::new(self.world.thread(self.viewer, talk.peer).newest_first()),
        }
    }

    /// The messages that a window shows.
    pub(super) fn look_at(&self, talk: Talk, window: Window) -> Sight<'a> {
        let mut has_newer = false;
        let mut messages = Vec::new();
        let mut has_older = false;
        let at_most = if window.from.is_some() { WINDOW_MAX } else { PAGE };
        for message in self.messages(talk) {
            if window.to.is_some_and(|to| message.id > to) {
                has_newer = true;
            } else if window.from.is_some_and(|from| message.id < from) || messages.len() == at_most {
                has_older = true;
                break;
            } else {
                messages.push(message);
            }
        }
        messages.reverse();
        Sight { messages, has_older, has_newer }
    }

    /// The window that shows one message in the middle of others; the newest ones where it does not exist.
    pub(super) fn window_around(&self, talk: Talk, id: i32) -> Window {
        let newest_first: Vec<i32> = self.messages(talk).map(|message| message.id).collect();
        let Some(place) = newest_first.iter().position(|other| *other == id) else {
            return Window::default();
        };
        let newest = place.saturating_sub(PAGE / 2);
        let oldest = (place + PAGE / 2).min(newest_first.len() - 1);
        Window { from: Some(newest_first[oldest]), to: (newest > 0).then(|| newest_first[newest]) }
    }

    /// The window with one more page of older messages.
    pub(super) fn window_before(&self, talk: Talk, window: Window) -> Window {
        let Some(from) = window.from else { return window };
        let older = self.messages(talk).filter(|message| message.id < from).take(PAGE).last();
        Window { from: older.map_or(Some(from), |message| Some(message.id)), ..window }
    }

    /// The window with one more page of newer messages; open where they come to an end.
    pub(super) fn window_after(&self, talk: Talk, window: Window) -> Window {
        let Some(to) = window.to else { return window };
        let newer: Vec<i32> = self.messages(talk).map(|message| message.id).take_while(|id| *id > to).collect();
        let last = newer.len().checked_sub(PAGE).filter(|place| *place > 0).map(|place| newer[place]);
        Window { to: last, ..window }
    }

    /// How far the viewer has read a talk.
    pub(super) fn read_mark(&self, talk: Talk) -> i32 {
        match (self.channel(talk.peer), talk.topic) {
            (Some(channel), Some(topic)) => self.world.topic_read_mark(self.viewer, channel, topic),
            _ => self.world.mailbox(self.viewer).dialogs.get(&talk.peer).map_or(0, |dialog| dialog.read_inbox),
        }
    }

    /// Where what is new to the viewer begins, if anything is: after this id.
    pub(super) fn border(&self, talk: Talk) -> Option<i32> {
        let mark = self.read_mark(talk);
        let mut unread = self.messages(talk).take_while(|message| message.id > mark);
        unread.any(|message| message.writer() != Some(self.viewer)).then_some(mark)
    }

    /// The supergroup or channel of a conversation.
    pub(super) fn channel(&self, peer: Peer) -> Option<&'a Channel> {
        match peer {
            Peer::Channel(id) => self.world.channels.get(&id),
            Peer::User(_) | Peer::Group(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Looking;
    use super::*;

    const BOB: Talk = Talk { peer: Peer::User(1002), topic: None };

    fn ids(sight: &Sight<'_>) -> Vec<i32> {
        sight.messages.iter().map(|message| message.id).collect()
    }

    #[test]
    fn a_page_begins_with_the_newest_messages_in_their_order() {
        let looking = Looking::new();
        let eyes = looking.eyes();
        let sight = eyes.look_at(BOB, Window::default());
        assert_eq!(sight.messages.len(), PAGE);
        assert!(sight.has_older && !sight.has_newer);
        assert!(ids(&sight).is_sorted());
        assert_eq!(
            sight.messages.last().map(|message| message.id),
            eyes.messages(BOB).next().map(|message| message.id)
        );
    }

    #[test]
    fn paging_back_and_forth_reaches_both_ends_without_a_gap() {
        let looking = Looking::new();
        let eyes = looking.eyes();
        let mut all: Vec<i32> = eyes.messages(BOB).map(|message| message.id).collect();
        all.reverse();
        let middle = all[all.len() / 2];
        let mut window = eyes.window_around(BOB, middle);
        let sight = eyes.look_at(BOB, window);
        assert!(ids(&sight).contains(&middle) && sight.has_older && sight.has_newer);
        while eyes.look_at(BOB, window).has_older {
            window = eyes.window_before(BOB, window);
        }
        while eyes.look_at(BOB, window).has_newer {
            window = eyes.window_after(BOB, window);
        }
        assert_eq!(window.to, None, "what comes next belongs to the window, too");
        assert_eq!(ids(&eyes.look_at(BOB, window)), all);
    }

    #[test]
    fn a_topic_shows_its_own_messages_and_how_it_began() {
        let looking = Looking::new();
        let eyes = looking.eyes();
        let team = Peer::Channel(701);
        let channel = eyes.channel(team).expect("it is there");
        let invoices = channel.topics.values().find(|topic| topic.title == "Invoices").expect("it is there").id;
        let talk = Talk { peer: team, topic: Some(invoices) };
        let sight = eyes.look_at(talk, Window { from: Some(0), to: None });
        assert_eq!(sight.messages[0].id, invoices);
        assert!(sight.messages[1..].iter().all(|message| message.thread() == Some(invoices)));
        let general = Talk { peer: team, topic: Some(GENERAL_TOPIC) };
        let sight = eyes.look_at(general, Window { from: Some(0), to: None });
        assert!(sight.messages.iter().all(|message| !channel.topics.contains_key(&message.id)));
    }

    #[test]
    fn a_window_around_nothing_is_the_newest_one() {
        assert_eq!(Looking::new().eyes().window_around(BOB, 1), Window::default());
    }
}
