//! Changing what was sent.

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::world::editing::Change;
use crate::world::keyboards::Keyboard;
use crate::world::peers::Peer;

pub(super) fn edit_message_text(call: &mut Call<'_>) -> Outcome {
    let words = call.words("text", "entities")?;
    let keyboard = call.given.inline_keyboard()?;
    edit(call, Some(words), keyboard)
}

pub(super) fn edit_message_reply_markup(call: &mut Call<'_>) -> Outcome {
    let keyboard = call.given.inline_keyboard()?;
    edit(call, None, keyboard)
}

type Words = (String, Vec<grammers_tl_types::enums::MessageEntity>);

fn edit(call: &mut Call<'_>, words: Option<Words>, keyboard: Option<Keyboard>) -> Outcome {
    let (peer, id) = call.own_message()?;
    let change = Change { words, keyboard, ..Change::default() };
    let cause = call.cause();
    call.world.edit(&cause, peer, id, change).map_err(ApiError::from)?;
    call.sent(peer, id)
}

impl Call<'_> {
    /// The message that is to be edited.
    fn own_message(&self) -> Result<(Peer, i32), ApiError> {
        let peer = self.chat()?;
        let id = self.given.integer("message_id").filter(|id| *id > 0);
        let id = id.ok_or_else(|| ApiError::bad_request("message identifier is not specified"))?;
        let message = self.world.thread(self.bot, peer).get(id);
        let message = message.ok_or_else(|| ApiError::bad_request("message to edit not found"))?;
        if message.writer() != Some(self.bot) || message.is_service() {
            return Err(ApiError::bad_request("message can't be edited"));
        }
        Ok((peer, id))
    }
}
