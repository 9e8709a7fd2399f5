//! Lists beside the conversation: chats, topics, people.

use grammers_tl_types as tl;
use maud::{Markup, html};

use super::Item;
use super::bubble::{is_read, ticks};
use super::face::{Icon, face, icon, own_face};
use super::snippet::snippet;
use super::words::one_line;
use crate::phone::calendar::Calendar;
use crate::phone::eyes::Eyes;
use crate::phone::window::Talk;
use crate::world::chats::{Channel, Topic};
use crate::world::messages::Message;
use crate::world::peers::Peer;
use crate::world::topics::COLOURS;

/// What a row of the list says at its right end.
struct Counts {
    unread: i32,
    mentions: i32,
    is_marked: bool,
    is_pinned: bool,
}

/// All conversations of the viewer; those in the archive stand together at the end.
pub(in crate::phone) fn chats(eyes: &Eyes<'_>, open: Option<Peer>) -> Vec<Item> {
    let listed = eyes.world.ordered_conversations(eyes.viewer, Some(false));
    let mut items: Vec<Item> = listed.into_iter().map(|peer| Item::new(key(peer), row(eyes, peer, open))).collect();
    let archived = eyes.world.ordered_conversations(eyes.viewer, Some(true));
    if !archived.is_empty() {
        let unread: i32 = archived.iter().map(|peer| counts(eyes, *peer).unread).sum();
        let drawn = html! {
            li class="archive" data-key="archive" {
                details open[open.is_some_and(|open| archived.contains(&open))] {
                    summary {
                        span class="face plain" aria-hidden="true" { (icon(Icon::Archive)) }
                        span class="row-title" { "Archive" }
                        @if unread > 0 { (badge(unread, "unread", "quiet-badge")) }
                    }
                    ol { @for peer in archived { (row(eyes, peer, open)) } }
                }
            }
        };
        items.push(Item::new("archive", drawn));
    }
    items
}

fn key(peer: Peer) -> String {
    format!("c{}", peer.marked())
}

/// How many messages wait to be read in all chats that are not in the archive.
pub(in crate::phone) fn unread_total(eyes: &Eyes<'_>) -> i32 {
    let listed = eyes.world.ordered_conversations(eyes.viewer, Some(false));
    listed.into_iter().map(|peer| counts(eyes, peer).unread).sum()
}

fn counts(eyes: &Eyes<'_>, peer: Peer) -> Counts {
    let tl::enums::Dialog::Dialog(dialog) = eyes.world.view_dialog(eyes.viewer, peer) else {
        return Counts { unread: 0, mentions: 0, is_marked: false, is_pinned: false };
    };
    // What is read in a forum is read topic by topic.
    let topics = eyes.channel(peer).filter(|channel| channel.is_forum());
    let unread = topics.map_or(dialog.unread_count, |forum| {
        forum.topics.values().map(|topic| topic_view(eyes, forum, topic).unread_count).sum()
    });
    Counts { unread, mentions: dialog.unread_mentions_count, is_marked: dialog.unread_mark, is_pinned: dialog.pinned }
}

fn row(eyes: &Eyes<'_>, peer: Peer, open: Option<Peer>) -> Markup {
    let counts = counts(eyes, peer);
    let newest = eyes.world.thread(eyes.viewer, peer).newest();
    let typing = super::head::signs(eyes, Talk { peer, topic: None });
    html! {
        li data-key=(key(peer)) {
            a class="row" href=(eyes.href(peer, None)) aria-current=[(open == Some(peer)).then_some("page")] {
                (face(eyes, peer))
                span class="row-body" {
                    span class="row-line" {
                        (kind(eyes, peer))
                        bdi class="row-title" { (eyes.title(peer)) }
                        @if let Some(newest) = newest { (stamp(eyes, peer, newest)) }
                    }
                    span class="row-line" {
                        span class="row-text" {
                            @if let Some(typing) = typing {
                                span class="typing" { (typing) }
                            } @else {
                                (last_words(eyes, peer, newest))
                            }
                        }
                        (badges(&counts))
                    }
                }
            }
        }
    }
}

