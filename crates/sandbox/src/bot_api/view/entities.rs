//! Formatting.

use grammers_tl_types::enums::MessageEntity;

use super::View;
use crate::bot_api::json::Object;

/// Marked pieces of a text; those that the Bot API does not know are left out.
pub(crate) fn view_entities(view: &View<'_>, entities: &[MessageEntity]) -> Vec<Object> {
    entities.iter().filter_map(|entity| view_entity(view, entity)).collect()
}

fn view_entity(view: &View<'_>, entity: &MessageEntity) -> Option<Object> {
    let plain =
        |name: &str| Object::new().with("offset", entity.offset()).with("length", entity.length()).with("type", name);
    Some(match entity {
        MessageEntity::Mention(_) => plain("mention"),
        MessageEntity::Hashtag(_) => plain("hashtag"),
        MessageEntity::Cashtag(_) => plain("cashtag"),
        MessageEntity::BotCommand(_) => plain("bot_command"),
        MessageEntity::Url(_) => plain("url"),
        MessageEntity::Email(_) => plain("email"),
        MessageEntity::Phone(_) => plain("phone_number"),
        MessageEntity::Bold(_) => plain("bold"),
        MessageEntity::Italic(_) => plain("italic"),
        MessageEntity::Underline(_) => plain("underline"),
        MessageEntity::Strike(_) => plain("strikethrough"),
        MessageEntity::Spoiler(_) => plain("spoiler"),
        MessageEntity::Blockquote(quote) if quote.collapsed => plain("expandable_blockquote"),
        MessageEntity::Blockquote(_) => plain("blockquote"),
        MessageEntity::Code(_) => plain("code"),
        MessageEntity::Pre(pre) => {
            let language = Some(pre.language.as_str()).filter(|language| !language.is_empty());
            plain("pre").with_some("language", language)
        }
        MessageEntity::TextUrl(link) => plain("text_link").with("url", link.url.as_str()),
        MessageEntity::MentionName(mention) => plain("text_mention").with("user", view.user(mention.user_id)),
        MessageEntity::CustomEmoji(emoji) => {
            plain("custom_emoji").with("custom_emoji_id", emoji.document_id.to_string())
        }
        MessageEntity::FormattedDate(date) => plain("date_time").with("unix_time", date.date),
        MessageEntity::Unknown(_)
        | MessageEntity::InputMessageEntityMentionName(_)
        | MessageEntity::BankCard(_)
        | MessageEntity::DiffInsert(_)
        | MessageEntity::DiffReplace(_)
        | MessageEntity::DiffDelete(_)
        | MessageEntity::TonAddress(_) => return None,
    })
}
