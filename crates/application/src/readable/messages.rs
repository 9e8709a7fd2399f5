use super::{Lines, Readable, chat_brief, ids, minute, named};
use crate::text::Foreign;
use crate::views::{Edited, MediaView, MessageView, Messages, Reaction};

impl Readable for Messages {
    fn read(&self, lines: &mut Lines) {
        if let Some(chat) = &self.chat {
            let chat = chat_brief(chat, lines);
            lines.line(format!("chat: {chat}"));
        }
        lines.field("total", self.total);
        if self.items.is_empty() {
            lines.line("no messages");
        }
        let shows_hits = self.items.iter().any(|message| message.is_hit == Some(false));
        for message in &self.items {
            let mark = match message.is_hit {
                Some(true) if shows_hits => "> ",
                Some(_) | None => "",
            };
            let message = message_line(message, lines);
            lines.line(format!("{mark}{message}"));
        }
        if !self.missing.is_empty() {
            lines.line(format!("not there: {}", ids(&self.missing)));
        }
        lines.more(self.next_cursor.as_deref());
    }
}

impl Readable for Edited {
    fn read(&self, lines: &mut Lines) {
        let chat = chat_brief(&self.chat, lines);
        let message = message_line(&self.message, lines);
        lines.line(format!("edited in {chat}"));
        lines.line(message);
    }
}

/// A message in one line, but for the line breaks of its text: what it is, then what it says.
pub(super) fn message_line(message: &MessageView, lines: &mut Lines) -> String {
    let mut words = vec![format!("#{}", message.id), minute(message.date)];
    if let Some(chat) = &message.chat {
        words.push(format!("in {}", chat_brief(chat, lines)));
    }
    words.push(match &message.from {
        _ if message.is_mine => "me".to_owned(),
        Some(sender) => named(&sender.name, &sender.id, sender.username.as_deref(), lines),
        None => "(channel)".to_owned(),
    });
    words.extend(facts(message, lines));
    words.extend(message.media.as_ref().map(|media| media_words(media, lines)));
    words.extend(message.service.as_ref().map(|service| lines.quoted(&Foreign::new(service.as_str()))));
    words.extend(reactions(&message.reactions));
    let head = words.join(" ");
    match &message.text {
        // What this account wrote itself needs no fence; what it forwarded does.
        Some(text) if message.is_mine && message.forwarded_from.is_none() => format!("{head}: {text}"),
        Some(text) => format!("{head} {}", lines.quoted(text)),
        None => head,
    }
}

fn facts(message: &MessageView, lines: &mut Lines) -> Vec<String> {
    let forwarded = message.forwarded_from.as_ref().map(|from| format!("forwarded from {}", lines.name(from)));
    [
        message.reply_to.map(|id| format!("re #{id}")),
        message.topic.map(|id| format!("topic {id}")),
        forwarded,
        message.edited.map(|date| format!("edited {}", minute(date))),
        message.is_pinned.then(|| "pinned".to_owned()),
        message.album.as_ref().map(|album| format!("album {album}")),
        message.views.map(|views| format!("{views} views")),
        message.replies.map(|replies| format!("{replies} replies")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `[photo 1280x720 a.jpg 34 kB]`
fn media_words(media: &MediaView, lines: &mut Lines) -> String {
    let pixels = media.width.zip(media.height).map(|(width, height)| format!("{width}x{height}"));
    let words = [
        Some(media.kind.clone()),
        pixels,
        media.seconds.map(|seconds| format!("{seconds} s")),
        media.name.as_ref().map(|name| lines.name(name)),
        media.mime_type.clone(),
        media.size.map(bytes),
        media.summary.as_ref().map(|summary| lines.quoted(summary)),
    ];
    format!("[{}]", words.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

fn reactions(reactions: &[Reaction]) -> Option<String> {
    let words: Vec<String> = reactions
        .iter()
        .map(|reaction| {
            let mine = if reaction.is_mine { " (me too)" } else { "" };
            format!("{} {}{mine}", reaction.emoji, reaction.count)
        })
        .collect();
    (!words.is_empty()).then(|| format!("{{{}}}", words.join(", ")))
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
