//! Keyboards that bots hang on their messages: buttons under a message, and buttons in place of the person's own keyboard.
//!
//! What a button does when it is pressed is decided by the person's client; only callbacks come back to the world (see [`super::callbacks`]).

use super::refusal::{Allowed, RpcError};

/// Bytes behind a callback button.
const DATA_MAX: usize = 64;
/// Buttons of one keyboard. ASSUMED; the documentation names no limit.
const BUTTONS_MAX: usize = 300;

/// What a message asks its readers' clients to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keyboard {
    /// Buttons under the message.
    Inline(Inline),
    /// Buttons in place of the person's keyboard.
    Reply(Reply),
    /// Takes such a keyboard away again.
    Remove {
        /// Only for whoever is mentioned or answered.
        selective: bool,
    },
    /// Lets the client answer this message.
    ForceReply {
        /// Only once.
        one_time: bool,
        /// Only for whoever is mentioned or answered.
        selective: bool,
        /// Shown in the empty field.
        placeholder: Option<String>,
    },
}

/// Buttons under a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inline {
    /// Row by row.
    pub rows: Vec<Vec<InlineButton>>,
    /// Lets the client answer the message at the same time.
    pub force_reply: bool,
}

/// Buttons in place of a person's keyboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of Telegram's own")]
pub struct Reply {
    /// Row by row.
    pub rows: Vec<Vec<ReplyButton>>,
    /// As low as its buttons, instead of as high as a keyboard.
    pub resize: bool,
    /// Goes away after use.
    pub one_time: bool,
    /// Only for whoever is mentioned or answered.
    pub selective: bool,
    /// Stays although the person's own keyboard is closed.
    pub persistent: bool,
    /// Lets the client answer the message at the same time.
    pub force_reply: bool,
    /// Shown in the empty field.
    pub placeholder: Option<String>,
}

/// How a button looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Its colour; the client's own without one.
    pub colour: Option<Colour>,
    /// A custom emoji before the text.
    pub icon: Option<i64>,
}

/// The colours of buttons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Blue.
    Primary,
    /// Green.
    Success,
    /// Red.
    Danger,
}

/// One button under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlineButton {
    /// What stands on it.
    pub text: String,
    /// Its colour and icon.
    pub look: Look,
    /// What it does.
    pub action: InlineAction,
}

/// What a button under a message does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InlineAction {
    /// Sends these bytes to the bot, which answers.
    Callback(Vec<u8>),
    /// Opens an address.
    Url(String),
    /// Opens somebody's profile.
    Profile(i64),
    /// Opens an address, signed in.
    Login {
        /// The address.
        url: String,
        /// What the button says in forwarded messages.
        forward_text: Option<String>,
    },
    /// Opens a web app.
    WebApp(String),
    /// Begins an inline query.
    SwitchInline {
        /// What it begins with.
        query: String,
        /// In this chat, or in one that the person picks.
        here: bool,
        /// Only chats of these kinds may be picked.
        chosen: Option<ChosenChats>,
    },
    /// Copies a text.
    Copy(String),
    /// Starts a game.
    Game,
    /// Pays.
    Pay,
    /// Nothing.
    Disabled,
}

/// Kinds of chats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of Telegram's own")]
pub struct ChosenChats {
    /// Private chats with people.
    pub users: bool,
    /// Private chats with bots.
    pub bots: bool,
    /// Groups.
    pub groups: bool,
    /// Channels.
    pub channels: bool,
}

/// One button of a person's keyboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyButton {
    /// What stands on it, and what is sent when it does nothing else.
    pub text: String,
    /// Its colour and icon.
    pub look: Look,
    /// What it does.
    pub action: ReplyAction,
}

/// What a button of a person's keyboard does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyAction {
    /// Sends its text.
    Text,
    /// Sends the person's phone number.
    Contact,
    /// Sends where the person is.
    Location,
    /// Lets the person make a poll; a quiz, a plain one, or either.
    Poll(Option<bool>),
    /// Lets the person pick users.
    Users(Box<PickUsers>),
    /// Lets the person pick a chat.
    Chat(Box<PickChat>),
    /// Opens a web app.
    WebApp(String),
}

/// Which users may be picked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PickUsers {
    /// The bot's own number for the request.
    pub request: i32,
    /// Bots, people, or both.
    pub bots: Option<bool>,
    /// With or without a subscription, or both.
    pub premium: Option<bool>,
    /// At most so many.
    pub at_most: i32,
}

/// Which chats may be picked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PickChat {
    /// The bot's own number for the request.
    pub request: i32,
    /// A channel rather than a group.
    pub channel: bool,
    /// Forums, other groups, or both.
    pub forum: Option<bool>,
    /// With or without a public name, or both.
    pub named: Option<bool>,
    /// Only the person's own.
    pub own: bool,
    /// Only where the bot is.
    pub with_bot: bool,
}

