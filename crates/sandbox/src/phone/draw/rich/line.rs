//! The text inside of a block: marked up as a tree, where messages have entities. Each kind of markup looks as it does in messages.

use grammers_tl_types as tl;
use maud::{Markup, PreEscaped, html};
use tl::enums::{MessageEntity, RichText};

use super::{DEPTH_MAX, Desk};
use crate::phone::draw::tags::tag_of;
use crate::phone::draw::words::one_line;

/// A line of text with its markup.
pub(super) fn line(desk: Desk<'_>, text: &RichText) -> Markup {
    let Some(desk) = desk.inside() else { return html! { (plain(text, 0)) } };
    match text {
        RichText::TextEmpty => html! {},
        RichText::TextPlain(text) => html! { (text.text) },
        RichText::TextConcat(parts) => html! { @for part in &parts.texts { (line(desk, part)) } },
        RichText::TextSubscript(text) => html! { sub { (line(desk, &text.text)) } },
        RichText::TextSuperscript(text) => html! { sup { (line(desk, &text.text)) } },
        RichText::TextMarked(text) => html! { mark { (line(desk, &text.text)) } },
        RichText::TextAnchor(text) => line(desk, &text.text),
        RichText::TextMath(math) => html! { code { (math.source) } },
        RichText::TextImage(_) => html! { span class="gone" { "(picture)" } },
        RichText::TextButton(button) => desk.button(&plain(&button.text, 0), &button.r#type),
        marked => entity_of(marked).map_or_else(|| html! {}, |(entity, inner)| tagged(desk, &entity, inner)),
    }
}

/// Puts the tags of an entity around what it covers.
fn tagged(desk: Desk<'_>, entity: &MessageEntity, inner: Inner<'_>) -> Markup {
    let covered = match inner {
        Inner::Text(text) => plain(text, 0),
        Inner::Words(words) | Inner::Address(_, words) => words.to_owned(),
    };
    let tag = tag_of(desk.eyes, entity, &covered, desk.is_pressed);
    let inside = Desk { is_pressed: desk.is_pressed || tag.is_interactive, ..desk };
    let shown = match inner {
        Inner::Text(text) | Inner::Address(text, _) => line(inside, text),
        Inner::Words(words) => html! { (words) },
    };
    html! { (PreEscaped(tag.open)) (shown) (PreEscaped(tag.close)) }
}

/// What stands inside of markup.
#[derive(Clone, Copy)]
enum Inner<'a> {
    Text(&'a RichText),
    /// Bare words.
    Words(&'a str),
    /// Text whose address is told beside it.
    Address(&'a RichText, &'a str),
}

/// The entity that looks like this markup, and what it covers.
fn entity_of(text: &RichText) -> Option<(MessageEntity, Inner<'_>)> {
    let (offset, length) = (0, 0);
    macro_rules! entity {
        ($kind:ident, $text:expr) => {
            (tl::types::$kind { offset, length }.into(), Inner::Text($text))
        };
    }
    Some(match text {
        RichText::TextBold(text) => entity!(MessageEntityBold, &text.text),
        RichText::TextItalic(text) => entity!(MessageEntityItalic, &text.text),
        RichText::TextUnderline(text) => entity!(MessageEntityUnderline, &text.text),
        RichText::TextStrike(text) => entity!(MessageEntityStrike, &text.text),
        RichText::TextFixed(text) => entity!(MessageEntityCode, &text.text),
        RichText::TextSpoiler(text) => entity!(MessageEntitySpoiler, &text.text),
        RichText::TextMention(text) => entity!(MessageEntityMention, &text.text),
        RichText::TextHashtag(text) => entity!(MessageEntityHashtag, &text.text),
        RichText::TextCashtag(text) => entity!(MessageEntityCashtag, &text.text),
        RichText::TextBotCommand(text) => entity!(MessageEntityBotCommand, &text.text),
        RichText::TextAutoUrl(text) => entity!(MessageEntityUrl, &text.text),
        RichText::TextAutoEmail(text) => entity!(MessageEntityEmail, &text.text),
        RichText::TextAutoPhone(text) => entity!(MessageEntityPhone, &text.text),
        RichText::TextBankCard(text) => entity!(MessageEntityBankCard, &text.text),
        RichText::TextTonAddress(text) => entity!(MessageEntityTonAddress, &text.text),
        RichText::TextUrl(text) => {
            let entity = tl::types::MessageEntityTextUrl { offset, length, url: text.url.clone() };
            (entity.into(), Inner::Text(&text.text))
        }
        RichText::TextEmail(text) => {
            (tl::types::MessageEntityEmail { offset, length }.into(), Inner::Address(&text.text, &text.email))
        }
        RichText::TextPhone(text) => {
            (tl::types::MessageEntityPhone { offset, length }.into(), Inner::Address(&text.text, &text.phone))
        }
        RichText::TextCustomEmoji(emoji) => {
            let entity = tl::types::MessageEntityCustomEmoji { offset, length, document_id: emoji.document_id };
            (entity.into(), Inner::Words(&emoji.alt))
        }
        RichText::TextMentionName(text) => {
            let entity = tl::types::MessageEntityMentionName { offset, length, user_id: text.user_id };
            (entity.into(), Inner::Text(&text.text))
        }
        RichText::TextDate(text) => (date_entity(text).into(), Inner::Text(&text.text)),
        RichText::TextDiff(text) => {
            let old_text = plain(&text.old_text, 0);
            let entity = tl::types::MessageEntityDiffReplace { offset, length, old_text };
            (entity.into(), Inner::Text(&text.text))
        }
        _ => return None,
    })
}

fn date_entity(text: &tl::types::TextDate) -> tl::types::MessageEntityFormattedDate {
    tl::types::MessageEntityFormattedDate {
        relative: text.relative,
        short_time: text.short_time,
        long_time: text.long_time,
        short_date: text.short_date,
        long_date: text.long_date,
        day_of_week: text.day_of_week,
        offset: 0,
        length: 0,
        date: text.date,
    }
}

/// The words alone.
pub(super) fn plain(text: &RichText, depth: usize) -> String {
    if depth > DEPTH_MAX {
        return String::new();
    }
    match text {
        RichText::TextPlain(text) => text.text.clone(),
        RichText::TextConcat(parts) => parts.texts.iter().map(|part| plain(part, depth + 1)).collect(),
        RichText::TextMath(math) => math.source.clone(),
        RichText::TextSubscript(text) => plain(&text.text, depth + 1),
        RichText::TextSuperscript(text) => plain(&text.text, depth + 1),
        RichText::TextMarked(text) => plain(&text.text, depth + 1),
        RichText::TextAnchor(text) => plain(&text.text, depth + 1),
        RichText::TextButton(text) => plain(&text.text, depth + 1),
        RichText::TextEmpty | RichText::TextImage(_) => String::new(),
        marked => match entity_of(marked) {
            Some((_, Inner::Text(text) | Inner::Address(text, _))) => plain(text, depth + 1),
            Some((_, Inner::Words(words))) => words.to_owned(),
            None => String::new(),
        },
    }
}

/// An address as words.
pub(super) fn single_line(text: &str) -> String {
    one_line(text)
}
