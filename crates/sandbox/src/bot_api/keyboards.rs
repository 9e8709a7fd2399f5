//! Keyboards as bots' programs write them.

use serde_json::Value;

use super::answer::ApiError;
use super::fields::{Fields, Read, narrow};
use super::request::Given;
use crate::world::keyboards::{
    ChosenChats, Colour, Inline, InlineAction, InlineButton, Keyboard, Look, PickChat, PickUsers, Reply, ReplyAction,
    ReplyButton,
};

impl Given {
    /// The keyboard that a message shall come with, in the argument `reply_markup`.
    pub(crate) fn keyboard(&self) -> Result<Option<Keyboard>, ApiError> {
        let Some(markup) = self.json("reply_markup", "reply keyboard markup")? else { return Ok(None) };
        read(&markup).map_err(|reason| ApiError::bad_request(&lower(&reason)))
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

/// Reasons stand behind other words, so they begin small.
pub(crate) fn lower(reason: &str) -> String {
    let mut letters = reason.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn read(markup: &Value) -> Read<Option<Keyboard>> {
    let fields = Fields::of(markup, "Object expected as reply markup")?;
    let wrong = "Field \"keyboard\" must be an Array of Arrays";
    let rows = read_rows(fields.list("keyboard")?, wrong, "keyboard button", reply_button)?;
    let wrong = "Field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays";
    let inline_rows = read_rows(fields.list("inline_keyboard")?, wrong, "inline keyboard button", inline_button)?;
    let selective = fields.flag("selective")?;
    let force_reply = fields.flag("force_reply")?;
    let placeholder = Some(fields.optional_text("input_field_placeholder")?).filter(|text| !text.is_empty());
    if !rows.is_empty() {
        return Ok(Some(Keyboard::Reply(Reply {
            rows,
            resize: fields.flag("resize_keyboard")?,
            one_time: fields.flag("one_time_keyboard")?,
            selective,
            persistent: fields.flag("is_persistent")?,
            force_reply,
            placeholder,
        })));
    }
    if !inline_rows.is_empty() {
        return Ok(Some(Keyboard::Inline(Inline { rows: inline_rows, force_reply })));
    }
    Ok(match (fields.flag("remove_keyboard")?, force_reply) {
        (true, _) => Some(Keyboard::Remove { selective }),
        (false, true) => Some(Keyboard::ForceReply { one_time: false, selective, placeholder }),
        (false, false) => None,
    })
}

/// Rows of buttons; empty rows are left out.
fn read_rows<T>(list: &[Value], wrong: &str, what: &str, read: fn(&Value) -> Read<T>) -> Read<Vec<Vec<T>>> {
    let mut rows = Vec::new();
    for row in list {
        let buttons = row.as_array().ok_or(wrong)?.iter().map(read).collect::<Read<Vec<T>>>();
        let buttons = buttons.map_err(|reason| format!("Can't parse {what}: {reason}"))?;
        if !buttons.is_empty() {
            rows.push(buttons);
        }
    }
    Ok(rows)
}

fn inline_button(button: &Value) -> Read<InlineButton> {
    let fields = Fields::of(button, "InlineKeyboardButton must be an Object")?;
    let text = fields.text("text")?.trim().to_owned();
    let action = inline_action(fields)?.ok_or("Text buttons are unallowed in the inline keyboard")?;
    Ok(InlineButton { text, look: look(fields)?, action })
}

fn inline_action(fields: Fields<'_>) -> Read<Option<InlineAction>> {
    let switch = |query, here, chosen| InlineAction::SwitchInline { query, here, chosen };
    let url = fields.optional_text("url")?;
    if !url.is_empty() {
        return Ok(Some(profile(&url).unwrap_or(InlineAction::Url(url))));
    }
    let data = fields.optional_text("callback_data")?;
    if !data.is_empty() {
        return Ok(Some(InlineAction::Callback(data.into_bytes())));
    }
    if fields.has("callback_game") {
        return Ok(Some(InlineAction::Game));
    }
    if fields.has("pay") {
        return Ok(Some(InlineAction::Pay));
    }
    if fields.has("switch_inline_query") {
        return Ok(Some(switch(fields.text("switch_inline_query")?, false, None)));
    }
    if let Some(chosen) = fields.optional_object("switch_inline_query_chosen_chat")? {
        let query = chosen.optional_text("query")?;
        return Ok(Some(switch(query, false, Some(chosen_chats(chosen)?))));
    }
    if fields.has("switch_inline_query_current_chat") {
        return Ok(Some(switch(fields.text("switch_inline_query_current_chat")?, true, None)));
    }
    if let Some(login) = fields.optional_object("login_url")? {
        let forward_text = Some(login.optional_text("forward_text")?).filter(|text| !text.is_empty());
        return Ok(Some(InlineAction::Login { url: login.text("url")?, forward_text }));
    }
    if let Some(app) = fields.optional_object("web_app")? {
        return Ok(Some(InlineAction::WebApp(app.text("url")?)));
    }
    if let Some(copy) = fields.optional_object("copy_text")? {
        return Ok(Some(InlineAction::Copy(copy.text("text")?)));
    }
    Ok(fields.has("disabled").then_some(InlineAction::Disabled))
}

fn chosen_chats(fields: Fields<'_>) -> Read<ChosenChats> {
    Ok(ChosenChats {
        users: fields.flag("allow_user_chats")?,
        bots: fields.flag("allow_bot_chats")?,
        groups: fields.flag("allow_group_chats")?,
        channels: fields.flag("allow_channel_chats")?,
    })
}

/// `tg://user?id=…` leads to a profile, not to an address.
fn profile(url: &str) -> Option<InlineAction> {
    url.strip_prefix("tg://user?id=")?.parse().ok().map(InlineAction::Profile)
}

fn look(fields: Fields<'_>) -> Read<Look> {
    let colour = match fields.optional_text("style")?.as_str() {
        "" => None,
        "primary" => Some(Colour::Primary),
        "success" => Some(Colour::Success),
        "danger" => Some(Colour::Danger),
        // ASSUMED: the real words are not known.
        _ => return Err("Unsupported button style specified".to_owned()),
    };
    Ok(Look { colour, icon: fields.optional_text("icon_custom_emoji_id")?.parse().ok() })
}

fn reply_button(button: &Value) -> Read<ReplyButton> {
    if let Value::String(text) = button {
        return Ok(ReplyButton { text: text.trim().to_owned(), look: Look::default(), action: ReplyAction::Text });
    }
    let fields = Fields::of(button, "KeyboardButton must be a String or an Object")?;
    let text = fields.text("text")?.trim().to_owned();
    Ok(ReplyButton { text, look: look(fields)?, action: reply_action(fields)? })
}

fn reply_action(fields: Fields<'_>) -> Read<ReplyAction> {
    if fields.flag("request_contact")? {
        return Ok(ReplyAction::Contact);
    }
    if fields.flag("request_location")? {
        return Ok(ReplyAction::Location);
    }
    if let Some(poll) = fields.optional_object("request_poll")? {
        let kind = poll.optional_text("type")?;
        return Ok(ReplyAction::Poll(match kind.as_str() {
            "quiz" => Some(true),
            "regular" => Some(false),
            _ => None,
        }));
    }
    if let Some(app) = fields.optional_object("web_app")? {
        return Ok(ReplyAction::WebApp(app.text("url")?));
    }
    if let Some(users) = fields.optional_object("request_users")?.or(fields.optional_object("request_user")?) {
        return Ok(ReplyAction::Users(Box::new(PickUsers {
            request: narrow(users.number("request_id")?),
            bots: users.optional_flag("user_is_bot")?,
            premium: users.optional_flag("user_is_premium")?,
            at_most: narrow(users.optional_number("max_quantity")?.unwrap_or(1)).clamp(1, 10),
        })));
    }
    if let Some(chat) = fields.optional_object("request_chat")? {
        return Ok(ReplyAction::Chat(Box::new(PickChat {
            request: narrow(chat.number("request_id")?),
            channel: chat.flag("chat_is_channel")?,
            forum: chat.optional_flag("chat_is_forum")?,
            named: chat.optional_flag("chat_has_username")?,
            own: chat.flag("chat_is_created")?,
            with_bot: chat.flag("bot_is_member")?,
        })));
    }
    Ok(ReplyAction::Text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "written in place")]
    fn parse(markup: Value) -> Result<Option<Keyboard>, String> {
        let given = Given::from_json(json!({ "reply_markup": markup }).as_object().expect("an object").clone());
        given.keyboard().map_err(|error| error.description.strip_prefix("Bad Request: ").unwrap_or_default().to_owned())
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
    fn wrong_keyboards_are_refused_in_the_real_words() {
        let button = |button: Value| json!({ "inline_keyboard": [[button]] });
        let cases = [
            (json!([1]), "object expected as reply markup"),
            (
                json!({ "inline_keyboard": [{ "text": "x" }] }),
                "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays",
            ),
            (json!({ "keyboard": ["x"] }), "field \"keyboard\" must be an Array of Arrays"),
            (json!({ "keyboard": [[1]] }), "can't parse keyboard button: KeyboardButton must be a String or an Object"),
            (button(json!("x")), "can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
            (button(json!({ "callback_data": "x" })), "can't parse inline keyboard button: Can't find field \"text\""),
            (
                button(json!({ "text": "x" })),
                "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
            ),
        ];
        for (markup, reason) in cases {
            assert_eq!(parse(markup.clone()), Err(reason.to_owned()), "{markup}");
        }
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
