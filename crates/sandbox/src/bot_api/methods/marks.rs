//! What is done to messages without writing: deleting, reacting, pinning.

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::bot_api::fields::{Fields, Read};
use crate::world::messages::Message;
use crate::world::peers::Peer;
use crate::world::pins::Pin;
use crate::world::refusal::RpcError;

/// Bots delete for so many seconds, except as admins.
const DELETE_SECONDS: i32 = 2 * 24 * 60 * 60;
/// So many messages are deleted at once.
const DELETED_MAX: usize = 100;

pub(super) fn delete_message(call: &mut Call<'_>) -> Outcome {
    if call.given.integer::<i32>("message_id").unwrap_or(0) == 0 {
        return Err(ApiError::bad_request("message identifier is not specified"));
    }
    let (peer, id) = call.message("message to delete")?;
    let may = call.world.thread(call.bot, peer).get(id).is_some_and(|message| call.may_delete(peer, message));
    if !may {
        return Err(ApiError::bad_request("message can't be deleted"));
    }
    call.delete(peer, &[id])?;
    Ok(true.into())
}

/// Those that are gone or may not be deleted are passed over.
pub(super) fn delete_messages(call: &mut Call<'_>) -> Outcome {
    let ids = call.message_ids(DELETED_MAX)?;
    let peer = call.chat()?;
    let thread = call.world.thread(call.bot, peer);
    let may = |id: &&i32| thread.get(**id).is_some_and(|message| call.may_delete(peer, message));
    let ids: Vec<i32> = ids.iter().filter(may).copied().collect();
    call.delete(peer, &ids)?;
    Ok(true.into())
}

impl Call<'_> {
    fn may_delete(&self, peer: Peer, message: &Message) -> bool {
        let is_recent = message.date + DELETE_SECONDS >= self.world.now();
        let is_own = message.writer() == Some(self.bot);
        match peer {
            Peer::User(_) => is_recent,
            Peer::Group(_) => is_recent && (is_own || self.is_admin(peer)),
            Peer::Channel(_) => self.is_admin(peer) || (is_own && is_recent),
        }
    }

    fn delete(&mut self, peer: Peer, ids: &[i32]) -> Result<(), ApiError> {
        let cause = self.cause();
        let forbidden = |_| ApiError::bad_request("message can't be deleted");
        match peer {
            Peer::Channel(channel) => self.world.delete_from_channel(&cause, channel, ids).map_err(forbidden)?,
            Peer::User(_) | Peer::Group(_) => self.world.delete_from_mailbox(&cause, ids, true).map_err(forbidden)?,
        };
        Ok(())
    }
}

pub(super) fn set_message_reaction(call: &mut Call<'_>) -> Outcome {
    let emoji = call.reaction()?;
    let (peer, id) = call.message("message to react")?;
    if emoji.len() > 1 {
        // A bot has one reaction; ASSUMED: this is what is said of more.
        return Err(ApiError::bad_request("REACTIONS_TOO_MANY"));
    }
    let cause = call.cause();
    match call.world.react(&cause, peer, id, &emoji) {
        // The same reaction again changes nothing, and that is fine.
        Err(refusal) if refusal.text == "MESSAGE_NOT_MODIFIED" => Ok(true.into()),
        Err(refusal) => Err(refusal.into()),
        Ok(()) => Ok(true.into()),
    }
}

impl Call<'_> {
    fn reaction(&self) -> Result<Vec<String>, ApiError> {
        let Some(types) = self.given.json("reaction", "reaction types")? else { return Ok(Vec::new()) };
        let list = types.as_array().ok_or_else(|| ApiError::bad_request("expected an Array of ReactionType"))?;
        let wrong = |reason: String| ApiError::bad_request(&format!("can't parse ReactionType: {reason}"));
        let read = |value| -> Read<String> {
            let fields = Fields::of(value, "expected an Object")?;
            match fields.text("type")?.as_str() {
                "emoji" => fields.text("emoji"),
                // Custom emoji are known to nobody here, and refused as such.
                "custom_emoji" => fields.text("custom_emoji_id"),
                _ => Err("invalid reaction type specified".to_owned()),
            }
        };
        list.iter().map(|value| read(value).map_err(wrong)).collect()
    }
}

pub(super) fn pin_chat_message(call: &mut Call<'_>) -> Outcome {
    let (peer, id) = call.message("message to pin")?;
    let pin = Pin { silent: call.given.flag("disable_notification"), ..Pin::default() };
    let cause = call.cause();
    finish(call.world.pin(&cause, peer, id, pin))
}

pub(super) fn unpin_chat_message(call: &mut Call<'_>) -> Outcome {
    let unpin = Pin { unpin: true, ..Pin::default() };
    let named = call.given.integer::<i32>("message_id").unwrap_or(0);
    let (peer, id) = if named == 0 {
        let peer = call.chat()?;
        let newest = call.world.newest_pinned(call.bot, peer);
        (peer, newest.ok_or_else(|| ApiError::bad_request("message to unpin not found"))?)
    } else {
        call.message("message to unpin")?
    };
    let cause = call.cause();
    finish(call.world.pin(&cause, peer, id, unpin))
}

pub(super) fn unpin_all_chat_messages(call: &mut Call<'_>) -> Outcome {
    let peer = call.chat()?;
    let cause = call.cause();
    finish(call.world.unpin_all(&cause, peer, None).map(drop))
}

/// Whoever pins what is pinned already has what they want.
fn finish(done: Result<(), RpcError>) -> Outcome {
    match done {
        Err(refusal) if refusal.text == "CHAT_NOT_MODIFIED" => Ok(true.into()),
        Err(refusal) if refusal.text == "CHAT_ADMIN_REQUIRED" => {
            Err(ApiError::bad_request("not enough rights to manage pinned messages in the chat"))
        }
        Err(refusal) => Err(refusal.into()),
        Ok(()) => Ok(true.into()),
    }
}
