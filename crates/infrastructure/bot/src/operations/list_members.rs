use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use telegraphist_application::arguments::{MemberRole, limit};
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::ListMembers;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, TelegramError};
use telegraphist_application::text::Foreign;
use telegraphist_application::views::{MemberView, Page};
use teloxide::payloads;

use super::asking::{chat_id, has_links};
use crate::account::BotAccount;
use crate::api::{Member, peer_of_user};
use crate::convert::user_view;
use crate::wire::Request;

/// How many were given already. Telegram gives all administrators at once.
#[derive(Serialize, Deserialize)]
struct Position(usize);

#[async_trait]
impl Execute<ListMembers> for BotAccount {
    async fn execute(&self, call: &Execution, operation: &ListMembers) -> Result<Page<MemberView>, TelegramError> {
        let wanted = match operation.role {
            Some(role @ (MemberRole::Owner | MemberRole::Admin)) => role,
            None | Some(MemberRole::Member | MemberRole::Banned | MemberRole::Bot) => {
                return Err(TelegramError::Unsupported {
                    instead: "Telegram lists only administrators for bots: pass `role` as `admin` or `owner`, or name the session of a user account",
                });
            }
        };
        let limit = limit(operation.limit, 50)?;
        let Position(from) = call.cursors.position()?.unwrap_or(Position(0));
        let peer = self.chat(call, &operation.chat).await?;
        if !has_links(&peer) && peer.id.0 > 0 {
            return Err(Refused::new("chat", "is a person; name a group or channel").into());
        }
        let request = Request::of(&payloads::GetChatAdministrators::new(chat_id(&peer)));
        let admins: Vec<Member> = self.read(call, request).await?;
        let seen: Vec<KnownPeer> = admins.iter().map(|admin| peer_of_user(&admin.user)).collect();
        self.known.learn(seen).await?;
        let query = operation.query.as_deref().unwrap_or_default().to_lowercase();
        let found: Vec<&Member> =
            admins.iter().filter(|admin| is_wanted(admin, wanted) && is_called(admin, &query)).collect();
        let next = from + limit;
        let has_more = found.len() > next;
        let items = found.into_iter().skip(from).take(limit).map(view).collect();
        Ok(Page::new(items, has_more.then(|| call.cursors.seal(&Position(next)))))
    }
}

/// The owner is an administrator, too.
fn is_wanted(admin: &Member, role: MemberRole) -> bool {
    role == MemberRole::Admin || admin.status == "creator"
}

fn is_called(admin: &Member, query: &str) -> bool {
    let username = admin.user.username.as_deref().unwrap_or_default().to_lowercase();
    admin.user.name().to_lowercase().contains(query) || username.contains(query.trim_start_matches('@'))
}

fn view(admin: &Member) -> MemberView {
    MemberView {
        user: user_view(&admin.user),
        role: if admin.status == "creator" { MemberRole::Owner } else { MemberRole::Admin },
        rank: admin.custom_title.clone().map(Foreign::new),
        joined: None,
    }
}
