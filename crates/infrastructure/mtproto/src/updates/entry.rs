//! An update as the inbox keeps it: what it is about in plain JSON, and the whole of it in Telegram's own form.
//!
//! The key comes from what the update says, not from how it came: the same message, pushed before a crash and asked for
//! after it, is one entry.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use grammers_session::updates::State;
use grammers_tl_types::{self as tl, Serializable};
use serde::Serialize;
use sha2::{Digest, Sha256};
use telegraphist_application::ports::InboxEntry;
use telegraphist_domain::ChatId;

use crate::peers::chat_id;

/// What is kept of an update. A stored form: fields are added, never changed.
#[derive(Serialize)]
struct Payload<'a> {
    version: u32,
    /// The layer that `tl` is written in.
    layer: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    message_ids: Vec<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_mine: Option<bool>,
    /// Written by whoever sent it: data, not instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    /// The whole update, base64.
    tl: String,
}

/// What an update is about.
#[derive(Default)]
struct Gist<'a> {
    kind: &'static str,
    key: String,
    chat: Option<ChatId>,
    message_ids: Vec<i32>,
    from: Option<ChatId>,
    date: Option<i32>,
    is_mine: Option<bool>,
    text: Option<&'a str>,
}

/// The entry of an update; `None` for what nobody would read later: who is typing, who is online, own echoes.
pub(super) fn of(update: &tl::enums::Update, state: &State) -> Option<InboxEntry> {
    let bytes = update.to_bytes();
    let gist = gist(update, state, &bytes)?;
    let payload = Payload {
        version: 1,
        layer: tl::LAYER,
        chat: gist.chat.map(|chat| chat.to_string()),
        message_ids: gist.message_ids,
        from: gist.from.map(|from| from.to_string()),
        date: gist.date,
        is_mine: gist.is_mine,
        text: gist.text,
        tl: BASE64.encode(&bytes),
    };
    Some(InboxEntry {
        kind: gist.kind.to_owned(),
        chat: gist.chat.map(|chat| chat.0),
        dedupe_key: gist.key,
        payload: serde_json::to_vec(&payload).expect("a payload is plain data"),
        is_work: false,
    })
}

fn gist<'a>(update: &'a tl::enums::Update, state: &State, bytes: &[u8]) -> Option<Gist<'a>> {
    use tl::enums::Update;
    match update {
        Update::NewMessage(new) => new_message(&new.message),
        Update::NewChannelMessage(new) => new_message(&new.message),
        Update::EditMessage(edit) => edited_message(&edit.message, bytes),
        Update::EditChannelMessage(edit) => edited_message(&edit.message, bytes),
        Update::DeleteMessages(gone) => Some(deleted(None, &gone.messages)),
        Update::DeleteChannelMessages(gone) => Some(deleted(Some(ChatId::of_channel(gone.channel_id)), &gone.messages)),
        Update::MessageReactions(reactions) => {
            Some(Gist { chat: Some(chat_id(&reactions.peer)), message_ids: vec![reactions.msg_id], ..other(bytes) })
        }
        // What has a place in a stream is worth keeping; presence and typing have none.
        _ => state.message_box.is_some().then(|| other(bytes)),
    }
}

fn new_message(message: &tl::enums::Message) -> Option<Gist<'_>> {
    let gist = message_gist(message)?;
    Some(Gist { kind: "new_message", key: format!("new/{}", place(&gist)), ..gist })
}

fn edited_message<'a>(message: &'a tl::enums::Message, bytes: &[u8]) -> Option<Gist<'a>> {
    let gist = message_gist(message)?;
    let edited = match message {
        tl::enums::Message::Message(message) => message.edit_date,
        tl::enums::Message::Service(_) | tl::enums::Message::Empty(_) => None,
    };
    // Counters change a message without an edit date; such changes are told apart by their content.
    let version = edited.map_or_else(|| digest(bytes), |date| date.to_string());
    Some(Gist { kind: "edited_message", key: format!("edit/{}/{version}", place(&gist)), ..gist })
}

fn message_gist(message: &tl::enums::Message) -> Option<Gist<'_>> {
    match message {
        tl::enums::Message::Message(message) => Some(Gist {
            chat: Some(chat_id(&message.peer_id)),
            message_ids: vec![message.id],
            from: message.from_id.as_ref().map(chat_id),
            date: Some(message.date),
            is_mine: Some(message.out),
            text: (!message.message.is_empty()).then_some(&*message.message),
            ..Gist::default()
        }),
        tl::enums::Message::Service(message) => Some(Gist {
            chat: Some(chat_id(&message.peer_id)),
            message_ids: vec![message.id],
            from: message.from_id.as_ref().map(chat_id),
            date: Some(message.date),
            is_mine: Some(message.out),
            ..Gist::default()
        }),
        tl::enums::Message::Empty(_) => None,
    }
}

fn deleted(chat: Option<ChatId>, message_ids: &[i32]) -> Gist<'static> {
    let ids: Vec<u8> = message_ids.iter().flat_map(|id| id.to_le_bytes()).collect();
    let place = chat.map_or_else(|| "account".to_owned(), |chat| chat.to_string());
    Gist {
        kind: "deleted_messages",
        key: format!("deleted/{place}/{}", digest(&ids)),
        chat,
        message_ids: message_ids.to_vec(),
        ..Gist::default()
    }
}

fn other(bytes: &[u8]) -> Gist<'static> {
    Gist { kind: "other", key: format!("other/{}", digest(bytes)), ..Gist::default() }
}

/// Chat and message id, as in `-1001234/5`.
fn place(gist: &Gist<'_>) -> String {
    let chat = gist.chat.unwrap_or(ChatId(0));
    let id = gist.message_ids.first().copied().unwrap_or_default();
    format!("{chat}/{id}")
}

fn digest(bytes: &[u8]) -> String {
    BASE64.encode(&Sha256::digest(bytes)[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deletion(messages: Vec<i32>, pts: i32) -> tl::enums::Update {
        tl::types::UpdateDeleteChannelMessages { channel_id: 700, messages, pts, pts_count: 1 }.into()
    }

    const NOWHERE: State = State { date: 0, seq: 0, message_box: None };

    #[test]
    fn the_same_thing_told_twice_is_one_entry() {
        let pushed = of(&deletion(vec![1, 2], 10), &NOWHERE).unwrap();
        let asked_for = of(&deletion(vec![1, 2], 99), &NOWHERE).unwrap();
        let another = of(&deletion(vec![1, 3], 10), &NOWHERE).unwrap();
        assert_eq!(pushed.dedupe_key, asked_for.dedupe_key);
        assert_ne!(pushed.dedupe_key, another.dedupe_key);
        assert_eq!(pushed.chat, Some(ChatId::of_channel(700).0));
        assert_eq!(pushed.kind, "deleted_messages");
    }

    #[test]
    fn presence_is_not_kept() {
        let online = tl::types::UpdateUserStatus { user_id: 1, status: tl::enums::UserStatus::Empty };
        assert!(of(&online.into(), &NOWHERE).is_none());
    }
}
