use async_trait::async_trait;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::ReactToMessage;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Changed;
use teloxide::{payloads, types};

use super::asking::{changed, chat_id, message_id};
use crate::account::BotAccount;
use crate::wire::Request;

#[async_trait]
impl Execute<ReactToMessage> for BotAccount {
    async fn execute(&self, call: &Execution, operation: &ReactToMessage) -> Result<Changed, TelegramError> {
        let reaction = operation.emoji.as_deref().map(reaction).transpose()?;
        let peer = self.recipient(call, &operation.chat).await?;
        let id = operation.message_id.0;
        let done = if reaction.is_some() { "reacted" } else { "reaction removed" };
        let mut payload = payloads::SetMessageReaction::new(chat_id(&peer), message_id(id));
        payload.reaction = Some(reaction.into_iter().collect());
        self.write_unless_so(call, Request::of(&payload)).await?;
        Ok(changed(done, &peer, vec![id]))
    }
}

/// An emoji, or `custom:<id>` as reactions are shown.
fn reaction(text: &str) -> Result<types::ReactionType, Refused> {
    match text.strip_prefix("custom:") {
        Some(id) if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(types::ReactionType::CustomEmoji { custom_emoji_id: types::CustomEmojiId(id.to_owned()) })
        }
        Some(_) => Err(Refused::new("emoji", "custom: is followed by the id of an emoji")),
        None if text.trim().is_empty() => Err(Refused::new("emoji", "is empty; leave it out to remove the reaction")),
        None => Ok(types::ReactionType::Emoji { emoji: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_emoji_is_named_by_its_id() {
        assert!(matches!(
            reaction("custom:77"),
            Ok(types::ReactionType::CustomEmoji { custom_emoji_id }) if custom_emoji_id.0 == "77"
        ));
        assert!(matches!(reaction("👍"), Ok(types::ReactionType::Emoji { .. })));
        assert!(reaction("custom:x").is_err() && reaction("custom:").is_err());
        assert!(reaction(" ").is_err());
    }
}
