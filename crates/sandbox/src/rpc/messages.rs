//! Everything about messages and conversations.

pub(crate) mod callbacks;
pub(super) mod changing;
pub(super) mod dialogs;
pub(super) mod forums;
pub(super) mod groups;
pub(super) mod history;
mod keyboards;
pub(super) mod marks;
pub(super) mod media;
pub(super) mod reactions;
pub(super) mod scheduled;
pub(super) mod searches;
pub(super) mod sending;
