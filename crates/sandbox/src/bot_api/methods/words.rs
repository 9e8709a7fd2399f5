//! The words of a message and their formatting.

use grammers_tl_types as tl;
use serde::Deserialize;
use tl::enums::MessageEntity;

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::world::peers::Peer;

impl Call<'_> {
    /// A text and how it is marked.
    pub(crate) fn words(&self, text: &str, entities: &str) -> Result<(String, Vec<MessageEntity>), ApiError> {
        let text = self.given.text(text).ok_or_else(|| ApiError::bad_request("message text is empty"))?;
        let given: Vec<GivenEntity> = self.given.json(entities)?.unwrap_or_default();
        let marked = given.into_iter().filter_map(GivenEntity::entity).collect();
        Ok((text.to_owned(), marked))
    }

    /// The message that a call made or changed.
    pub(crate) fn sent(&self, peer: Peer, id: i32) -> Outcome {
        let message = self.view().message_at(peer, id);
        message.map(Into::into).ok_or_else(|| ApiError::bad_request("message not found"))
    }
}

/// One marked piece, as a bot gives it.
#[derive(Deserialize)]
struct GivenEntity {
    r#type: String,
    offset: i32,
    length: i32,
    url: Option<String>,
    language: Option<String>,
    user: Option<GivenUser>,
    custom_emoji_id: Option<String>,
}

#[derive(Deserialize)]
struct GivenUser {
    id: i64,
}

impl GivenEntity {
    fn entity(self) -> Option<MessageEntity> {
        let Self { offset, length, .. } = self;
        Some(match self.r#type.as_str() {
            "bold" => tl::types::MessageEntityBold { offset, length }.into(),
            "italic" => tl::types::MessageEntityItalic { offset, length }.into(),
            "underline" => tl::types::MessageEntityUnderline { offset, length }.into(),
            "strikethrough" => tl::types::MessageEntityStrike { offset, length }.into(),
            "spoiler" => tl::types::MessageEntitySpoiler { offset, length }.into(),
            "code" => tl::types::MessageEntityCode { offset, length }.into(),
            "pre" => tl::types::MessageEntityPre { offset, length, language: self.language.unwrap_or_default() }.into(),
            "blockquote" => tl::types::MessageEntityBlockquote { collapsed: false, offset, length }.into(),
            "expandable_blockquote" => tl::types::MessageEntityBlockquote { collapsed: true, offset, length }.into(),
            "text_link" => tl::types::MessageEntityTextUrl { offset, length, url: self.url? }.into(),
            "text_mention" => tl::types::MessageEntityMentionName { offset, length, user_id: self.user?.id }.into(),
            "custom_emoji" => {
                let document_id = self.custom_emoji_id?.parse().ok()?;
                tl::types::MessageEntityCustomEmoji { offset, length, document_id }.into()
            }
            // What the server finds by itself is not taken from the bot.
            _ => return None,
        })
    }
}
