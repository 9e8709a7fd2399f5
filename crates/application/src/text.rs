//! Text between agents and Telegram: formatting to entities, splitting, and making strangers' text safe to show.
//!
//! Formatting never fails: what is no markup is text. Offsets and lengths are UTF-16 code units, as Telegram counts.
//! Start with [`format`], then [`split`].

mod builder;
mod entity_line;
mod foreign;
mod html;
mod markdown;
mod spans;
mod split;
mod table;
mod tags;
#[cfg(test)]
mod tests;
mod unformat;
mod writing;

pub use foreign::Foreign;
pub use spans::utf16_len;
pub use split::split;
pub use unformat::to_markdown;
pub(crate) use writing::Writing;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::TextFormat;

/// The longest text of one message, in UTF-16 code units.
pub const TEXT_MAX: usize = 4096;
/// The longest caption of a file, in UTF-16 code units.
pub const CAPTION_MAX: usize = 1024;
/// The longest caption where the account pays for Premium. ASSUMED: Telegram tells the limit in its configuration.
pub const CAPTION_MAX_PREMIUM: usize = 4096;
/// The most entities that Telegram keeps in one message; it drops those after.
pub const ENTITIES_MAX: usize = 100;

/// A text and what is formatted in it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Formatted {
    /// The text without any markup.
    pub text: String,
    /// Sorted by offset, the longer first; every entity lies within the text and on character boundaries.
    pub entities: Vec<Entity>,
}

/// One formatted span.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Entity {
    /// How it is formatted.
    pub kind: EntityKind,
    /// Where it starts, in UTF-16 code units.
    pub offset: usize,
    /// How long it is, in UTF-16 code units; never 0.
    pub length: usize,
}

/// How a span is formatted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// Bold.
    Bold,
    /// Italic.
    Italic,
    /// Underlined.
    Underline,
    /// Struck through.
    Strikethrough,
    /// Hidden until tapped.
    Spoiler,
    /// Monospaced, within a line.
    Code,
    /// A monospaced block.
    Pre {
        /// Programming language; empty if none was named.
        language: String,
    },
    /// Text that opens an address.
    Link {
        /// The address.
        url: String,
    },
    /// `@name`; Telegram finds these itself, so they matter only for texts that came from there.
    Mention,
    /// The name of a user who need not have a public one.
    MentionName {
        /// Telegram user id.
        user_id: i64,
    },
    /// A quotation.
    Blockquote {
        /// Folded until tapped.
        collapsed: bool,
    },
    /// An emoji drawn by its document.
    CustomEmoji {
        /// Document id.
        id: i64,
    },
}

impl std::fmt::Debug for Formatted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Formatted({} bytes, {} entities)", self.text.len(), self.entities.len())
    }
}

/// Turns `source` into text and entities. Never fails: what is no markup is text. Control characters, which Telegram
/// removes, are removed here, and so is white space at both ends.
pub fn format(source: &str, format: TextFormat) -> Formatted {
    let source = without_controls(source);
    match format {
        TextFormat::Markdown => markdown::markdown(&source),
        TextFormat::Html => html::html(&source),
        TextFormat::Plain => spans::settle(&source, Vec::new()),
    }
}

fn without_controls(source: &str) -> Cow<'_, str> {
    let is_kept = |c: char| !c.is_control() || c == '\n' || c == '\t';
    if source.chars().all(is_kept) {
        return Cow::Borrowed(source);
    }
    // A lone carriage return is a line break of old.
    let source = source.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(source.chars().filter(|c| is_kept(*c)).collect())
}
