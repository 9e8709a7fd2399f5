use serde::Deserialize;
use telegraphist_application::ports::{KnownPeer, PeerKind};
use telegraphist_domain::ChatId;

/// A person or bot.
#[derive(Clone, Deserialize)]
pub(crate) struct User {
    pub(crate) id: i64,
    #[serde(default)]
    pub(crate) is_bot: bool,
    #[serde(default)]
    pub(crate) first_name: String,
    pub(crate) last_name: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) language_code: Option<String>,
    #[serde(default)]
    pub(crate) is_premium: bool,
}

impl User {
    /// First and last name; the id for accounts that are gone.
    pub(crate) fn name(&self) -> String {
        full_name(&self.first_name, self.last_name.as_deref()).unwrap_or_else(|| self.id.to_string())
    }
}

/// First and last name, if there is either.
pub(super) fn full_name(first: &str, last: Option<&str>) -> Option<String> {
    match (first.trim(), last.unwrap_or_default().trim()) {
        ("", "") => None,
        (name, "") | ("", name) => Some(name.to_owned()),
        (first, last) => Some(format!("{first} {last}")),
    }
}

/// The user, to be remembered.
pub(crate) fn peer_of_user(user: &User) -> KnownPeer {
    KnownPeer {
        id: ChatId(user.id),
        kind: if user.is_bot { PeerKind::Bot } else { PeerKind::User },
        access_hash: None,
        username: user.username.as_ref().map(|name| name.to_lowercase()),
        phone: None,
        name: user.name(),
        is_self: false,
    }
}
