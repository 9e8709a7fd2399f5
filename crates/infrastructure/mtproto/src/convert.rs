//! Telegram's types made into our views.
//!
//! Nothing here asks Telegram anything: users and chats come with each answer, and the [`Directory`] of that answer
//! names everybody. Every string that a stranger wrote leaves through `Foreign`. To read: [`directory`], then
//! [`message`].

mod directory;
mod entities;
mod known;
mod media;
mod member;
mod message;
mod rights;
mod service;
mod topic;
mod user;

pub(crate) use directory::Directory;
pub(crate) use entities::{from_telegram, to_telegram};
pub(crate) use known::brief_of;
pub(crate) use media::{document_name, document_of, photo_of};
pub(crate) use member::{basic_group_member, channel_member};
pub(crate) use message::{Rendering, author_of, date_of, id_of, peer_of};
pub(crate) use rights::{in_channel, in_group, with_user};
pub(crate) use topic::topic_view;
pub(crate) use user::{display_name, user_view, username_of};

use chrono::{DateTime, Utc};

/// A moment as Telegram tells it, in Unix seconds.
pub(crate) fn moment(seconds: i32) -> DateTime<Utc> {
    DateTime::from_timestamp(i64::from(seconds), 0).unwrap_or_default()
}
