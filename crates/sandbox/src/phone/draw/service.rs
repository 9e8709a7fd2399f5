//! What happened in a chat, in words.

use maud::{Markup, html};

use super::snippet::snippet;
use crate::phone::eyes::Eyes;
use crate::world::messages::{Action, Message};
use crate::world::peers::Peer;
use crate::world::topics::TopicChange;

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
        Action::TopicCreated { title, .. } => format!("{who} began the topic “{title}”"),
        Action::TopicChanged(change) => format!("{who} {}", changed(change)),
        Action::Titled(title) => format!("{who} named the chat “{title}”"),
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

/// What was done to a topic. A change is told by the part of it that matters most.
fn changed(change: &TopicChange) -> String {
    match change {
        TopicChange { title: Some(title), .. } => format!("named the topic “{title}”"),
        TopicChange { closed: Some(true), .. } => "closed the topic".to_owned(),
        TopicChange { closed: Some(false), .. } => "opened the topic again".to_owned(),
        TopicChange { hidden: Some(true), .. } => "hid the topic".to_owned(),
        TopicChange { hidden: Some(false), .. } => "showed the topic again".to_owned(),
        TopicChange { .. } => "gave the topic another icon".to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::tests::{BOB, Looking};
    use crate::world::telling::Cause;

    const TEAM: Peer = Peer::Channel(701);
    const HIKERS: Peer = Peer::Group(501);

    fn newest_told(looking: &Looking, peer: Peer) -> String {
        let eyes = looking.eyes();
        let newest = eyes.world.thread(eyes.viewer, peer).newest().expect("there is one");
        told(&eyes, peer, newest).expect("it is a service message")
    }

    #[test]
    fn what_becomes_of_a_topic_is_told() {
        let mut looking = Looking::new();
        let topic = looking.world.begin_topic(&Cause::by(BOB), TEAM, "Launch", 0, None).expect("allowed");
        assert_eq!(newest_told(&looking, TEAM), "Bob began the topic “Launch”");
        let named = TopicChange { title: Some("Landing".to_owned()), ..TopicChange::default() };
        let closed = TopicChange { closed: Some(true), ..TopicChange::default() };
        let opened = TopicChange { closed: Some(false), ..TopicChange::default() };
        for (change, wanted) in [
            (named, "Bob named the topic “Landing”"),
            (closed, "Bob closed the topic"),
            (opened, "Bob opened the topic again"),
        ] {
            looking.world.change_topic(&Cause::by(BOB), TEAM, topic, change).expect("allowed");
            assert_eq!(newest_told(&looking, TEAM), wanted);
        }
    }

    #[test]
    fn what_is_pinned_is_told_and_leads_there() {
        let mut looking = Looking::new();
        let id = looking.post(BOB, HIKERS, crate::world::posting::Draft::text("the <b>plan</b>"));
        let ids: Vec<i32> = looking.world.thread(BOB, HIKERS).newest_first().map(|message| message.id).collect();
        looking.world.pin(&Cause::by(BOB), HIKERS, ids[0], crate::world::pins::Pin::default()).expect("allowed");
        let eyes = looking.eyes();
        let newest = eyes.world.thread(eyes.viewer, HIKERS).newest().expect("there is one");
        let line = told(&eyes, HIKERS, newest).expect("it is a service message");
        assert_eq!(line, "Bob pinned “the <b>plan</b>”");
        let html = service(&eyes, HIKERS, newest, &line).into_string();
        assert!(html.contains("the &lt;b&gt;plan&lt;/b&gt;") && html.contains(&format!("?at={id}")), "{html}");
    }
}
