//! Methods whose arguments teloxide cannot say: kinds of updates that are newer than it, and numbers that may grow.

use serde::Serialize;
use teloxide::requests::Payload;

/// The kinds of updates that bots here want. Reactions and members come only where they are named. ASSUMED: a server that
/// does not know one of them leaves it out.
pub(crate) const ALLOWED_UPDATES: &[&str] = &[
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "message_reaction",
    "message_reaction_count",
    "poll",
    "poll_answer",
    "stopped_message_generation",
];

/// Asks for updates.
#[derive(Serialize)]
pub(crate) struct GetUpdates {
    /// The first that is wanted; all before it are confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) offset: Option<i64>,
    /// At most so many.
    pub(crate) limit: u8,
    /// Seconds to wait for one.
    pub(crate) timeout: u64,
    /// Of these kinds.
    pub(crate) allowed_updates: &'static [&'static str],
}

impl Payload for GetUpdates {
    type Output = ();
    const NAME: &'static str = "GetUpdates";
}

/// Lets updates be brought.
#[derive(Serialize)]
pub(crate) struct SetWebhook<'a> {
    /// Where to.
    pub(crate) url: &'a str,
    /// By what they are known to be Telegram's.
    pub(crate) secret_token: &'a str,
    /// Of these kinds.
    pub(crate) allowed_updates: &'static [&'static str],
}

impl Payload for SetWebhook<'_> {
    type Output = ();
    const NAME: &'static str = "SetWebhook";
}
