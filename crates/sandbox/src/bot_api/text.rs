//! The words of messages: three ways to mark them up, entities given beside them, and the tidying that follows.
//!
//! This is a parser of its own, so that a program and this box are not wrong together. Errors are in the real server's words; offsets in them
//! count bytes of what was sent, offsets of entities count UTF-16 units of what is shown.

mod given;
mod html;
mod links;
mod markdown;
mod markdown_v2;
mod output;
#[cfg(test)]
mod tests;
mod tidy;

use grammers_tl_types::enums::MessageEntity;
use serde_json::Value;

use super::answer::ApiError;

/// The longest text that is looked at, in bytes.
const RAW_MAX: usize = 32_768;

/// A text and its marked pieces, in the order in which they begin.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Words {
    /// What is shown.
    pub(crate) text: String,
    /// How.
    pub(crate) entities: Vec<MessageEntity>,
}

/// Why a text cannot be parsed; without the words that stand before every such reason.
type Parsed<T> = Result<T, String>;

impl Words {
    /// Reads a text as a bot sent it: marked up, or with entities beside it. An empty text stays empty.
    pub(crate) fn read(raw: &str, mode: Option<&str>, entities: &Value) -> Result<Self, ApiError> {
        if raw.len() > RAW_MAX {
            return Err(ApiError::bad_request("text is too long"));
        }
        let mode = mode.map(str::to_ascii_lowercase).unwrap_or_default();
        let unparsable = |reason: String| ApiError::bad_request(&format!("can't parse entities: {reason}"));
        let words = match mode.as_str() {
            _ if raw.is_empty() => Self::default(),
            "" | "none" => Self { text: raw.to_owned(), entities: given::read(entities)? },
            "markdown" => markdown::parse(raw).map_err(unparsable)?,
            "markdownv2" => markdown_v2::parse(raw).map_err(unparsable)?,
            "html" => html::parse(raw).map_err(unparsable)?,
            _ => return Err(ApiError::bad_request("unsupported parse_mode")),
        };
        tidy::tidy(words)
    }

    /// Refuses a text of which nothing is left.
    pub(crate) fn non_empty(self) -> Result<Self, ApiError> {
        if self.text.is_empty() { Err(ApiError::bad_request("text must be non-empty")) } else { Ok(self) }
    }
}
