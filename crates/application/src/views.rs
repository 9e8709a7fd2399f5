//! What answers are made of. Ids of 64 bits are strings; texts by strangers are [`Foreign`].

mod answer;
mod chat;
mod message;
mod session;

pub use answer::{Changed, Downloaded, Edited, Link, Me, Messages, Resolved, Sent, SentPart, SentState, Viewed};
pub use chat::{ChatBrief, ChatDetail, ChatView, MemberView, Rights, TopicView, UserView};
pub use message::{MediaView, MessageView, Reaction, Sender};
pub use session::SessionView;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One page of a list. `has_more` is true exactly when there is a cursor.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Page<T> {
    /// The items, in the order the operation promises.
    pub items: Vec<T>,
    /// Whether there are more.
    pub has_more: bool,
    /// What to pass as `cursor` for the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page; `next_cursor` decides whether there are more.
    pub fn new(items: Vec<T>, next_cursor: Option<String>) -> Self {
        Self { items, has_more: next_cursor.is_some(), next_cursor }
    }
}
