use async_trait::async_trait;
use grammers_tl_types as tl;
use serde::{Deserialize, Serialize};
use telegraphist_application::arguments::limit;
use telegraphist_application::grants::Place;
use telegraphist_application::operations::ListContacts;
use telegraphist_application::ports::{Execute, Execution, PeerKind, TelegramError};
use telegraphist_application::views::{Page, UserView};
use telegraphist_domain::ChatId;

use super::{PAGE_MAX, PAGES_PER_CALL_MAX};
use crate::account::Account;
use crate::convert::{Directory, display_name, user_view, username_of};
use crate::peers::chat_id;

/// How many were looked at already.
#[derive(Serialize, Deserialize)]
struct Position(usize);

#[async_trait]
impl Execute<ListContacts> for Account {
    async fn execute(&self, call: &Execution, operation: &ListContacts) -> Result<Page<UserView>, TelegramError> {
        let limit = limit(operation.limit, 50)?;
        let Position(from) = call.cursors.position()?.unwrap_or(Position(0));
        if operation.blocked {
            self.blocked(call, operation, from, limit).await
        } else {
            self.contacts(call, operation, from, limit).await
        }
    }
}

/// Whether a name or username holds what was asked for.
fn is_like(user: &tl::types::User, query: Option<&str>) -> bool {
    let Some(query) = query.map(str::trim).filter(|query| !query.is_empty()) else {
        return true;
    };
    let query = query.to_lowercase();
    let username = username_of(user).unwrap_or_default().to_lowercase();
    display_name(user).to_lowercase().contains(&query) || username.contains(query.trim_start_matches('@'))
}

impl Account {
    /// Whether the chat with somebody is there for the caller.
    fn is_shown(&self, call: &Execution, user: &tl::types::User) -> bool {
        let kind = if user.bot { PeerKind::Bot } else { PeerKind::User };
        call.reach.sees(Place { chat: ChatId(user.id), kind, is_own: user.id == self.own_id() })
    }

    /// Telegram gives the whole address book at once; it is shown by name.
    async fn contacts(
        &self,
        call: &Execution,
        operation: &ListContacts,
        from: usize,
        limit: usize,
    ) -> Result<Page<UserView>, TelegramError> {
        let request = tl::functions::contacts::GetContacts { hash: 0 };
        let users = match self.read(call, &request).await? {
            tl::enums::contacts::Contacts::Contacts(all) => all.users,
            // Only an answer to a request with a hash; ours carries none.
            tl::enums::contacts::Contacts::NotModified => Vec::new(),
        };
        self.learn(&users, &[]).await?;
        let mut contacts: Vec<&tl::types::User> = users
            .iter()
            .filter_map(|user| match user {
                tl::enums::User::User(user) => Some(user),
                tl::enums::User::Empty(_) => None,
            })
            .filter(|user| self.is_shown(call, user) && is_like(user, operation.query.as_deref()))
            .collect();
        contacts.sort_by_cached_key(|user| (display_name(user).to_lowercase(), user.id));
        let next = from + limit;
        let has_more = contacts.len() > next;
        let page = contacts.into_iter().skip(from).take(limit);
        Ok(Page::new(
            page.map(|user| user_view(user, operation.response_format)).collect(),
            has_more.then(|| call.cursors.seal(&Position(next))),
        ))
    }

    /// Blocked users come in pages; a query is applied here, a bounded number of pages at a time.
    async fn blocked(
        &self,
        call: &Execution,
        operation: &ListContacts,
        from: usize,
        limit: usize,
    ) -> Result<Page<UserView>, TelegramError> {
        let asked = if operation.query.is_some() || !call.reach.is_open() { PAGE_MAX } else { limit };
        let mut offset = from;
        let mut items = Vec::new();
        for _ in 0..PAGES_PER_CALL_MAX {
            let request = tl::functions::contacts::GetBlocked {
                my_stories_from: false,
                offset: offset as i32,
                limit: asked as i32,
            };
            let (blocked, users, chats, total) = match self.read(call, &request).await? {
                tl::enums::contacts::Blocked::Blocked(all) => (all.blocked, all.users, all.chats, None),
                tl::enums::contacts::Blocked::Slice(slice) => {
                    (slice.blocked, slice.users, slice.chats, usize::try_from(slice.count).ok())
                }
            };
            self.learn(&users, &chats).await?;
            let directory = Directory::new(&users, &chats, self.own_id());
            for tl::enums::PeerBlocked::Blocked(entry) in &blocked {
                if items.len() == limit {
                    return Ok(Page::new(items, Some(call.cursors.seal(&Position(offset)))));
                }
                offset += 1;
                let user = directory.user(chat_id(&entry.peer_id).0);
                let user = user.filter(|user| self.is_shown(call, user) && is_like(user, operation.query.as_deref()));
                items.extend(
                    user.map(|user| UserView { is_blocked: Some(true), ..user_view(user, operation.response_format) }),
                );
            }
            if blocked.is_empty() || total.is_none_or(|total| offset >= total) {
                return Ok(Page::new(items, None));
            }
            if items.len() == limit {
                break;
            }
        }
        Ok(Page::new(items, Some(call.cursors.seal(&Position(offset)))))
    }
}
