//! Keyboards as bots' clients send them.

use grammers_tl_types as tl;
use tl::enums::{ButtonType, InlineButtonType, InlineQueryPeerType, ReplyMarkup, RequestPeerType};

use crate::rpc::RpcError;
use crate::world::World;
use crate::world::keyboards::{
    ChosenChats, Colour, Inline, InlineAction, InlineButton, Keyboard, Look, PickChat, PickUsers, Reply, ReplyAction,
    ReplyButton,
};
use crate::world::refusal::Allowed;

impl World {
    /// The keyboard that a message shall come with.
    pub(crate) fn keyboard_arg(&self, me: i64, markup: Option<ReplyMarkup>) -> Allowed<Option<Keyboard>> {
        let Some(markup) = markup else { return Ok(None) };
        let keyboard = match markup {
            ReplyMarkup::ReplyKeyboardHide(hide) => Keyboard::Remove { selective: hide.selective },
            ReplyMarkup::ReplyKeyboardForceReply(force) => Keyboard::ForceReply {
                one_time: force.single_use,
                selective: force.selective,
                placeholder: force.placeholder,
            },
            ReplyMarkup::ReplyKeyboardMarkup(markup) => Keyboard::Reply(reply_of(markup)?),
            ReplyMarkup::ReplyInlineMarkup(markup) => Keyboard::Inline(self.inline_of(me, markup)?),
        };
        Ok(Some(keyboard))
    }

    fn inline_of(&self, me: i64, markup: tl::types::ReplyInlineMarkup) -> Allowed<Inline> {
        let button = |tl::enums::KeyboardInlineButton::Button(button)| {
            let (look, action) = (look_of(button.style), self.inline_action_of(me, button.r#type)?);
            Ok(InlineButton { text: button.text, look, action })
        };
        let row = |tl::enums::KeyboardInlineButtonRow::Row(row)| row.buttons.into_iter().map(button).collect();
        let rows = markup.rows.into_iter().map(row).collect::<Allowed<_>>()?;
        Ok(Inline { rows, force_reply: markup.force_reply })
    }

    fn inline_action_of(&self, me: i64, action: InlineButtonType) -> Allowed<InlineAction> {
        Ok(match action {
            InlineButtonType::Callback(callback) => InlineAction::Callback(callback.data),
            InlineButtonType::Url(link) => InlineAction::Url(link.url),
            InlineButtonType::UserProfile(profile) => InlineAction::Profile(profile.user_id),
            InlineButtonType::InputInlineButtonTypeUserProfile(profile) => {
                InlineAction::Profile(self.user_arg(me, &profile.user_id)?)
            }
            InlineButtonType::UrlAuth(auth) => InlineAction::Login { url: auth.url, forward_text: auth.fwd_text },
            InlineButtonType::InputInlineButtonTypeUrlAuth(auth) => {
                InlineAction::Login { url: auth.url, forward_text: auth.fwd_text }
            }
            InlineButtonType::WebView(app) => InlineAction::WebApp(app.url),
            InlineButtonType::SwitchInline(switch) => InlineAction::SwitchInline {
                query: switch.query,
                here: switch.same_peer,
                chosen: switch.peer_types.map(|kinds| chosen_of(&kinds)),
            },
            InlineButtonType::Copy(copy) => InlineAction::Copy(copy.copy_text),
            InlineButtonType::Game => InlineAction::Game,
            InlineButtonType::Buy => InlineAction::Pay,
            InlineButtonType::Disabled => InlineAction::Disabled,
        })
    }
}

fn reply_of(markup: tl::types::ReplyKeyboardMarkup) -> Allowed<Reply> {
    let button = |tl::enums::KeyboardButton::Button(button)| {
        let (look, action) = (look_of(button.style), reply_action_of(button.r#type)?);
        Ok(ReplyButton { text: button.text, look, action })
    };
    let row = |tl::enums::KeyboardButtonRow::Row(row)| row.buttons.into_iter().map(button).collect();
    Ok(Reply {
        rows: markup.rows.into_iter().map(row).collect::<Allowed<_>>()?,
        resize: markup.resize,
        one_time: markup.single_use,
        selective: markup.selective,
        persistent: markup.persistent,
        force_reply: markup.force_reply,
        placeholder: markup.placeholder,
    })
}

fn look_of(style: Option<tl::enums::KeyboardButtonStyle>) -> Look {
    let Some(tl::enums::KeyboardButtonStyle::Style(style)) = style else { return Look::default() };
    let colours =
        [(style.bg_primary, Colour::Primary), (style.bg_success, Colour::Success), (style.bg_danger, Colour::Danger)];
    Look { colour: colours.into_iter().find(|(chosen, _)| *chosen).map(|(_, colour)| colour), icon: style.icon }
}

fn chosen_of(kinds: &[InlineQueryPeerType]) -> ChosenChats {
    let mut chosen = ChosenChats::default();
    for kind in kinds {
        match kind {
            InlineQueryPeerType::Pm => chosen.users = true,
            InlineQueryPeerType::BotPm | InlineQueryPeerType::SameBotPm => chosen.bots = true,
            InlineQueryPeerType::Chat | InlineQueryPeerType::Megagroup => chosen.groups = true,
            InlineQueryPeerType::Broadcast => chosen.channels = true,
        }
    }
    chosen
}

fn reply_action_of(action: ButtonType) -> Allowed<ReplyAction> {
    let picked = |request: i32, kind: RequestPeerType, at_most: i32| match kind {
        RequestPeerType::User(user) => {
            let pick = PickUsers { request, bots: user.bot, premium: user.premium, at_most };
            Ok(ReplyAction::Users(Box::new(pick)))
        }
        RequestPeerType::Chat(chat) => Ok(ReplyAction::Chat(Box::new(PickChat {
            request,
            channel: false,
            forum: chat.forum,
            named: chat.has_username,
            own: chat.creator,
            with_bot: chat.bot_participant,
        }))),
        RequestPeerType::Broadcast(channel) => Ok(ReplyAction::Chat(Box::new(PickChat {
            request,
            channel: true,
            forum: None,
            named: channel.has_username,
            own: channel.creator,
            with_bot: false,
        }))),
        RequestPeerType::CreateBot(_) => Err(RpcError::bad_request("BUTTON_TYPE_INVALID")),
    };
    match action {
        ButtonType::Default => Ok(ReplyAction::Text),
        ButtonType::RequestPhone => Ok(ReplyAction::Contact),
        ButtonType::RequestGeoLocation => Ok(ReplyAction::Location),
        ButtonType::RequestPoll(poll) => Ok(ReplyAction::Poll(poll.quiz)),
        ButtonType::RequestPeer(peer) => picked(peer.button_id, peer.peer_type, peer.max_quantity),
        ButtonType::InputButtonTypeRequestPeer(peer) => picked(peer.button_id, peer.peer_type, peer.max_quantity),
        ButtonType::SimpleWebView(app) => Ok(ReplyAction::WebApp(app.url)),
    }
}
