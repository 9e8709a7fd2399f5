//! What happens to every text before it is sent: marks are brought into the text, blanks at its edges go.

use std::collections::VecDeque;
use std::mem::discriminant;

use grammers_tl_types::enums::MessageEntity;

use super::Words;
use crate::bot_api::answer::ApiError;

/// More marks are passed over.
const ENTITIES_MAX: usize = 100;

/// Brings a text and its marks into the form in which they are kept.
pub(super) fn tidy(words: Words) -> Result<Words, ApiError> {
    let Words { text, mut entities } = words;
    let units = unit_count(&text);
    entities.retain_mut(|entity| clip(entity, units));
    check_edges(&text, &entities)?;
    let (text, map) = clean(&text);
    for entity in &mut entities {
        let (start, end) = span(entity);
        place(entity, map[start], map[end]);
    }
    entities.retain(|entity| entity.length() > 0);
    let entities = nest(entities);
    Ok(trim(&text, entities))
}

fn unit_count(text: &str) -> i32 {
    i32::try_from(text.encode_utf16().count()).unwrap_or(i32::MAX)
}

fn span(entity: &MessageEntity) -> (usize, usize) {
    let at = |units: i32| usize::try_from(units).unwrap_or(0);
    (at(entity.offset()), at(entity.offset() + entity.length()))
}

/// Cuts off what lies outside of the text; whether anything is left.
fn clip(entity: &mut MessageEntity, units: i32) -> bool {
    let (offset, length) = (entity.offset(), entity.length());
    if offset < 0 || length <= 0 || offset >= units {
        return false;
    }
    set(entity, offset, length.min(units - offset));
    true
}

/// A mark may not begin or end inside of a character.
fn check_edges(text: &str, entities: &[MessageEntity]) -> Result<(), ApiError> {
    let mut inside = Vec::new();
    let mut units = 0;
    for (at, letter) in text.char_indices() {
        if letter.len_utf16() == 2 {
            inside.push((units + 1, at));
        }
        units += letter.len_utf16();
    }
    let wrong = |verb: &str, at: usize| {
        ApiError::bad_request(&format!("entity {verb} in a middle of a UTF-16 symbol at byte offset {at}"))
    };
    for entity in entities {
        let (start, end) = span(entity);
        let find =
            |edge: usize| inside.binary_search_by_key(&edge, |(units, _)| *units).ok().map(|place| inside[place].1);
        if let Some(at) = find(start) {
            return Err(wrong("begins", at));
        }
        if let Some(at) = find(end) {
            return Err(wrong("ends", at));
        }
    }
    Ok(())
}

/// Takes out what cannot be seen. Also tells for each unit of the old text where it is in the new one.
fn clean(text: &str) -> (String, Vec<i32>) {
    let mut cleaned = String::with_capacity(text.len());
    let mut map = Vec::with_capacity(text.len() + 1);
    let mut units = 0;
    for letter in text.chars() {
        let kept = match letter {
            '\r' | '\u{2028}'..='\u{202e}' => None,
            '\n' => Some('\n'),
            '\0'..='\x1f' => Some(' '),
            letter => Some(letter),
        };
        let count = letter.len_utf16();
        map.extend((0..count).map(|step| units + i32::from(kept.is_some() && step == 1)));
        if let Some(kept) = kept {
            cleaned.push(kept);
            units += if count == 2 { 2 } else { 1 };
        }
    }
    map.push(units);
    (cleaned, map)
}

