//! `1` and base64 of data centre (u8), length of the address (i16), the address as text, port (i16) and key;
//! big-endian. GramJS reads Telethon's strings as well, and so do we.

use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::base64_text::{auth_key, decode};
use super::{ReadError, StringKind, WriteError, address_of, telethon};
use crate::ports::ImportedKey;

pub(super) fn read(text: &str) -> Result<ImportedKey, ReadError> {
    let bytes = decode(text.strip_prefix('1').ok_or(ReadError::Version)?)?;
    from_bytes(&bytes).or_else(|| telethon::from_bytes(&bytes)).ok_or(ReadError::Length(StringKind::GramJs))
}

fn from_bytes(bytes: &[u8]) -> Option<ImportedKey> {
    let (dc, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (host, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let (port, key) = rest.split_first_chunk::<2>()?;
    let auth_key = auth_key(key)?;
    // In a browser GramJS notes the host name of a WebSocket gate, which is of no use to anybody else.
    let ip = std::str::from_utf8(host).ok().and_then(|host| host.parse::<IpAddr>().ok());
    let address = ip.map(|ip| SocketAddr::new(ip, u16::from_be_bytes(*port)));
    Some(ImportedKey { dc: i32::from(*dc), address, auth_key })
}

pub(super) fn write(key: &ImportedKey) -> Result<SecretString, WriteError> {
    let address = address_of(key)?;
    let host = address.ip().to_string();
    let mut bytes = Zeroizing::new(Vec::with_capacity(1 + 2 + host.len() + 2 + 256));
    bytes.push(u8::try_from(key.dc).map_err(|_| WriteError::OutOfRange)?);
    bytes.extend_from_slice(&u16::try_from(host.len()).map_err(|_| WriteError::OutOfRange)?.to_be_bytes());
    bytes.extend_from_slice(host.as_bytes());
    bytes.extend_from_slice(&address.port().to_be_bytes());
    bytes.extend_from_slice(key.auth_key.expose_secret());
    Ok(format!("1{}", *Zeroizing::new(STANDARD.encode(&*bytes))).into())
}
