use super::messages::message_line;
use super::{Lines, Readable, minute, named, page};
use crate::arguments::{ChatKind, MemberRole};
use crate::views::{ChatDetail, ChatView, Page, Resolved, Rights, TopicView};

impl Readable for Page<ChatView> {
    fn read(&self, lines: &mut Lines) {
        page(self, "chats", lines, |chat, lines| {
            let words = chat_line(chat, lines);
            lines.line(words);
        });
    }
}

impl Readable for Page<TopicView> {
    fn read(&self, lines: &mut Lines) {
        page(self, "topics", lines, |topic, lines| {
            let words = topic_line(topic, lines);
            lines.line(words);
        });
    }
}

impl Readable for ChatDetail {
    fn read(&self, lines: &mut Lines) {
        let chat = chat_line(&self.chat, lines);
        lines.line(chat);
        let about = self.about.as_ref().map(|about| lines.quoted(about));
        lines.field("about", about);
        lines.field("online", self.online);
        lines.field("admins", self.admins);
        lines.field("linked chat", self.linked_chat.as_ref());
        lines.field("slow mode", self.slow_mode_seconds.map(|seconds| format!("{seconds} s between messages")));
        if let Some(person) = &self.person {
            let person = super::people::user_words(person);
            lines.line(format!("person: {}", person.join(", ")));
        }
        let pinned = self.pinned_message.as_ref().map(|message| message_line(message, lines));
        lines.field("pinned", pinned);
        lines.field("my rights", Some(rights(self.my_rights)));
        for topic in &self.topics {
            let topic = topic_line(topic, lines);
            lines.line(format!("topic {topic}"));
        }
    }
}

impl Readable for Resolved {
    fn read(&self, lines: &mut Lines) {
        let chat = chat_line(&self.chat, lines);
        lines.line(format!("chat: {chat}"));
        let topic = self.topic.as_ref().map(|topic| topic_line(topic, lines));
        lines.field("topic", topic);
        let message = self.message.as_ref().map(|message| message_line(message, lines));
        lines.field("message", message);
    }
}

fn chat_line(view: &ChatView, lines: &mut Lines) -> String {
    let chat = &view.chat;
    let mut words = vec![named(&chat.title, &chat.id, chat.username.as_deref(), lines), kind(view.kind).to_owned()];
    words.extend(
        [
            (!view.is_mine).then(|| "not in my list".to_owned()),
            view.is_forum.filter(|is| *is).map(|_| "has topics".to_owned()),
            view.members.map(|members| format!("{members} members")),
            view.unread.filter(|unread| *unread > 0).map(|unread| format!("{unread} unread")),
            view.unread_mentions.filter(|unread| *unread > 0).map(|unread| format!("{unread} unread mentions")),
            view.is_pinned.filter(|is| *is).map(|_| "pinned".to_owned()),
            view.is_archived.filter(|is| *is).map(|_| "archived".to_owned()),
            view.is_muted.filter(|is| *is).map(|_| "muted".to_owned()),
        ]
        .into_iter()
        .flatten(),
    );
    let mut line = words.join(", ");
    if let Some(message) = &view.last_message {
        line.push_str("; last: ");
        line.push_str(&message_line(message, lines));
    }
    line
}

fn topic_line(topic: &TopicView, lines: &mut Lines) -> String {
    let mut words = vec![format!("{} {}", topic.id, lines.name(&topic.title))];
    words.extend(
        [
            (topic.unread > 0).then(|| format!("{} unread", topic.unread)),
            topic.is_closed.then(|| "closed".to_owned()),
            topic.is_pinned.then(|| "pinned".to_owned()),
            Some(format!("last #{}", topic.last_message_id)),
            Some(format!("since {}", minute(topic.date))),
        ]
        .into_iter()
        .flatten(),
    );
    words.join(", ")
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
