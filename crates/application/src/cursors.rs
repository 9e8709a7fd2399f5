//! Cursors as callers see them: opaque, signed, 24 hours old at most.
//!
//! A cursor is bound to the session, the operation and its arguments; what does not change which items there are
//! (`limit`, `response_format`) may change between pages. A cursor that was altered in any way is refused as a whole,
//! so a position never has to be distrusted behind the seal. Where chats are kept from a caller a position could tell of
//! them: theirs are encrypted, and theirs alone.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use telegraphist_domain::SessionId;

use crate::failure::{Code, Failure};

/// How long a cursor can be used.
pub(crate) const LIFE: Duration = Duration::from_hours(24);
/// The form that anybody could read.
const VERSION: u8 = 1;
/// The form that nobody else can read.
const VEILED: u8 = 2;
const NONCE_LEN: usize = 24;
/// Half of an HMAC-SHA256: 128 bits cannot be guessed, and a model pays for every character.
const MAC_LEN: usize = 16;
const ISSUED_LEN: usize = 8;
const HEADER_LEN: usize = 1 + ISSUED_LEN + MAC_LEN;
/// Longer than any cursor of ours; anything above is not looked at.
const TEXT_MAX: usize = 4096;

/// What a cursor belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding<'a> {
    pub(crate) session: SessionId,
    pub(crate) operation: &'a str,
    pub(crate) arguments: [u8; 32],
    /// Whose it is, where it must not be read.
    pub(crate) reader: Option<&'a str>,
}

/// Why a cursor is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// Altered, cut short, or made for something else; these cannot be told apart.
    Foreign,
    /// Too old.
    Expired,
}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        let message = match invalid {
            Invalid::Foreign => "The cursor is damaged, or was made for another session or for other arguments.",
            Invalid::Expired => "The cursor is older than 24 hours.",
        };
        Self::new(Code::InvalidCursor, message, "Repeat the call without `cursor` to start again from the first page.")
    }
}

/// Seals a position.
pub(crate) fn seal(key: &[u8; 32], of: Binding<'_>, now: DateTime<Utc>, position: &[u8]) -> String {
    let issued = now.timestamp().to_be_bytes();
    if let Some(reader) = of.reader {
        return veil(key, of, reader, issued, position);
    }
    let mut bytes = Vec::with_capacity(HEADER_LEN + position.len());
    bytes.push(VERSION);
    bytes.extend_from_slice(&issued);
    bytes.extend_from_slice(&mac(key, of, issued, position).finalize().into_bytes()[..MAC_LEN]);
    bytes.extend_from_slice(position);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Opens a cursor and answers its position.
pub(crate) fn open(key: &[u8; 32], of: Binding<'_>, now: DateTime<Utc>, cursor: &str) -> Result<Vec<u8>, Invalid> {
    if cursor.len() > TEXT_MAX {
        return Err(Invalid::Foreign);
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor.trim()).map_err(|_| Invalid::Foreign)?;
    if let Some(reader) = of.reader {
        let (issued, position) = unveil(key, of, reader, &bytes)?;
        return fresh(now, issued).map(|()| position);
    }
    let (header, position) = bytes.split_first_chunk::<HEADER_LEN>().ok_or(Invalid::Foreign)?;
    if header[0] != VERSION {
        return Err(Invalid::Foreign);
    }
    let mut issued = [0; ISSUED_LEN];
    issued.copy_from_slice(&header[1..=ISSUED_LEN]);
    mac(key, of, issued, position).verify_truncated_left(&header[1 + ISSUED_LEN..]).map_err(|_| Invalid::Foreign)?;
    fresh(now, issued).map(|()| position.to_vec())
}

fn fresh(now: DateTime<Utc>, issued: [u8; ISSUED_LEN]) -> Result<(), Invalid> {
    let age = now.timestamp().saturating_sub(i64::from_be_bytes(issued));
    if age > LIFE.as_secs() as i64 { Err(Invalid::Expired) } else { Ok(()) }
}

/// `version | issued | nonce | ciphertext and tag`, bound to what a plain one is bound to and to who reads it.
fn veil(key: &[u8; 32], of: Binding<'_>, reader: &str, issued: [u8; ISSUED_LEN], position: &[u8]) -> String {
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).expect("the operating system gives randomness");
    let bound = mac(key, of, issued, reader.as_bytes()).finalize().into_bytes();
    let payload = Payload { msg: position, aad: &bound };
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).expect("positions are short");
    let mut bytes = vec![VEILED];
    bytes.extend_from_slice(&issued);
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn unveil(key: &[u8; 32], of: Binding<'_>, reader: &str, bytes: &[u8]) -> Result<([u8; ISSUED_LEN], Vec<u8>), Invalid> {
    let (version, rest) = bytes.split_first_chunk::<1>().ok_or(Invalid::Foreign)?;
    let (issued, rest) = rest.split_first_chunk::<ISSUED_LEN>().ok_or(Invalid::Foreign)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Invalid::Foreign)?;
    if version != &[VEILED] {
        return Err(Invalid::Foreign);
    }
    let bound = mac(key, of, *issued, reader.as_bytes()).finalize().into_bytes();
    let payload = Payload { msg: sealed, aad: &bound };
    let position = cipher(key).decrypt(&XNonce::from(*nonce), payload).map_err(|_| Invalid::Foreign)?;
    Ok((*issued, position))
}

