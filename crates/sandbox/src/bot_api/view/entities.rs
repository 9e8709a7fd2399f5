//! Formatting.

use grammers_tl_types as tl;
use tl::enums::MessageEntity;

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
        MessageEntity::FormattedDate(date) => {
            let format = date_format(date);
            plain("date_time").with("unix_time", date.date).with_some("date_time_format", format)
        }
        MessageEntity::Unknown(_)
        | MessageEntity::InputMessageEntityMentionName(_)
        | MessageEntity::BankCard(_)
        | MessageEntity::DiffInsert(_)
        | MessageEntity::DiffReplace(_)
        | MessageEntity::DiffDelete(_)
        | MessageEntity::TonAddress(_) => return None,
    })
}

/// How a moment is to be shown: `r` for a distance, or letters for the weekday, the date and the time.
fn date_format(date: &tl::types::MessageEntityFormattedDate) -> Option<String> {
    let letters = [
        (date.relative, 'r'),
        (date.day_of_week, 'w'),
        (date.short_date, 'd'),
        (date.long_date, 'D'),
        (date.short_time, 't'),
        (date.long_time, 'T'),
    ];
    let format: String = letters.iter().filter(|(set, _)| *set).map(|(_, letter)| *letter).collect();
    (!format.is_empty()).then_some(format)
}
