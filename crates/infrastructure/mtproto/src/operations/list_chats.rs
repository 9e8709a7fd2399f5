//! The list of chats. Pinned chats come first, then the others by their newest message; Telegram pages the others by
//! that message, so the position tells which of the two parts it is in.

use async_trait::async_trait;
use grammers_tl_types as tl;
use serde::{Deserialize, Serialize};
use telegraphist_application::arguments::limit;
use telegraphist_application::grants::Reach;
use telegraphist_application::operations::ListChats;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::{ChatView, Page};
use telegraphist_domain::{ChatId, ChatRef};

use super::dialogs::{ARCHIVE, Dialogs, is_unread};
use super::folders::{Folder, Rules};
use super::{PAGE_MAX, PAGES_PER_CALL_MAX};
use crate::account::Account;
use crate::convert::Directory;
use crate::peers::chat_id;

/// After which chat the list goes on.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq)]
enum Position {
    /// A pinned one.
    Pinned(i64),
    /// One of the others, with its newest message.
    After { date: i32, id: i32, chat: i64 },
    /// Of the chats that a folder names one by one, so many were given.
    Named(usize),
}

/// A list to be walked, and what is wanted of it.
struct Walk<'a> {
    operation: &'a ListChats,
    /// One of Telegram's two lists; both if none.
    list: Option<i32>,
    rules: Option<&'a Rules>,
    limit: usize,
    now: i32,
    reach: &'a Reach,
}

#[async_trait]
impl Execute<ListChats> for Account {
    async fn execute(&self, call: &Execution, operation: &ListChats) -> Result<Page<ChatView>, TelegramError> {
        let limit = limit(operation.limit, 20)?;
        let position: Option<Position> = call.cursors.position()?;
        let folder = match &operation.folder {
            Some(named) => self.folder(call, named).await?,
            None if operation.archived => Folder::List(ARCHIVE),
            None => Folder::List(0),
        };
        let (list, rules) = match &folder {
            Folder::Named(peers) => {
                let from = match position {
                    Some(Position::Named(from)) => from,
                    Some(Position::Pinned(_) | Position::After { .. }) | None => 0,
                };
                return self.named_chats(call, operation, peers, from, limit).await;
            }
            Folder::List(list) => (Some(*list), None),
            Folder::Rules(rules) => (None, Some(rules.as_ref())),
        };
        let walk = Walk { operation, list, rules, limit, now: self.now(), reach: &call.reach };
        self.walk(call, &walk, position).await
    }
}

impl Walk<'_> {
    fn is_filtered(&self) -> bool {
        !self.reach.is_open() || self.rules.is_some() || self.operation.kind.is_some() || self.operation.unread
    }

    fn wants(&self, dialog: &tl::types::Dialog, directory: &Directory<'_>) -> bool {
        let operation = self.operation;
        operation.kind.is_none_or(|kind| directory.kind(&dialog.peer) == kind)
            && (!operation.unread || is_unread(dialog))
            && self.reach.sees(directory.place(&dialog.peer))
            && self.rules.is_none_or(|rules| rules.holds(dialog, directory, self.now))
    }

    /// How many to ask for: one more than wanted tells whether there are more.
    fn ask(&self, position: Option<Position>) -> usize {
        match position {
            Some(Position::Pinned(_)) => PAGE_MAX,
            _ if self.is_filtered() => PAGE_MAX,
            _ => (self.limit + 1).min(PAGE_MAX),
        }
    }
}

impl Account {
    async fn walk(
        &self,
        call: &Execution,
        walk: &Walk<'_>,
        mut position: Option<Position>,
    ) -> Result<Page<ChatView>, TelegramError> {
        let mut items = Vec::new();
        for _ in 0..PAGES_PER_CALL_MAX {
            let asked = walk.ask(position);
            let page = self.page_after(call, walk.list, position, asked).await?;
            let directory = page.directory(self);
            let fresh = fresh(&page, position);
            let mut has_moved = false;
            for dialog in fresh {
                if items.len() == walk.limit {
                    return Ok(going_on(call, items, position));
                }
                if let Some(next) = position_of(&page, dialog, position) {
                    position = Some(next);
                    has_moved = true;
                }
                if walk.wants(dialog, &directory) {
                    let format = walk.operation.response_format;
                    items.push(page.view(dialog, &directory, format, walk.now));
                }
            }
            if page.is_whole || page.len < asked || !has_moved {
                return Ok(Page::new(items, None));
            }
            if items.len() == walk.limit {
                break;
            }
        }
        Ok(going_on(call, items, position))
    }

