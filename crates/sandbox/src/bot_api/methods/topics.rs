//! Topics of forums.

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::bot_api::json::Object;
use crate::world::chats::GENERAL_TOPIC;
use crate::world::peers::Peer;
use crate::world::refusal::RpcError;
use crate::world::topics::TopicChange;

pub(super) fn create_forum_topic(call: &mut Call<'_>) -> Outcome {
    let peer = call.forum()?;
    let name = call.given.text("name").unwrap_or_default().to_owned();
    let colour = call.given.integer("icon_color").unwrap_or(0);
    let icon = call.icon()?.filter(|icon| *icon != 0);
    let cause = call.cause();
    let id = call.world.begin_topic(&cause, peer, &name, colour, icon).map_err(explain)?;
    let topic = call.world.channel(peer.id())?.topics.get(&id);
    let topic = topic.ok_or_else(|| ApiError::bad_request("message thread not found"))?;
    let answer = Object::new()
        .with("message_thread_id", id)
        .with("name", topic.title.as_str())
        .with("icon_color", topic.colour)
        .with_some("icon_custom_emoji_id", topic.icon.map(|icon| icon.to_string()));
    Ok(answer.into())
}

pub(super) fn edit_forum_topic(call: &mut Call<'_>) -> Outcome {
    let title = call.given.text("name").map(str::to_owned);
    let icon = call.icon()?;
    let id = call.thread();
    change(call, id, TopicChange { title, icon, ..TopicChange::default() })
}

pub(super) fn close_forum_topic(call: &mut Call<'_>) -> Outcome {
    let id = call.thread();
    change(call, id, TopicChange { closed: Some(true), ..TopicChange::default() })
}

pub(super) fn reopen_forum_topic(call: &mut Call<'_>) -> Outcome {
    let id = call.thread();
    change(call, id, TopicChange { closed: Some(false), ..TopicChange::default() })
}

pub(super) fn delete_forum_topic(call: &mut Call<'_>) -> Outcome {
    let peer = call.forum()?;
    let (cause, id) = (call.cause(), call.thread());
    call.world.delete_topic(&cause, peer, id).map_err(explain)?;
    Ok(true.into())
}

pub(super) fn unpin_all_forum_topic_messages(call: &mut Call<'_>) -> Outcome {
    let id = call.thread();
    unpin(call, id)
}

pub(super) fn edit_general_forum_topic(call: &mut Call<'_>) -> Outcome {
    let title = call.given.text("name").map(str::to_owned);
    change(call, GENERAL_TOPIC, TopicChange { title, ..TopicChange::default() })
}

pub(super) fn close_general_forum_topic(call: &mut Call<'_>) -> Outcome {
    change(call, GENERAL_TOPIC, TopicChange { closed: Some(true), ..TopicChange::default() })
}

pub(super) fn reopen_general_forum_topic(call: &mut Call<'_>) -> Outcome {
    change(call, GENERAL_TOPIC, TopicChange { closed: Some(false), ..TopicChange::default() })
}

/// A hidden topic takes no messages either.
pub(super) fn hide_general_forum_topic(call: &mut Call<'_>) -> Outcome {
    change(call, GENERAL_TOPIC, TopicChange { hidden: Some(true), ..TopicChange::default() })
}

pub(super) fn unhide_general_forum_topic(call: &mut Call<'_>) -> Outcome {
    change(call, GENERAL_TOPIC, TopicChange { hidden: Some(false), ..TopicChange::default() })
}

pub(super) fn unpin_all_general_forum_topic_messages(call: &mut Call<'_>) -> Outcome {
    unpin(call, GENERAL_TOPIC)
}

fn change(call: &mut Call<'_>, id: i32, change: TopicChange) -> Outcome {
    let peer = call.forum()?;
    let cause = call.cause();
    call.world.change_topic(&cause, peer, id, change).map_err(explain)?;
    Ok(true.into())
}

fn unpin(call: &mut Call<'_>, id: i32) -> Outcome {
    let peer = call.forum()?;
    let cause = call.cause();
    call.world.unpin_all(&cause, peer, Some(id)).map_err(explain)?;
    Ok(true.into())
}

impl Call<'_> {
    fn forum(&self) -> Result<Peer, ApiError> {
        let peer = self.shared_chat()?;
        let is_forum = matches!(peer, Peer::Channel(id) if self.world.channel(id)?.is_forum());
        is_forum.then_some(peer).ok_or_else(|| ApiError::bad_request("the chat is not a forum"))
    }

    fn thread(&self) -> i32 {
        self.given.integer("message_thread_id").unwrap_or(0)
    }

    /// The icon; absent if none is named, 0 if it shall be taken away.
    fn icon(&self) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.given.arguments.get("icon_custom_emoji_id") else { return Ok(None) };
        if text.is_empty() {
            return Ok(Some(0));
        }
        text.parse().map(Some).map_err(|_| ApiError::bad_request("invalid custom emoji identifier specified"))
    }
}

/// What the world refuses, as it is said of topics.
fn explain(refusal: RpcError) -> ApiError {
    let reason = match refusal.text.as_str() {
        "CHAT_ADMIN_REQUIRED" => "not enough rights to manage forum topics in the chat",
        "CHANNEL_FORUM_MISSING" => "the chat is not a forum",
        "TOPIC_TITLE_EMPTY" => "topic name must be non-empty",
        _ => return refusal.into(),
    };
    ApiError::bad_request(reason)
}
