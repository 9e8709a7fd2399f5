//! What a parser has written so far, counted in both of the units that matter.

use grammers_tl_types as tl;
use tl::enums::MessageEntity;

use super::Words;

/// How a piece of a text is marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Bold,
    Italic,
    Underline,
    Strike,
    Spoiler,
    Code,
    Pre(String),
    Link(String),
    Person(i64),
    Emoji(i64),
    Date(Date),
    Quote { collapsed: bool },
}

/// A moment that each reader sees in their own way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of Telegram's own")]
pub(crate) struct Date {
    /// The moment, in Unix seconds.
    pub(crate) moment: i32,
    /// As a distance from now.
    pub(crate) relative: bool,
    /// The day of the week.
    pub(crate) weekday: bool,
    /// The date in digits.
    pub(crate) day_in_digits: bool,
    /// The date in words.
    pub(crate) day_in_words: bool,
    /// Hours and minutes.
    pub(crate) short_time: bool,
    /// Hours, minutes and seconds.
    pub(crate) long_time: bool,
}

impl Date {
    /// Reads a format such as `wDT`: the weekday, the date, the time; or `r` alone.
    pub(crate) fn with_format(moment: i32, format: &str) -> Option<Self> {
        let mut date = Self { moment, ..Self::default() };
        if format == "r" {
            date.relative = true;
            return Some(date);
        }
        let rest = format.strip_prefix('w').inspect(|_| date.weekday = true).unwrap_or(format);
        let rest = match rest.chars().next() {
            Some('d') => rest.strip_prefix('d').inspect(|_| date.day_in_digits = true)?,
            Some('D') => rest.strip_prefix('D').inspect(|_| date.day_in_words = true)?,
            _ => rest,
        };
        match rest {
            "" => Some(date),
            "t" => Some(Self { short_time: true, ..date }),
            "T" => Some(Self { long_time: true, ..date }),
            _ => None,
        }
    }
}

impl Mark {
    /// The mark on a piece of a text.
    pub(super) fn on(self, offset: i32, length: i32) -> MessageEntity {
        match self {
            Self::Bold => tl::types::MessageEntityBold { offset, length }.into(),
            Self::Italic => tl::types::MessageEntityItalic { offset, length }.into(),
            Self::Underline => tl::types::MessageEntityUnderline { offset, length }.into(),
            Self::Strike => tl::types::MessageEntityStrike { offset, length }.into(),
            Self::Spoiler => tl::types::MessageEntitySpoiler { offset, length }.into(),
            Self::Code => tl::types::MessageEntityCode { offset, length }.into(),
            Self::Pre(language) => tl::types::MessageEntityPre { offset, length, language }.into(),
            Self::Link(url) => tl::types::MessageEntityTextUrl { offset, length, url }.into(),
            Self::Person(user_id) => tl::types::MessageEntityMentionName { offset, length, user_id }.into(),
            Self::Emoji(document_id) => tl::types::MessageEntityCustomEmoji { offset, length, document_id }.into(),
            Self::Date(date) => tl::types::MessageEntityFormattedDate {
                relative: date.relative,
                short_time: date.short_time,
                long_time: date.long_time,
                short_date: date.day_in_digits,
                long_date: date.day_in_words,
                day_of_week: date.weekday,
                offset,
                length,
                date: date.moment,
            }
            .into(),
            Self::Quote { collapsed } => tl::types::MessageEntityBlockquote { collapsed, offset, length }.into(),
        }
    }
}

/// The text that will be shown, as far as it is written.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) text: String,
    /// Its length in UTF-16 units.
    pub(super) units: i32,
    entities: Vec<MessageEntity>,
}

impl Output {
    pub(super) fn push(&mut self, letter: char) {
        self.text.push(letter);
        self.units += if letter.len_utf16() == 2 { 2 } else { 1 };
    }

    /// Marks everything from a place on, unless that is nothing.
    pub(super) fn mark(&mut self, start: i32, mark: Mark) {
        if self.units > start {
            self.entities.push(mark.on(start, self.units - start));
        }
    }

    /// The newest mark, if it covers exactly what lies behind a place.
    pub(super) fn newest_from(&mut self, start: i32) -> Option<&mut MessageEntity> {
        let units = self.units;
        self.entities.last_mut().filter(|entity| entity.offset() == start && entity.length() == units - start)
    }

    pub(super) fn finish(mut self) -> Words {
        self.entities.sort_by_key(|entity| (entity.offset(), std::cmp::Reverse(entity.length())));
        Words { text: self.text, entities: self.entities }
    }
}
