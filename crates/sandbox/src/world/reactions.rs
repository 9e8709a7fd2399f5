//! Reactions and votes: what people do to a message without writing one.

use grammers_tl_types as tl;

use super::World;
use super::messages::{Media, Reacted};
use super::peers::Peer;
use super::refusal::{Allowed, RpcError};
use super::telling::Cause;
use super::view::files::{view_poll, view_poll_results};
use super::view::messages::view_reactions;

/// The reactions that everybody may use.
pub const REACTIONS: [&str; 24] = [
    "👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "🤬", "😢", "🎉", "🤩", "🙏", "👌", "🕊", "😍", "🐳",
    "💯", "🤣", "⚡", "🏆", "👀",
];

impl World {
    /// Replaces somebody's reaction to a message; no emoji takes it back.
    pub fn react(&mut self, cause: &Cause, peer: Peer, id: i32, emoji: &[String]) -> Allowed<()> {
        let emoji: Vec<&str> = emoji.iter().map(|emoji| emoji.trim_end_matches('\u{fe0f}')).collect();
        if emoji.iter().any(|emoji| !REACTIONS.contains(emoji)) {
            return Err(RpcError::bad_request("REACTION_INVALID"));
        }
        if emoji.len() > 1 {
            return Err(RpcError::bad_request("REACTIONS_TOO_MANY"));
        }
        let message = self.thread(cause.account, peer).get(id).filter(|message| !message.is_service());
        let message = message.ok_or_else(|| RpcError::bad_request("MESSAGE_ID_INVALID"))?;
        let before = message.reactions().iter().find(|reacted| reacted.by == cause.account);
        if before.map(|reacted| reacted.emoji.as_str()) == emoji.first().copied() {
            return Err(RpcError::bad_request("MESSAGE_NOT_MODIFIED"));
        }
        let date = self.now();
        let uid = message.uid;
        for copy in self.copies(cause.account, peer, id) {
            if let Some(message) = self.copy_mut(&copy) {
                let reactions = &mut message.extra_mut().reactions;
                reactions.retain(|reacted| reacted.by != cause.account);
                reactions.extend(emoji.first().map(|emoji| Reacted {
                    by: cause.account,
                    date,
                    emoji: (*emoji).to_owned(),
                }));
            }
        }
        self.tell_everybody(cause, peer, |world, viewer, name| {
            let message = world.thread(viewer, name).by_uid(uid)?;
            Some(world.view_reactions_update(viewer, name, message.id))
        });
        Ok(())
    }

    /// The reactions to a message as an update; an empty one if there are none.
    pub(crate) fn view_reactions_update(&self, viewer: i64, peer: Peer, msg_id: i32) -> tl::enums::Update {
        let message = self.thread(viewer, peer).get(msg_id);
        let reactions = message.and_then(|message| view_reactions(viewer, message.reactions()));
        tl::types::UpdateMessageReactions {
            peer: peer.into(),
            msg_id,
            top_msg_id: None,
            saved_peer_id: None,
            reactions: reactions.unwrap_or_else(|| {
                tl::types::MessageReactions {
                    min: false,
                    can_see_list: true,
                    reactions_as_tags: false,
                    results: Vec::new(),
                    recent_reactions: None,
                    top_reactors: None,
                }
                .into()
            }),
        }
        .into()
    }

    /// The poll that a message carries.
    pub(crate) fn poll_of(&self, account: i64, peer: Peer, id: i32) -> Allowed<i64> {
        match self.thread(account, peer).get(id).and_then(|message| message.media()) {
            Some(Media::Poll(poll)) => Ok(*poll),
            _ => Err(RpcError::bad_request("MESSAGE_ID_INVALID")),
        }
    }

    /// Votes in a poll; no option takes the vote back.
    pub fn vote(&mut self, cause: &Cause, peer: Peer, id: i32, options: &[Vec<u8>]) -> Allowed<()> {
        let poll = self.poll_of(cause.account, peer, id)?;
        let found = self.polls.get_mut(poll).ok_or_else(|| RpcError::bad_request("MESSAGE_ID_INVALID"))?;
        found.vote(cause.account, options)?;
        self.tell_poll(cause, peer, poll);
        Ok(())
    }

    /// Takes no more votes.
    pub fn close_poll(&mut self, cause: &Cause, peer: Peer, poll: i64) -> Allowed<()> {
        let found = self.polls.get_mut(poll).filter(|poll| !poll.closed);
        let found = found.ok_or_else(|| RpcError::bad_request("MESSAGE_POLL_CLOSED"))?;
        found.closed = true;
        self.tell_poll(cause, peer, poll);
        Ok(())
    }

    /// Tells everybody in a conversation how a poll stands.
    pub(crate) fn tell_poll(&mut self, cause: &Cause, peer: Peer, poll: i64) {
        self.tell_everybody(cause, peer, |world, viewer, _| world.view_poll_update(viewer, poll));
    }

    /// How a poll stands, as an update.
    pub(crate) fn view_poll_update(&self, viewer: i64, poll: i64) -> Option<tl::enums::Update> {
        let poll = self.polls.get(poll)?;
        let update = tl::types::UpdateMessagePoll {
            peer: None,
            msg_id: None,
            top_msg_id: None,
            poll_id: poll.id,
            poll: Some(view_poll(viewer, poll)),
            results: view_poll_results(viewer, poll),
        };
        Some(update.into())
    }
}