fn kind(eyes: &Eyes<'_>, peer: Peer) -> Markup {
    let kind = match peer {
        Peer::User(_) if eyes.is_bot(peer) => Some((Icon::Bot, "Bot")),
        Peer::User(_) => None,
        Peer::Channel(_) if eyes.channel(peer).is_some_and(Channel::is_broadcast) => Some((Icon::Megaphone, "Channel")),
        Peer::Group(_) | Peer::Channel(_) => Some((Icon::Group, "Group")),
    };
    html! {
        @if let Some((picture, name)) = kind {
            span class="row-kind" title=(name) { (icon(picture)) span class="quiet" { (name) } }
        }
    }
}

fn stamp(eyes: &Eyes<'_>, peer: Peer, newest: &Message) -> Markup {
    let is_own = newest.writer() == Some(eyes.viewer) && !newest.is_service() && peer != Peer::User(eyes.viewer);
    html! {
        span class="row-stamp" {
            @if is_own { (ticks(is_read(eyes, peer, newest))) }
            time datetime=(Calendar::iso(newest.date)) { (eyes.calendar.short(newest.date)) }
        }
    }
}

/// What was begun and not sent, or else the newest message.
fn last_words(eyes: &Eyes<'_>, peer: Peer, newest: Option<&Message>) -> Markup {
    let draft = eyes.world.mailbox(eyes.viewer).dialogs.get(&peer).and_then(|dialog| dialog.draft.as_ref());
    if let Some(draft) = draft {
        return html! { span class="row-draft" { "Draft: " } bdi { (one_line(&draft.message)) } };
    }
    let Some(newest) = newest else { return html! { "No messages yet" } };
    let is_post = newest.from == peer;
    let author = (eyes.is_shared(peer) && !is_post && !newest.is_service()).then(|| eyes.short_name(newest.from));
    html! {
        @if let Some(author) = author {
            span class="row-author" { bdi { (author) } ": " }
        }
        bdi { (snippet(eyes, peer, newest)) }
    }
}

fn badges(counts: &Counts) -> Markup {
    html! {
        span class="row-badges" {
            @if counts.mentions > 0 {
                span class="count mention-count" title="You were mentioned" { "@" span class="quiet" { " mentioned" } }
            }
            @if counts.unread > 0 {
                (badge(counts.unread, "unread", ""))
            } @else if counts.is_marked {
                span class="count dot" { span class="quiet" { "marked as unread" } }
            } @else if counts.is_pinned {
                span class="row-pin" title="Pinned" { (icon(Icon::Pin)) span class="quiet" { "pinned" } }
            }
        }
    }
}

fn badge(count: i32, what: &str, class: &str) -> Markup {
    html! { span class=(format!("count {class}")) { (count) span class="quiet" { " " (what) } } }
}

fn topic_view(eyes: &Eyes<'_>, channel: &Channel, topic: &Topic) -> tl::types::ForumTopic {
    match eyes.world.view_topic(eyes.viewer, channel, topic) {
        tl::enums::ForumTopic::Topic(topic) => topic,
        tl::enums::ForumTopic::Deleted(_) => unreachable!("a topic that exists is drawn as one"),
    }
}

