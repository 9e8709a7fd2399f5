use async_trait::async_trait;
use grammers_tl_types as tl;
use serde::{Deserialize, Serialize};
use telegraphist_application::arguments::{MediaKind, limit};
use telegraphist_application::operations::SearchMessages;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, TelegramError};
use telegraphist_application::views::Messages;
use telegraphist_domain::{ChatId, ChatRef};

use super::batch::Batch;
use super::span::Span;
use super::{PAGE_MAX, PAGES_PER_CALL_MAX};
use crate::account::Account;
use crate::convert::{brief_of, date_of, id_of, peer_of};
use crate::peers::chat_id;

/// Where the next page starts.
#[derive(Serialize, Deserialize)]
enum Position {
    /// In one chat: older than this message.
    Chat { before: i32 },
    /// In all chats: as Telegram counts, after this message of this chat.
    Everywhere {
        rate: i32,
        chat: i64,
        id: i32,
        /// How many were given already, to know the end from Telegram's count.
        seen: i32,
    },
}

#[async_trait]
impl Execute<SearchMessages> for Account {
    async fn execute(&self, call: &Execution, operation: &SearchMessages) -> Result<Messages, TelegramError> {
        let limit = limit(operation.limit, 20)?;
        let position: Option<Position> = call.cursors.position()?;
        match &operation.chat {
            Some(chat) => {
                let peer = self.chat(call, chat).await?;
                let before = match position {
                    Some(Position::Chat { before }) => before,
                    Some(Position::Everywhere { .. }) | None => 0,
                };
                self.search_chat(call, operation, &peer, before, limit).await
            }
            None => self.search_everywhere(call, operation, position, limit).await,
        }
    }
}

impl Account {
    async fn search_chat(
        &self,
        call: &Execution,
        operation: &SearchMessages,
        peer: &KnownPeer,
        before: i32,
        limit: usize,
    ) -> Result<Messages, TelegramError> {
        let span = Span::new(operation.since, operation.until);
        let from_id = match &operation.from {
            Some(from) => Some(Self::input_peer(&self.chat(call, from).await?)),
            None => None,
        };
        let asked = (limit + 1).min(PAGE_MAX);
        let request = tl::functions::messages::Search {
            peer: Self::input_peer(peer),
            q: operation.query.clone(),
            from_id,
            saved_peer_id: None,
            saved_reaction: None,
            top_msg_id: operation.topic.map(|topic| topic.0),
            filter: filter(operation.media),
            min_date: span.min_date(),
            max_date: span.max_date(),
            offset_id: before,
            add_offset: 0,
            limit: asked as i32,
            max_id: 0,
            min_id: 0,
            hash: 0,
        };
        let mut batch = self.messages(call, &request).await?;
        let is_full = batch.messages.len() >= asked;
        let has_extra = batch.messages.len() > limit;
        batch.messages.truncate(limit);
        let last = batch.messages.last().filter(|_| is_full || has_extra);
        let next = last.map(|last| call.cursors.seal(&Position::Chat { before: id_of(last) }));
        let mut found = self.found(operation, span, batch, false, next);
        found.chat = Some(brief_of(peer));
        Ok(found)
    }

    /// One page of Telegram's; several, a bounded number of them, where what is kept from the caller leaves gaps.
    async fn search_everywhere(
        &self,
        call: &Execution,
        operation: &SearchMessages,
        mut position: Option<Position>,
        limit: usize,
    ) -> Result<Messages, TelegramError> {
        let span = Span::new(operation.since, operation.until);
        let mut all = Batch::default();
        for _ in 0..PAGES_PER_CALL_MAX {
            // No more than there is room for: Telegram goes on after whole pages only.
            let asked = limit - all.messages.len();
            let (mut page, next) = self.page_everywhere(call, operation, position, asked).await?;
            if !call.reach.is_open() {
                page.keep_seen(&call.reach, self.own_id());
            }
            all.absorb(page);
            position = next;
            if position.is_none() || all.messages.len() >= limit {
                break;
            }
        }
        let next = position.map(|position| call.cursors.seal(&position));
        Ok(self.found(operation, span, all, true, next))
    }

