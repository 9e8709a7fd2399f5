use telegraphist_application::arguments::ResponseFormat;
use telegraphist_application::text::{Foreign, Formatted, to_markdown};
use telegraphist_application::views::{Author, MediaView, MessageView, Sender};
use telegraphist_domain::UserId;

use super::from_telegram;
use crate::api::{Message, attachment_of, media_word, moment};

/// A message, of a chat that the answer has named.
pub(crate) fn message_view(message: &Message, own: UserId, format: ResponseFormat) -> MessageView {
    let has_words = !message.words().is_empty();
    let media = media_view(message);
    let event = message.event().filter(|_| !has_words && media.is_none());
    MessageView {
        id: message.message_id,
        chat: None,
        date: moment(message.date),
        edited: message.edit_date.map(moment),
        from: sender(message).map(Author::new),
        is_mine: message.from.as_ref().is_some_and(|from| from.id == own.0),
        text: has_words.then(|| Foreign::new(words(message, format))),
        media: media.map(Box::new),
        service: event.map(|event| event.replace('_', " ")),
        reply_to: message.reply_to(),
        topic: message.topic(),
        forwarded_from: message.forward_origin.as_ref().map(|origin| Foreign::new(origin.name())),
        album: message.media_group_id.clone(),
        reactions: Vec::new(),
        views: None,
        replies: None,
        is_pinned: false,
        is_hit: None,
    }
}

fn words(message: &Message, format: ResponseFormat) -> String {
    match format {
        ResponseFormat::Concise => message.words().to_owned(),
        ResponseFormat::Detailed => {
            let entities = from_telegram(message.formatting());
            to_markdown(&Formatted { text: message.words().to_owned(), entities })
        }
    }
}

/// The chat in whose name it was sent, else the person.
fn sender(message: &Message) -> Option<Sender> {
    if let Some(chat) = &message.sender_chat {
        let name = Foreign::new(chat.name());
        return Some(Sender { id: chat.id.to_string(), name, username: chat.username.clone() });
    }
    let user = message.from.as_ref()?;
    Some(Sender { id: user.id.to_string(), name: Foreign::new(user.name()), username: user.username.clone() })
}

fn media_view(message: &Message) -> Option<MediaView> {
    let kind = media_word(message)?.to_owned();
    let file = attachment_of(message);
    let file = file.as_ref();
    Some(MediaView {
        kind,
        name: file.and_then(|file| file.name.clone()).map(Foreign::new),
        mime_type: file.map(|file| file.mime_type.clone()),
        size: file.and_then(|file| file.size),
        seconds: file.and_then(|file| file.seconds),
        width: file.and_then(|file| file.dimensions).map(|(width, _)| width),
        height: file.and_then(|file| file.dimensions).map(|(_, height)| height),
        summary: None,
    })
}
