//! Reactions.

use std::collections::BTreeMap;

use super::View;
use crate::bot_api::json::Object;
use crate::world::peers::Peer;

impl View<'_> {
    /// That somebody reacted to a message.
    pub(crate) fn reacted(&self, place: (Peer, i32), by: i64, before: Option<&str>, after: Option<&str>) -> Object {
        let (peer, id) = place;
        let list = |emoji: Option<&str>| emoji.map(view_emoji).into_iter().collect::<Vec<_>>();
        Object::new()
            .with("chat", self.chat(peer))
            .with("message_id", id)
            .with("user", self.user(by))
            .with("date", self.world.now())
            .with("old_reaction", list(before))
            .with("new_reaction", list(after))
    }

    /// How often each reaction was given to a post.
    pub(crate) fn reaction_count(&self, peer: Peer, id: i32) -> Option<Object> {
        let message = self.world.thread(self.bot, peer).get(id)?;
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for reacted in message.reactions() {
            *counts.entry(&reacted.emoji).or_default() += 1;
        }
        let counted = counts
            .into_iter()
            .map(|(emoji, count)| Object::new().with("type", view_emoji(emoji)).with("total_count", count));
        let object = Object::new()
            .with("chat", self.chat(peer))
            .with("message_id", id)
            .with("date", self.world.now())
            .with("reactions", counted.collect::<Vec<_>>());
        Some(object)
    }
}

fn view_emoji(emoji: &str) -> Object {
    Object::new().with("type", "emoji").with("emoji", emoji)
}
