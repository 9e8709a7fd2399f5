//! Signs that a bot is at work: actions, and messages that are still being written.

use std::sync::Arc;

use grammers_tl_types as tl;
use tl::enums::SendMessageAction as Action;

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::bot_api::text::Words;
use crate::world::drafts::LiveDraft;
use crate::world::peers::Peer;
use crate::world::rich::Rich;

fn action(name: &str) -> Option<Action> {
    let progress = 0;
    Some(match name {
        "cancel" => Action::SendMessageCancelAction,
        "typing" => Action::SendMessageTypingAction,
        "record_video" => Action::SendMessageRecordVideoAction,
        "upload_video" => tl::types::SendMessageUploadVideoAction { progress }.into(),
        "record_audio" | "record_voice" => Action::SendMessageRecordAudioAction,
        "upload_audio" | "upload_voice" => tl::types::SendMessageUploadAudioAction { progress }.into(),
        "upload_photo" => tl::types::SendMessageUploadPhotoAction { progress }.into(),
        "upload_document" => tl::types::SendMessageUploadDocumentAction { progress }.into(),
        "choose_sticker" => Action::SendMessageChooseStickerAction,
        "pick_up_location" | "find_location" => Action::SendMessageGeoLocationAction,
        "record_video_note" => Action::SendMessageRecordRoundAction,
        "upload_video_note" => tl::types::SendMessageUploadRoundAction { progress }.into(),
        _ => return None,
    })
}

pub(super) fn send_chat_action(call: &mut Call<'_>) -> Outcome {
    let wanted = call.given.text("action").unwrap_or_default().to_ascii_lowercase();
    let action = action(&wanted).ok_or_else(|| ApiError::bad_request("wrong parameter action in request"))?;
    let peer = call.chat()?;
    let thread = call.given.integer::<i32>("message_thread_id").filter(|thread| *thread > 0);
    let cause = call.cause();
    call.world.may_post(call.bot, peer, thread).map_err(|refusal| call.explain(peer, refusal))?;
    call.world.show_typing(&cause, peer, thread, &action);
    Ok(true.into())
}

pub(super) fn send_message_draft(call: &mut Call<'_>) -> Outcome {
    let text = call.given.text("text").unwrap_or_default();
    let words = call.read_words(text, "parse_mode", "entities")?;
    write(call, words, None)
}

pub(super) fn send_rich_message_draft(call: &mut Call<'_>) -> Outcome {
    let rich = call.rich(true)?;
    let words = Words { text: rich.plain(), entities: Vec::new() };
    write(call, words, Some(rich))
}

/// Shows a person what the bot is writing.
fn write(call: &mut Call<'_>, words: Words, rich: Option<Arc<Rich>>) -> Outcome {
    let Words { text, entities } = words;
    let id = call.given.integer::<i64>("draft_id").filter(|id| *id != 0);
    let id = id.ok_or_else(|| ApiError::bad_request("draft_id must be non-zero"))?;
    let Peer::User(person) = call.chat()? else {
        return Err(ApiError::bad_request("message drafts can be sent only to private chats"));
    };
    let draft = LiveDraft {
        id,
        text,
        entities,
        rich,
        thread: call.given.integer("message_thread_id"),
        can_stop: call.given.flag("can_stop"),
        keep_on_stop: call.given.flag("keep_on_stop"),
        changed_at: 0,
    };
    let cause = call.cause();
    call.world.write_draft(&cause, person, draft).map_err(|refusal| call.explain(Peer::User(person), refusal))?;
    Ok(true.into())
}
