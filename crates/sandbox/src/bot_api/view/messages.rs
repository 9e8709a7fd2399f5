//! Messages.

use super::keyboards::view_inline;
use super::{View, view_entities};
use crate::bot_api::json::Object;
use crate::world::keyboards::Keyboard;
use crate::world::messages::{Forward, Message, Preview, Reply};
use crate::world::peers::Peer;

impl View<'_> {
    /// A message by its place.
    pub(crate) fn message_at(&self, peer: Peer, id: i32) -> Option<Object> {
        let message = self.world.thread(self.bot, peer).get(id)?;
        Some(self.message(peer, message))
    }

    /// What is left of a message that is gone.
    pub(crate) fn inaccessible(&self, peer: Peer, id: i32) -> Object {
        Object::new().with("chat", self.chat(peer)).with("message_id", id).with("date", 0)
    }

    /// A message with the one that it answers.
    pub(crate) fn message(&self, peer: Peer, message: &Message) -> Object {
        let answered = message.reply().and_then(|reply| self.answered(peer, message, reply));
        self.draw(peer, message, answered)
    }

    /// The message that another answers, without what that one answers itself.
    fn answered(&self, peer: Peer, message: &Message, reply: &Reply) -> Option<Object> {
        let answered = self.world.thread(self.bot, peer).get(reply.to)?;
        // A message that only stands in a topic answers nobody.
        let is_topic_start = reply.forum && reply.thread() == reply.to && message.thread() == Some(answered.id);
        (!is_topic_start || answered.is_service()).then(|| self.draw(peer, answered, None))
    }

    fn draw(&self, peer: Peer, message: &Message, answered: Option<Object>) -> Object {
        let topic = message.reply().filter(|reply| reply.forum).map(Reply::thread);
        let author = message.from.user().map(|user| self.user(user));
        let sender_chat = matches!(message.from, Peer::Channel(_)).then(|| self.chat(message.from));
        let object = Object::new()
            .with("message_id", message.id)
            .with_some("from", author)
            .with_some("sender_chat", sender_chat)
            .with("chat", self.chat(peer))
            .with("date", message.date)
            .with_some("edit_date", message.extra.as_ref().and_then(|extra| extra.edited))
            .with_some("message_thread_id", topic)
            .with_flag("is_topic_message", topic.is_some())
            .with_some("forward_origin", message.forward().map(|forward| self.origin(forward)))
            .with_flag("is_automatic_forward", is_automatic_forward(message))
            .with_some("reply_to_message", answered)
            .with_some("quote", message.reply().and_then(|reply| self.quote(peer, reply)));
        let object = self.draw_extra(object, message);
        let inline = message.keyboard().and_then(Keyboard::inline);
        object.with_some("reply_markup", inline.map(view_inline))
    }

    /// What happened, or what is said and carried.
    fn draw_extra(&self, object: Object, message: &Message) -> Object {
        let Some(extra) = message.extra.as_deref() else { return self.draw_words(object, message) };
        if let Some(action) = &extra.action {
            return self.draw_action(object, message, action);
        }
        let object = object
            .with_some("media_group_id", extra.grouped_id.map(|group| group.to_string()))
            .with_flag("has_protected_content", extra.protected)
            .with_some("effect_id", extra.effect.map(|effect| effect.to_string()));
        self.draw_words(object, message)
    }

    fn draw_words(&self, mut object: Object, message: &Message) -> Object {
        let media = message.media().map(|media| self.media(media)).unwrap_or_default();
        let text = Some(message.text.shown.as_str()).filter(|text| !text.is_empty());
        let entities = view_entities(self, message.entities());
        if media.is_empty() {
            let preview = message.extra.as_ref().and_then(|extra| extra.preview.as_deref());
            return object
                .with_some("text", text)
                .with_list("entities", entities)
                .with_some("link_preview_options", preview.map(view_preview));
        }
        for (field, value) in media {
            object.set(field, value);
        }
        object
            .with_some("caption", text)
            .with_list("caption_entities", entities)
            .with_flag("show_caption_above_media", message.look().caption_above && text.is_some())
            .with_flag("has_media_spoiler", message.look().spoiler)
    }

    fn quote(&self, peer: Peer, reply: &Reply) -> Option<Object> {
        let quote = reply.quote.as_ref()?;
        let answered = self.world.thread(self.bot, peer).get(reply.to)?;
        let at = answered.text.shown.find(quote.as_str()).unwrap_or(0);
        let position = answered.text.shown[..at].encode_utf16().count();
        let position = u64::try_from(position).unwrap_or(u64::MAX);
        Some(Object::new().with("text", quote.as_str()).with("position", position).with("is_manual", true))
    }

    fn origin(&self, forward: &Forward) -> Object {
        let origin = Object::new().with("date", forward.date);
        match (forward.from, forward.post) {
            (Peer::User(user), _) => origin.with("type", "user").with("sender_user", self.user(user)),
            (chat, Some(post)) => origin.with("type", "channel").with("chat", self.chat(chat)).with("message_id", post),
            (chat, None) => origin.with("type", "chat").with("sender_chat", self.chat(chat)),
        }
    }
}

/// Posts of a channel appear in its discussion group by themselves.
fn is_automatic_forward(message: &Message) -> bool {
    let saved = message.forward().and_then(|forward| forward.saved);
    saved.is_some_and(|(home, _)| matches!(home, Peer::Channel(_)) && message.from == home)
}

fn view_preview(preview: &Preview) -> Object {
    Object::new()
        .with_flag("is_disabled", preview.disabled)
        .with_some("url", preview.url.as_deref())
        .with_flag("prefer_small_media", preview.small)
        .with_flag("prefer_large_media", preview.large)
        .with_flag("show_above_text", preview.above)
}
