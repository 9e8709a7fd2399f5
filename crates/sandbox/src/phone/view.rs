//! What an open page shows, as pieces that can be compared: the page is put together from them, and its stream tells which have become different.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value, json};

use super::draw::{Item, commands, growing, head, keyboard, rows, units};
use super::eyes::Eyes;
use super::window::{Talk, Window};
use crate::world::peers::Peer;

/// What stands beside the list of chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Main {
    /// Nothing was opened.
    Nothing,
    /// The topics of a forum.
    Topics(Peer),
    /// A conversation: which part of it, and where the viewer had read to when the page was opened.
    Talk(Talk, Window, Option<i32>),
}

impl Main {
    /// The chat that is open.
    pub(super) fn peer(self) -> Option<Peer> {
        match self {
            Self::Nothing => None,
            Self::Topics(peer) => Some(peer),
            Self::Talk(talk, ..) => Some(talk.peer),
        }
    }
}

/// All pieces of a page at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    lists: Vec<(&'static str, Vec<Item>)>,
    parts: Vec<(&'static str, String)>,
    /// The messages that are shown.
    pub(super) window: Window,
    pub(super) has_older: bool,
    pub(super) has_newer: bool,
}

impl Snapshot {
    /// Draws everything.
    pub(super) fn take(eyes: &Eyes<'_>, main: Main) -> Self {
        let mut snapshot = Self {
            lists: vec![("chats", rows::chats(eyes, main.peer()))],
            parts: vec![("count", rows::unread_total(eyes).to_string())],
            window: Window::default(),
            has_older: false,
            has_newer: false,
        };
        match main {
            Main::Nothing => {}
            Main::Topics(peer) => {
                snapshot.lists.extend(eyes.channel(peer).map(|forum| ("topics", rows::topics(eyes, forum))));
                snapshot.part("head", head::head(eyes, Talk { peer, topic: None }));
            }
            Main::Talk(talk, window, mark) => snapshot.add_talk(eyes, talk, window, mark),
        }
        snapshot
    }

    fn add_talk(&mut self, eyes: &Eyes<'_>, talk: Talk, window: Window, mark: Option<i32>) {
        let sight = eyes.look_at(talk, window);
        let script = units::Script { talk, messages: &sight.messages, mark };
        let mut items = units::units(eyes, &script);
        if !sight.has_newer {
            items.extend(growing::growing(eyes, talk));
        }
        self.lists.push(("units", items));
        self.part("head", head::head(eyes, talk));
        self.part("pins", head::pins(eyes, talk));
        self.part("notice", head::notice(eyes, talk));
        self.part("commands", commands::commands(eyes, talk));
        self.part("keyboard", keyboard::reply(eyes, talk));
        self.window = Window { from: window.from.or(sight.messages.first().map(|message| message.id)), to: window.to };
        self.has_older = sight.has_older;
        self.has_newer = sight.has_newer;
    }

    fn part(&mut self, name: &'static str, drawn: maud::Markup) {
        self.parts.push((name, drawn.into_string()));
    }

    /// The items of a list.
    pub(super) fn list(&self, name: &str) -> &[Item] {
        self.lists.iter().find(|(known, _)| *known == name).map_or(&[], |(_, items)| items)
    }

    /// The markup of a part.
    pub(super) fn part_of(&self, name: &str) -> &str {
        self.parts.iter().find(|(known, _)| *known == name).map_or("", |(_, html)| html)
    }

