//! Session strings of other libraries, read and written: Telethon, GramJS, Pyrogram.
//!
//! A session string is a login: whoever has it is the account. So no error here ever quotes one, and what is written
//! is a secret. Addresses are kept where a string has one; a Pyrogram string only names the data centre.

mod base64_text;
mod gramjs;
mod pyrogram;
mod telethon;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use secrecy::SecretString;

use crate::ports::ImportedKey;

/// Whose session string it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StringKind {
    /// Telethon's `StringSession`.
    Telethon,
    /// GramJS' `StringSession`.
    GramJs,
    /// Pyrogram's, and that of its successors.
    Pyrogram,
}

impl StringKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Telethon, Self::GramJs, Self::Pyrogram];

    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Telethon => "telethon",
            Self::GramJs => "gramjs",
            Self::Pyrogram => "pyrogram",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What a Pyrogram string says besides the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// `api_id` of the application that signed in.
    pub api_id: i32,
    /// Telegram's id of the account.
    pub user_id: i64,
    /// Whether it is a bot.
    pub is_bot: bool,
}

/// Why a text is no session string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing was given.
    #[error("there is no session string")]
    Empty,
    /// It begins with a version that is not known here.
    #[error("the session string is of an unknown version; Telethon's and GramJS' begin with 1")]
    Version,
    /// Not base64: often a part of it is missing, or quotes were copied too.
    #[error("the session string is not whole: copy all of it, without quotes or spaces")]
    NotBase64,
    /// Some other number of bytes than this library writes.
    #[error("the session string has the wrong length for {}; check the kind, and that all of it was copied", .0.as_str())]
    Length(StringKind),
    /// The data centre does not exist.
    #[error("the session string names a data centre that does not exist; check the kind")]
    Dc,
    /// A key that was never agreed on.
    #[error("the session string holds no key; it was made before signing in")]
    NoKey,
    /// The test servers have other keys and accounts.
    #[error("the session string is of Telegram's test servers")]
    TestServers,
}

/// Why a session cannot be written as such a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The string needs an address, and none is known for this data centre.
    #[error("the address of data centre {0} is not known")]
    NoAddress(i32),
    /// The number does not fit the string.
    #[error("the data centre or api id does not fit this kind of string")]
    OutOfRange,
}

/// Reads a session string.
pub fn read(kind: StringKind, text: &str) -> Result<ImportedKey, ReadError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ReadError::Empty);
    }
    let key = match kind {
        StringKind::Telethon => telethon::read(text),
        StringKind::GramJs => gramjs::read(text),
        StringKind::Pyrogram => pyrogram::read(text),
    }?;
    check(key)
}

/// Writes a session string.
pub fn write(kind: StringKind, key: &ImportedKey, holder: &Holder) -> Result<SecretString, WriteError> {
    match kind {
        StringKind::Telethon => telethon::write(key),
        StringKind::GramJs => gramjs::write(key),
        StringKind::Pyrogram => pyrogram::write(key, holder),
    }
}

fn check(key: ImportedKey) -> Result<ImportedKey, ReadError> {
    use secrecy::ExposeSecret;

    // Telegram has five; a sandbox or a relay of CDN data centres may count further.
    if !(1..=1000).contains(&key.dc) {
        return Err(ReadError::Dc);
    }
    if key.auth_key.expose_secret().iter().all(|byte| *byte == 0) {
        return Err(ReadError::NoKey);
    }
    Ok(key)
}

/// Where a key's data centre is: its own address, or the one that every client of Telegram is built with.
fn address_of(key: &ImportedKey) -> Result<SocketAddr, WriteError> {
    let well_known = || {
        let address = match key.dc {
            1 => Ipv4Addr::new(149, 154, 175, 53),
            2 => Ipv4Addr::new(149, 154, 167, 51),
            3 => Ipv4Addr::new(149, 154, 175, 100),
            4 => Ipv4Addr::new(149, 154, 167, 91),
            5 => Ipv4Addr::new(91, 108, 56, 130),
            _ => return None,
        };
        Some(SocketAddr::new(IpAddr::V4(address), 443))
    };
    key.address.or_else(well_known).ok_or(WriteError::NoAddress(key.dc))
}
