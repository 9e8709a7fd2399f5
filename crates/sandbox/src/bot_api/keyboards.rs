//! Keyboards as bots' programs write them.

use serde::Deserialize;
use serde_json::Value;

use super::answer::ApiError;
use super::request::Given;
use crate::world::keyboards::{
    ChosenChats, Colour, Inline, InlineAction, InlineButton, Keyboard, Look, PickChat, PickUsers, Reply, ReplyAction,
    ReplyButton,
};

impl Given {
    /// The keyboard that a message shall come with, in the argument `reply_markup`.
    pub(crate) fn keyboard(&self) -> Result<Option<Keyboard>, ApiError> {
        let Some(raw) = self.json::<RawMarkup>("reply_markup").map_err(|_| unreadable())? else { return Ok(None) };
        raw.keyboard()
    }

    /// The same where only buttons under the message are allowed.
    pub(crate) fn inline_keyboard(&self) -> Result<Option<Keyboard>, ApiError> {
        match self.keyboard()? {
            Some(keyboard @ Keyboard::Inline(_)) => Ok(Some(keyboard)),
            Some(_) => Err(ApiError::bad_request("inline keyboard expected")),
            None => Ok(None),
        }
    }
}

fn unreadable() -> ApiError {
    ApiError::bad_request("can't parse reply keyboard markup JSON object")
}

#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "as the Bot API writes it")]
struct RawMarkup {
    inline_keyboard: Option<Vec<Vec<RawInlineButton>>>,
    keyboard: Option<Vec<Vec<Value>>>,
    #[serde(default)]
    remove_keyboard: bool,
    #[serde(default)]
    force_reply: bool,
    #[serde(default)]
    resize_keyboard: bool,
    #[serde(default)]
    one_time_keyboard: bool,
    #[serde(default)]
    is_persistent: bool,
    #[serde(default)]
    selective: bool,
    input_field_placeholder: Option<String>,
}

impl RawMarkup {
    fn keyboard(self) -> Result<Option<Keyboard>, ApiError> {
        let Self { selective, force_reply, .. } = self;
        let placeholder = self.input_field_placeholder.filter(|text| !text.is_empty());
        if let Some(rows) = self.inline_keyboard {
            let row = |row: Vec<RawInlineButton>| row.into_iter().map(RawInlineButton::button).collect();
            let rows: Vec<Vec<InlineButton>> = rows.into_iter().map(row).collect::<Result<_, _>>()?;
            let rows: Vec<_> = rows.into_iter().filter(|row| !row.is_empty()).collect();
            // A keyboard without buttons takes the keyboard away.
            return Ok((!rows.is_empty() || force_reply).then_some(Keyboard::Inline(Inline { rows, force_reply })));
        }
        if let Some(rows) = self.keyboard {
            let row = |row: Vec<Value>| row.into_iter().map(reply_button).collect();
            let rows: Vec<Vec<ReplyButton>> = rows.into_iter().map(row).collect::<Result<_, _>>()?;
            return Ok(Some(Keyboard::Reply(Reply {
                rows: rows.into_iter().filter(|row| !row.is_empty()).collect(),
                resize: self.resize_keyboard,
                one_time: self.one_time_keyboard,
                selective,
                persistent: self.is_persistent,
                force_reply,
                placeholder,
            })));
        }
        Ok(match (self.remove_keyboard, force_reply) {
            (true, _) => Some(Keyboard::Remove { selective }),
            (false, true) => Some(Keyboard::ForceReply { one_time: false, selective, placeholder }),
            (false, false) => None,
        })
    }
}

#[derive(Deserialize)]
struct RawInlineButton {
    text: Option<String>,
    style: Option<String>,
    icon_custom_emoji_id: Option<String>,
    url: Option<String>,
    callback_data: Option<String>,
    web_app: Option<RawAddress>,
    login_url: Option<RawLogin>,
    switch_inline_query: Option<String>,
    switch_inline_query_current_chat: Option<String>,
    switch_inline_query_chosen_chat: Option<RawChosen>,
    copy_text: Option<RawCopy>,
    callback_game: Option<Value>,
    #[serde(default)]
    pay: bool,
    disabled: Option<Value>,
}

