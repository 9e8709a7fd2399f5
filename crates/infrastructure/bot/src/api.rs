//! What the Bot API tells, read with types of our own, because a library's lose whatever is newer than the library.
//!
//! A field that is missing, or has another shape than documented, costs itself and nothing else: the words of a message
//! survive whatever is attached to it. To read: [`Update`], then [`Message`].

mod chat;
mod lenient;
mod media;
mod message;
mod update;
mod user;

pub(crate) use chat::{Chat, FullChat, Permissions, kind_of, peer_of_chat};
pub(crate) use media::{Attachment, attachment_of, media_word};
pub(crate) use message::{Entity, Message};
pub(crate) use update::{ChangedMember, Member, Query, Update};
pub(crate) use user::{User, peer_of_user};

use chrono::{DateTime, Utc};

/// A moment as Telegram tells it, in Unix seconds.
pub(crate) fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
