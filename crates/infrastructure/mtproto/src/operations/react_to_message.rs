use async_trait::async_trait;
use grammers_tl_types as tl;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::ReactToMessage;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Changed;

use super::asking::changed;
use crate::account::Account;

#[async_trait]
impl Execute<ReactToMessage> for Account {
    async fn execute(&self, call: &Execution, operation: &ReactToMessage) -> Result<Changed, TelegramError> {
        let reaction = operation.emoji.as_deref().map(reaction).transpose()?;
        let peer = self.chat(call, &operation.chat).await?;
        let id = operation.message_id.0;
        self.check_is_in(call, &peer, id).await?;
        let done = if reaction.is_some() { "reacted" } else { "reaction removed" };
        let request = tl::functions::messages::SendReaction {
            big: false,
            add_to_recent: false,
            peer: Self::input_peer(&peer),
            msg_id: id,
            reaction: Some(reaction.into_iter().collect()),
        };
        let already = "MESSAGE_NOT_MODIFIED";
        if let Some(updates) = self.write_unless_so(call, &request, already).await? {
            self.learn_updates(call, &updates).await;
        }
        Ok(changed(done, &peer, vec![id]))
    }
}

/// An emoji, or `custom:<id>` as reactions are shown.
fn reaction(text: &str) -> Result<tl::enums::Reaction, Refused> {
    match text.strip_prefix("custom:") {
        Some(id) => {
            let document_id =
                id.parse().map_err(|_| Refused::new("emoji", "custom: is followed by the id of an emoji"))?;
            Ok(tl::types::ReactionCustomEmoji { document_id }.into())
        }
        None if text.trim().is_empty() => Err(Refused::new("emoji", "is empty; leave it out to remove the reaction")),
        None => Ok(tl::types::ReactionEmoji { emoticon: text.to_owned() }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_emoji_is_named_by_its_id() {
        assert!(matches!(
            reaction("custom:77"),
            Ok(tl::enums::Reaction::CustomEmoji(emoji)) if emoji.document_id == 77
        ));
        assert!(matches!(reaction("👍"), Ok(tl::enums::Reaction::Emoji(_))));
        assert!(reaction("custom:x").is_err());
        assert!(reaction(" ").is_err());
    }
}
