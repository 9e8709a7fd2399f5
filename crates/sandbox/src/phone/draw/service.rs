//! What happened in a chat, in words.

use maud::{Markup, html};

use super::snippet::snippet;
use crate::phone::eyes::Eyes;
use crate::world::messages::{Action, Message};
use crate::world::peers::Peer;

/// What a service message tells; nothing for other messages.
pub(in crate::phone) fn told(eyes: &Eyes<'_>, peer: Peer, message: &Message) -> Option<String> {
    let action = message.extra.as_ref()?.action.as_ref()?;
    let who = eyes.short_name(message.from);
    let names = |users: &[i64]| {
        let names: Vec<String> = users.iter().map(|user| eyes.short_name(Peer::User(*user))).collect();
        names.join(", ")
    };
    Some(match action {
        Action::GroupCreated(title, _) => format!("{who} created the group “{title}”"),
        Action::ChannelCreated(_) => "The channel was created".to_owned(),
        Action::TopicCreated(title) => format!("{who} began the topic “{title}”"),
        Action::Added(users) if users.as_slice() == message.from.user().as_slice() => format!("{who} joined"),
        Action::Added(users) => format!("{who} added {}", names(users)),
        Action::Left(user) if Peer::User(*user) == message.from => format!("{who} left"),
        Action::Left(user) => format!("{who} removed {}", eyes.short_name(Peer::User(*user))),
        Action::JoinedByLink(_) => format!("{who} joined by a link"),
        Action::Pinned => match pinned(eyes, peer, message) {
            Some(what) => format!("{who} pinned “{}”", snippet(eyes, peer, what)),
            None => format!("{who} pinned a message"),
        },
    })
}

/// The message that was pinned; never another service message, so that telling it comes to an end.
fn pinned<'a>(eyes: &Eyes<'a>, peer: Peer, message: &Message) -> Option<&'a Message> {
    let id = message.reply()?.to;
    eyes.world.thread(eyes.viewer, peer).get(id).filter(|message| !message.is_service())
}

/// A service message in the middle of the chat.
pub(super) fn service(eyes: &Eyes<'_>, peer: Peer, message: &Message, told: &str) -> Markup {
    let target = pinned(eyes, peer, message).map(|message| eyes.href_of(peer, message.thread(), message.id));
    html! {
        li class="unit service" data-key=(format!("m{}", message.id)) data-id=(message.id) {
            @match target {
                Some(href) => a class="chip" href=(href) dir="auto" { (told) },
                None => span class="chip" dir="auto" { (told) },
            }
        }
    }
}
