//! Buttons that bots hang on their messages, and the keyboard that they put in place of a person's own.

use grammers_tl_types as tl;
use maud::{Markup, html};
use tl::enums::InlineButtonType;

use super::face::{Icon, icon};
use super::links::{inner_address, web_address};
use crate::phone::eyes::Eyes;
use crate::phone::window::Talk;
use crate::world::keyboards::{
    Colour, Inline, InlineAction, InlineButton, Keyboard, Look, Reply, ReplyAction, ReplyButton,
};
use crate::world::messages::Message;
use crate::world::peers::Peer;

/// How far back a keyboard is looked for that is still in force.
const LOOKED_AT_MAX: usize = 1_000;

/// The buttons under a message.
pub(super) fn inline(eyes: &Eyes<'_>, message: &Message) -> Markup {
    let Some(keyboard) = message.keyboard().and_then(Keyboard::inline) else { return html! {} };
    html! {
        div class="keys" role="group" aria-label="Buttons of this message" {
            @for row in keyboard.rows.iter().filter(|row| !row.is_empty()) {
                div class="key-row" { @for button in row { (inline_button(eyes, message, button)) } }
            }
        }
    }
}

pub(super) fn inline_button(eyes: &Eyes<'_>, message: &Message, button: &InlineButton) -> Markup {
    let class = class(button.look);
    let text = html! { bdi { (button.text) } };
    match &button.action {
        InlineAction::Callback(data) => html! {
            button type="button" class=(class) data-press=(hex::encode(data)) data-id=(message.id) { (text) }
        },
        InlineAction::Url(url) | InlineAction::Login { url, .. } => address(eyes, url, &class, &text),
        InlineAction::Profile(user) if eyes.may_open(Peer::User(*user)) => html! {
            a class=(class) href=(eyes.href(Peer::User(*user), None)) { (text) }
        },
        InlineAction::Copy(words) => html! {
            button type="button" class=(class) data-copy=(words) { (text) }
        },
        InlineAction::SwitchInline { query, here: true, .. } => {
            let name = message.writer().and_then(|bot| eyes.account(bot)).and_then(|bot| bot.username.as_deref());
            html! {
                button type="button" class=(class) data-insert=(format!("@{} {query}", name.unwrap_or_default())) { (text) }
            }
        }
        InlineAction::SwitchInline { .. } => {
            beyond(&class, &text, "This phone does not search in other chats for a bot.")
        }
        InlineAction::Profile(_) => beyond(&class, &text, "There is nobody like this in the sandbox."),
        InlineAction::WebApp(_) => beyond(&class, &text, "This phone does not open web apps."),
        InlineAction::Game => beyond(&class, &text, "There are no games in the sandbox."),
        InlineAction::Pay => beyond(&class, &text, "There is no money in the sandbox."),
        InlineAction::Disabled => html! { button type="button" class=(class) disabled { (text) } },
    }
}

/// What a button does that comes in Telegram's own form; nothing for forms that only clients send.
pub(super) fn action_of(kind: &InlineButtonType) -> Option<InlineAction> {
    Some(match kind {
        InlineButtonType::Callback(button) => InlineAction::Callback(button.data.clone()),
        InlineButtonType::Url(button) => InlineAction::Url(button.url.clone()),
        InlineButtonType::UrlAuth(button) => {
            InlineAction::Login { url: button.url.clone(), forward_text: button.fwd_text.clone() }
        }
        InlineButtonType::WebView(button) => InlineAction::WebApp(button.url.clone()),
        InlineButtonType::SwitchInline(button) => {
            InlineAction::SwitchInline { query: button.query.clone(), here: button.same_peer, chosen: None }
        }
        InlineButtonType::UserProfile(button) => InlineAction::Profile(button.user_id),
        InlineButtonType::Copy(button) => InlineAction::Copy(button.copy_text.clone()),
        InlineButtonType::Game => InlineAction::Game,
        InlineButtonType::Buy => InlineAction::Pay,
        InlineButtonType::Disabled => InlineAction::Disabled,
        InlineButtonType::InputInlineButtonTypeUrlAuth(_) | InlineButtonType::InputInlineButtonTypeUserProfile(_) => {
            return None;
        }
    })
}

fn class(look: Look) -> String {
    let colour = look.colour.map(|colour| match colour {
        Colour::Primary => " primary",
        Colour::Success => " success",
        Colour::Danger => " dangerous",
    });
    format!("key{}", colour.unwrap_or_default())
}

/// A button that opens an address. Where it leads is told before it is opened; it is no link if a browser must not follow it.
fn address(eyes: &Eyes<'_>, url: &str, class: &str, text: &Markup) -> Markup {
    if let Some(href) = inner_address(eyes, url) {
        return html! { a class=(class) href=(href) { (text) } };
    }
    match web_address(url) {
        Some(href) => html! {
            a class=(class) href=(href) target="_blank" rel="noopener noreferrer" title=(href) data-hides-target {
                (text) span class="key-mark" aria-hidden="true" { "↗" }
            }
        },
        None => beyond(class, text, "This address cannot be opened here."),
    }
}