impl Keyboard {
    /// The buttons under the message, if it is such a keyboard.
    pub fn inline(&self) -> Option<&Inline> {
        match self {
            Self::Inline(inline) => Some(inline),
            Self::Reply(_) | Self::Remove { .. } | Self::ForceReply { .. } => None,
        }
    }

    /// Refuses what Telegram refuses.
    pub fn check(&self) -> Allowed<()> {
        match self {
            Self::Inline(inline) => inline.check(),
            Self::Reply(reply) => {
                let texts: Vec<&str> = reply.buttons().map(|button| button.text.as_str()).collect();
                check_texts(&texts)
            }
            Self::Remove { .. } | Self::ForceReply { .. } => Ok(()),
        }
    }
}

impl Inline {
    /// All buttons.
    pub fn buttons(&self) -> impl Iterator<Item = &InlineButton> {
        self.rows.iter().flatten()
    }

    /// The button that sends these bytes.
    pub fn with_data(&self, data: &[u8]) -> Option<&InlineButton> {
        self.buttons().find(|button| matches!(&button.action, InlineAction::Callback(own) if own == data))
    }

    fn check(&self) -> Allowed<()> {
        let texts: Vec<&str> = self.buttons().map(|button| button.text.as_str()).collect();
        check_texts(&texts)?;
        for button in self.buttons() {
            button.action.check()?;
        }
        Ok(())
    }
}

impl InlineAction {
    fn check(&self) -> Allowed<()> {
        match self {
            Self::Callback(data) if data.is_empty() || data.len() > DATA_MAX => {
                Err(RpcError::bad_request("BUTTON_DATA_INVALID"))
            }
            Self::Url(url) | Self::Login { url, .. } if !is_address(url) => {
                Err(RpcError::bad_request("BUTTON_URL_INVALID"))
            }
            Self::WebApp(url) if !url.starts_with("https://") => Err(RpcError::bad_request("BUTTON_URL_INVALID")),
            Self::Copy(text) if text.is_empty() || text.chars().count() > 256 => {
                Err(RpcError::bad_request("BUTTON_COPY_TEXT_INVALID"))
            }
            _ => Ok(()),
        }
    }
}

impl Reply {
    /// All buttons.
    pub fn buttons(&self) -> impl Iterator<Item = &ReplyButton> {
        self.rows.iter().flatten()
    }
}

fn check_texts(texts: &[&str]) -> Allowed<()> {
    if texts.len() > BUTTONS_MAX {
        return Err(RpcError::bad_request("REPLY_MARKUP_TOO_LONG"));
    }
    texts.iter().all(|text| !text.is_empty()).then_some(()).ok_or_else(|| RpcError::bad_request("BUTTON_TEXT_INVALID"))
}

/// Whether a button may lead there: the web, Telegram's own links, and a machine's own name.
fn is_address(url: &str) -> bool {
    match url::Url::parse(url) {
        Ok(parsed) => match parsed.scheme() {
            "http" | "https" => parsed.host_str().is_some_and(|host| host.contains('.') || host == "localhost"),
            "tg" | "ton" => true,
            _ => false,
        },
        Err(_) => url::Url::parse(&format!("http://{url}"))
            .is_ok_and(|parsed| parsed.host_str().is_some_and(|host| host.contains('.'))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyboard(action: InlineAction) -> Keyboard {
        let button = InlineButton { text: "Go".to_owned(), look: Look::default(), action };
        Keyboard::Inline(Inline { rows: vec![vec![button]], force_reply: false })
    }

    fn refusal(action: InlineAction) -> String {
        keyboard(action).check().err().map(|error| error.text).unwrap_or_default()
    }

    #[test]
    fn data_may_have_sixty_four_bytes() {
        assert_eq!(refusal(InlineAction::Callback(vec![b'x'; 64])), "");
        assert_eq!(refusal(InlineAction::Callback(vec![b'x'; 65])), "BUTTON_DATA_INVALID");
        assert_eq!(refusal(InlineAction::Callback(Vec::new())), "BUTTON_DATA_INVALID");
    }

    #[test]
    fn addresses_lead_to_the_web_or_to_telegram() {
        for right in ["https://example.org/a?b", "example.org", "tg://resolve?domain=x", "http://localhost:8080"] {
            assert_eq!(refusal(InlineAction::Url(right.to_owned())), "", "{right}");
        }
        for wrong in ["", "javascript:alert(1)", "no address", "http://"] {
            assert_eq!(refusal(InlineAction::Url(wrong.to_owned())), "BUTTON_URL_INVALID", "{wrong}");
        }
    }

    #[test]
    fn a_button_is_found_by_its_data() {
        let Keyboard::Inline(inline) = keyboard(InlineAction::Callback(b"yes".to_vec())) else { panic!("inline") };
        assert!(inline.with_data(b"yes").is_some());
        assert!(inline.with_data(b"no").is_none());
    }
}
