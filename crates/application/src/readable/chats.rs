use super::messages::message_words;
use super::{Lines, Readable, minute, named, page};
use crate::arguments::{ChatKind, MemberRole};
use crate::views::{ChatDetail, ChatView, Page, Resolved, Rights, TopicView};

impl Readable for Page<ChatView> {
    fn read(&self, lines: &mut Lines) {
        page(self, "chats", lines, chat_words);
    }
}

impl Readable for Page<TopicView> {
    fn read(&self, lines: &mut Lines) {
        page(self, "topics", lines, topic_words);
    }
}

impl Readable for ChatDetail {
    fn read(&self, lines: &mut Lines) {
        chat_words(&self.chat, lines);
        lines.end();
        if let Some(about) = &self.about {
            lines.push("about: ");
            lines.quoted(about);
            lines.end();
        }
        lines.field("online", self.online);
        lines.field("admins", self.admins);
        lines.field("linked chat", self.linked_chat.as_ref());
        lines.field("slow mode", self.slow_mode_seconds.map(|seconds| format!("{seconds} s between messages")));
        if let Some(person) = &self.person {
            lines.push("person: ");
            super::people::add_what_is_known(person, &mut lines.list(", "));
            lines.end();
        }
        if let Some(pinned) = &self.pinned_message {
            lines.push("pinned: ");
            message_words(pinned, lines);
            lines.end();
        }
        lines.field("my rights", Some(rights(self.my_rights)));
        for topic in &self.topics {
            lines.push("topic ");
            topic_words(topic, lines);
            lines.end();
        }
    }
}

impl Readable for Resolved {
    fn read(&self, lines: &mut Lines) {
        lines.push("chat: ");
        chat_words(&self.chat, lines);
        lines.end();
        if let Some(topic) = &self.topic {
            lines.push("topic: ");
            topic_words(topic, lines);
            lines.end();
        }
        if let Some(message) = &self.message {
            lines.push("message: ");
            message_words(message, lines);
            lines.end();
        }
    }
}

fn chat_words(view: &ChatView, lines: &mut Lines) {
    let chat = &view.chat;
    named(&chat.title, &chat.id, chat.username.as_deref(), lines);
    lines.push(", ");
    let mut words = lines.list(", ");
    words.next().push(kind(view.kind));
    words.add_if(!view.is_mine, "not in my list");
    words.add_if(view.is_forum == Some(true), "has topics");
    if let Some(members) = view.members {
        words.add(format_args!("{members} members"));
    }
    if let Some(unread) = view.unread.filter(|unread| *unread > 0) {
        words.add(format_args!("{unread} unread"));
    }
    if let Some(unread) = view.unread_mentions.filter(|unread| *unread > 0) {
        words.add(format_args!("{unread} unread mentions"));
    }
    words.add_if(view.is_pinned == Some(true), "pinned");
    words.add_if(view.is_archived == Some(true), "archived");
    words.add_if(view.is_muted == Some(true), "muted");
    if let Some(message) = &view.last_message {
        lines.push("; last: ");
        message_words(message, lines);
    }
}

fn topic_words(topic: &TopicView, lines: &mut Lines) {
    lines.put(format_args!("{} ", topic.id));
    lines.name(&topic.title);
    lines.push(", ");
    let mut words = lines.list(", ");
    if topic.unread > 0 {
        words.add(format_args!("{} unread", topic.unread));
    }
    words.add_if(topic.is_closed, "closed");
    words.add_if(topic.is_pinned, "pinned");
    words.add(format_args!("last #{}", topic.last_message_id));
    words.next().push("since ");
    minute(topic.date, lines);
}

fn rights(rights: Rights) -> String {
    let can = [
        (rights.can_send, "send"),
        (rights.can_send_media, "send files"),
        (rights.can_pin, "pin"),
        (rights.can_delete, "delete others' messages"),
        (rights.can_invite, "invite"),
    ];
    let can: Vec<&str> = can.iter().filter(|(is_granted, _)| *is_granted).map(|(_, what)| *what).collect();
    let can = if can.is_empty() { "only read".to_owned() } else { can.join(", ") };
    match rights.role {
        Some(role) => format!("{}; {can}", role_name(role)),
        None => can,
    }
}

fn kind(kind: ChatKind) -> &'static str {
    match kind {
        ChatKind::Private => "person",
        ChatKind::Bot => "bot",
        ChatKind::Group => "group",
        ChatKind::Supergroup => "supergroup",
        ChatKind::Channel => "channel",
    }
}

pub(super) fn role_name(role: MemberRole) -> &'static str {
    match role {
        MemberRole::Owner => "owner",
        MemberRole::Admin => "admin",
        MemberRole::Member => "member",
        MemberRole::Banned => "banned",
        MemberRole::Bot => "bot",
    }
}