/// A button that does something which a phone in a browser cannot do.
fn beyond(class: &str, text: &Markup, told: &str) -> Markup {
    html! { button type="button" class=(class) data-tell=(told) { (text) } }
}

/// What the newest message with a say in it makes of the person's own keyboard.
#[derive(Clone, Copy)]
pub(in crate::phone) enum InForce<'a> {
    /// Buttons in its place.
    Buttons(&'a Message, &'a Reply),
    /// An answer to this message is asked for.
    Answer(&'a Message, Option<&'a str>),
}

/// The keyboard that is in force in a conversation, if any.
pub(in crate::phone) fn in_force<'a>(eyes: &Eyes<'a>, talk: Talk) -> Option<InForce<'a>> {
    let mut has_written_since = false;
    for message in eyes.messages(talk).take(LOOKED_AT_MAX) {
        if message.writer() == Some(eyes.viewer) {
            has_written_since = true;
            continue;
        }
        let is_meant = |selective: bool| !selective || is_for(eyes, talk.peer, message);
        match message.keyboard() {
            Some(Keyboard::Reply(reply)) if is_meant(reply.selective) => {
                return (!(reply.one_time && has_written_since)).then_some(InForce::Buttons(message, reply));
            }
            Some(Keyboard::Remove { selective }) if is_meant(*selective) => return None,
            Some(Keyboard::ForceReply { selective, placeholder, .. }) if is_meant(*selective) => {
                let asked = InForce::Answer(message, placeholder.as_deref());
                return (!has_written_since).then_some(asked);
            }
            Some(Keyboard::Inline(Inline { force_reply: true, .. })) if !has_written_since => {
                return Some(InForce::Answer(message, None));
            }
            Some(Keyboard::Reply(_) | Keyboard::Remove { .. } | Keyboard::ForceReply { .. } | Keyboard::Inline(_))
            | None => {}
        }
    }
    None
}

/// Whether a message names the viewer, or answers them.
fn is_for(eyes: &Eyes<'_>, peer: Peer, message: &Message) -> bool {
    let answered = message.reply().and_then(|reply| eyes.world.thread(eyes.viewer, peer).get(reply.to));
    message.mentions(eyes.viewer) || answered.is_some_and(|answered| answered.writer() == Some(eyes.viewer))
}

/// The keyboard under the field to write in, and what it says to the script.
pub(in crate::phone) fn reply(eyes: &Eyes<'_>, talk: Talk) -> Markup {
    match in_force(eyes, talk) {
        None => html! {},
        Some(InForce::Answer(message, placeholder)) => html! {
            span hidden data-force-reply=(message.id) data-placeholder=[placeholder] {}
        },
        Some(InForce::Buttons(message, reply)) => html! {
            div class="keys reply-keys" role="group" aria-label="Keyboard of the bot" data-reply-keys data-placeholder=[reply.placeholder.as_deref()] {
                @for row in reply.rows.iter().filter(|row| !row.is_empty()) {
                    div class="key-row" { @for button in row { (reply_button(eyes, talk, message, button)) } }
                }
            }
            @if reply.force_reply { span hidden data-force-reply=(message.id) {} }
        },
    }
}

