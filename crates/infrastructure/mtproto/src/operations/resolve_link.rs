use async_trait::async_trait;
use telegraphist_application::arguments::{ChatArg, ResponseFormat};
use telegraphist_application::operations::ResolveLink;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, TelegramError};
use telegraphist_application::views::{Resolved, TopicView};
use telegraphist_domain::references::MessageRef;

use crate::account::Account;

#[async_trait]
impl Execute<ResolveLink> for Account {
    async fn execute(&self, call: &Execution, operation: &ResolveLink) -> Result<Resolved, TelegramError> {
        if let Ok(link) = operation.link.parse::<MessageRef>() {
            return self.resolve_message(call, &link).await;
        }
        let peer = self.chat(call, &ChatArg(operation.link.clone())).await?;
        Ok(Resolved {
            chat: self.chat_in_list(call, &peer, ResponseFormat::Concise).await?,
            topic: None,
            message: None,
        })
    }
}

impl Account {
    /// `t.me/name/5` may name a topic as well as a message; the message that opened a topic has the topic's id.
    async fn resolve_message(&self, call: &Execution, link: &MessageRef) -> Result<Resolved, TelegramError> {
        let named = self.resolve(call, &link.chat).await?;
        let (peer, id) = match link.comment {
            Some(comment) => (self.discussion(call, &named, link.message.0).await?.0, comment.0),
            None => (named, link.message.0),
        };
        let chat = self.chat_in_list(call, &peer, ResponseFormat::Concise).await?;
        let batch = self.messages_by_id(call, &peer, &[id]).await?;
        let message = batch.views(self, ResponseFormat::Concise, false).pop();
        let topic = match (link.topic, &message) {
            (Some(topic), _) => Some(self.topic(call, &peer, topic.0).await?),
            (None, Some(message)) => self.topic_of(call, &peer, chat.is_forum == Some(true), message.topic).await?,
            (None, None) => return Err(TelegramError::UnknownMessage),
        };
        Ok(Resolved { chat, topic, message })
    }

    async fn topic_of(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        is_forum: bool,
        topic: Option<i32>,
    ) -> Result<Option<TopicView>, TelegramError> {
        match topic.filter(|_| is_forum) {
            Some(topic) => self.topic(call, peer, topic).await.map(Some),
            None => Ok(None),
        }
    }
}
