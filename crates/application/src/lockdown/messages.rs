use super::{Acquaintances, Withhold, stranger, withheld};
use crate::views::{Author, Downloaded, Edited, MessageView, Messages, Sender};

impl Withhold for Messages {
    fn withhold(&mut self, acquaintances: &Acquaintances<'_>) {
        for item in &mut self.items {
            acquaintances.message(item, self.chat.as_ref().map(|chat| &*chat.id));
        }
        if let Some(chat) = &mut self.chat {
            acquaintances.chat(chat);
        }
    }
}

impl Withhold for Edited {
    fn withhold(&mut self, acquaintances: &Acquaintances<'_>) {
        acquaintances.message(&mut self.message, Some(&self.chat.id));
        acquaintances.chat(&mut self.chat);
    }
}

impl Withhold for Downloaded {
    /// Whose file it is was asked before it was fetched; the name may have come with a message of somebody else.
    fn withhold(&mut self, _acquaintances: &Acquaintances<'_>) {
        self.name = None;
    }
}

impl Acquaintances<'_> {
    /// A message of the chat of that id, unless it names another.
    pub(super) fn message(&self, message: &mut MessageView, chat: Option<&str>) {
        let chat = message.chat.as_ref().map_or(chat, |chat| Some(&chat.id));
        // What has no sender is by the channel itself.
        let author = message.from.as_ref().map_or(chat, |from| Some(&from.id));
        let is_known = message.is_mine || author.is_some_and(|author| self.know(author));
        if !is_known || message.forwarded_from.is_some() {
            message.text = message.text.take().map(|_| withheld());
            message.service = message.service.take().map(|_| withheld().to_string());
            if let Some(media) = &mut message.media {
                media.name = media.name.take().map(|_| withheld());
                media.summary = media.summary.take().map(|_| withheld());
                media.mime_type = None;
            }
        }
        message.forwarded_from = message.forwarded_from.take().map(|_| stranger());
        if !is_known && let Some(from) = &message.from {
            let sender = Sender { id: from.id.clone(), name: stranger(), username: from.username.clone() };
            message.from = Some(Author::new(sender));
        }
        if let Some(chat) = &mut message.chat {
            self.chat(chat);
        }
    }
}
