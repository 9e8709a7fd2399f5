//! One chat in full: at most four requests, however large the chat is, those that do not need each other at once.

use async_trait::async_trait;
use futures::future::try_join;
use grammers_tl_types as tl;
use telegraphist_application::arguments::ResponseFormat;
use telegraphist_application::operations::GetChat;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, TelegramError};
use telegraphist_application::text::Foreign;
use telegraphist_application::views::{ChatDetail, ChatView, MessageView, Rights, TopicView, UserView};
use telegraphist_domain::ChatId;
use telegraphist_domain::references::Bare;

use super::list_topics::Position;
use crate::account::Account;
use crate::convert::{Directory, in_channel, in_group, user_view, with_user};

/// Topics shown with a forum.
const TOPICS_MAX: usize = 20;

#[async_trait]
impl Execute<GetChat> for Account {
    async fn execute(&self, call: &Execution, operation: &GetChat) -> Result<ChatDetail, TelegramError> {
        let peer = self.chat(call, &operation.chat).await?;
        let format = operation.response_format;
        match peer.id.unmarked() {
            Bare::User(_) => self.person_in_full(call, &peer, format).await,
            Bare::Group(id) => self.group_in_full(call, &peer, id, format).await,
            Bare::Channel(_) => self.channel_in_full(call, &peer, format).await,
        }
    }
}

/// A chat of which nothing but its place in the list is known yet.
fn detail(chat: ChatView, my_rights: Rights) -> ChatDetail {
    ChatDetail {
        chat,
        about: None,
        online: None,
        admins: None,
        pinned_message: None,
        linked_chat: None,
        slow_mode_seconds: None,
        my_rights,
        topics: Vec::new(),
        person: None,
    }
}

impl Account {
    async fn person_in_full(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        format: ResponseFormat,
    ) -> Result<ChatDetail, TelegramError> {
        let request = tl::functions::users::GetFullUser { id: Self::input_user(peer)? };
        let full = self.read(call, &request);
        let listed = self.chat_in_list(call, peer, ResponseFormat::Concise);
        let (tl::enums::users::UserFull::Full(answer), chat) = try_join(full, listed).await?;
        self.learn(&answer.users, &answer.chats).await?;
        let tl::enums::UserFull::Full(full) = &answer.full_user;
        let directory = Directory::new(&answer.users, &answer.chats, self.own_id());
        let user = directory.user(peer.id.0).ok_or(TelegramError::UnknownChat)?;
        let person = user_view(user, ResponseFormat::Detailed);
        let is_detailed = format == ResponseFormat::Detailed;
        Ok(ChatDetail {
            about: about(full.about.as_deref()),
            pinned_message: self.pinned(call, peer, full.pinned_msg_id, format).await?,
            person: Some(UserView {
                is_blocked: Some(full.blocked),
                phone: person.phone.filter(|_| is_detailed),
                ..person
            }),
            ..detail(chat, with_user(user, full))
        })
    }

    async fn group_in_full(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        chat_id: i64,
        format: ResponseFormat,
    ) -> Result<ChatDetail, TelegramError> {
        let request = tl::functions::messages::GetFullChat { chat_id };
        let full = self.read(call, &request);
        let listed = self.chat_in_list(call, peer, ResponseFormat::Concise);
        let (tl::enums::messages::ChatFull::Full(answer), chat) = try_join(full, listed).await?;
        self.learn(&answer.users, &answer.chats).await?;
        let tl::enums::ChatFull::Full(full) = &answer.full_chat else {
            return Err(TelegramError::UnknownChat);
        };
        let directory = Directory::new(&answer.users, &answer.chats, self.own_id());
        let rights = match directory.chat(peer.id) {
            Some(tl::enums::Chat::Chat(group)) => in_group(group),
            _ => Rights::default(),
        };
        Ok(ChatDetail {
            about: about(Some(&full.about)),
            admins: admins(&full.participants),
            pinned_message: self.pinned(call, peer, full.pinned_msg_id, format).await?,
            ..detail(chat, rights)
        })
    }

    async fn channel_in_full(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        format: ResponseFormat,
    ) -> Result<ChatDetail, TelegramError> {
        let request = tl::functions::channels::GetFullChannel { channel: Self::input_channel(peer)? };
        let full = self.read(call, &request);
        let listed = self.chat_in_list(call, peer, ResponseFormat::Concise);
        let (tl::enums::messages::ChatFull::Full(answer), chat) = try_join(full, listed).await?;
        self.learn(&answer.users, &answer.chats).await?;
        let tl::enums::ChatFull::ChannelFull(full) = &answer.full_chat else {
            return Err(TelegramError::UnknownChat);
        };
        let directory = Directory::new(&answer.users, &answer.chats, self.own_id());
        let Some(tl::enums::Chat::Channel(channel)) = directory.chat(peer.id) else {
            return Err(TelegramError::UnknownChat);
        };
        let is_seen = |channel_id| call.reach.sees(directory.place(&tl::types::PeerChannel { channel_id }.into()));
        let pinned = self.pinned(call, peer, full.pinned_msg_id, format);
        let topics = self.first_topics(call, peer, channel.forum);
        let (pinned_message, topics) = try_join(pinned, topics).await?;
        let chat = ChatView { members: full.participants_count.or(chat.members), ..chat };
        Ok(ChatDetail {
            about: about(Some(&full.about)),
            online: full.online_count,
            admins: full.admins_count,
            pinned_message,
            linked_chat: full.linked_chat_id.filter(|id| is_seen(*id)).map(|id| ChatId::of_channel(id).to_string()),
            slow_mode_seconds: full.slowmode_seconds,
            topics,
            ..detail(chat, in_channel(channel))
        })
    }

    async fn pinned(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        id: Option<i32>,
        format: ResponseFormat,
    ) -> Result<Option<MessageView>, TelegramError> {
        let Some(id) = id else {
            return Ok(None);
        };
        let batch = self.messages_by_id(call, peer, &[id]).await?;
        Ok(batch.views(self, format, false).pop())
    }

    async fn first_topics(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        is_forum: bool,
    ) -> Result<Vec<TopicView>, TelegramError> {
        if !is_forum {
            return Ok(Vec::new());
        }
        let page = self.topics(call, peer, None, Position::default(), TOPICS_MAX);
        Ok(page.await?.0)
    }
}

fn about(text: Option<&str>) -> Option<Foreign> {
    text.filter(|text| !text.is_empty()).map(Foreign::new)
}

fn admins(participants: &tl::enums::ChatParticipants) -> Option<i32> {
    let tl::enums::ChatParticipants::Participants(all) = participants else {
        return None;
    };
    let admins = all.participants.iter().filter(|participant| match participant {
        tl::enums::ChatParticipant::Creator(_) | tl::enums::ChatParticipant::Admin(_) => true,
        tl::enums::ChatParticipant::Participant(_) => false,
    });
    i32::try_from(admins.count()).ok()
}
