//! Buttons under a message. The other keyboards are shown to people only.

use crate::bot_api::json::Object;
use crate::world::keyboards::{ChosenChats, Colour, Inline, InlineAction, InlineButton};

/// The field `reply_markup` of a message.
pub(crate) fn view_inline(inline: &Inline) -> Object {
    let row = |row: &Vec<InlineButton>| row.iter().map(view_button).collect::<Vec<_>>();
    Object::new()
        .with("inline_keyboard", inline.rows.iter().map(row).collect::<Vec<_>>())
        .with_flag("force_reply", inline.force_reply)
}

fn view_button(button: &InlineButton) -> Object {
    let style = button.look.colour.map(|colour| match colour {
        Colour::Primary => "primary",
        Colour::Success => "success",
        Colour::Danger => "danger",
    });
    let object = Object::new()
        .with("text", button.text.as_str())
        .with_some("icon_custom_emoji_id", button.look.icon.map(|icon| icon.to_string()))
        .with_some("style", style);
    match &button.action {
        InlineAction::Callback(data) => object.with("callback_data", String::from_utf8_lossy(data).into_owned()),
        InlineAction::Url(url) => object.with("url", url.as_str()),
        InlineAction::Profile(user) => object.with("url", format!("tg://user?id={user}")),
        InlineAction::Login { url, forward_text } => {
            let login = Object::new().with("url", url.as_str()).with_some("forward_text", forward_text.as_deref());
            object.with("login_url", login)
        }
        InlineAction::WebApp(url) => object.with("web_app", Object::new().with("url", url.as_str())),
        InlineAction::SwitchInline { query, here: true, .. } => {
            object.with("switch_inline_query_current_chat", query.as_str())
        }
        InlineAction::SwitchInline { query, chosen: None, .. } => object.with("switch_inline_query", query.as_str()),
        InlineAction::SwitchInline { query, chosen: Some(chosen), .. } => {
            object.with("switch_inline_query_chosen_chat", view_chosen(query, *chosen))
        }
        InlineAction::Copy(text) => object.with("copy_text", Object::new().with("text", text.as_str())),
        InlineAction::Game => object.with("callback_game", Object::new()),
        InlineAction::Pay => object.with("pay", true),
        InlineAction::Disabled => object.with("disabled", Object::new()),
    }
}

fn view_chosen(query: &str, chosen: ChosenChats) -> Object {
    Object::new()
        .with("query", query)
        .with("allow_user_chats", chosen.users)
        .with("allow_bot_chats", chosen.bots)
        .with("allow_group_chats", chosen.groups)
        .with("allow_channel_chats", chosen.channels)
}
