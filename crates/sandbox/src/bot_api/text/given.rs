//! Entities that a bot gives beside a text.

use serde_json::{Map, Value};

use super::links;
use super::output::{Date, Mark};
use crate::bot_api::answer::ApiError;
use grammers_tl_types::enums::MessageEntity;

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
fn read_one(entity: &Value) -> Result<Option<MessageEntity>, String> {
    let object = entity.as_object().ok_or("expected an Object")?;
    let (offset, length) = (number(object, "offset")?, number(object, "length")?);
    Ok(mark(object)?.map(|mark| mark.on(clamp(offset), clamp(length))))
}

fn clamp(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

fn number(object: &Map<String, Value>, field: &str) -> Result<i64, String> {
    match object.get(field) {
        None | Some(Value::Null) => Err(format!("Can't find field \"{field}\"")),
        Some(Value::Number(number)) => {
            number.as_i64().ok_or_else(|| format!("Field \"{field}\" must be a valid Number"))
        }
        Some(Value::String(text)) => text.parse().map_err(|_| format!("Field \"{field}\" must be a valid Number")),
        Some(_) => Err(format!("Field \"{field}\" must be of type Number")),
    }
}

fn text<'a>(object: &'a Map<String, Value>, field: &str) -> Result<&'a str, String> {
    match object.get(field) {
        None | Some(Value::Null) => Err(format!("Can't find field \"{field}\"")),
        Some(value) => value.as_str().ok_or_else(|| format!("Field \"{field}\" must be of type String")),
    }
}

fn mark(object: &Map<String, Value>) -> Result<Option<Mark>, String> {
    let mark = match text(object, "type")? {
        "" => return Err("Type is not specified".to_owned()),
        "bold" => Mark::Bold,
        "italic" => Mark::Italic,
        "underline" => Mark::Underline,
        "strikethrough" => Mark::Strike,
        "spoiler" => Mark::Spoiler,
        "code" => Mark::Code,
        "pre" => Mark::Pre(object.get("language").and_then(Value::as_str).unwrap_or_default().to_owned()),
        "text_link" => {
            let url = text(object, "url")?;
            links::link(url).ok_or_else(|| format!("Entity URL '{url}' is invalid"))?
        }
        "text_mention" => {
            let user = object.get("user").ok_or("Can't find field \"user\"")?;
            Mark::Person(number(user.as_object().ok_or("Field \"user\" must be of type Object")?, "id")?)
        }
        "custom_emoji" => Mark::Emoji(number(object, "custom_emoji_id")?),
        "blockquote" => Mark::Quote { collapsed: false },
        "expandable_blockquote" => Mark::Quote { collapsed: true },
        "date_time" => {
            let format = object.get("date_time_format").and_then(Value::as_str).unwrap_or_default();
            let date = Date::with_format(clamp(number(object, "unix_time")?), format);
            Mark::Date(date.ok_or("Invalid date specified")?)
        }
        "mention" | "hashtag" | "cashtag" | "bot_command" | "url" | "email" | "phone_number" | "bank_card_number" => {
            return Ok(None);
        }
        _ => return Err("Unsupported type specified".to_owned()),
    };
    Ok(Some(mark))
}