    async fn page_after(
        &self,
        call: &Execution,
        list: Option<i32>,
        position: Option<Position>,
        limit: usize,
    ) -> Result<Dialogs, TelegramError> {
        let mut request = tl::functions::messages::GetDialogs {
            exclude_pinned: false,
            folder_id: list,
            offset_date: 0,
            offset_id: 0,
            offset_peer: tl::enums::InputPeer::Empty,
            limit: limit as i32,
            hash: 0,
        };
        if let Some(Position::After { date, id, chat }) = position {
            let peer = self.peer(call, &ChatRef::Id(ChatId(chat))).await?;
            request.exclude_pinned = true;
            request.offset_date = date;
            request.offset_id = id;
            request.offset_peer = Self::input_peer(&peer);
        }
        self.dialogs(call, &request).await
    }

    /// Chats that a folder names one by one are asked for by name, so the list need not be walked.
    async fn named_chats(
        &self,
        call: &Execution,
        operation: &ListChats,
        peers: &[tl::enums::InputPeer],
        from: usize,
        limit: usize,
    ) -> Result<Page<ChatView>, TelegramError> {
        let rest = peers.get(from..).unwrap_or_default();
        let asked = &rest[..rest.len().min(PAGE_MAX)];
        if asked.is_empty() {
            return Ok(Page::new(Vec::new(), None));
        }
        let page = self.peer_dialogs(call, asked.to_vec()).await?;
        let directory = page.directory(self);
        let now = self.now();
        let mut items = Vec::new();
        let mut examined = 0;
        for dialog in &page.all {
            if items.len() == limit {
                break;
            }
            examined += 1;
            let is_kind = operation.kind.is_none_or(|kind| directory.kind(&dialog.peer) == kind);
            let is_seen = call.reach.sees(directory.place(&dialog.peer));
            if is_seen && is_kind && (!operation.unread || is_unread(dialog)) {
                items.push(page.view(dialog, &directory, operation.response_format, now));
            }
        }
        // Chats that Telegram left out are gone through as well.
        let is_page_done = examined == page.all.len();
        let next = from + if is_page_done { asked.len() } else { examined };
        let has_more = next < peers.len();
        Ok(Page::new(items, has_more.then(|| call.cursors.seal(&Position::Named(next)))))
    }
}

fn going_on(call: &Execution, items: Vec<ChatView>, position: Option<Position>) -> Page<ChatView> {
    let next = position.map(|position| call.cursors.seal(&position));
    Page::new(items, next)
}

/// The chats of a page that come after the position. The first page holds the pinned ones again; later pages hold
/// none, whatever Telegram sends.
fn fresh(page: &Dialogs, position: Option<Position>) -> Vec<&tl::types::Dialog> {
    let all = page.all.iter();
    match position {
        None | Some(Position::Named(_)) => all.collect(),
        Some(Position::After { .. }) => all.filter(|dialog| !dialog.pinned).collect(),
        Some(Position::Pinned(last)) => {
            let is_last = |dialog: &&tl::types::Dialog| chat_id(&dialog.peer).0 == last;
            match page.all.iter().position(|dialog| is_last(&dialog)) {
                Some(at) => all.skip(at + 1).collect(),
                // Unpinned since: its neighbours may come again, but none is lost.
                None => all.collect(),
            }
        }
    }
}

/// The position after a chat; none where Telegram does not tell its newest message.
fn position_of(page: &Dialogs, dialog: &tl::types::Dialog, before: Option<Position>) -> Option<Position> {
    let chat = chat_id(&dialog.peer).0;
    let is_in_others = matches!(before, Some(Position::After { .. }));
    if dialog.pinned && !is_in_others {
        return Some(Position::Pinned(chat));
    }
    Some(Position::After { date: page.date_of(dialog)?, id: dialog.top_message, chat })
}
