//! Formatting, to and from Telegram. Offsets and lengths are UTF-16 units on both sides.

use serde::Serialize;
use telegraphist_application::text::{Entity, EntityKind};

use crate::api;

/// A formatted part of a text, as the Bot API takes it.
#[derive(Serialize)]
pub(crate) struct Span<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    offset: usize,
    length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Mentioned>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_emoji_id: Option<String>,
}

/// ASSUMED: Telegram looks at the id only; the rest is there because its type wants it.
#[derive(Serialize)]
struct Mentioned {
    id: i64,
    is_bot: bool,
    first_name: &'static str,
}

/// Formatting for Telegram.
pub(crate) fn to_telegram(entities: &[Entity]) -> Vec<Span<'_>> {
    entities.iter().filter_map(one_to_telegram).collect()
}

fn one_to_telegram(entity: &Entity) -> Option<Span<'_>> {
    let plain = |kind| Span {
        kind,
        offset: entity.offset,
        length: entity.length,
        url: None,
        language: None,
        user: None,
        custom_emoji_id: None,
    };
    Some(match &entity.kind {
        EntityKind::Bold => plain("bold"),
        EntityKind::Italic => plain("italic"),
        EntityKind::Underline => plain("underline"),
        EntityKind::Strikethrough => plain("strikethrough"),
        EntityKind::Spoiler => plain("spoiler"),
        EntityKind::Code => plain("code"),
        EntityKind::Pre { language } => {
            Span { language: Some(language.as_str()).filter(|language| !language.is_empty()), ..plain("pre") }
        }
        EntityKind::Link { url } => Span { url: Some(url), ..plain("text_link") },
        // Telegram finds public names by itself.
        EntityKind::Mention => return None,
        EntityKind::MentionName { user_id } => {
            let user = Mentioned { id: *user_id, is_bot: false, first_name: "" };
            Span { user: Some(user), ..plain("text_mention") }
        }
        EntityKind::Blockquote { collapsed: false } => plain("blockquote"),
        EntityKind::Blockquote { collapsed: true } => plain("expandable_blockquote"),
        EntityKind::CustomEmoji { id } => Span { custom_emoji_id: Some(id.to_string()), ..plain("custom_emoji") },
    })
}

/// Formatting from Telegram. What Telegram finds by itself in a text, and what is newer than this, reads the same
/// without.
pub(crate) fn from_telegram(entities: &[api::Entity]) -> Vec<Entity> {
    entities.iter().filter_map(one_from_telegram).collect()
}

fn one_from_telegram(entity: &api::Entity) -> Option<Entity> {
    let kind = match entity.kind.as_str() {
        "bold" => EntityKind::Bold,
        "italic" => EntityKind::Italic,
        "underline" => EntityKind::Underline,
        "strikethrough" => EntityKind::Strikethrough,
        "spoiler" => EntityKind::Spoiler,
        "code" => EntityKind::Code,
        "pre" => EntityKind::Pre { language: entity.language.clone().unwrap_or_default() },
        "text_link" => EntityKind::Link { url: entity.url.clone()? },
        "text_mention" => EntityKind::MentionName { user_id: entity.user.as_ref()?.id },
        "blockquote" => EntityKind::Blockquote { collapsed: false },
        "expandable_blockquote" => EntityKind::Blockquote { collapsed: true },
        "custom_emoji" => EntityKind::CustomEmoji { id: entity.custom_emoji_id.as_ref()?.parse().ok()? },
        _ => return None,
    };
    Some(Entity { kind, offset: entity.offset, length: entity.length })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_goes_out_comes_back_the_same() {
        let kinds = [
            EntityKind::Bold,
            EntityKind::Italic,
            EntityKind::Underline,
            EntityKind::Strikethrough,
            EntityKind::Spoiler,
            EntityKind::Code,
            EntityKind::Pre { language: String::new() },
            EntityKind::Pre { language: "rust".to_owned() },
            EntityKind::Link { url: "https://example.org/".to_owned() },
            EntityKind::MentionName { user_id: 1001 },
            EntityKind::Blockquote { collapsed: false },
            EntityKind::Blockquote { collapsed: true },
            EntityKind::CustomEmoji { id: 5_368_324_170_671_202_286 },
        ];
        let entities: Vec<Entity> = (0..).zip(kinds).map(|(offset, kind)| Entity { kind, offset, length: 1 }).collect();
        let sent = serde_json::to_string(&to_telegram(&entities)).expect("plain data");
        let told: Vec<api::Entity> = serde_json::from_str(&sent).expect("in the same form");
        assert!(from_telegram(&told) == entities, "{sent}");
        let mention = Entity { kind: EntityKind::Mention, offset: 0, length: 1 };
        assert!(to_telegram(&[mention]).is_empty());
    }

    #[test]
    fn unknown_kinds_are_left_out() {
        let told: Vec<api::Entity> = serde_json::from_value(json!([
            {"type": "date_time", "offset": 0, "length": 3, "unix_time": 1},
            {"type": "bold", "offset": 4, "length": 2},
        ]))
        .expect("entities");
        assert_eq!(from_telegram(&told), [Entity { kind: EntityKind::Bold, offset: 4, length: 2 }]);
    }
}
