//! Changing what was sent.

use super::Call;
use super::messages::page;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::world::editing::Change;
use crate::world::messages::{Media, Message};
use crate::world::peers::Peer;

pub(super) fn edit_message_text(call: &mut Call<'_>) -> Outcome {
    let preview = call.preview()?;
    let words = call.text()?;
    let keyboard = call.given.inline_keyboard()?;
    let media = page(&words.text, preview.as_ref());
    let without_page = media.is_none();
    let words = Some((words.text, words.entities));
    edit(call, Part::Text, Change { words, media, without_page, preview, keyboard, ..Change::default() })
}

pub(super) fn edit_message_caption(call: &mut Call<'_>) -> Outcome {
    let keyboard = call.given.inline_keyboard()?;
    let words = call.caption()?;
    let look = call.look();
    let words = Some((words.text, words.entities));
    edit(call, Part::Caption(look.caption_above), Change { words, keyboard, ..Change::default() })
}

pub(super) fn edit_message_media(call: &mut Call<'_>) -> Outcome {
    let keyboard = call.given.inline_keyboard()?;
    call.given.required("media")?;
    let media = call.given.json("media", "input media")?.unwrap_or_default();
    let content = call.item(&media, false)?.content;
    let words = Some((content.words.text, content.words.entities));
    let look = Some(content.look);
    edit(call, Part::Media, Change { words, media: content.media, look, keyboard, ..Change::default() })
}

pub(super) fn edit_message_reply_markup(call: &mut Call<'_>) -> Outcome {
    let keyboard = call.given.inline_keyboard()?;
    edit(call, Part::Keyboard, Change { keyboard, ..Change::default() })
}

/// What of a message is changed.
#[derive(Clone, Copy)]
enum Part {
    Text,
    /// The words under a file; whether they stand above it from now on.
    Caption(bool),
    Media,
    Keyboard,
}

impl Part {
    /// Whether a message has such a part.
    fn check(self, message: &Message) -> Result<(), ApiError> {
        let missing = |what: &str| Err(ApiError::bad_request(&format!("there is no {what} in the message to edit")));
        let is_text = matches!(message.media(), None | Some(Media::Page(_)));
        let has_caption = matches!(message.media(), Some(Media::Photo(_) | Media::Document(_) | Media::LivePhoto(..)));
        match self {
            Self::Text if !is_text => missing("text"),
            Self::Caption(_) if !has_caption => missing("caption"),
            Self::Media if !has_caption && !is_text => missing("media"),
            Self::Text | Self::Caption(_) | Self::Media | Self::Keyboard => Ok(()),
        }
    }
}

fn edit(call: &mut Call<'_>, part: Part, mut change: Change) -> Outcome {
    let (peer, id) = call.own_message("message to edit")?;
    let message = call.world.thread(call.bot, peer).get(id);
    if let Some(message) = message {
        part.check(message)?;
        if let Part::Caption(caption_above) = part {
            change.look = Some(crate::world::messages::MediaLook { caption_above, ..message.look() });
        }
    }
    let cause = call.cause();
    call.world.edit(&cause, peer, id, change).map_err(|refusal| call.explain(peer, refusal))?;
    call.sent(peer, id)
}

impl Call<'_> {
    /// The message of the bot that the call names; `what` is how errors call it.
    pub(super) fn own_message(&self, what: &str) -> Result<(Peer, i32), ApiError> {
        let id = self.given.integer::<i32>("message_id").unwrap_or(0);
        if self.given.text("chat_id").is_none() && id == 0 {
            if self.given.text("inline_message_id").is_none() {
                return Err(ApiError::bad_request("message identifier is not specified"));
            }
            // Nobody asks bots inline here, so there are no such messages.
            return Err(ApiError::bad_request("MESSAGE_ID_INVALID"));
        }
        let (peer, id) = self.message(what)?;
        let message = self.world.thread(self.bot, peer).get(id);
        let is_own = message.is_some_and(|message| message.writer() == Some(self.bot) && !message.is_service());
        is_own.then_some((peer, id)).ok_or_else(|| ApiError::bad_request("message can't be edited"))
    }

    /// The message that the call names; `what` is how errors call it.
    pub(super) fn message(&self, what: &str) -> Result<(Peer, i32), ApiError> {
        let peer = self.chat()?;
        let id = self.given.integer::<i32>("message_id").unwrap_or(0);
        self.check_message(peer, id, what)?;
        Ok((peer, id))
    }

    /// Refuses a message that the bot cannot see.
    pub(super) fn check_message(&self, peer: Peer, id: i32, what: &str) -> Result<(), ApiError> {
        let message = self.world.thread(self.bot, peer).get(id);
        let is_there = message.is_some_and(|message| self.world.sees(self.bot, peer, message));
        is_there.then_some(()).ok_or_else(|| ApiError::bad_request(&format!("{what} not found")))
    }
}
