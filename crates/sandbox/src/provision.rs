//! Sessions for clients that have never seen the box: keys for all five data centres, and the strings that libraries keep sessions in.
//!
//! Invariant: every address that is handed out is on loopback, so a client that was provisioned here cannot reach the real Telegram.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// The data centres that a client can be sent to; all of them are the same port.
pub const DATA_CENTRES: std::ops::RangeInclusive<i32> = 1..=5;

/// The API id that a Pyrogram string carries; the box takes any.
const API_ID: u32 = 1;

/// How to reach one data centre.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataCentre {
    /// A loopback address.
    pub host: IpAddr,
    /// The port.
    pub port: u16,
    /// The 256 bytes of the authorisation key, in hexadecimal.
    pub auth_key_hex: String,
}

impl std::fmt::Debug for DataCentre {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("DataCentre").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// Fresh keys for one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientKeys {
    /// The data centre whose key is signed in; also the one to begin a sign-in at.
    pub home_dc: i32,
    /// Who is signed in.
    pub account: Option<i64>,
    /// All five, by number.
    pub dcs: BTreeMap<i32, DataCentre>,
}

impl ClientKeys {
    /// The key bytes of a data centre.
    pub fn auth_key(&self, dc: i32) -> Option<[u8; 256]> {
        let key = hex::decode(&self.dcs.get(&dc)?.auth_key_hex).ok()?;
        key.try_into().ok()
    }
}

/// The libraries whose session strings the box can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionKind {
    /// Telethon's `StringSession`.
    Telethon,
    /// GramJS' `StringSession`.
    GramJs,
    /// Pyrogram's `session_string`; it carries the number of a data centre but no address.
    Pyrogram,
}

/// What a session string is made of.
pub(crate) struct SessionParts<'a> {
    pub(crate) dc: i32,
    pub(crate) address: SocketAddr,
    pub(crate) key: &'a [u8; 256],
    pub(crate) user_id: i64,
    pub(crate) is_bot: bool,
}

impl SessionParts<'_> {
    pub(crate) fn write(&self, kind: SessionKind) -> String {
        match kind {
            SessionKind::Telethon => self.telethon(),
            SessionKind::GramJs => self.gramjs(),
            SessionKind::Pyrogram => self.pyrogram(),
        }
    }

    /// `>B4sH256s`, or `>B16sH256s` for IPv6.
    fn telethon(&self) -> String {
        let mut bytes = vec![self.dc as u8];
        match self.address.ip() {
            IpAddr::V4(ip) => bytes.extend(ip.octets()),
            IpAddr::V6(ip) => bytes.extend(ip.octets()),
        }
        bytes.extend(self.address.port().to_be_bytes());
        bytes.extend(self.key);
        format!("1{}", URL_SAFE.encode(bytes))
    }

    /// Data centre, address as text with its length, port, key.
    fn gramjs(&self) -> String {
        let address = self.address.ip().to_string();
        let mut bytes = vec![self.dc as u8];
        bytes.extend((address.len() as u16).to_be_bytes());
        bytes.extend(address.as_bytes());
        bytes.extend(self.address.port().to_be_bytes());
        bytes.extend(self.key);
        format!("1{}", STANDARD.encode(bytes))
    }

    /// `>BI?256sQ?`.
    fn pyrogram(&self) -> String {
        let mut bytes = vec![self.dc as u8];
        bytes.extend(API_ID.to_be_bytes());
        bytes.push(0);
        bytes.extend(self.key);
        bytes.extend(self.user_id.to_be_bytes());
        bytes.push(u8::from(self.is_bot));
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(key: &[u8; 256]) -> SessionParts<'_> {
        SessionParts { dc: 2, address: SocketAddr::from(([127, 0, 0, 1], 4430)), key, user_id: 1001, is_bot: false }
    }

    #[test]
    fn a_telethon_string_is_as_long_as_telethon_expects() {
        let string = parts(&[1; 256]).write(SessionKind::Telethon);
        assert_eq!(string.len(), 353);
        let bytes = URL_SAFE.decode(&string[1..]).expect("base64");
        assert_eq!(bytes[..7], [2, 127, 0, 0, 1, 0x11, 0x4e]);
    }

    #[test]
    fn a_gramjs_string_carries_its_address_as_text() {
        let string = parts(&[1; 256]).write(SessionKind::GramJs);
        let bytes = STANDARD.decode(&string[1..]).expect("base64");
        assert_eq!(&bytes[..12], b"\x02\x00\x09127.0.0.1");
        assert_eq!(bytes.len(), 3 + 9 + 2 + 256);
    }

    #[test]
    fn a_pyrogram_string_has_the_current_layout() {
        let string = parts(&[1; 256]).write(SessionKind::Pyrogram);
        let bytes = URL_SAFE_NO_PAD.decode(string).expect("base64");
        assert_eq!(bytes.len(), 1 + 4 + 1 + 256 + 8 + 1);
        assert_eq!(bytes[262..270], 1001_u64.to_be_bytes());
    }

    #[test]
    fn debug_output_hides_the_key() {
        let centre = DataCentre { host: IpAddr::from([127, 0, 0, 1]), port: 1, auth_key_hex: "abcdef".to_owned() };
        assert!(!format!("{centre:?}").contains("abcdef"));
    }
}
