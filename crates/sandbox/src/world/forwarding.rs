//! Passing messages on.

use super::World;
use super::messages::{Forward, Message};
use super::peers::Peer;
use super::posting::Draft;
use super::refusal::{Allowed, RpcError};

/// How a message is passed on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Passing {
    /// As a message of one's own, without saying where it comes from.
    pub as_copy: bool,
    /// Without the words under a file.
    pub without_caption: bool,
}

impl World {
    /// What passing a message on would send; the caller may add to it.
    pub(crate) fn pass_on(&self, me: i64, from: Peer, id: i32, to: Peer, passing: Passing) -> Allowed<Draft> {
        let message = self.thread(me, from).get(id).filter(|message| !message.is_service());
        let message = message.ok_or_else(|| RpcError::bad_request("MESSAGE_ID_INVALID"))?;
        if message.is_protected() {
            return Err(RpcError::bad_request("CHAT_FORWARDS_RESTRICTED"));
        }
        let drops_words = passing.without_caption && message.media().is_some();
        Ok(Draft {
            text: if drops_words { String::new() } else { message.text.shown.clone() },
            entities: if drops_words { Vec::new() } else { message.entities().to_vec() },
            media: message.media().cloned(),
            look: message.look(),
            forward: (!passing.as_copy).then(|| origin(me, from, to, message)),
            ..Draft::default()
        })
    }

    /// Counts that posts of a channel were passed on.
    pub(crate) fn count_forwards(&mut self, from: Peer, ids: &[i32]) {
        let Peer::Channel(id) = from else { return };
        let Some(channel) = self.channels.get_mut(&id).filter(|channel| channel.is_broadcast()) else { return };
        for id in ids {
            if let Some(message) = channel.thread.get_mut(*id) {
                message.extra_mut().forwards += 1;
            }
        }
    }
}

/// Where a forwarded message says that it comes from: the first author, however often it was passed on.
fn origin(me: i64, home: Peer, to: Peer, message: &Message) -> Forward {
    let saved = (to == Peer::User(me)).then_some((home, message.id));
    match message.forward() {
        Some(first) => Forward { saved, ..first.clone() },
        None => Forward {
            from: message.from,
            date: message.date,
            post: matches!(message.from, Peer::Channel(_)).then_some(message.id),
            saved,
        },
    }
}