#[derive(Deserialize)]
struct RawAddress {
    url: String,
}

#[derive(Deserialize)]
struct RawLogin {
    url: String,
    forward_text: Option<String>,
}

#[derive(Deserialize)]
struct RawCopy {
    text: String,
}

#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "as the Bot API writes it")]
struct RawChosen {
    #[serde(default)]
    query: String,
    #[serde(default)]
    allow_user_chats: bool,
    #[serde(default)]
    allow_bot_chats: bool,
    #[serde(default)]
    allow_group_chats: bool,
    #[serde(default)]
    allow_channel_chats: bool,
}

impl RawInlineButton {
    fn button(self) -> Result<InlineButton, ApiError> {
        let text = self.text.clone().unwrap_or_default().trim().to_owned();
        if text.is_empty() {
            return Err(ApiError::bad_request("inline keyboard button text must be non-empty"));
        }
        let look = look(self.style.as_deref(), self.icon_custom_emoji_id.as_deref())?;
        let action = self.action();
        let action =
            action.ok_or_else(|| ApiError::bad_request("text buttons are unallowed in the inline keyboard"))?;
        Ok(InlineButton { text, look, action })
    }

    fn action(self) -> Option<InlineAction> {
        let switch = |query, here, chosen| InlineAction::SwitchInline { query, here, chosen };
        if let Some(url) = self.url {
            return Some(profile(&url).unwrap_or(InlineAction::Url(url)));
        }
        if let Some(data) = self.callback_data {
            return Some(InlineAction::Callback(data.into_bytes()));
        }
        if let Some(app) = self.web_app {
            return Some(InlineAction::WebApp(app.url));
        }
        if let Some(login) = self.login_url {
            return Some(InlineAction::Login { url: login.url, forward_text: login.forward_text });
        }
        if let Some(query) = self.switch_inline_query {
            return Some(switch(query, false, None));
        }
        if let Some(query) = self.switch_inline_query_current_chat {
            return Some(switch(query, true, None));
        }
        if let Some(raw) = self.switch_inline_query_chosen_chat {
            let chosen = ChosenChats {
                users: raw.allow_user_chats,
                bots: raw.allow_bot_chats,
                groups: raw.allow_group_chats,
                channels: raw.allow_channel_chats,
            };
            return Some(switch(raw.query, false, Some(chosen)));
        }
        if let Some(copy) = self.copy_text {
            return Some(InlineAction::Copy(copy.text));
        }
        if self.callback_game.is_some() {
            return Some(InlineAction::Game);
        }
        if self.pay {
            return Some(InlineAction::Pay);
        }
        self.disabled.map(|_| InlineAction::Disabled)
    }
}

/// `tg://user?id=…` leads to a profile, not to an address.
fn profile(url: &str) -> Option<InlineAction> {
    url.strip_prefix("tg://user?id=")?.parse().ok().map(InlineAction::Profile)
}

fn look(style: Option<&str>, icon: Option<&str>) -> Result<Look, ApiError> {
    let colour = match style {
        None | Some("") => None,
        Some("primary") => Some(Colour::Primary),
        Some("success") => Some(Colour::Success),
        Some("danger") => Some(Colour::Danger),
        Some(_) => return Err(ApiError::bad_request("invalid button style specified")),
    };
    Ok(Look { colour, icon: icon.and_then(|icon| icon.parse().ok()) })
}

#[derive(Default, Deserialize)]
struct RawReplyButton {
    #[serde(default)]
    text: String,
    style: Option<String>,
    icon_custom_emoji_id: Option<String>,
    #[serde(default)]
    request_contact: bool,
    #[serde(default)]
    request_location: bool,
    request_poll: Option<RawPoll>,
    request_users: Option<RawUsers>,
    request_user: Option<RawUsers>,
    request_chat: Option<RawChat>,
    web_app: Option<RawAddress>,
}

#[derive(Deserialize)]
struct RawPoll {
    r#type: Option<String>,
}

