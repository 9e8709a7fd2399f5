//! What the tests of the phone look at: a small world, and messages that were just sent in it.

use super::calendar::{Calendar, Zone};
use super::draw::units::{Script, units};
use super::eyes::Eyes;
use super::signs::Signs;
use super::window::{Talk, Window};
use crate::world::peers::Peer;
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
