//! Rich messages as bots write them: as Markdown, as HTML, or block by block.
//!
//! What the box does not show (media, maps, buttons, formulas) is refused by name, so that no test passes by accident.

mod blocks;
mod html;
mod markdown;

use serde_json::Value;

use super::{Words, tidy};
use crate::bot_api::answer::ApiError;
use crate::bot_api::fields::Fields;
use crate::world::refusal::RpcError;
use crate::world::rich::{Block, LETTERS_MAX, Line, Rich};

/// What is longer is not looked at, in bytes: four times as much as may be shown.
const RAW_MAX: usize = 4 * LETTERS_MAX;

impl From<Words> for Line {
    fn from(words: Words) -> Self {
        Self { text: words.text, entities: words.entities }
    }
}

/// Reads an `InputRichMessage`. In a draft, a bot may also think.
pub(crate) fn read(value: &Value, in_draft: bool) -> Result<Rich, ApiError> {
    let bad = ApiError::bad_request;
    let wrong = |reason: String| bad(&format!("can't parse InputRichMessage: {reason}"));
    let fields = Fields::of(value, "expected an Object").map_err(wrong)?;
    let given: Vec<&str> = ["html", "markdown", "blocks"].into_iter().filter(|name| fields.has(name)).collect();
    if value.to_string().len() > RAW_MAX {
        return Err(bad("message is too long"));
    }
    let blocks = match given.as_slice() {
        [] => return Err(bad("rich message must be non-empty")),
        ["markdown"] => markdown::read(&fields.text("markdown").map_err(wrong)?),
        ["html"] => html::read(&fields.text("html").map_err(wrong)?)
            .map_err(|reason| bad(&format!("can't parse rich message: {reason}")))?,
        ["blocks"] => blocks::read(fields.list("blocks").map_err(wrong)?).map_err(wrong)?,
        _ => return Err(bad("exactly one of html, markdown and blocks must be specified")),
    };
    if !in_draft && blocks.iter().any(|block| matches!(block, Block::Thinking(_))) {
        return Err(bad("thinking blocks can be used only in drafts"));
    }
    let rich = Rich { blocks, rtl: fields.flag("is_rtl").map_err(wrong)? };
    rich.check().map_err(explain)?;
    Ok(rich)
}

fn explain(refusal: RpcError) -> ApiError {
    match refusal.text.as_str() {
        "RICH_MESSAGE_EMPTY" => ApiError::bad_request("rich message must be non-empty"),
        _ => refusal.into(),
    }
}

/// Brings the marks of a line into order.
fn tidied(words: Words) -> Line {
    let text = words.text.clone();
    // Only marks that begin inside of a letter are refused, and readers make none.
    tidy::tidy(words).map_or_else(|_| Line::plain(text), Line::from)
}
