//! What things look like. Everything here is drawn from the world through somebody's [`Eyes`](super::eyes::Eyes), and changes nothing.
//!
//! Start at [`page`] for the whole, [`units`] for a conversation, [`bubble`] for a message.

mod bubble;
mod cards;
pub(super) mod commands;
mod face;
pub(super) mod growing;
pub(super) mod head;
pub(super) mod keyboard;
pub(super) mod links;
mod media;
pub(super) mod page;
mod pictures;
mod poll;
mod rich;
pub(super) mod rows;
mod service;
mod snippet;
mod sounds;
mod tags;
pub(super) mod units;
mod words;

use maud::Markup;

/// One element of a list that open pages keep true: its key stays while its look may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) key: String,
    pub(super) html: String,
}

impl Item {
    pub(super) fn new(key: impl Into<String>, drawn: Markup) -> Self {
        Self { key: key.into(), html: drawn.into_string() }
    }
}