/// Its key follows from the cursors' own, so that one never serves two purposes.
fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(b"telegraphist veiled cursor");
    XChaCha20Poly1305::new(&mac.finalize().into_bytes())
}

/// Every field but the last has a fixed length or an end mark, so no two bindings read the same.
fn mac(key: &[u8; 32], of: Binding<'_>, issued: [u8; ISSUED_LEN], position: &[u8]) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(b"telegraphist cursor\0");
    mac.update(&[VERSION]);
    mac.update(of.session.0.as_bytes());
    mac.update(of.operation.as_bytes());
    mac.update(&[0]);
    mac.update(&of.arguments);
    mac.update(&issued);
    mac.update(position);
    mac
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn binding() -> Binding<'static> {
        Binding { session: SessionId(Uuid::from_u128(1)), operation: "read_messages", arguments: [3; 32], reader: None }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("a valid time")
    }

    #[test]
    fn a_cursor_opens_where_it_was_made() {
        let cursor = seal(&KEY, binding(), at(0), b"[17]");
        assert_eq!(open(&KEY, binding(), at(86_400), &cursor), Ok(b"[17]".to_vec()));
        assert_eq!(open(&KEY, binding(), at(86_401), &cursor), Err(Invalid::Expired));
    }

    #[test]
    fn a_cursor_is_refused_elsewhere() {
        let cursor = seal(&KEY, binding(), at(0), b"[17]");
        let elsewhere = [
            Binding { session: SessionId(Uuid::from_u128(2)), ..binding() },
            Binding { operation: "search_messages", ..binding() },
            Binding { arguments: [4; 32], ..binding() },
        ];
        for other in elsewhere {
            assert_eq!(open(&KEY, other, at(0), &cursor), Err(Invalid::Foreign));
        }
        assert_eq!(open(&[8; 32], binding(), at(0), &cursor), Err(Invalid::Foreign));
    }

    #[test]
    fn a_veiled_cursor_says_nothing_and_opens_for_its_reader_only() {
        let of = |reader| Binding { reader, ..binding() };
        let cursor = seal(&KEY, of(Some("ci")), at(0), b"{\"chat\":-1001700}");
        let bytes = URL_SAFE_NO_PAD.decode(&cursor).expect("ours");
        assert!(!bytes.windows(4).any(|part| part == b"1700"));
        assert_eq!(open(&KEY, of(Some("ci")), at(86_400), &cursor), Ok(b"{\"chat\":-1001700}".to_vec()));
        assert_eq!(open(&KEY, of(Some("ci")), at(86_401), &cursor), Err(Invalid::Expired));
        let plain = seal(&KEY, binding(), at(0), b"[17]");
        assert_eq!(open(&KEY, of(Some("ci")), at(0), &plain), Err(Invalid::Foreign));
        for other in [None, Some("other")] {
            assert_eq!(open(&KEY, of(other), at(0), &cursor), Err(Invalid::Foreign));
        }
        let elsewhere = Binding { operation: "search_messages", ..of(Some("ci")) };
        assert_eq!(open(&KEY, elsewhere, at(0), &cursor), Err(Invalid::Foreign));
    }

    proptest! {
        #![proptest_config(telegraphist_fuzz::config())]

        #[test]
        fn a_cursor_that_nobody_sealed_is_refused(text in telegraphist_fuzz::texts("cursors")) {
            prop_assert_eq!(open(&KEY, binding(), at(0), &text), Err(Invalid::Foreign));
        }
    }

    proptest! {
        #[test]
        fn any_text_opens_or_is_refused(text in "\\PC*") {
            prop_assert_eq!(open(&KEY, binding(), at(0), &text), Err(Invalid::Foreign));
        }

        #[test]
        fn one_changed_byte_is_noticed(position in prop::collection::vec(any::<u8>(), 0..60), at_byte: prop::sample::Index, flip in 1_u8.., is_veiled: bool) {
            let binding = || Binding { reader: is_veiled.then_some("ci"), ..binding() };
            let cursor = seal(&KEY, binding(), at(0), &position);
            let mut bytes = URL_SAFE_NO_PAD.decode(&cursor).expect("ours");
            let place = at_byte.index(bytes.len());
            bytes[place] ^= flip;
            let changed = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(open(&KEY, binding(), at(0), &changed), Err(Invalid::Foreign));
        }
    }
}
