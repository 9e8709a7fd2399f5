//! What stands around a conversation: who it is with, what is pinned, and what keeps one from writing.

use grammers_tl_types as tl;
use maud::{Markup, html};
use tl::enums::SendMessageAction;

use super::face::{Icon, face, icon};
use super::snippet::snippet;
use crate::phone::calendar::counted;
use crate::phone::eyes::Eyes;
use crate::phone::refusals::sentence;
use crate::phone::window::Talk;
use crate::world::chats::Channel;
use crate::world::peers::Peer;

/// How far back pinned messages are looked for: a conversation may hold a million.
const PINS_LOOKED_FOR_IN: usize = 10_000;

/// The top of a conversation: a face, a name, and what the others are doing.
pub(in crate::phone) fn head(eyes: &Eyes<'_>, talk: Talk) -> Markup {
    let status = signs(eyes, talk);
    html! {
        (face(eyes, talk.peer))
        div class="head-body" {
            h1 { bdi { (heading(eyes, talk)) } }
            p class="status" {
                @match &status {
                    Some(status) => span class="typing" { (status) },
                    None => (line(eyes, talk)),
                }
            }
        }
    }
}

/// What a conversation or topic is called.
pub(in crate::phone) fn heading(eyes: &Eyes<'_>, talk: Talk) -> String {
    let channel = eyes.channel(talk.peer);
    match (channel, talk.topic) {
        (Some(forum), Some(topic)) if forum.is_forum() => {
            forum.topic(topic).map_or_else(|| eyes.title(talk.peer), |topic| topic.title.clone())
        }
        (_, Some(_)) => "Comments".to_owned(),
        (_, None) => eyes.title(talk.peer),
    }
}

fn line(eyes: &Eyes<'_>, talk: Talk) -> String {
    match talk.topic {
        Some(_) => format!("in {}", eyes.title(talk.peer)),
        None if talk.peer == Peer::User(eyes.viewer) => "only you can see them".to_owned(),
        None => eyes.status(talk.peer),
    }
}

/// What others are doing in a conversation, in words; nothing if they do nothing.
pub(in crate::phone) fn signs(eyes: &Eyes<'_>, talk: Talk) -> Option<String> {
    let now = eyes.world.clock.millis();
    let is_here = |topic: Option<i32>| talk.topic.is_none() || topic == talk.topic;
    let seen = eyes.signs.seen(eyes.viewer, talk.peer, now).filter(|sign| is_here(sign.topic));
    let seen: Vec<(i64, &str)> = seen.filter_map(|sign| Some((sign.by, doing(&sign.action)?))).collect();
    let who = |by: i64| eyes.short_name(Peer::User(by));
    match (seen.as_slice(), talk.peer) {
        ([], _) => None,
        // The newest sign of one who shows several.
        ([.., (_, doing)], Peer::User(_)) => Some(format!("{doing}…")),
        ([(by, doing)], _) => Some(format!("{} is {doing}…", who(*by))),
        ([(one, _), (other, _)], _) => Some(format!("{} and {} are typing…", who(*one), who(*other))),
        (more, _) => Some(format!("{} are typing…", counted(i64::try_from(more.len()).unwrap_or(i64::MAX), "member"))),
    }
}

/// What somebody is doing, to be put after "is".
fn doing(action: &SendMessageAction) -> Option<&'static str> {
    Some(match action {
        SendMessageAction::SendMessageTypingAction => "typing",
        SendMessageAction::SendMessageRecordVideoAction => "recording a video",
        SendMessageAction::SendMessageUploadVideoAction(_) => "sending a video",
        SendMessageAction::SendMessageRecordAudioAction => "recording a voice message",
        SendMessageAction::SendMessageUploadAudioAction(_) => "sending a voice message",
        SendMessageAction::SendMessageUploadPhotoAction(_) => "sending a photo",
        SendMessageAction::SendMessageUploadDocumentAction(_) => "sending a file",
        SendMessageAction::SendMessageGeoLocationAction => "choosing a place",
        SendMessageAction::SendMessageChooseContactAction => "choosing a contact",
        SendMessageAction::SendMessageRecordRoundAction => "recording a video message",
        SendMessageAction::SendMessageUploadRoundAction(_) => "sending a video message",
        SendMessageAction::SendMessageChooseStickerAction => "choosing a sticker",
        SendMessageAction::SendMessageGamePlayAction => "playing a game",
        SendMessageAction::SendMessageHistoryImportAction(_) => "importing messages",
        SendMessageAction::SendMessageTextDraftAction(_) | SendMessageAction::SendMessageRichMessageDraftAction(_) => {
            "writing"
        }
        _ => return None,
    })
}

/// The bar of pinned messages: the newest one, and how many there are.
pub(in crate::phone) fn pins(eyes: &Eyes<'_>, talk: Talk) -> Markup {
    let mut pinned = eyes.messages(talk).take(PINS_LOOKED_FOR_IN).filter(|message| message.is_pinned());
    let Some(newest) = pinned.next() else { return html! {} };
    let more = pinned.count();
    html! {
        a class="pins" href=(eyes.href_of(talk.peer, talk.topic, newest.id)) data-goto=(newest.id) {
            (icon(Icon::Pin))
            span class="pins-body" {
                span class="pins-title" { "Pinned message" @if more > 0 { " · " (more) " more" } }
                span class="pins-text" { bdi { (snippet(eyes, talk.peer, newest)) } }
            }
        }
    }
}

/// What stands in place of the field to write in, where one may not write.
pub(in crate::phone) fn notice(eyes: &Eyes<'_>, talk: Talk) -> Markup {
    let is_blocked = eyes.world.mailbox(eyes.viewer).has_blocked(talk.peer);
    if is_blocked {
        return html! {
            div class="notice" data-closed {
                p { "You have blocked " bdi { (eyes.name(talk.peer)) } "." }
                button type="button" class="wide-button" data-act="unblock" { "Unblock" }
            }
        };
    }
    if let Some(channel) = eyes.channel(talk.peer)
        && channel.role(eyes.viewer).is_none()
        && channel.username.is_some()
        && !channel.banned.contains_key(&eyes.viewer)
    {
        return html! {
            div class="notice" data-closed { button type="button" class="wide-button" data-act="join" { "Join" } }
        };
    }
    if talk.peer.user().is_some_and(|bot| eyes.world.is_bot(bot) && !eyes.world.has_started(bot, eyes.viewer)) {
        return html! {
            div class="notice" data-closed { button type="button" class="wide-button" data-act="start" { "Start" } }
        };
    }
    match eyes.world.may_post(eyes.viewer, talk.peer, talk.topic) {
        Ok(()) => html! {},
        Err(_) if eyes.channel(talk.peer).is_some_and(Channel::is_broadcast) => {
            html! { div class="notice" data-closed { p { "Only admins can post here." } } }
        }
        Err(refusal) => html! { div class="notice" data-closed { p { (sentence(&refusal)) } } },
    }
}