/// The topics of a forum: pinned ones first, then by their newest message.
pub(in crate::phone) fn topics(eyes: &Eyes<'_>, forum: &Channel) -> Vec<Item> {
    let peer = Peer::Channel(forum.id);
    let newest = |topic: &&Topic| eyes.messages(Talk { peer, topic: Some(topic.id) }).next();
    let mut topics: Vec<&Topic> = forum.topics.values().filter(|topic| !topic.hidden).collect();
    topics.sort_by_key(|topic| {
        std::cmp::Reverse((topic.pinned, newest(topic).map(|message| (message.date, message.uid))))
    });
    let draw = |topic: &Topic| {
        let view = topic_view(eyes, forum, topic);
        let newest = newest(&topic);
        let counts = Counts {
            unread: view.unread_count,
            mentions: view.unread_mentions_count,
            is_marked: false,
            is_pinned: topic.pinned,
        };
        let key = format!("t{}", topic.id);
        let initial = topic.title.chars().next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
        let drawn = html! {
            li data-key=(key) {
                a class="row" href=(eyes.href(peer, Some(topic.id))) {
                    span class=(format!("face topic t{}", topic_colour(topic))) aria-hidden="true" { (initial) }
                    span class="row-body" {
                        span class="row-line" {
                            bdi class="row-title" { (topic.title) }
                            @if topic.closed { span class="badge" { "closed" } }
                            @if let Some(newest) = newest { (stamp(eyes, peer, newest)) }
                        }
                        span class="row-line" {
                            span class="row-text" {
                                @if let Some(newest) = newest {
                                    @if !newest.is_service() {
                                        span class="row-author" { bdi { (eyes.short_name(newest.from)) } ": " }
                                    }
                                    bdi { (snippet(eyes, peer, newest)) }
                                } @else {
                                    "No messages yet"
                                }
                            }
                            (badges(&counts))
                        }
                    }
                }
            }
        };
        Item::new(key, drawn)
    };
    topics.into_iter().map(draw).collect()
}

/// The place of a topic's colour among those that there are.
fn topic_colour(topic: &Topic) -> usize {
    COLOURS.iter().position(|colour| *colour == topic.colour).unwrap_or_default()
}

/// Somebody or something to open, with a line of explanation.
pub(in crate::phone) fn entry(eyes: &Eyes<'_>, peer: Peer, more: &str) -> Markup {
    html! {
        li {
            a class="row" href=(eyes.href(peer, None)) {
                (face(eyes, peer))
                span class="row-body" {
                    span class="row-line" { (kind(eyes, peer)) bdi class="row-title" { (eyes.title(peer)) } }
                    span class="row-line" { span class="row-text" { bdi { (more) } } }
                }
            }
        }
    }
}

/// A message that was found in one of all chats, as a row that leads to it.
pub(in crate::phone) fn finding(eyes: &Eyes<'_>, talk: Talk, message: &Message) -> Markup {
    let author = html! { span class="row-author" { bdi { (eyes.short_name(message.from)) } ": " } };
    found(eyes, talk, message, &face(eyes, talk.peer), &eyes.title(talk.peer), &author)
}

/// A message that was found in the chat that is open.
pub(in crate::phone) fn finding_here(eyes: &Eyes<'_>, talk: Talk, message: &Message) -> Markup {
    let face = message.from.user().map_or_else(|| face(eyes, message.from), |author| own_face(eyes, author));
    found(eyes, talk, message, &face, &eyes.name(message.from), &html! {})
}

fn found(eyes: &Eyes<'_>, talk: Talk, message: &Message, face: &Markup, title: &str, author: &Markup) -> Markup {
    let topic = talk.topic.or_else(|| topic_of(eyes, talk.peer, message));
    html! {
        li {
            a class="row" href=(eyes.href_of(talk.peer, topic, message.id)) {
                (face)
                span class="row-body" {
                    span class="row-line" {
                        bdi class="row-title" { (title) }
                        span class="row-stamp" { time datetime=(Calendar::iso(message.date)) { (eyes.calendar.short(message.date)) } }
                    }
                    span class="row-line" { span class="row-text" { (author) bdi { (snippet(eyes, talk.peer, message)) } } }
                }
            }
        }
    }
}

/// The topic of a forum in which a message stands; in other chats messages are found without one.
pub(in crate::phone) fn topic_of(eyes: &Eyes<'_>, peer: Peer, message: &Message) -> Option<i32> {
    let forum = eyes.channel(peer).filter(|channel| channel.is_forum())?;
    let own = Some(message.id).filter(|id| forum.topics.contains_key(id));
    Some(own.or(message.thread()).unwrap_or(crate::world::chats::GENERAL_TOPIC))
}
