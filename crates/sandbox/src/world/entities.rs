//! Formatting of text: checks what was sent, and finds links and names that nobody marked, as the real server does.

mod finding;

use finding::Found;
use grammers_tl_types as tl;
use tl::enums::MessageEntity;

use super::World;
use super::refusal::{Allowed, RpcError};

/// Telegram takes no more of them.
const ENTITIES_MAX: usize = 100;

/// Where an entity begins and how long it is, in UTF-16 units.
pub(crate) fn span(entity: &MessageEntity) -> (i32, i32) {
    (entity.offset(), entity.length())
}

/// Refuses entities that reach outside of a text of so many UTF-16 units.
pub(crate) fn check(entities: &[MessageEntity], units: usize) -> Allowed<()> {
    if entities.len() > ENTITIES_MAX {
        return Err(RpcError::bad_request("ENTITIES_TOO_LONG"));
    }
    let inside = |entity: &MessageEntity| {
        let (offset, length) = span(entity);
        let end = i64::from(offset) + i64::from(length);
        offset >= 0 && length > 0 && usize::try_from(end).is_ok_and(|end| end <= units)
    };
    entities.iter().all(inside).then_some(()).ok_or_else(|| RpcError::bad_request("ENTITY_BOUNDS_INVALID"))
}

/// Adds what stands in the text unmarked: links, addresses, mentions, hashtags, commands. All in the order of the text.
pub(crate) fn complete(text: &str, mut entities: Vec<MessageEntity>) -> Vec<MessageEntity> {
    for (range, kind) in finding::findings(text) {
        let offset = units(&text[..range.start]);
        let length = units(&text[range]);
        let overlaps = |entity: &MessageEntity| {
            let (start, size) = span(entity);
            start < offset + length && offset < start + size && !is_style(entity)
        };
        if !entities.iter().any(overlaps) && entities.len() < ENTITIES_MAX {
            entities.push(found(kind, offset, length));
        }
    }
    entities.sort_by_key(|entity| (entity.offset(), std::cmp::Reverse(entity.length())));
    entities
}

fn found(kind: Found, offset: i32, length: i32) -> MessageEntity {
    match kind {
        Found::Url => tl::types::MessageEntityUrl { offset, length }.into(),
        Found::Email => tl::types::MessageEntityEmail { offset, length }.into(),
        Found::Phone => tl::types::MessageEntityPhone { offset, length }.into(),
        Found::Mention => tl::types::MessageEntityMention { offset, length }.into(),
        Found::Hashtag => tl::types::MessageEntityHashtag { offset, length }.into(),
        Found::Cashtag => tl::types::MessageEntityCashtag { offset, length }.into(),
        Found::Command => tl::types::MessageEntityBotCommand { offset, length }.into(),
    }
}

/// Whether other entities may lie inside.
fn is_style(entity: &MessageEntity) -> bool {
    matches!(
        entity,
        MessageEntity::Bold(_)
            | MessageEntity::Italic(_)
            | MessageEntity::Underline(_)
            | MessageEntity::Strike(_)
            | MessageEntity::Spoiler(_)
            | MessageEntity::Blockquote(_)
    )
}

fn units(text: &str) -> i32 {
    super::view::count(text.encode_utf16().count())
}

impl World {
    /// The users whom a text names, marked or not.
    pub(crate) fn mentioned_users(&self, text: &str, entities: &[MessageEntity]) -> Vec<i64> {
        let marked = entities.iter().filter_map(|entity| match entity {
            MessageEntity::MentionName(mention) => Some(mention.user_id),
            _ => None,
        });
        let mentions = finding::findings(text).into_iter().filter(|(_, kind)| *kind == Found::Mention);
        let named = mentions.filter_map(|(range, _)| self.accounts.by_username(&text[range]));
        let named = named.map(|account| account.user_id);
        marked.chain(named).collect()
    }

    /// The first link of a text.
    pub(crate) fn first_link(text: &str) -> Option<&str> {
        finding::findings(text).into_iter().find(|(_, kind)| *kind == Found::Url).map(|(range, _)| &text[range])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bold(offset: i32, length: i32) -> MessageEntity {
        tl::types::MessageEntityBold { offset, length }.into()
    }

    #[test]
    fn offsets_count_utf16_units() {
        let found = complete("😀 see https://example.org/a, @alice_moreau #trip", Vec::new());
        let spans: Vec<_> = found.iter().map(span).collect();
        assert_eq!(spans, [(7, 21), (30, 13), (44, 5)]);
    }

    #[test]
    fn what_the_sender_marked_stays_as_it_was() {
        let link = MessageEntity::from(tl::types::MessageEntityTextUrl {
            offset: 0,
            length: 19,
            url: "https://elsewhere.example".to_owned(),
        });
        assert_eq!(complete("https://example.org", vec![link.clone()]), [link]);
        assert_eq!(complete("https://example.org", vec![bold(0, 19)]).len(), 2);
    }

    #[test]
    fn entities_outside_of_the_text_are_refused() {
        assert!(check(&[bold(0, 5)], 5).is_ok());
        for wrong in [bold(1, 5), bold(-1, 2), bold(0, 0), bold(i32::MAX, i32::MAX)] {
            assert!(check(&[wrong], 5).is_err());
        }
    }

    #[test]
    fn an_e_mail_address_or_a_short_name_is_no_mention() {
        let found = complete("write to a@example.org or @bob", Vec::new());
        assert!(matches!(found.as_slice(), [MessageEntity::Email(_)]), "{found:?}");
    }
}