fn reply_button(eyes: &Eyes<'_>, talk: Talk, message: &Message, button: &ReplyButton) -> Markup {
    let class = class(button.look);
    let text = html! { bdi { (button.text) } };
    // In a group the bot only sees what answers it.
    let answers = eyes.is_shared(talk.peer).then_some(message.id);
    match &button.action {
        ReplyAction::Text => html! {
            button type="button" class=(class) data-say=(button.text) data-answers=[answers] { (text) }
        },
        ReplyAction::Contact => html! {
            button type="button" class=(class) data-share="contact" data-answers=[answers] { (text) }
        },
        ReplyAction::Location => html! {
            button type="button" class=(class) data-share="place" data-answers=[answers] { (icon(Icon::Place)) (text) }
        },
        ReplyAction::Poll(_) => beyond(&class, &text, "This phone does not make polls."),
        ReplyAction::Users(_) | ReplyAction::Chat(_) => {
            beyond(&class, &text, "This phone does not pick people or chats for a bot.")
        }
        ReplyAction::WebApp(_) => beyond(&class, &text, "This phone does not open web apps."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::tests::{ALICE, Looking};
    use crate::world::posting::Draft;
    use crate::world::telling::Cause;

    const BOT: i64 = 1101;
    const CHAT: Talk = Talk { peer: Peer::User(BOT), topic: None };

    fn started() -> Looking {
        let mut looking = Looking::new();
        looking.world.start_bot(&Cause::by(ALICE), BOT, "").expect("allowed");
        looking
    }

    fn says(looking: &mut Looking, keyboard: Keyboard) -> i32 {
        looking.post(BOT, Peer::User(ALICE), Draft { keyboard: Some(keyboard), ..Draft::text("choose") })
    }

    fn buttons(actions: impl IntoIterator<Item = InlineAction>) -> Keyboard {
        let button = |action| InlineButton { text: "<b>Go</b>".to_owned(), look: Look::default(), action };
        Keyboard::Inline(Inline { rows: vec![actions.into_iter().map(button).collect()], force_reply: false })
    }

    fn shown(action: InlineAction) -> String {
        let mut looking = started();
        let id = says(&mut looking, buttons([action]));
        looking.unit(CHAT.peer, id)
    }

    fn own_keyboard(one_time: bool) -> Keyboard {
        let button =
            |text: &str| ReplyButton { text: text.to_owned(), look: Look::default(), action: ReplyAction::Text };
        let rows = vec![vec![button("Yes"), button("No")]];
        Keyboard::Reply(Reply { rows, one_time, ..Reply::default() })
    }

    fn under(looking: &Looking) -> String {
        reply(&looking.eyes(), CHAT).into_string()
    }

    #[test]
    fn a_callback_button_carries_its_data_and_escaped_words() {
        let html = shown(InlineAction::Callback(b"yes\"<".to_vec()));
        assert!(html.contains("data-press=\"796573223c\"") && html.contains("&lt;b&gt;Go&lt;/b&gt;"), "{html}");
    }

    #[test]
    fn an_address_is_shown_before_it_is_opened_and_never_runs_anything() {
        let html = shown(InlineAction::Url("https://a.example/x".to_owned()));
        assert!(html.contains("href=\"https://a.example/x\"") && html.contains("data-hides-target"), "{html}");
        let inner = shown(InlineAction::Url("https://t.me/bob_lindqvist".to_owned()));
        assert!(inner.contains("href=\"/1001/1002\""), "{inner}");
        let mut looking = started();
        let id = says(&mut looking, buttons([InlineAction::Url("tg://join?invite=x".to_owned())]));
        let html = looking.unit(CHAT.peer, id);
        assert!(!html.contains("tg://") && html.contains("data-tell"), "{html}");
    }

    #[test]
    fn every_kind_of_button_is_drawn() {
        let actions = [
            InlineAction::Profile(1002),
            InlineAction::Profile(5),
            InlineAction::Login { url: "https://a.example".to_owned(), forward_text: None },
            InlineAction::WebApp("https://a.example".to_owned()),
            InlineAction::SwitchInline { query: "q".to_owned(), here: true, chosen: None },
            InlineAction::SwitchInline { query: "q".to_owned(), here: false, chosen: None },
            InlineAction::Copy("words".to_owned()),
            InlineAction::Game,
            InlineAction::Pay,
            InlineAction::Disabled,
        ];
        let wanted = [
            "href=\"/1001/1002\"",
            "data-tell",
            "data-hides-target",
            "data-tell",
            "data-insert=\"@invoice_helper_bot q\"",
            "data-tell",
            "data-copy=\"words\"",
            "data-tell",
            "data-tell",
            "disabled",
        ];
        for (action, wanted) in actions.into_iter().zip(wanted) {
            let html = shown(action);
            let keys = html.split("class=\"key-row\"").nth(1).expect("there are buttons");
            assert!(keys.contains(wanted), "{wanted}: {keys}");
        }
    }

    #[test]
    fn two_hundred_buttons_are_two_hundred_buttons() {
        let mut looking = started();
        let id = says(
            &mut looking,
            buttons((0..200).map(|number: i32| InlineAction::Callback(number.to_string().into_bytes()))),
        );
        assert_eq!(looking.unit(CHAT.peer, id).matches("data-press").count(), 200);
    }

    #[test]
    fn a_keyboard_stays_until_it_is_taken_away() {
        let mut looking = started();
        assert_eq!(under(&looking), "");
        says(&mut looking, own_keyboard(false));
        looking.post(ALICE, Peer::User(BOT), Draft::text("Yes"));
        looking.post(BOT, Peer::User(ALICE), Draft::text("words without a keyboard"));
        assert_eq!(under(&looking).matches("data-say").count(), 2);
        says(&mut looking, Keyboard::Remove { selective: false });
        assert_eq!(under(&looking), "");
    }

    #[test]
    fn a_keyboard_for_one_use_goes_after_it() {
        let mut looking = started();
        says(&mut looking, own_keyboard(true));
        assert_eq!(under(&looking).matches("data-say").count(), 2);
        looking.post(ALICE, Peer::User(BOT), Draft::text("Yes"));
        assert_eq!(under(&looking), "");
    }

    #[test]
    fn an_answer_is_asked_for_until_it_is_given() {
        let mut looking = started();
        let ask = Keyboard::ForceReply { one_time: true, selective: false, placeholder: Some("Your name".to_owned()) };
        let id = says(&mut looking, ask);
        let html = under(&looking);
        assert!(html.contains(&format!("data-force-reply=\"{id}\"")) && html.contains("Your name"), "{html}");
        looking.post(ALICE, Peer::User(BOT), Draft::text("Alice"));
        assert_eq!(under(&looking), "");
    }
}
