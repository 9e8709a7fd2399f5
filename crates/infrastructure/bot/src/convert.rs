//! The Bot API's types made into our views, and our texts into the Bot API's.
//!
//! Nothing here asks Telegram anything. Every string that a stranger wrote leaves through `Foreign`.

mod chat;
mod entities;
mod message;

pub(crate) use chat::{brief_of, chat_view, rights, user_view};
pub(crate) use entities::{Span, from_telegram, to_telegram};
pub(crate) use message::message_view;
