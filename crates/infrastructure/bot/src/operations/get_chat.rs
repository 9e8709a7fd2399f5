//! One chat in full, as far as Telegram tells a bot.

use async_trait::async_trait;
use futures::future::try_join3;
use telegraphist_application::arguments::{ChatKind, ResponseFormat};
use telegraphist_application::grants::{Place, Reach};
use telegraphist_application::operations::GetChat;
use telegraphist_application::ports::{Execute, Execution, PeerKind, TelegramError};
use telegraphist_application::text::Foreign;
use telegraphist_application::views::{ChatDetail, ChatView, Rights, UserView};
use telegraphist_domain::ChatId;
use teloxide::{payloads, types};

use crate::account::BotAccount;
use crate::api::{FullChat, Member, kind_of};
use crate::convert::{chat_view, message_view, rights};
use crate::wire::Request;

#[async_trait]
impl Execute<GetChat> for BotAccount {
    async fn execute(&self, call: &Execution, operation: &GetChat) -> Result<ChatDetail, TelegramError> {
        let peer = self.chat(call, &operation.chat).await?;
        let full = self.full_chat(call, peer.id.0).await?;
        let detail = self.detail(&call.reach, &full, operation.response_format);
        match kind_of(&full.chat) {
            ChatKind::Private | ChatKind::Bot => Ok(with_person(detail, &full)),
            ChatKind::Group | ChatKind::Supergroup | ChatKind::Channel => self.with_members(call, detail, &full).await,
        }
    }
}

fn with_person(detail: ChatDetail, full: &FullChat) -> ChatDetail {
    let person = UserView {
        id: full.chat.id.to_string(),
        name: Foreign::new(full.chat.name()),
        username: full.chat.username.clone(),
        phone: None,
        is_bot: false,
        is_contact: false,
        is_blocked: None,
        last_seen: None,
        is_premium: None,
    };
    let my_rights =
        Rights { can_send: true, can_send_media: true, can_pin: true, can_delete: true, ..Rights::default() };
    ChatDetail { person: Some(person), my_rights, ..detail }
}

impl BotAccount {
    fn detail(&self, reach: &Reach, full: &FullChat, format: ResponseFormat) -> ChatDetail {
        let linked = full.linked_chat_id.map(ChatId);
        let is_seen = |chat: &ChatId| reach.sees(Place { chat: *chat, kind: PeerKind::of(*chat), is_own: false });
        let about = full.description.as_ref().or(full.bio.as_ref());
        ChatDetail {
            chat: chat_view(&full.chat),
            about: about.filter(|about| !about.is_empty()).map(Foreign::new),
            online: None,
            admins: None,
            pinned_message: full.pinned_message.as_ref().map(|pinned| message_view(pinned, self.own, format)),
            linked_chat: linked.filter(is_seen).map(|id| id.to_string()),
            slow_mode_seconds: full.slow_mode_delay,
            my_rights: Rights::default(),
            topics: Vec::new(),
            person: None,
        }
    }

    async fn with_members(
        &self,
        call: &Execution,
        detail: ChatDetail,
        full: &FullChat,
    ) -> Result<ChatDetail, TelegramError> {
        let id = types::ChatId(full.chat.id);
        let own = payloads::GetChatMember::new(id, types::UserId(self.own.0.unsigned_abs()));
        let count = self.told(self.read::<i32>(call, Request::of(&payloads::GetChatMemberCount::new(id))));
        let admins = self.told(self.read::<Vec<Member>>(call, Request::of(&payloads::GetChatAdministrators::new(id))));
        let own = self.told(self.read::<Member>(call, Request::of(&own)));
        let (count, admins, own) = try_join3(count, admins, own).await?;
        let kind = kind_of(&full.chat);
        let my_rights = own.as_ref().map(|own| rights(own, full.permissions, kind)).unwrap_or_default();
        let is_mine = my_rights.role.is_some();
        Ok(ChatDetail {
            admins: admins.and_then(|admins| i32::try_from(admins.len()).ok()),
            my_rights,
            chat: ChatView { members: count, is_mine, ..detail.chat },
            ..detail
        })
    }

    /// What Telegram tells, or nothing where the bot may not know.
    async fn told<T>(&self, asked: impl Future<Output = Result<T, TelegramError>>) -> Result<Option<T>, TelegramError> {
        match asked.await {
            Ok(told) => Ok(Some(told)),
            Err(TelegramError::Forbidden { .. } | TelegramError::Refused { .. } | TelegramError::UnknownChat) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
