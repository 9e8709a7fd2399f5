use sha2::{Digest as _, Sha256};
use telegraphist_application::ports::{InboxEntry, KnownPeer};
use telegraphist_domain::UserId;

use crate::api::{Update, peer_of_chat, peer_of_user};

/// An update as the inbox keeps it: all of it, as it came. Its number tells it from others of the same bot.
pub(super) fn of(bot: UserId, update: &[u8]) -> InboxEntry {
    let read = Update::read(update);
    let key = match &read {
        Some(read) => read.id.to_string(),
        None => hex::encode(&Sha256::digest(update)[..12]),
    };
    InboxEntry {
        chat: read.as_ref().and_then(Update::chat),
        kind: read.map_or_else(|| "unreadable".to_owned(), |read| read.kind),
        dedupe_key: format!("{bot}/{key}"),
        payload: update.to_vec(),
        is_work: true,
    }
}

/// Whom an update shows, to be remembered.
pub(super) fn peers(update: &Update<'_>) -> Vec<KnownPeer> {
    let cast = update.cast();
    // A private chat is its person, who comes in full beside it.
    let chats = cast.chats().map(peer_of_chat);
    chats.chain(cast.users().map(peer_of_user)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_is_kept_as_it_came_under_its_number() {
        let text = br#"{"update_id": 7,  "future_kind": {"chat": {"id": -5, "type": "group"}, "x": 9007199254740993}}"#;
        let entry = of(UserId(42), text);
        assert_eq!((entry.kind.as_str(), entry.chat, entry.dedupe_key.as_str()), ("future_kind", Some(-5), "42/7"));
        assert_eq!(entry.payload, text);
        assert!(entry.is_work);
    }

    #[test]
    fn a_press_of_a_button_belongs_to_the_chat_of_its_message() {
        let text = br#"{"update_id": 8, "callback_query": {"id": "1", "from": {"id": 5, "first_name": "A"},
            "message": {"message_id": 3, "date": 0, "chat": {"id": -100123, "type": "supergroup", "title": "T"}}}}"#;
        assert_eq!(of(UserId(42), text).chat, Some(-100_123));
        let peers = peers(&Update::read(text).expect("an update"));
        let ids: Vec<i64> = peers.iter().map(|peer| peer.id.0).collect();
        assert_eq!(ids, [-100_123, 5]);
    }

    #[test]
    fn what_is_no_update_is_kept_all_the_same() {
        let entry = of(UserId(42), b"[1]");
        assert_eq!((entry.kind.as_str(), entry.chat), ("unreadable", None));
        assert_ne!(entry.dedupe_key, of(UserId(42), b"[2]").dedupe_key);
    }
}
