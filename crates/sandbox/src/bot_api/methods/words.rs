//! The words of a message and their formatting.

use serde_json::Value;

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::bot_api::text::Words;
use crate::world::peers::Peer;
use grammers_tl_types::enums::MessageEntity;

impl Call<'_> {
    /// The text of a message; there has to be one.
    pub(crate) fn text(&self) -> Result<Words, ApiError> {
        let text = self.given.text("text").ok_or_else(|| ApiError::bad_request("message text is empty"))?;
        self.read_words(text, "parse_mode", "entities")?.non_empty()
    }

    /// The caption of a file; it may be empty.
    pub(crate) fn caption(&self) -> Result<Words, ApiError> {
        let caption = self.given.text("caption").unwrap_or_default();
        self.read_words(caption, "parse_mode", "caption_entities")
    }

    /// A text with its mode and its entities in arguments of these names.
    pub(crate) fn read_words(&self, text: &str, mode: &str, entities: &str) -> Result<Words, ApiError> {
        let entities = self.given.text(entities).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        self.words_of(text, self.given.text(mode), &entities)
    }

    /// A text with its mode and its entities. Whoever does not exist is not mentioned.
    pub(crate) fn words_of(&self, text: &str, mode: Option<&str>, entities: &Value) -> Result<Words, ApiError> {
        let mut words = Words::read(text, mode, entities)?;
        words.entities.retain(|entity| match entity {
            MessageEntity::MentionName(mention) => self.world.accounts.get(mention.user_id).is_some(),
            _ => true,
        });
        Ok(words)
    }

    /// The message that a call made or changed.
    pub(crate) fn sent(&self, peer: Peer, id: i32) -> Outcome {
        let message = self.view().message_at(peer, id);
        message.map(Into::into).ok_or_else(|| ApiError::bad_request("message not found"))
    }
}
