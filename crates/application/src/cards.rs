//! Messages of ours with buttons: what notices and questions look like in Telegram.
//!
//! A card is made in whole before it is sent: a text with its formatting, rows of buttons, a document where the text
//! would be cut. Sending and changing one are operations as any other, but no tools: an agent asks for a notice or for
//! an approval, never for a button. Only bots can show buttons.

mod edit_card;
mod send_card;

pub use edit_card::{CardEdited, EditCard};
pub use send_card::{CardSent, SendCard};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Formatted;

/// Telegram's limit for what a button sends back, in bytes.
pub const TAP_DATA_MAX: usize = 64;

/// A message of ours, ready to be sent.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Card {
    /// What it says; the caption where there is a document.
    pub text: Formatted,
    /// Buttons below it, row by row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Vec<Button>>,
    /// What would not fit into the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Attachment>,
}

/// A button below a card.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Button {
    /// What stands on it.
    pub text: String,
    /// What it does.
    pub does: Does,
    /// How it looks, where the app knows styles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
}

/// What a button does.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// Sends this back to the bot; at most [`TAP_DATA_MAX`] bytes.
    Tap(String),
    /// Opens an address.
    Open(String),
}

/// How a button looks.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// The one to press.
    Primary,
    /// Goes on.
    Success,
    /// Stops or destroys.
    Danger,
}

/// A small text file that belongs to a card.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// Its name, with an extension.
    pub name: String,
    /// Its content.
    pub content: String,
}
