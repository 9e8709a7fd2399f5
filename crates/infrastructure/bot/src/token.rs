use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use telegraphist_domain::UserId;

/// The longest token that Telegram looks up.
const LENGTH_MAX: usize = 80;

/// A bot's token. Whoever has it is the bot, so it is shown nowhere.
#[derive(Clone)]
pub(crate) struct Token {
    secret: SecretString,
    bot: UserId,
}

impl Token {
    /// Reads `<bot id>:<secret>`; `None` for what Telegram would not look up.
    pub(crate) fn parse(text: &SecretString) -> Option<Self> {
        let text = text.expose_secret().trim();
        let (id, secret) = text.split_once(':')?;
        let is_id = !id.starts_with('0') && id.bytes().all(|byte| byte.is_ascii_digit());
        let is_secret =
            !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if !is_id || !is_secret || text.len() > LENGTH_MAX {
            return None;
        }
        let bot = UserId(id.parse().ok()?);
        Some(Self { secret: text.into(), bot })
    }

    /// Whose it is.
    pub(crate) fn bot(&self) -> UserId {
        self.bot
    }

    /// The token itself, for the vault and for addresses of the Bot API.
    pub(crate) fn expose(&self) -> &str {
        self.secret.expose_secret()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_telegram_would_look_up_is_a_token() {
        let parse = |text: &str| Token::parse(&text.into());
        let token = parse(" 42:AAH_x-9\n").expect("a token");
        assert_eq!((token.bot(), token.expose()), (UserId(42), "42:AAH_x-9"));
        let long = format!("42:{}", "x".repeat(LENGTH_MAX));
        for text in [
            "",
            "42",
            ":x",
            "42:",
            "042:x",
            "x:y",
            "-42:x",
            "42:a/b",
            "42:a b",
            "42:ä",
            "99999999999999999999:x",
            &long,
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_token_is_not_shown() {
        let token = Token::parse(&"42:secret".into()).expect("a token");
        assert_eq!(format!("{token:?} {token:#?}"), "Token(..) Token(..)");
    }
}