    /// Stands for all of it: two snapshots with the same stamp look the same.
    pub(super) fn stamp(&self) -> String {
        let mut hasher = DefaultHasher::new();
        for (name, items) in &self.lists {
            name.hash(&mut hasher);
            items.len().hash(&mut hasher);
            for item in items {
                (&item.key, &item.html).hash(&mut hasher);
            }
        }
        self.parts.hash(&mut hasher);
        (self.has_older, self.has_newer).hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// What a page that shows `before` has to change to show this; `None` stands for a page of which nothing is known.
    pub(super) fn changes_since(&self, before: Option<&Self>) -> Value {
        let lists = self.lists.iter().filter_map(|(name, items)| {
            let known = before.map(|before| before.list(name));
            (known != Some(items.as_slice())).then(|| ((*name).to_owned(), self.list_changes(items, known)))
        });
        let parts = self.parts.iter().filter_map(|(name, html)| {
            let known = before.map(|before| before.part_of(name));
            (known != Some(html.as_str())).then(|| ((*name).to_owned(), Value::from(html.as_str())))
        });
        json!({
            "lists": lists.collect::<Map<_, _>>(),
            "parts": parts.collect::<Map<_, _>>(),
            "from": self.window.from,
            "to": self.window.to,
            "has_older": self.has_older,
            "has_newer": self.has_newer,
            "stamp": self.stamp(),
        })
    }

    #[expect(clippy::unused_self, reason = "one form for all that changes are told from")]
    fn list_changes(&self, items: &[Item], known: Option<&[Item]>) -> Value {
        let known: HashMap<&str, &str> =
            known.unwrap_or_default().iter().map(|item| (item.key.as_str(), item.html.as_str())).collect();
        let is_news = |item: &&Item| known.get(item.key.as_str()) != Some(&item.html.as_str());
        let order: Vec<&str> = items.iter().map(|item| item.key.as_str()).collect();
        let fresh: Map<String, Value> =
            items.iter().filter(is_news).map(|item| (item.key.clone(), Value::from(item.html.as_str()))).collect();
        json!({ "order": order, "items": fresh })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ALICE, BOB, Looking};
    use super::*;
    use crate::world::posting::Draft;

    const WITH_BOB: Main =
        Main::Talk(Talk { peer: Peer::User(BOB), topic: None }, Window { from: None, to: None }, None);

    #[test]
    fn two_looks_at_the_same_world_are_the_same() {
        let looking = Looking::new();
        let (one, other) = (Snapshot::take(&looking.eyes(), WITH_BOB), Snapshot::take(&looking.eyes(), WITH_BOB));
        assert_eq!(one.stamp(), other.stamp());
        let changes = other.changes_since(Some(&one));
        assert_eq!((&changes["lists"], &changes["parts"]), (&json!({}), &json!({})));
    }

    #[test]
    fn only_what_is_different_is_told() {
        let mut looking = Looking::new();
        let Main::Talk(talk, ..) = WITH_BOB else { unreachable!("it is one") };
        let before = Snapshot::take(&looking.eyes(), WITH_BOB);
        let id = looking.post(BOB, Peer::User(ALICE), Draft::text("something new"));
        let after = Snapshot::take(&looking.eyes(), Main::Talk(talk, before.window, None));
        assert_ne!(before.stamp(), after.stamp());
        let changes = after.changes_since(Some(&before));
        let units = &changes["lists"]["units"];
        let told = units["items"].as_object().expect("an object");
        assert!(told[&format!("m{id}")].as_str().is_some_and(|html| html.contains("something new")));
        // Beside the message itself: the day, if it is a new one, and the message before, if it was the last of a group.
        assert!(told.len() <= 3, "{} units were told", told.len());
        let order = units["order"].as_array().expect("a list");
        assert!(order.len() > 40 && order.last().is_some_and(|key| *key == format!("m{id}")), "{order:?}");
        assert_eq!(changes["lists"]["chats"]["items"].as_object().map(Map::len), Some(1));
        assert!(changes["parts"].get("head").is_none());
    }

    #[test]
    fn a_page_of_which_nothing_is_known_is_told_everything() {
        let looking = Looking::new();
        let snapshot = Snapshot::take(&looking.eyes(), WITH_BOB);
        let changes = snapshot.changes_since(None);
        let units = &changes["lists"]["units"];
        assert_eq!(units["order"].as_array().map(Vec::len), units["items"].as_object().map(Map::len));
        assert!(changes["parts"].get("head").is_some());
    }
}
