//! References to chats and messages, as strangers may write them.

use proptest::prelude::*;
use telegraphist_domain::{Bare, ChatId, ChatRef, MessageRef};
use telegraphist_fuzz::{config, texts};

/// What was understood is plain enough to be passed on.
fn assert_is_plain(chat: &ChatRef) {
    match chat {
        ChatRef::Me => {}
        ChatRef::Id(id) => {
            let again = match id.unmarked() {
                Bare::User(bare) => ChatId(bare),
                Bare::Group(bare) => ChatId::of_group(bare),
                Bare::Channel(bare) => ChatId::of_channel(bare),
            };
            assert!(again == *id && id.0 != 0);
        }
        ChatRef::Username(name) => {
            assert!(
                (4..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            );
            assert_eq!(format!("@{name}").parse().as_ref(), Ok(chat));
        }
        ChatRef::Phone(digits) => {
            assert!((5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
            assert_eq!(format!("+{digits}").parse().as_ref(), Ok(chat));
        }
        ChatRef::Invite(hash) => {
            assert!(hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_reference_to_a_chat_is_understood_plainly_or_refused(text in texts("references")) {
        if let Ok(chat) = text.parse::<ChatRef>() {
            assert_is_plain(&chat);
        }
    }

    #[test]
    fn any_link_to_a_message_is_understood_plainly_or_refused(text in texts("references")) {
        if let Ok(link) = text.parse::<MessageRef>() {
            assert_is_plain(&link.chat);
            let ids = [Some(link.message), link.topic, link.comment];
            prop_assert!(ids.into_iter().flatten().all(|id| id.0 > 0));
        }
    }
}
