//! What an update says. Total: what is not understood is `Other`, and stays in the inbox as it came.

use telegraphist_application::arguments::ChatKind;
use telegraphist_application::ports::{Heard, HeardIn, HeardMessage, Speaker, Tap};
use telegraphist_domain::{ChatId, MessageId, UserId};

use crate::api::{ChangedMember, Chat, Message, Query, Update, User, kind_of, media_word, moment};

/// Reads a stored update.
pub(crate) fn hear(update: &[u8]) -> Heard {
    let Some(update) = Update::read(update) else {
        return Heard::Other { kind: "unreadable".to_owned() };
    };
    let heard = match update.kind.as_str() {
        "message" | "channel_post" => update.content().map(|message| new_message(&message)),
        "edited_message" | "edited_channel_post" => {
            update.content().map(|message: Message| Heard::Edited(heard_message(&message)))
        }
        "callback_query" => update.content().map(tapped),
        "my_chat_member" => update.content().map(|change| reachable(&change)),
        _ => None,
    };
    heard.unwrap_or(Heard::Other { kind: update.kind })
}

fn new_message(message: &Message) -> Heard {
    let here = ChatId(message.chat.id);
    if let Some(to) = message.migrate_to_chat_id {
        return Heard::Migrated { from: here, to: ChatId(to) };
    }
    if let Some(from) = message.migrate_from_chat_id {
        return Heard::Migrated { from: ChatId(from), to: here };
    }
    let is_wordless = message.words().is_empty() && media_word(message).is_none();
    match message.event().filter(|_| is_wordless) {
        Some(kind) => Heard::Other { kind: kind.to_owned() },
        None => Heard::Message(heard_message(message)),
    }
}

fn heard_message(message: &Message) -> HeardMessage {
    // Who speaks for a chat is nobody in particular, whoever Telegram puts in their place.
    let person = message.from.as_ref().filter(|_| message.sender_chat.is_none());
    HeardMessage {
        at: heard_in(&message.chat, message.topic()),
        message: MessageId(message.message_id),
        from: person.map(speaker),
        date: moment(message.date),
        text: message.words().to_owned(),
        reply_to: message.reply_to().map(MessageId),
        media: media_word(message).map(str::to_owned),
        is_forwarded: message.forward_origin.is_some(),
    }
}

fn tapped(query: Query) -> Heard {
    let below = query.message.as_ref();
    Heard::Tapped(Tap {
        from: speaker(&query.from),
        at: below.map(|below| heard_in(&below.chat, below.message_thread_id.filter(|_| below.is_topic_message))),
        message: below.map(|below| MessageId(below.message_id)),
        id: query.id,
        data: query.data,
    })
}

fn reachable(change: &ChangedMember) -> Heard {
    let is_channel = kind_of(&change.chat) == ChatKind::Channel;
    Heard::Reachable {
        at: heard_in(&change.chat, None),
        from: speaker(&change.from),
        is_reachable: change.new_chat_member.can_write(is_channel),
    }
}

fn speaker(user: &User) -> Speaker {
    Speaker {
        user: UserId(user.id),
        name: user.name(),
        username: user.username.clone(),
        is_bot: user.is_bot,
        language: user.language_code.clone(),
    }
}

fn heard_in(chat: &Chat, topic: Option<i32>) -> HeardIn {
    let kind = kind_of(chat);
    HeardIn {
        chat: ChatId(chat.id),
        kind,
        title: (kind != ChatKind::Private).then(|| chat.name()),
        topic: topic.map(MessageId),
    }
}
