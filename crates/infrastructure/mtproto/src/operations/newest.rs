//! The newest message ids that an account has met: where to look for a message whose answer was lost.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use grammers_tl_types as tl;
use telegraphist_application::ports::KnownPeer;
use telegraphist_domain::ChatId;
use telegraphist_domain::references::Bare;

use crate::convert::{id_of, peer_of};
use crate::peers::chat_id;

/// Channels held; forgetting one only widens a later search.
const CHANNELS_MAX: usize = 4096;

/// Newest ids by channel; all other chats share the numbers of the account's mailbox (`None`).
#[derive(Default)]
pub(crate) struct NewestIds(Mutex<HashMap<Option<ChatId>, i32>>);

impl NewestIds {
    /// Takes note of messages of an answer.
    pub(super) fn note<'m>(&self, messages: impl IntoIterator<Item = &'m tl::enums::Message>) {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for message in messages {
            if let Some(peer) = peer_of(message) {
                raise(&mut newest, mailbox_of(chat_id(peer)), id_of(message));
            }
        }
    }

    /// Takes note of a message that was sent.
    pub(super) fn note_sent(&self, peer: &KnownPeer, id: i32) {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        raise(&mut newest, mailbox_of(peer.id), id);
    }

    /// The newest id met where messages of that chat are numbered.
    pub(super) fn of(&self, peer: &KnownPeer) -> Option<i32> {
        let newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        newest.get(&mailbox_of(peer.id)).copied()
    }
}

fn mailbox_of(chat: ChatId) -> Option<ChatId> {
    match chat.unmarked() {
        Bare::Channel(_) => Some(chat),
        Bare::User(_) | Bare::Group(_) => None,
    }
}

fn raise(newest: &mut HashMap<Option<ChatId>, i32>, mailbox: Option<ChatId>, id: i32) {
    if newest.len() >= CHANNELS_MAX && !newest.contains_key(&mailbox) {
        newest.clear();
    }
    let known = newest.entry(mailbox).or_insert(id);
    *known = id.max(*known);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_chats_and_groups_share_the_mailbox() {
        assert_eq!(mailbox_of(ChatId(1002)), mailbox_of(ChatId::of_group(500)));
        assert_ne!(mailbox_of(ChatId::of_channel(700)), mailbox_of(ChatId::of_channel(701)));
    }

    #[test]
    fn an_older_id_changes_nothing() {
        let mut newest = HashMap::new();
        raise(&mut newest, None, 10);
        raise(&mut newest, None, 7);
        assert_eq!(newest[&None], 10);
    }
}
