//! `1` and URL-safe base64 of data centre (u8), IPv4 or IPv6 address, port (u16) and key; big-endian.

use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::base64_text::{auth_key, decode};
use super::{ReadError, StringKind, WriteError, address_of};
use crate::ports::ImportedKey;

const KEY: usize = 256;
const WITH_V4: usize = 1 + 4 + 2 + KEY;
const WITH_V6: usize = 1 + 16 + 2 + KEY;

pub(super) fn read(text: &str) -> Result<ImportedKey, ReadError> {
    let bytes = decode(text.strip_prefix('1').ok_or(ReadError::Version)?)?;
    from_bytes(&bytes).ok_or(ReadError::Length(StringKind::Telethon))
}

/// Also what GramJS reads of Telethon's.
pub(super) fn from_bytes(bytes: &[u8]) -> Option<ImportedKey> {
    let (dc, rest) = bytes.split_first()?;
    let (ip, rest) = match bytes.len() {
        WITH_V4 => (IpAddr::from(*rest.first_chunk::<4>()?), &rest[4..]),
        WITH_V6 => (IpAddr::from(*rest.first_chunk::<16>()?), &rest[16..]),
        _ => return None,
    };
    let (port, key) = rest.split_first_chunk::<2>()?;
    Some(ImportedKey {
        dc: i32::from(*dc),
        address: Some(SocketAddr::new(ip, u16::from_be_bytes(*port))),
        auth_key: auth_key(key)?,
    })
}

pub(super) fn write(key: &ImportedKey) -> Result<SecretString, WriteError> {
    let address = address_of(key)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(WITH_V6));
    bytes.push(u8::try_from(key.dc).map_err(|_| WriteError::OutOfRange)?);
    match address.ip() {
        IpAddr::V4(ip) => bytes.extend_from_slice(&ip.octets()),
        IpAddr::V6(ip) => bytes.extend_from_slice(&ip.octets()),
    }
    bytes.extend_from_slice(&address.port().to_be_bytes());
    bytes.extend_from_slice(key.auth_key.expose_secret());
    Ok(format!("1{}", *Zeroizing::new(URL_SAFE.encode(&*bytes))).into())
}
