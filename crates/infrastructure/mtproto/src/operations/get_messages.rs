use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use grammers_tl_types as tl;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::GetMessages;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, TelegramError};
use telegraphist_application::views::{MessageView, Messages};
use telegraphist_domain::references::{MessageRef, NotAMessageLink};

use super::batch::Batch;
use crate::account::Account;
use crate::convert::{brief_of, id_of};

/// Requests under way at once where each message wants its neighbours.
const WINDOWS_AT_ONCE: usize = 4;

#[async_trait]
impl Execute<GetMessages> for Account {
    async fn execute(&self, call: &Execution, operation: &GetMessages) -> Result<Messages, TelegramError> {
        let wanted = self.wanted(call, operation).await?;
        let names_chat = wanted.len() != 1;
        let mut answer = Messages {
            chat: wanted.first().filter(|_| !names_chat).map(|(peer, _)| brief_of(peer)),
            items: Vec::new(),
            has_more: false,
            next_cursor: None,
            total: None,
            missing: Vec::new(),
        };
        for (peer, ids) in &wanted {
            let batch = if operation.context == 0 {
                self.messages_by_id(call, peer, ids).await?
            } else {
                self.with_neighbours(call, peer, ids, operation.context).await?
            };
            let mut items = batch.views(self, operation.response_format, names_chat);
            answer.missing.extend(missing(ids, &items));
            if operation.context > 0 {
                mark_hits(&mut items, ids);
            }
            answer.items.extend(items);
        }
        Ok(answer)
    }
}

fn missing(ids: &[i32], found: &[MessageView]) -> Vec<i32> {
    let found: BTreeSet<i32> = found.iter().map(|item| item.id).collect();
    ids.iter().copied().filter(|id| !found.contains(id)).collect()
}

fn mark_hits(items: &mut [MessageView], ids: &[i32]) {
    for item in items {
        item.is_hit = Some(ids.contains(&item.id));
    }
}

impl Account {
    /// The messages asked for, by chat, each id once.
    async fn wanted(
        &self,
        call: &Execution,
        operation: &GetMessages,
    ) -> Result<Vec<(KnownPeer, Vec<i32>)>, TelegramError> {
        if let Some(chat) = &operation.chat
            && operation.links.is_empty()
        {
            let peer = self.chat(call, chat).await?;
            let mut ids: Vec<i32> = Vec::with_capacity(operation.message_ids.len());
            for id in &operation.message_ids {
                if !ids.contains(&id.0) {
                    ids.push(id.0);
                }
            }
            return Ok(vec![(peer, ids)]);
        }
        let mut by_chat: Vec<(KnownPeer, Vec<i32>)> = Vec::new();
        for link in &operation.links {
            let (peer, id) = self.linked_message(call, link).await?;
            let known: Option<&mut (KnownPeer, Vec<i32>)> = by_chat.iter_mut().find(|(other, _)| other.id == peer.id);
            match known {
                Some((_, ids)) if ids.contains(&id) => {}
                Some((_, ids)) => ids.push(id),
                None => by_chat.push((peer, vec![id])),
            }
        }
        Ok(by_chat)
    }

    /// The chat and id that a link names; a comment lives in the discussion group.
    async fn linked_message(&self, call: &Execution, link: &str) -> Result<(KnownPeer, i32), TelegramError> {
        let link: MessageRef =
            link.parse().map_err(|problem: NotAMessageLink| Refused::new("links", problem.to_string()))?;
        let peer = self.resolve(call, &link.chat).await?;
        match link.comment {
            Some(comment) => {
                let (group, _) = self.discussion(call, &peer, link.message.0).await?;
                Ok((group, comment.0))
            }
            None => Ok((peer, link.message.0)),
        }
    }

    /// Each message with up to `context` on both sides, oldest first, nothing twice.
    async fn with_neighbours(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        ids: &[i32],
        context: u32,
    ) -> Result<Batch, TelegramError> {
        let windows: Vec<Batch> = stream::iter(ids.to_vec())
            .map(|id| self.neighbours(call, peer, id, context as i32))
            .buffered(WINDOWS_AT_ONCE)
            .try_collect()
            .await?;
        let mut all = Batch::default();
        for window in windows {
            all.absorb(window);
        }
        let by_id: BTreeMap<i32, tl::enums::Message> =
            all.messages.drain(..).map(|message| (id_of(&message), message)).collect();
        all.messages = by_id.into_values().collect();
        Ok(all)
    }

    async fn neighbours(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        id: i32,
        context: i32,
    ) -> Result<Batch, TelegramError> {
        let request = tl::functions::messages::GetHistory {
            peer: Self::input_peer(peer),
            offset_id: id.saturating_add(1),
            offset_date: 0,
            add_offset: -context,
            limit: 2 * context + 1,
            max_id: 0,
            min_id: 0,
            hash: 0,
        };
        let mut window = self.messages(call, &request).await?;
        keep_around(&mut window.messages, id, context as usize);
        Ok(window)
    }
}

/// Keeps a message and its neighbours of a window, newest first; nothing if the message is not in it.
fn keep_around(messages: &mut Vec<tl::enums::Message>, id: i32, context: usize) {
    match messages.iter().position(|message| id_of(message) == id) {
        Some(hit) => {
            messages.truncate(hit + context + 1);
            messages.drain(..hit.saturating_sub(context));
        }
        None => messages.clear(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_cut_to_the_same_number_on_both_sides() {
        let message = |id| tl::types::MessageEmpty { id, peer_id: None }.into();
        let mut window: Vec<tl::enums::Message> = (1..=9).rev().map(message).collect();
        keep_around(&mut window, 5, 2);
        let ids: Vec<i32> = window.iter().map(id_of).collect();
        assert_eq!(ids, [7, 6, 5, 4, 3]);
    }

    #[test]
    fn a_message_that_is_not_there_brings_no_neighbours() {
        let message = |id| tl::types::MessageEmpty { id, peer_id: None }.into();
        let mut window: Vec<tl::enums::Message> = (1..=4).rev().map(message).collect();
        keep_around(&mut window, 9, 2);
        assert!(window.is_empty());
    }
}
