//! Sending.

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::world::World;
use crate::world::messages::Media;
use crate::world::posting::Draft;

pub(super) fn send_message(call: &mut Call<'_>) -> Outcome {
    let (text, entities) = call.words("text", "entities")?;
    let keyboard = call.given.keyboard()?;
    let peer = call.chat()?;
    let media = World::first_link(&text).map(|url| Media::Page(url.to_owned()));
    let draft = Draft {
        text,
        entities,
        media,
        keyboard,
        topic: call.given.integer("message_thread_id"),
        silent: call.given.flag("disable_notification"),
        ..Draft::default()
    };
    let cause = call.cause();
    let id = call.world.post(&cause, peer, draft).map_err(ApiError::from)?;
    call.sent(peer, id)
}