/// Puts marks in order and cuts them so that they lie inside of each other or apart. Inside of code there is nothing else.
fn nest(mut entities: Vec<MessageEntity>) -> Vec<MessageEntity> {
    let mut nested: Vec<MessageEntity> = Vec::new();
    entities.sort_by_key(|entity| (entity.offset(), std::cmp::Reverse(entity.length())));
    let mut open: VecDeque<MessageEntity> = entities.into();
    while let Some(mut entity) = open.pop_front() {
        let (start, end) = span(&entity);
        let around: Vec<_> = nested.iter().filter(|outer| (span(outer).0..span(outer).1).contains(&start)).collect();
        let same = |outer: &&MessageEntity| discriminant(*outer) == discriminant(&entity);
        let is_pointless = around.iter().any(|outer| is_code(outer) || same(outer) || both_whole(outer, &entity));
        let Some(outer_end) = around.iter().map(|outer| span(outer).1).min().filter(|outer_end| *outer_end < end)
        else {
            nested.extend((!is_pointless).then_some(entity));
            continue;
        };
        if is_whole(&entity) {
            continue;
        }
        // The rest begins where the mark around the beginning ends.
        let mut rest = entity.clone();
        place(&mut rest, units_of(outer_end), units_of(end));
        open.insert(open.partition_point(|other| span(other).0 < outer_end), rest);
        if !is_pointless {
            place(&mut entity, units_of(start), units_of(outer_end));
            nested.push(entity);
        }
    }
    nested.sort_by_key(|entity| (entity.offset(), std::cmp::Reverse(entity.length())));
    nested.truncate(ENTITIES_MAX);
    nested
}

fn units_of(at: usize) -> i32 {
    i32::try_from(at).unwrap_or(i32::MAX)
}

fn both_whole(one: &MessageEntity, other: &MessageEntity) -> bool {
    is_whole(one) && is_whole(other)
}

/// Whether a mark cannot be cut: a link is one link.
fn is_whole(entity: &MessageEntity) -> bool {
    is_code(entity)
        || matches!(
            entity,
            MessageEntity::TextUrl(_)
                | MessageEntity::MentionName(_)
                | MessageEntity::CustomEmoji(_)
                | MessageEntity::FormattedDate(_)
        )
}

fn is_code(entity: &MessageEntity) -> bool {
    matches!(entity, MessageEntity::Code(_) | MessageEntity::Pre(_))
}

/// Takes blanks off the edges, in front only up to the first mark; marks of nothing but blanks go.
fn trim(text: &str, mut entities: Vec<MessageEntity>) -> Words {
    let is_blank = |letter: char| matches!(letter, ' ' | '\n');
    let wide: Vec<u16> = text.encode_utf16().collect();
    entities.retain(|entity| {
        let (start, end) = span(entity);
        is_code(entity) || wide[start..end].iter().any(|unit| !matches!(unit, 0x20 | 0x0a))
    });
    let text = text.trim_end_matches(is_blank);
    let units = unit_count(text);
    entities.retain_mut(|entity| clip(entity, units));
    let first = entities.first().map_or(usize::MAX, |entity| span(entity).0);
    // Blanks are one unit and one byte each.
    let blanks = (text.len() - text.trim_start_matches(is_blank).len()).min(first);
    for entity in &mut entities {
        let (offset, length) = (entity.offset(), entity.length());
        set(entity, offset - units_of(blanks), length);
    }
    Words { text: text[blanks..].to_owned(), entities }
}

fn place(entity: &mut MessageEntity, start: i32, end: i32) {
    set(entity, start, end - start);
}

/// Moves a mark. The generated types give no other way to the two fields that all of them have.
fn set(entity: &mut MessageEntity, offset: i32, length: i32) {
    macro_rules! each {
        ($($kind:ident),*) => {
            match entity {
                $(MessageEntity::$kind(inner) => (inner.offset, inner.length) = (offset, length),)*
            }
        };
    }
    each!(
        Unknown,
        Mention,
        Hashtag,
        BotCommand,
        Url,
        Email,
        Bold,
        Italic,
        Code,
        Pre,
        TextUrl,
        MentionName,
        InputMessageEntityMentionName,
        Phone,
        Cashtag,
        Underline,
        Strike,
        BankCard,
        Spoiler,
        CustomEmoji,
        Blockquote,
        FormattedDate,
        DiffInsert,
        DiffReplace,
        DiffDelete,
        TonAddress
    );
}
