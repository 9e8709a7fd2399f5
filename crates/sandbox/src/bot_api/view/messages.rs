//! Messages.

use super::keyboards::view_inline;
use super::{View, view_entities};
use crate::bot_api::json::Object;
use crate::world::keyboards::Keyboard;
use crate::world::messages::{Forward, Message, Reply};
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
            .with_some("reply_to_message", answered);
        let object = self.draw_words(object, message);
        let inline = message.keyboard().and_then(Keyboard::inline);
        object.with_some("reply_markup", inline.map(view_inline))
    }

    fn draw_words(&self, object: Object, message: &Message) -> Object {
        let text = message.text.shown.as_str();
        if text.is_empty() {
            return object;
        }
        object.with("text", text).with_list("entities", view_entities(self, message.entities()))
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
