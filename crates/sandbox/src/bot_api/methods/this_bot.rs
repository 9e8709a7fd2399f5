//! The bot itself: who it is, how it presents itself, and its sessions.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Call;
use crate::bot_api::answer::{ApiError, Outcome};
use crate::bot_api::fields::{Fields, Read};
use crate::bot_api::json::{Node, Object};
use crate::world::peers::Peer;
use crate::world::presenting::{Command, MenuButton, Presentation, Scope, check_language, in_language};

/// Letters of a name, of a description, of a short one.
const NAME_MAX: usize = 64;
const DESCRIPTION_MAX: usize = 512;
const SHORT_MAX: usize = 120;

#[expect(clippy::unnecessary_wraps, reason = "one form of all methods")]
pub(super) fn get_me(call: &mut Call<'_>) -> Outcome {
    Ok(call.view().me().into())
}

/// The world has one server only, which a bot does not leave. ASSUMED: a bot that stays is not refused anything.
#[expect(clippy::unnecessary_wraps, reason = "one form of all methods")]
pub(super) fn log_out(_: &mut Call<'_>) -> Outcome {
    Ok(true.into())
}

/// Likewise.
#[expect(clippy::unnecessary_wraps, reason = "one form of all methods")]
pub(super) fn close(_: &mut Call<'_>) -> Outcome {
    Ok(true.into())
}

impl Call<'_> {
    fn language(&self) -> Result<String, ApiError> {
        let language = self.given.text("language_code").unwrap_or_default();
        check_language(language)?;
        Ok(language.to_owned())
    }

    fn presentation(&mut self) -> &mut Presentation {
        &mut self.world.bot_mut(self.bot).presentation
    }

    /// Sets a text for a language; an empty one takes it away.
    fn describe(
        &mut self,
        argument: &str,
        at_most: usize,
        texts: impl FnOnce(&mut Presentation) -> &mut BTreeMap<String, String>,
    ) -> Outcome {
        let language = self.language()?;
        let text = self.given.text(argument).unwrap_or_default().trim().to_owned();
        if text.chars().count() > at_most {
            return Err(ApiError::bad_request(&format!("{} is too long", argument.replace('_', " "))));
        }
        let presentation = self.presentation();
        presentation.version += 1;
        let texts = texts(presentation);
        if text.is_empty() {
            texts.remove(&language);
        } else {
            texts.insert(language, text);
        }
        Ok(true.into())
    }

    /// The text of a language, in an object with one field.
    fn described(
        &mut self,
        field: &'static str,
        texts: impl FnOnce(&Presentation) -> &BTreeMap<String, String>,
        otherwise: String,
    ) -> Outcome {
        let language = self.language()?;
        let presentation = self.presentation();
        let text = in_language(texts(presentation), &language).map_or(otherwise, str::to_owned);
        Ok(Object::new().with(field, text).into())
    }
}

pub(super) fn set_my_name(call: &mut Call<'_>) -> Outcome {
    let done = call.describe("name", NAME_MAX, |presentation| &mut presentation.names)?;
    // The name for everybody is the account's own.
    let name = call.presentation().names.get("").cloned();
    if let Some((name, account)) = name.zip(call.world.accounts.get_mut(call.bot)) {
        account.first_name = name;
    }
    Ok(done)
}

pub(super) fn get_my_name(call: &mut Call<'_>) -> Outcome {
    let own = call.world.accounts.get(call.bot).map(|account| account.first_name.clone()).unwrap_or_default();
    call.described("name", |presentation| &presentation.names, own)
}

pub(super) fn set_my_description(call: &mut Call<'_>) -> Outcome {
    call.describe("description", DESCRIPTION_MAX, |presentation| &mut presentation.descriptions)
}

pub(super) fn get_my_description(call: &mut Call<'_>) -> Outcome {
    call.described("description", |presentation| &presentation.descriptions, String::new())
}

pub(super) fn set_my_short_description(call: &mut Call<'_>) -> Outcome {
    call.describe("short_description", SHORT_MAX, |presentation| &mut presentation.short_descriptions)
}

pub(super) fn get_my_short_description(call: &mut Call<'_>) -> Outcome {
    call.described("short_description", |presentation| &presentation.short_descriptions, String::new())
}

