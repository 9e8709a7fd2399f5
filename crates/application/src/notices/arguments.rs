//! What arguments of notices have to keep, the same for every tool.

use crate::arguments::{ChatArg, MessageIdArg};
use crate::operation::Refused;
use crate::text::{TEXT_MAX, utf16_len};

/// The longest title, in UTF-16 code units.
pub(crate) const TITLE_MAX: usize = 200;
/// The longest text, in bytes; what is too long for messages is sent as a file.
const WORDS_MAX: usize = 256 * 1024;
/// The longest id of something of the agent's.
const ID_MAX: usize = 128;
/// The longest name of who tells it.
const SOURCE_MAX: usize = 100;

/// A title says something, and is short.
pub(crate) fn check_title(title: &str) -> Result<(), Refused> {
    let length = utf16_len(title.trim());
    if length == 0 || length > TITLE_MAX || super::facts::one_line(title).is_empty() {
        let problem = format!("1 to {TITLE_MAX} characters; the rest goes into description");
        return Err(Refused::new("title", problem));
    }
    Ok(())
}

/// Words are not endless.
pub(crate) fn check_words(argument: &'static str, words: &str) -> Result<(), Refused> {
    let is_short = words.len() <= WORDS_MAX;
    if is_short { Ok(()) } else { Err(Refused::new(argument, "at most 256 kB; nobody can read more than that")) }
}

/// Ids are short; what they are made of is the agent's business.
pub(crate) fn check_id(argument: &'static str, id: Option<&str>) -> Result<(), Refused> {
    let is_fit = id.is_none_or(|id| !id.trim().is_empty() && id.len() <= ID_MAX && !id.contains(char::is_control));
    if is_fit { Ok(()) } else { Err(Refused::new(argument, format!("1 to {ID_MAX} bytes without control characters"))) }
}

/// Who tells it has a name.
pub(crate) fn check_source(source: Option<&str>) -> Result<(), Refused> {
    let is_fit = source.is_none_or(|source| {
        !super::facts::one_line(source).is_empty() && utf16_len(source) <= SOURCE_MAX.min(TEXT_MAX)
    });
    if is_fit { Ok(()) } else { Err(Refused::new("source", format!("1 to {SOURCE_MAX} characters"))) }
}

/// A topic is one of a chat.
pub(crate) fn check_topic(chat: Option<&ChatArg>, topic: Option<MessageIdArg>) -> Result<(), Refused> {
    match (chat, topic) {
        (None, Some(_)) => Err(Refused::new("topic", "name its chat, too")),
        (Some(_) | None, _) => Ok(()),
    }
}
