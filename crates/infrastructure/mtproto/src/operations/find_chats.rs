use std::collections::HashSet;

use async_trait::async_trait;
use grammers_tl_types as tl;
use serde::{Deserialize, Serialize};
use telegraphist_application::arguments::limit;
use telegraphist_application::grants::Reach;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::FindChats;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::{ChatView, Page};

use super::PAGE_MAX;
use crate::account::Account;
use crate::convert::Directory;
use crate::peers::chat_id;

/// How many were given already. Telegram gives all it finds at once.
#[derive(Serialize, Deserialize)]
struct Position(usize);

#[async_trait]
impl Execute<FindChats> for Account {
    async fn execute(&self, call: &Execution, operation: &FindChats) -> Result<Page<ChatView>, TelegramError> {
        let limit = limit(operation.limit, 20)?;
        let Position(from) = call.cursors.position()?.unwrap_or(Position(0));
        let query = operation.query.trim().trim_start_matches('@');
        if query.is_empty() {
            return Err(Refused::new("query", "is empty; give a part of a name").into());
        }
        let request = tl::functions::contacts::Search {
            broadcasts: false,
            bots: false,
            q: query.to_owned(),
            limit: PAGE_MAX as i32,
        };
        let tl::enums::contacts::Found::Found(found) = self.read(call, &request).await?;
        self.learn(&found.users, &found.chats).await?;
        let directory = Directory::new(&found.users, &found.chats, self.own_id());
        let mut all = in_order(&found, &directory, &call.reach);
        all.retain(|view| operation.kind.is_none_or(|kind| view.kind == kind));
        let next = from + limit;
        let has_more = all.len() > next;
        let items = all.into_iter().skip(from).take(limit).collect();
        Ok(Page::new(items, has_more.then(|| call.cursors.seal(&Position(next)))))
    }
}

/// Own chats first, then public ones; nobody twice, and nothing that is kept from the caller.
fn in_order(found: &tl::types::contacts::Found, directory: &Directory<'_>, reach: &Reach) -> Vec<ChatView> {
    let mut seen = HashSet::new();
    let own = found.my_results.iter().map(|peer| (peer, true));
    let public = found.results.iter().map(|peer| (peer, false));
    own.chain(public)
        .filter(|(peer, _)| reach.sees(directory.place(peer)) && seen.insert(chat_id(peer)))
        .map(|(peer, is_own)| {
            let view = directory.chat_view(peer);
            ChatView { is_mine: is_own || view.is_mine, ..view }
        })
        .collect()
}
