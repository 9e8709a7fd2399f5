//! Formatting, to and from Telegram. Offsets and lengths are UTF-16 units on both sides.

use grammers_tl_types as tl;
use telegraphist_application::text::{Entity, EntityKind};

/// Formatting for Telegram. `user` gives the access of a mentioned user; a mention of nobody known stays plain text,
/// because a message must not fail for it.
pub(crate) fn to_telegram(
    entities: &[Entity],
    user: impl Fn(i64) -> Option<tl::enums::InputUser>,
) -> Option<Vec<tl::enums::MessageEntity>> {
    let entities: Vec<_> = entities.iter().filter_map(|entity| one_to_telegram(entity, &user)).collect();
    (!entities.is_empty()).then_some(entities)
}

fn one_to_telegram(
    entity: &Entity,
    user: impl Fn(i64) -> Option<tl::enums::InputUser>,
) -> Option<tl::enums::MessageEntity> {
    let offset = i32::try_from(entity.offset).ok()?;
    let length = i32::try_from(entity.length).ok()?;
    Some(match &entity.kind {
        EntityKind::Bold => tl::types::MessageEntityBold { offset, length }.into(),
        EntityKind::Italic => tl::types::MessageEntityItalic { offset, length }.into(),
        EntityKind::Underline => tl::types::MessageEntityUnderline { offset, length }.into(),
        EntityKind::Strikethrough => tl::types::MessageEntityStrike { offset, length }.into(),
        EntityKind::Spoiler => tl::types::MessageEntitySpoiler { offset, length }.into(),
        EntityKind::Code => tl::types::MessageEntityCode { offset, length }.into(),
        EntityKind::Pre { language } => {
            tl::types::MessageEntityPre { offset, length, language: language.clone() }.into()
        }
        EntityKind::Link { url } => tl::types::MessageEntityTextUrl { offset, length, url: url.clone() }.into(),
        // Telegram finds public names by itself.
        EntityKind::Mention => return None,
        EntityKind::MentionName { user_id } => {
            tl::types::InputMessageEntityMentionName { offset, length, user_id: user(*user_id)? }.into()
        }
        EntityKind::Blockquote { collapsed } => {
            tl::types::MessageEntityBlockquote { collapsed: *collapsed, offset, length }.into()
        }
        EntityKind::CustomEmoji { id } => {
            tl::types::MessageEntityCustomEmoji { offset, length, document_id: *id }.into()
        }
    })
}

/// Formatting from Telegram. What Telegram finds by itself in a text (links, names, numbers) reads the same without.
pub(crate) fn from_telegram(entities: &[tl::enums::MessageEntity]) -> Vec<Entity> {
    entities.iter().filter_map(one_from_telegram).collect()
}

fn one_from_telegram(entity: &tl::enums::MessageEntity) -> Option<Entity> {
    use tl::enums::MessageEntity as Source;
    let (kind, offset, length) = match entity {
        Source::Bold(e) => (EntityKind::Bold, e.offset, e.length),
        Source::Italic(e) => (EntityKind::Italic, e.offset, e.length),
        Source::Underline(e) => (EntityKind::Underline, e.offset, e.length),
        Source::Strike(e) => (EntityKind::Strikethrough, e.offset, e.length),
        Source::Spoiler(e) => (EntityKind::Spoiler, e.offset, e.length),
        Source::Code(e) => (EntityKind::Code, e.offset, e.length),
        Source::Pre(e) => {
            let language = e.language.clone();
            (EntityKind::Pre { language }, e.offset, e.length)
        }
        Source::TextUrl(e) => {
            let url = e.url.clone();
            (EntityKind::Link { url }, e.offset, e.length)
        }
        Source::MentionName(e) => {
            let user_id = e.user_id;
            (EntityKind::MentionName { user_id }, e.offset, e.length)
        }
        Source::Blockquote(e) => {
            let collapsed = e.collapsed;
            (EntityKind::Blockquote { collapsed }, e.offset, e.length)
        }
        Source::CustomEmoji(e) => {
            let id = e.document_id;
            (EntityKind::CustomEmoji { id }, e.offset, e.length)
        }
        Source::Mention(_)
        | Source::Hashtag(_)
        | Source::BotCommand(_)
        | Source::Url(_)
        | Source::Email(_)
        | Source::Phone(_)
        | Source::Cashtag(_)
        | Source::BankCard(_)
        | Source::FormattedDate(_)
        | Source::DiffInsert(_)
        | Source::DiffReplace(_)
        | Source::DiffDelete(_)
        | Source::TonAddress(_)
        | Source::InputMessageEntityMentionName(_)
        | Source::Unknown(_) => return None,
    };
    Some(Entity { kind, offset: usize::try_from(offset).ok()?, length: usize::try_from(length).ok()? })
}
