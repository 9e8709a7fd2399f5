//! Reading of updates, in the shapes of Bot API 10.3 and of what may come after it.

use proptest::prelude::*;
use serde_json::{Value, json};
use telegraphist_application::arguments::ChatKind;
use telegraphist_application::ports::{Heard, HeardMessage};
use telegraphist_domain::{ChatId, MessageId};

use crate::hearing::hear;

fn read(kind: &str, content: &Value) -> Heard {
    hear(json!({"update_id": 7, kind: content}).to_string().as_bytes())
}

/// A message of Alice's in private, with other fields.
fn message(more: &Value) -> Value {
    let mut message = json!({
        "message_id": 5,
        "from": {"id": 1001, "is_bot": false, "first_name": "Alice", "last_name": "Moreau", "username": "Alice_M", "language_code": "de"},
        "chat": {"id": 1001, "first_name": "Alice", "last_name": "Moreau", "type": "private"},
        "date": 1_767_225_600,
    });
    let fields = message.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    message
}

fn heard(more: &Value) -> HeardMessage {
    match read("message", &message(more)) {
        Heard::Message(message) => message,
        other => panic!("{}", kind_of(&other)),
    }
}

fn kind_of(heard: &Heard) -> String {
    match heard {
        Heard::Message(_) => "message".to_owned(),
        Heard::Edited(_) => "edited".to_owned(),
        Heard::Tapped(_) => "tapped".to_owned(),
        Heard::Reachable { .. } => "reachable".to_owned(),
        Heard::Migrated { .. } => "migrated".to_owned(),
        Heard::Other { kind } => format!("other {kind}"),
    }
}

#[test]
fn a_message_says_who_wrote_what_where_and_when() {
    let heard = heard(&json!({"text": "yes", "reply_to_message": {"message_id": 3, "date": 1, "chat": {"id": 1001}}}));
    let from = heard.from.as_ref().expect("somebody");
    assert_eq!((from.user.0, from.name.as_str(), from.username.as_deref()), (1001, "Alice Moreau", Some("Alice_M")));
    assert_eq!((from.is_bot, from.language.as_deref()), (false, Some("de")));
    assert_eq!((heard.at.chat, heard.at.kind, heard.at.title), (ChatId(1001), ChatKind::Private, None));
    assert_eq!((heard.message, heard.reply_to, heard.text.as_str()), (MessageId(5), Some(MessageId(3)), "yes"));
    assert_eq!(heard.date.to_rfc3339(), "2026-01-01T00:00:00+00:00");
    assert!(!heard.is_forwarded && heard.media.is_none() && heard.at.topic.is_none());
}

/// A library that knows the kinds of its day loses the whole text here.
#[test]
fn a_text_with_unknown_formatting_keeps_its_words() {
    for more in [
        json!({"text": "due tomorrow", "entities": [{"type": "date_time", "offset": 4, "length": 8, "unix_time": 1_767_312_000}]}),
        json!({"text": "due tomorrow", "entities": [{"type": "of_the_future", "offset": "four", "length": {}}, 7]}),
        json!({"text": "due tomorrow", "entities": "none"}),
        json!({"text": "due tomorrow", "reply_markup": {"inline_keyboard": [[{"text": "x", "disabled": {}}]]}}),
        json!({"text": "due tomorrow", "managed_bot_created": {"bot": {"id": 1}}}),
        json!({"text": "due tomorrow", "photo": {"not": "a list"}, "forward_origin": 7, "sender_tag": "x"}),
    ] {
        assert_eq!(heard(&more).text, "due tomorrow", "{more}");
    }
}

#[test]
fn unknown_kinds_of_updates_are_kept_by_name() {
    for kind in ["guest_message", "managed_bot", "subscription", "stopped_message_generation", "of_the_future"] {
        let update = read(kind, &json!({"chat": {"id": 1}, "draft_id": 7}));
        assert_eq!(kind_of(&update), format!("other {kind}"));
    }
    // Fields before and after the one that counts.
    let text = br#"{"a_future_number": 3, "update_id": 7, "message": {"message_id": 1, "date": 0, "text": "hi", "chat": {"id": 5, "type": "private"}}, "z": []}"#;
    assert_eq!(kind_of(&hear(text)), "message");
}

