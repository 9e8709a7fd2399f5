//! What a text needs to be sent or changed.

use chrono::{DateTime, Utc};
use telegraphist_application::operation::Refused;
use telegraphist_application::text::Formatted;
use teloxide::{payloads, types};

use crate::convert::to_telegram;
use crate::wire::Request;

/// The general topic of a forum. ASSUMED: it cannot be named; messages are in it by not being in another.
const GENERAL_TOPIC: i32 = 1;

/// Where in a chat something goes, and how.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) topic: Option<i32>,
    pub(super) reply_to: Option<i32>,
    pub(super) is_silent: bool,
}

impl Place {
    /// The same for what follows the first message: only that one is an answer.
    pub(super) fn of_part(self, number: usize) -> Self {
        Self { reply_to: self.reply_to.filter(|_| number == 0), ..self }
    }

    /// The request with the place.
    pub(super) fn apply(self, mut request: Request) -> Request {
        if let Some(topic) = self.topic.filter(|topic| *topic != GENERAL_TOPIC) {
            request = request.with("message_thread_id", topic);
        }
        if let Some(reply_to) = self.reply_to {
            request = request.with("reply_parameters", types::ReplyParameters::new(types::MessageId(reply_to)));
        }
        if self.is_silent { request.with("disable_notification", true) } else { request }
    }
}

/// A request that sends a text.
pub(super) fn send_text(chat: types::ChatId, text: &Formatted, no_preview: bool, place: Place) -> Request {
    let mut payload = payloads::SendMessage::new(chat, text.text.as_str());
    payload.link_preview_options = no_preview.then(hidden_preview);
    place.apply(with_entities(Request::of(&payload), "entities", text))
}

/// A request that changes a text.
pub(super) fn edit_text(chat: types::ChatId, message: types::MessageId, text: &Formatted, no_preview: bool) -> Request {
    let mut payload = payloads::EditMessageText::new(chat, message, text.text.as_str());
    payload.link_preview_options = no_preview.then(hidden_preview);
    with_entities(Request::of(&payload), "entities", text)
}

/// The request with a caption.
pub(super) fn with_caption(request: Request, caption: &Formatted) -> Request {
    if caption.text.is_empty() {
        return request;
    }
    with_entities(request.with("caption", &caption.text), "caption_entities", caption)
}

fn with_entities(request: Request, name: &str, text: &Formatted) -> Request {
    let entities = to_telegram(&text.entities);
    if entities.is_empty() { request } else { request.with(name, entities) }
}

fn hidden_preview() -> types::LinkPreviewOptions {
    types::LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

/// Bots send at once or not at all.
pub(super) fn not_later(schedule: Option<DateTime<Utc>>) -> Result<(), Refused> {
    let problem = "does not work with bots; leave it out and call at that time, or name the session of a user account";
    schedule.map_or(Ok(()), |_| Err(Refused::new("schedule", problem)))
}
