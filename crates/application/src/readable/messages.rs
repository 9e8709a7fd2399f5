use super::{Lines, List, Readable, chat_brief, ids, minute};
use crate::text::Foreign;
use crate::views::{Edited, MediaView, MessageView, Messages, Reaction};

impl Readable for Messages {
    fn read(&self, lines: &mut Lines) {
        if let Some(chat) = &self.chat {
            lines.push("chat: ");
            chat_brief(chat, lines);
            lines.end();
        }
        lines.field("total", self.total);
        if self.items.is_empty() {
            lines.line("no messages");
        }
        let shows_hits = self.items.iter().any(|message| message.is_hit == Some(false));
        for message in &self.items {
            if shows_hits && message.is_hit == Some(true) {
                lines.push("> ");
            }
            message_words(message, lines);
            lines.end();
        }
        if !self.missing.is_empty() {
            lines.push("not there: ");
            ids(&self.missing, lines);
            lines.end();
        }
        lines.more(self.next_cursor.as_deref());
    }
}

impl Readable for Edited {
    fn read(&self, lines: &mut Lines) {
        lines.push("edited in ");
        chat_brief(&self.chat, lines);
        lines.end();
        message_words(&self.message, lines);
        lines.end();
    }
}

/// A message in one line, but for the line breaks of its text: what it is, then what it says.
pub(super) fn message_words(message: &MessageView, lines: &mut Lines) {
    lines.put(format_args!("#{} ", message.id));
    minute(message.date, lines);
    let mut words = lines.list(" ");
    words.is_begun = true;
    if let Some(chat) = &message.chat {
        words.next().push("in ");
        chat_brief(chat, words.lines);
    }
    match &message.from {
        _ if message.is_mine => words.next().push("me"),
        Some(author) => words.next().foreign(author.words()),
        None => words.next().push("(channel)"),
    }
    facts(message, &mut words);
    if let Some(media) = &message.media {
        media_words(media, words.next());
    }
    if let Some(service) = &message.service {
        words.next().quoted(&Foreign::new(service.as_str()));
    }
    reactions(&message.reactions, &mut words);
    match &message.text {
        // What this account wrote itself needs no fence; what it forwarded does.
        Some(text) if message.is_mine && message.forwarded_from.is_none() => {
            lines.push(": ");
            lines.push(text.as_str());
        }
        Some(text) => {
            lines.push(" ");
            lines.quoted(text);
        }
        None => {}
    }
}

fn facts(message: &MessageView, words: &mut List<'_>) {
    if let Some(id) = message.reply_to {
        words.add(format_args!("re #{id}"));
    }
    if let Some(id) = message.topic {
        words.add(format_args!("topic {id}"));
    }
    if let Some(from) = &message.forwarded_from {
        words.next().push("forwarded from ");
        words.lines.name(from);
    }
    if let Some(date) = message.edited {
        words.next().push("edited ");
        minute(date, words.lines);
    }
    words.add_if(message.is_pinned, "pinned");
    if let Some(album) = &message.album {
        words.add(format_args!("album {album}"));
    }
    if let Some(views) = message.views {
        words.add(format_args!("{views} views"));
    }
    if let Some(replies) = message.replies {
        words.add(format_args!("{replies} replies"));
    }
}

/// `[photo 1280x720 a.jpg 34 kB]`
fn media_words(media: &MediaView, lines: &mut Lines) {
    lines.push("[");
    let mut words = lines.list(" ");
    words.next().push(&media.kind);
    if let Some((width, height)) = media.width.zip(media.height) {
        words.add(format_args!("{width}x{height}"));
    }
    if let Some(seconds) = media.seconds {
        words.add(format_args!("{seconds} s"));
    }
    if let Some(name) = &media.name {
        words.next().name(name);
    }
    if let Some(mime_type) = &media.mime_type {
        words.next().push(mime_type);
    }
    if let Some(size) = media.size {
        words.next().push(&bytes(size));
    }
    if let Some(summary) = &media.summary {
        words.next().quoted(summary);
    }
    lines.push("]");
}

fn reactions(reactions: &[Reaction], words: &mut List<'_>) {
    if reactions.is_empty() {
        return;
    }
    let lines = words.next();
    lines.push("{");
    let mut each = lines.list(", ");
    for reaction in reactions {
        let mine = if reaction.is_mine { " (me too)" } else { "" };
        each.add(format_args!("{} {}{mine}", reaction.emoji, reaction.count));
    }
    lines.push("}");
}

/// A size as people say it.
pub(super) fn bytes(size: u64) -> String {
    const UNITS: [&str; 4] = ["B", "kB", "MB", "GB"];
    let (mut whole, mut unit) = (size, 0);
    while whole >= 10_000 && unit + 1 < UNITS.len() {
        whole = (whole + 500) / 1000;
        unit += 1;
    }
    format!("{whole} {}", UNITS[unit])
}
