//! Keyboards as clients know them.

use grammers_tl_types as tl;
use tl::enums::{ButtonType, InlineButtonType, InlineQueryPeerType, RequestPeerType};

use super::blank;
use crate::world::keyboards::{
    ChosenChats, Colour, Inline, InlineAction, InlineButton, Keyboard, Look, PickChat, PickUsers, Reply, ReplyAction,
    ReplyButton,
};

/// A keyboard on its way to a client.
pub(crate) fn view_keyboard(keyboard: &Keyboard) -> tl::enums::ReplyMarkup {
    match keyboard {
        Keyboard::Inline(inline) => view_inline(inline).into(),
        Keyboard::Reply(reply) => view_reply(reply).into(),
        Keyboard::Remove { selective } => tl::types::ReplyKeyboardHide { selective: *selective }.into(),
        Keyboard::ForceReply { one_time, selective, placeholder } => tl::types::ReplyKeyboardForceReply {
            single_use: *one_time,
            selective: *selective,
            placeholder: placeholder.clone(),
        }
        .into(),
    }
}

fn view_inline(inline: &Inline) -> tl::types::ReplyInlineMarkup {
    let button = |(number, button): (usize, &InlineButton)| {
        tl::types::KeyboardInlineButton {
            style: view_look(button.look),
            text: button.text.clone(),
            r#type: view_inline_action(&button.action, number),
        }
        .into()
    };
    let row = |row: &Vec<InlineButton>| {
        tl::types::KeyboardInlineButtonRow { buttons: row.iter().enumerate().map(button).collect() }.into()
    };
    tl::types::ReplyInlineMarkup { force_reply: inline.force_reply, rows: inline.rows.iter().map(row).collect() }
}

fn view_reply(reply: &Reply) -> tl::types::ReplyKeyboardMarkup {
    let button = |button: &ReplyButton| {
        tl::types::KeyboardButton {
            style: view_look(button.look),
            text: button.text.clone(),
            r#type: view_reply_action(&button.action),
        }
        .into()
    };
    let row =
        |row: &Vec<ReplyButton>| tl::types::KeyboardButtonRow { buttons: row.iter().map(button).collect() }.into();
    tl::types::ReplyKeyboardMarkup {
        resize: reply.resize,
        single_use: reply.one_time,
        selective: reply.selective,
        persistent: reply.persistent,
        force_reply: reply.force_reply,
        rows: reply.rows.iter().map(row).collect(),
        placeholder: reply.placeholder.clone(),
    }
}

fn view_look(look: Look) -> Option<tl::enums::KeyboardButtonStyle> {
    (look != Look::default()).then(|| {
        tl::types::KeyboardButtonStyle {
            bg_primary: look.colour == Some(Colour::Primary),
            bg_danger: look.colour == Some(Colour::Danger),
            bg_success: look.colour == Some(Colour::Success),
            icon: look.icon,
        }
        .into()
    })
}

fn view_inline_action(action: &InlineAction, number: usize) -> InlineButtonType {
    match action {
        InlineAction::Callback(data) => {
            tl::types::InlineButtonTypeCallback { requires_password: false, data: data.clone() }.into()
        }
        InlineAction::Url(url) => tl::types::InlineButtonTypeUrl { url: url.clone() }.into(),
        InlineAction::Profile(user_id) => tl::types::InlineButtonTypeUserProfile { user_id: *user_id }.into(),
        InlineAction::Login { url, forward_text } => tl::types::InlineButtonTypeUrlAuth {
            fwd_text: forward_text.clone(),
            url: url.clone(),
            button_id: super::count(number),
        }
        .into(),
        InlineAction::WebApp(url) => tl::types::InlineButtonTypeWebView { url: url.clone() }.into(),
        InlineAction::SwitchInline { query, here, chosen } => tl::types::InlineButtonTypeSwitchInline {
            same_peer: *here,
            query: query.clone(),
            peer_types: chosen.map(view_chosen),
        }
        .into(),
        InlineAction::Copy(text) => tl::types::InlineButtonTypeCopy { copy_text: text.clone() }.into(),
        InlineAction::Game => InlineButtonType::Game,
        InlineAction::Pay => InlineButtonType::Buy,
        InlineAction::Disabled => InlineButtonType::Disabled,
    }
}

fn view_chosen(chosen: ChosenChats) -> Vec<InlineQueryPeerType> {
    let kinds: [(bool, &[InlineQueryPeerType]); 4] = [
        (chosen.users, &[InlineQueryPeerType::Pm]),
        (chosen.bots, &[InlineQueryPeerType::BotPm]),
        (chosen.groups, &[InlineQueryPeerType::Chat, InlineQueryPeerType::Megagroup]),
        (chosen.channels, &[InlineQueryPeerType::Broadcast]),
    ];
    kinds.iter().filter(|(wanted, _)| *wanted).flat_map(|(_, kinds)| kinds.iter().cloned()).collect()
}

fn view_reply_action(action: &ReplyAction) -> ButtonType {
    match action {
        ReplyAction::Text => ButtonType::Default,
        ReplyAction::Contact => ButtonType::RequestPhone,
        ReplyAction::Location => ButtonType::RequestGeoLocation,
        ReplyAction::Poll(quiz) => tl::types::ButtonTypeRequestPoll { quiz: *quiz }.into(),
        ReplyAction::Users(pick) => {
            let PickUsers { request, bots, premium, at_most } = **pick;
            let peer_type: RequestPeerType = tl::types::RequestPeerTypeUser { bot: bots, premium }.into();
            tl::types::ButtonTypeRequestPeer { button_id: request, peer_type, max_quantity: at_most }.into()
        }
        ReplyAction::Chat(pick) => {
            let peer_type = view_pick_chat(pick);
            tl::types::ButtonTypeRequestPeer { button_id: pick.request, peer_type, max_quantity: 1 }.into()
        }
        ReplyAction::WebApp(url) => tl::types::ButtonTypeSimpleWebView { url: url.clone() }.into(),
    }
}

fn view_pick_chat(pick: &PickChat) -> RequestPeerType {
    if pick.channel {
        let kind: tl::types::RequestPeerTypeBroadcast = blank(&[]);
        tl::types::RequestPeerTypeBroadcast { creator: pick.own, has_username: pick.named, ..kind }.into()
    } else {
        let kind: tl::types::RequestPeerTypeChat = blank(&[]);
        tl::types::RequestPeerTypeChat {
            creator: pick.own,
            bot_participant: pick.with_bot,
            has_username: pick.named,
            forum: pick.forum,
            ..kind
        }
        .into()
    }
}
