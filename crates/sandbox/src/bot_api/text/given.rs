//! Entities that a bot gives beside a text.

use grammers_tl_types::enums::MessageEntity;
use serde_json::Value;

use super::links;
use super::output::{Date, Mark};
use crate::bot_api::answer::ApiError;
use crate::bot_api::fields::{Fields, Read, narrow};

/// Reads a list of entities. What is no list counts as none, as on the real server.
pub(super) fn read(entities: &Value) -> Result<Vec<MessageEntity>, ApiError> {
    let Some(list) = entities.as_array() else { return Ok(Vec::new()) };
    let mut read = Vec::new();
    for entity in list {
        let wrong = |reason: String| ApiError::bad_request(&format!("can't parse MessageEntity: {reason}"));
        read.extend(read_one(entity).map_err(wrong)?);
    }
    Ok(read)
}

/// One entity; nothing for those that are found by the server itself.
fn read_one(entity: &Value) -> Read<Option<MessageEntity>> {
    let fields = Fields::of(entity, "expected an Object")?;
    let (offset, length) = (fields.number("offset")?, fields.number("length")?);
    Ok(mark(fields)?.map(|mark| mark.on(narrow(offset), narrow(length))))
}

fn mark(fields: Fields<'_>) -> Read<Option<Mark>> {
    let mark = match fields.text("type")?.as_str() {
        "" => return Err("Type is not specified".to_owned()),
        "bold" => Mark::Bold,
        "italic" => Mark::Italic,
        "underline" => Mark::Underline,
        "strikethrough" => Mark::Strike,
        "spoiler" => Mark::Spoiler,
        "code" => Mark::Code,
        "pre" => Mark::Pre(fields.optional_text("language")?),
        "text_link" => {
            let url = fields.text("url")?;
            links::link(&url).ok_or_else(|| format!("Entity URL '{url}' is invalid"))?
        }
        "text_mention" => {
            let user = fields.optional_object("user")?.ok_or("Can't find field \"user\"")?;
            Mark::Person(user.number("id")?)
        }
        "custom_emoji" => Mark::Emoji(fields.number("custom_emoji_id")?),
        "blockquote" => Mark::Quote { collapsed: false },
        "expandable_blockquote" => Mark::Quote { collapsed: true },
        "date_time" => {
            let format = fields.optional_text("date_time_format")?;
            let date = Date::with_format(narrow(fields.number("unix_time")?), &format);
            Mark::Date(date.ok_or("Invalid date specified")?)
        }
        "mention" | "hashtag" | "cashtag" | "bot_command" | "url" | "email" | "phone_number" | "bank_card_number" => {
            return Ok(None);
        }
        _ => return Err("Unsupported type specified".to_owned()),
    };
    Ok(Some(mark))
}
