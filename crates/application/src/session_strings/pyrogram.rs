//! URL-safe base64 without padding; big-endian. Three forms, told apart by their length:
//!
//! - now: data centre (u8), api id (u32), test servers (bool), key, user id (u64), bot (bool);
//! - before 2.0: data centre (u8), test servers (bool), key, user id (u64), bot (bool);
//! - before that: the same with a user id of 32 bits.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::base64_text::{auth_key, decode};
use super::{Holder, ReadError, StringKind, WriteError};
use crate::ports::ImportedKey;

const KEY: usize = 256;
const NOW: usize = 1 + 4 + 1 + KEY + 8 + 1;
const WITH_LONG_ID: usize = 1 + 1 + KEY + 8 + 1;
const WITH_SHORT_ID: usize = 1 + 1 + KEY + 4 + 1;

pub(super) fn read(text: &str) -> Result<ImportedKey, ReadError> {
    let bytes = decode(text)?;
    let before_test_flag = match bytes.len() {
        NOW => 1 + 4,
        WITH_LONG_ID | WITH_SHORT_ID => 1,
        _ => return Err(ReadError::Length(StringKind::Pyrogram)),
    };
    match bytes[before_test_flag] {
        0 => {}
        1 => return Err(ReadError::TestServers),
        // A string of Telethon can have the same length.
        _ => return Err(ReadError::Length(StringKind::Pyrogram)),
    }
    let key_at = before_test_flag + 1;
    let auth_key = auth_key(&bytes[key_at..key_at + KEY]).ok_or(ReadError::Length(StringKind::Pyrogram))?;
    Ok(ImportedKey { dc: i32::from(bytes[0]), address: None, auth_key })
}

pub(super) fn write(key: &ImportedKey, holder: &Holder) -> Result<SecretString, WriteError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(NOW));
    bytes.push(u8::try_from(key.dc).map_err(|_| WriteError::OutOfRange)?);
    bytes.extend_from_slice(&u32::try_from(holder.api_id).map_err(|_| WriteError::OutOfRange)?.to_be_bytes());
    bytes.push(0);
    bytes.extend_from_slice(key.auth_key.expose_secret());
    bytes.extend_from_slice(&u64::try_from(holder.user_id).map_err(|_| WriteError::OutOfRange)?.to_be_bytes());
    bytes.push(u8::from(holder.is_bot));
    Ok(URL_SAFE_NO_PAD.encode(&*bytes).into())
}