#[test]
fn what_is_attached_is_told_in_one_word() {
    let file = json!({"file_id": "A", "file_unique_id": "B", "file_size": 7});
    for (more, word) in [
        (json!({"photo": [file, file], "caption": "look"}), "photo"),
        (json!({"animation": file, "document": file}), "gif"),
        (json!({"voice": file}), "voice"),
        (json!({"audio": file}), "audio"),
        (json!({"video": file}), "video"),
        (json!({"video_note": file}), "video_note"),
        (json!({"sticker": file}), "sticker"),
        (json!({"document": file}), "document"),
        (json!({"poll": {}}), "poll"),
        (json!({"venue": {}, "location": {}}), "location"),
        (json!({"contact": {}}), "contact"),
        (json!({"rich_message": {"blocks": []}}), "rich_message"),
    ] {
        let heard = heard(&more);
        assert_eq!(heard.media.as_deref(), Some(word));
        assert_eq!(heard.text, if word == "photo" { "look" } else { "" });
    }
}

#[test]
fn who_speaks_for_a_chat_is_nobody_who_could_decide() {
    let group = json!({"id": -1_001_234_567_890_i64, "title": "Team", "type": "supergroup"});
    let anonymous = json!({"chat": group, "sender_chat": group, "text": "yes",
        "from": {"id": 1_087_968_824, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"}});
    assert!(heard(&anonymous).from.is_none());
    let channel = json!({"id": -1_009, "title": "News", "type": "channel"});
    let post = json!({"message_id": 1, "date": 1, "chat": channel, "sender_chat": channel, "text": "news"});
    match read("channel_post", &post) {
        Heard::Message(post) => {
            assert!(post.from.is_none());
            assert_eq!((post.at.kind, post.at.title.as_deref()), (ChatKind::Channel, Some("News")));
        }
        other => panic!("{}", kind_of(&other)),
    }
    assert_eq!(kind_of(&read("edited_channel_post", &post)), "edited");
}

#[test]
fn a_topic_is_told_only_where_there_are_topics() {
    let forum = json!({"id": -1_001, "title": "Team", "type": "supergroup", "is_forum": true});
    let start = json!({"message_id": 77, "date": 1, "chat": {"id": -1_001}, "forum_topic_created": {}});
    let inside = json!({"chat": forum, "text": "x", "message_thread_id": 77, "is_topic_message": true, "reply_to_message": start});
    let heard_inside = heard(&inside);
    assert_eq!((heard_inside.at.topic, heard_inside.reply_to), (Some(MessageId(77)), None));
    let thread = heard(&json!({"chat": forum, "text": "x", "message_thread_id": 77}));
    assert_eq!(thread.at.topic, None);
}

#[test]
fn what_happened_in_a_chat_is_no_message() {
    for event in ["new_chat_members", "pinned_message", "community_created", "of_the_future"] {
        assert_eq!(kind_of(&read("message", &message(&json!({event: {}})))), format!("other {event}"));
    }
}

#[test]
fn a_group_that_became_a_supergroup_is_told_from_both_sides() {
    let group = json!({"id": -500, "title": "Hikers", "type": "group"});
    let supergroup = json!({"id": -1_000_000_000_700_i64, "title": "Hikers", "type": "supergroup"});
    for content in [
        json!({"chat": group, "migrate_to_chat_id": -1_000_000_000_700_i64}),
        json!({"chat": supergroup, "migrate_from_chat_id": -500}),
    ] {
        match read("message", &message(&content)) {
            Heard::Migrated { from, to } => assert_eq!((from.0, to.0), (-500, -1_000_000_000_700)),
            other => panic!("{}", kind_of(&other)),
        }
    }
}

#[test]
fn a_press_is_told_however_old_the_message_is() {
    let from = json!({"id": 1001, "is_bot": false, "first_name": "Alice"});
    let chat = json!({"id": 1001, "first_name": "Alice", "type": "private"});
    let query = |more: Value| {
        let mut query = json!({"id": "4382", "from": from, "chat_instance": "1", "data": "a1:yes"});
        query.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        match read("callback_query", &query) {
            Heard::Tapped(tap) => tap,
            other => panic!("{}", kind_of(&other)),
        }
    };
    let tap = query(json!({"message": {"message_id": 9, "date": 0, "chat": chat}}));
    assert_eq!((tap.id.as_str(), tap.data.as_str(), tap.message), ("4382", "a1:yes", Some(MessageId(9))));
    assert_eq!(tap.at.as_ref().map(|at| at.chat), Some(ChatId(1001)));
    let tap = query(json!({"inline_message_id": "abc"}));
    assert!(tap.at.is_none() && tap.message.is_none());
    let tap = query(
        json!({"message": {"message_id": 9, "date": 1, "chat": chat, "is_topic_message": true, "message_thread_id": 4}}),
    );
    assert_eq!(tap.at.and_then(|at| at.topic), Some(MessageId(4)));
}

#[test]
fn who_lets_the_bot_in_or_shuts_it_out_is_told() {
    let user = json!({"id": 1001, "is_bot": false, "first_name": "Alice"});
    let reachable = |kind: &str, member: Value| {
        let mut member = member;
        member["user"] = json!({"id": 42, "is_bot": true, "first_name": "Bot"});
        let change = json!({"chat": {"id": -7, "title": "x", "type": kind}, "from": user, "date": 1, "old_chat_member": {}, "new_chat_member": member});
        match read("my_chat_member", &change) {
            Heard::Reachable { is_reachable, from, .. } => {
                assert_eq!(from.user.0, 1001);
                is_reachable
            }
            other => panic!("{}", kind_of(&other)),
        }
    };
    assert!(reachable("private", json!({"status": "member"})));
    assert!(!reachable("private", json!({"status": "kicked", "until_date": 0})));
    assert!(reachable("supergroup", json!({"status": "administrator"})));
    assert!(reachable("supergroup", json!({"status": "restricted", "is_member": true, "can_send_messages": true})));
    assert!(!reachable("supergroup", json!({"status": "restricted", "is_member": true, "can_send_messages": false})));
    assert!(!reachable("supergroup", json!({"status": "left"})));
    assert!(!reachable("channel", json!({"status": "member"})));
    assert!(reachable("channel", json!({"status": "administrator", "can_post_messages": true})));
    assert!(!reachable("channel", json!({"status": "of_the_future"})));
}

#[test]
fn ids_at_the_edge_are_read() {
    let edge = json!({
        "chat": {"id": -1_009_999_999_999_i64, "title": "x", "type": "supergroup"},
        "from": {"id": 0xF_FFFF_FFFF_FFFF_i64, "is_bot": false, "first_name": "x"},
        "message_id": i32::MAX,
        "text": "x",
    });
    let heard = heard(&edge);
    assert_eq!(heard.message, MessageId(i32::MAX));
    assert_eq!(heard.from.map(|from| from.user.0), Some(0xF_FFFF_FFFF_FFFF));
    let update = format!(r#"{{"update_id": {}, "message": {}}}"#, i64::MAX, message(&json!({"text": "x"})));
    assert_eq!(kind_of(&hear(update.as_bytes())), "message");
}

proptest! {
    #[test]
    fn reading_is_total(bytes in prop::collection::vec(any::<u8>(), 0..200), id in any::<i64>(), kind in "[a-z_]{1,20}", content in "[\\[\\]{}\",:a-z0-9]{0,40}") {
        hear(&bytes);
        hear(format!(r#"{{"update_id": {id}, "{kind}": {content}}}"#).as_bytes());
        hear(format!(r#"{{"update_id": {id}, "message": {{{content}}}}}"#).as_bytes());
    }
}