impl Call<'_> {
    fn scope(&self) -> Result<Scope, ApiError> {
        let Some(value) = self.given.json("scope", "BotCommandScope")? else { return Ok(Scope::Default) };
        let wrong = |reason: String| ApiError::bad_request(&format!("can't parse BotCommandScope: {reason}"));
        let fields = Fields::of(&value, "expected an Object").map_err(wrong)?;
        let chat =
            |fields: Fields<'_>| -> Result<Peer, ApiError> { self.find_chat(&fields.text("chat_id").map_err(wrong)?) };
        Ok(match fields.text("type").map_err(wrong)?.as_str() {
            "default" => Scope::Default,
            "all_private_chats" => Scope::Private,
            "all_group_chats" => Scope::Groups,
            "all_chat_administrators" => Scope::Admins,
            "chat" => Scope::Chat(chat(fields)?),
            "chat_administrators" => Scope::ChatAdmins(chat(fields)?),
            "chat_member" => Scope::ChatMember(chat(fields)?, fields.number("user_id").map_err(wrong)?),
            _ => return Err(wrong("Unsupported type specified".to_owned())),
        })
    }

    fn commands(&self) -> Result<Vec<Command>, ApiError> {
        let value = self.given.json("commands", "commands")?.unwrap_or_default();
        let list = value.as_array().ok_or_else(|| ApiError::bad_request("expected an Array of BotCommand"))?;
        let wrong = |reason: String| ApiError::bad_request(&format!("can't parse BotCommand: {reason}"));
        list.iter().map(|value| read_command(value).map_err(wrong)).collect()
    }
}

fn read_command(value: &Value) -> Read<Command> {
    let fields = Fields::of(value, "expected an Object")?;
    let command = fields.text("command")?;
    let command = command.strip_prefix('/').unwrap_or(&command).to_owned();
    Ok(Command { command, description: fields.text("description")?.trim().to_owned() })
}

pub(super) fn set_my_commands(call: &mut Call<'_>) -> Outcome {
    let commands = call.commands()?;
    let (scope, language) = (call.scope()?, call.language()?);
    call.presentation().set_commands(scope, &language, commands)?;
    Ok(true.into())
}

pub(super) fn delete_my_commands(call: &mut Call<'_>) -> Outcome {
    let (scope, language) = (call.scope()?, call.language()?);
    call.presentation().set_commands(scope, &language, Vec::new())?;
    Ok(true.into())
}

pub(super) fn get_my_commands(call: &mut Call<'_>) -> Outcome {
    let (scope, language) = (call.scope()?, call.language()?);
    let view = |command: &Command| {
        Object::new().with("command", command.command.as_str()).with("description", command.description.as_str())
    };
    let commands: Vec<Object> = call.presentation().commands_of(scope, &language).iter().map(view).collect();
    Ok(commands.into())
}

pub(super) fn set_chat_menu_button(call: &mut Call<'_>) -> Outcome {
    let button = match call.given.json("menu_button", "menu button")? {
        None => MenuButton::Default,
        Some(value) => read_button(&value)
            .map_err(|reason| ApiError::bad_request(&format!("can't parse menu button: {reason}")))?,
    };
    if let MenuButton::WebApp { url, .. } = &button
        && !url.starts_with("https://")
    {
        return Err(ApiError::bad_request("BUTTON_URL_INVALID"));
    }
    match call.menu_person()? {
        None => call.presentation().button = button,
        Some(person) if button == MenuButton::Default => drop(call.presentation().buttons.remove(&person)),
        Some(person) => drop(call.presentation().buttons.insert(person, button)),
    }
    Ok(true.into())
}

pub(super) fn get_chat_menu_button(call: &mut Call<'_>) -> Outcome {
    let person = call.menu_person()?;
    let presentation = call.presentation();
    let own = person.and_then(|person| presentation.buttons.get(&person));
    Ok(view_button(own.unwrap_or(&presentation.button)).into())
}

impl Call<'_> {
    /// Whose button is meant; nobody's for everybody's.
    fn menu_person(&self) -> Result<Option<i64>, ApiError> {
        let Some(name) = self.given.text("chat_id") else { return Ok(None) };
        let person = self.find_chat(name)?.user();
        person.map(Some).ok_or_else(|| ApiError::bad_request("chat not found"))
    }
}

fn read_button(value: &Value) -> Read<MenuButton> {
    let fields = Fields::of(value, "expected an Object")?;
    match fields.text("type")?.as_str() {
        "default" => Ok(MenuButton::Default),
        "commands" => Ok(MenuButton::Commands),
        "web_app" => {
            let app = fields.optional_object("web_app")?.ok_or("Can't find field \"web_app\"")?;
            Ok(MenuButton::WebApp { text: fields.text("text")?, url: app.text("url")? })
        }
        _ => Err("MenuButton has unsupported type".to_owned()),
    }
}

fn view_button(button: &MenuButton) -> Object {
    let object = |kind: &str| Object::new().with("type", kind);
    match button {
        MenuButton::Default => object("default"),
        MenuButton::Commands => object("commands"),
        MenuButton::WebApp { text, url } => {
            let app: Node = Object::new().with("url", url.as_str()).into();
            object("web_app").with("text", text.as_str()).with("web_app", app)
        }
    }
}
