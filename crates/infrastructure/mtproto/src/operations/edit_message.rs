use async_trait::async_trait;
use grammers_tl_types as tl;
use telegraphist_application::arguments::ResponseFormat;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::EditMessage;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::text::{self, TEXT_MAX};
use telegraphist_application::views::{Edited, MessageView};

use crate::account::Account;
use crate::convert::{Directory, Rendering, brief_of, id_of};

#[async_trait]
impl Execute<EditMessage> for Account {
    async fn execute(&self, call: &Execution, operation: &EditMessage) -> Result<Edited, TelegramError> {
        let formatted = text::format(&operation.text, operation.format);
        if formatted.text.encode_utf16().count() > TEXT_MAX {
            let problem = "is over 4096 characters; one message cannot hold it";
            return Err(Refused::new("text", problem).into());
        }
        let peer = self.chat(call, &operation.chat).await?;
        let id = operation.message_id.0;
        self.check_is_in(call, &peer, id).await?;
        let request = tl::functions::messages::EditMessage {
            no_webpage: operation.no_preview,
            invert_media: false,
            peer: Self::input_peer(&peer),
            id,
            message: Some(formatted.text),
            media: None,
            reply_markup: None,
            entities: self.entities(call, &formatted.entities).await?,
            schedule_date: None,
            schedule_repeat_period: None,
            quick_reply_shortcut_id: None,
            rich_message: None,
        };
        let edited = self.write_unless_so(call, &request, "MESSAGE_NOT_MODIFIED").await?;
        let told = match &edited {
            Some(updates) => {
                self.learn_updates(call, updates).await;
                edited_message(updates, id, self.own_id())
            }
            None => None,
        };
        let message = match told {
            Some(message) => message,
            None => self.as_it_is(call, &peer, id).await?,
        };
        Ok(Edited { chat: brief_of(&peer), message })
    }
}

impl Account {
    async fn as_it_is(
        &self,
        call: &Execution,
        peer: &telegraphist_application::ports::KnownPeer,
        id: i32,
    ) -> Result<MessageView, TelegramError> {
        let batch = self.messages_by_id(call, peer, &[id]).await?;
        let mut views = batch.views(self, ResponseFormat::Concise, false);
        views.pop().ok_or(TelegramError::UnknownMessage)
    }
}

/// The message as the answer to the edit tells it.
fn edited_message(updates: &tl::enums::Updates, id: i32, own_id: i64) -> Option<MessageView> {
    let tl::enums::Updates::Updates(updates) = updates else {
        return None;
    };
    let message = updates.updates.iter().find_map(|update| match update {
        tl::enums::Update::EditMessage(update) => Some(&update.message),
        tl::enums::Update::EditChannelMessage(update) => Some(&update.message),
        _ => None,
    })?;
    let directory = Directory::new(&updates.users, &updates.chats, own_id);
    let rendering = Rendering { directory: &directory, format: ResponseFormat::Concise, names_chat: false };
    rendering.view(message).filter(|_| id_of(message) == id)
}