    async fn page_everywhere(
        &self,
        call: &Execution,
        operation: &SearchMessages,
        position: Option<Position>,
        limit: usize,
    ) -> Result<(Batch, Option<Position>), TelegramError> {
        let span = Span::new(operation.since, operation.until);
        let (offset_rate, offset_peer, offset_id, seen) = match position {
            Some(Position::Everywhere { rate, chat, id, seen }) => {
                let peer = self.peer(call, &ChatRef::Id(ChatId(chat))).await?;
                (rate, Self::input_peer(&peer), id, seen)
            }
            Some(Position::Chat { .. }) | None => (0, tl::enums::InputPeer::Empty, 0, 0),
        };
        let request = tl::functions::messages::SearchGlobal {
            broadcasts_only: false,
            groups_only: false,
            users_only: false,
            folder_id: None,
            community: None,
            q: operation.query.clone(),
            filter: filter(operation.media),
            min_date: span.min_date(),
            max_date: span.max_date(),
            offset_rate,
            offset_peer,
            offset_id,
            limit: limit as i32,
        };
        let batch = self.messages(call, &request).await?;
        let next = next_everywhere(&batch, seen, limit);
        Ok((batch, next))
    }

    fn found(
        &self,
        operation: &SearchMessages,
        span: Span,
        mut batch: Batch,
        names_chat: bool,
        next_cursor: Option<String>,
    ) -> Messages {
        // Telegram leaves open whether its bounds belong to the span; ours do, and nothing beyond them.
        let is_inside = |date| !span.is_before(date) && !span.is_after(date);
        batch.messages.retain(|message| date_of(message).is_some_and(is_inside));
        let total = batch.total;
        Messages {
            chat: None,
            items: batch.views(self, operation.response_format, names_chat),
            has_more: next_cursor.is_some(),
            next_cursor,
            total,
            missing: Vec::new(),
        }
    }
}

/// Where a search in all chats goes on; none at its end.
fn next_everywhere(batch: &Batch, seen: i32, limit: usize) -> Option<Position> {
    let seen = seen.saturating_add(batch.messages.len() as i32);
    let is_last = batch.messages.len() < limit || batch.total.is_some_and(|total| seen >= total);
    let last = batch.messages.last().filter(|_| !is_last)?;
    Some(Position::Everywhere {
        // Telegram may leave the rate out; it is the date then.
        rate: batch.next_rate.or_else(|| date_of(last)).unwrap_or(0),
        chat: chat_id(peer_of(last)?).0,
        id: id_of(last),
        seen,
    })
}

fn filter(media: Option<MediaKind>) -> tl::enums::MessagesFilter {
    use tl::enums::MessagesFilter as Filter;
    match media {
        None => Filter::InputMessagesFilterEmpty,
        Some(MediaKind::Photo) => Filter::InputMessagesFilterPhotos,
        Some(MediaKind::Video) => Filter::InputMessagesFilterVideo,
        Some(MediaKind::Document) => Filter::InputMessagesFilterDocument,
        Some(MediaKind::Voice) => Filter::InputMessagesFilterVoice,
        Some(MediaKind::Audio) => Filter::InputMessagesFilterMusic,
        Some(MediaKind::Link) => Filter::InputMessagesFilterUrl,
        Some(MediaKind::Gif) => Filter::InputMessagesFilterGif,
        Some(MediaKind::Poll) => Filter::InputMessagesFilterPoll,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(ids: &[i32], total: Option<i32>) -> Batch {
        Batch {
            messages: ids
                .iter()
                .map(|id| {
                    let peer = tl::types::PeerUser { user_id: 1002 };
                    tl::types::MessageEmpty { id: *id, peer_id: Some(peer.into()) }.into()
                })
                .collect(),
            total,
            ..Batch::default()
        }
    }

    #[test]
    fn a_short_page_or_a_full_count_is_the_end() {
        assert!(next_everywhere(&batch(&[3, 2], Some(9)), 0, 3).is_none());
        assert!(next_everywhere(&batch(&[3, 2, 1], Some(6)), 3, 3).is_none());
    }

    #[test]
    fn an_empty_page_is_the_end() {
        assert!(next_everywhere(&batch(&[], None), 0, 3).is_none());
    }
}