#[derive(Deserialize)]
struct RawUsers {
    request_id: i32,
    user_is_bot: Option<bool>,
    user_is_premium: Option<bool>,
    max_quantity: Option<i32>,
}

#[derive(Deserialize)]
struct RawChat {
    request_id: i32,
    #[serde(default)]
    chat_is_channel: bool,
    chat_is_forum: Option<bool>,
    chat_has_username: Option<bool>,
    #[serde(default)]
    chat_is_created: bool,
    #[serde(default)]
    bot_is_member: bool,
}

fn reply_button(raw: Value) -> Result<ReplyButton, ApiError> {
    let raw = match raw {
        Value::String(text) => RawReplyButton { text, ..RawReplyButton::default() },
        other => serde_json::from_value(other).map_err(|_| unreadable())?,
    };
    let text = raw.text.trim().to_owned();
    if text.is_empty() {
        return Err(ApiError::bad_request("keyboard button text must be non-empty"));
    }
    let look = look(raw.style.as_deref(), raw.icon_custom_emoji_id.as_deref())?;
    Ok(ReplyButton { text, look, action: raw.action() })
}

impl RawReplyButton {
    fn action(self) -> ReplyAction {
        if self.request_contact {
            return ReplyAction::Contact;
        }
        if self.request_location {
            return ReplyAction::Location;
        }
        if let Some(poll) = self.request_poll {
            let is_quiz = poll.r#type.filter(|kind| !kind.is_empty()).map(|kind| kind == "quiz");
            return ReplyAction::Poll(is_quiz);
        }
        if let Some(users) = self.request_users.or(self.request_user) {
            return ReplyAction::Users(Box::new(PickUsers {
                request: users.request_id,
                bots: users.user_is_bot,
                premium: users.user_is_premium,
                at_most: users.max_quantity.unwrap_or(1).clamp(1, 10),
            }));
        }
        if let Some(chat) = self.request_chat {
            return ReplyAction::Chat(Box::new(PickChat {
                request: chat.request_id,
                channel: chat.chat_is_channel,
                forum: chat.chat_is_forum,
                named: chat.chat_has_username,
                own: chat.chat_is_created,
                with_bot: chat.bot_is_member,
            }));
        }
        self.web_app.map_or(ReplyAction::Text, |app| ReplyAction::WebApp(app.url))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "written in place")]
    fn parse(markup: Value) -> Result<Option<Keyboard>, String> {
        let given = Given::from_json(json!({ "reply_markup": markup }).as_object().expect("an object").clone());
        given.keyboard().map_err(|error| error.description)
    }

    #[test]
    fn each_kind_of_keyboard_is_known_by_its_own_field() {
        assert_eq!(parse(json!({ "remove_keyboard": true })), Ok(Some(Keyboard::Remove { selective: false })));
        assert!(matches!(parse(json!({ "force_reply": true })), Ok(Some(Keyboard::ForceReply { .. }))));
        assert!(matches!(parse(json!({ "keyboard": [["Yes"], [{ "text": "No" }]] })), Ok(Some(Keyboard::Reply(_)))));
        assert_eq!(parse(json!({ "inline_keyboard": [] })), Ok(None));
        assert_eq!(parse(json!({})), Ok(None));
    }

    #[test]
    fn buttons_without_text_or_purpose_are_refused() {
        let refused = |button: Value| parse(json!({ "inline_keyboard": [[button]] })).expect_err("refused");
        let empty = "Bad Request: inline keyboard button text must be non-empty";
        assert_eq!(refused(json!({ "text": " ", "callback_data": "x" })), empty);
        let useless = "Bad Request: text buttons are unallowed in the inline keyboard";
        assert_eq!(refused(json!({ "text": "x" })), useless);
    }

    #[test]
    fn a_link_to_a_user_is_a_profile() {
        let button = json!({ "text": "x", "url": "tg://user?id=1001" });
        let Ok(Some(Keyboard::Inline(inline))) = parse(json!({ "inline_keyboard": [[button]] })) else {
            panic!("an inline keyboard")
        };
        assert_eq!(inline.rows[0][0].action, InlineAction::Profile(1001));
    }
}
