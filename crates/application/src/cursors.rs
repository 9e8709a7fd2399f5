//! Cursors as callers see them: opaque, signed, 24 hours old at most.
//!
//! A cursor is bound to the session, the operation and its arguments; what does not change which items there are
//! (`limit`, `response_format`) may change between pages. A cursor that was altered in any way is refused as a whole,
//! so a position never has to be distrusted behind the seal.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use telegraphist_domain::SessionId;

use crate::failure::{Code, Failure};

/// How long a cursor can be used.
pub(crate) const LIFE: Duration = Duration::from_hours(24);
/// The only form there is so far.
const VERSION: u8 = 1;
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
    let (header, position) = bytes.split_first_chunk::<HEADER_LEN>().ok_or(Invalid::Foreign)?;
    if header[0] != VERSION {
        return Err(Invalid::Foreign);
    }
    let mut issued = [0; ISSUED_LEN];
    issued.copy_from_slice(&header[1..=ISSUED_LEN]);
    mac(key, of, issued, position).verify_truncated_left(&header[1 + ISSUED_LEN..]).map_err(|_| Invalid::Foreign)?;
    let age = now.timestamp().saturating_sub(i64::from_be_bytes(issued));
    if age > LIFE.as_secs() as i64 {
        return Err(Invalid::Expired);
    }
    Ok(position.to_vec())
}

/// Every field but the last has a fixed length or an end mark, so no two bindings read the same.
fn mac(key: &[u8; 32], of: Binding<'_>, issued: [u8; ISSUED_LEN], position: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
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
        Binding { session: SessionId(Uuid::from_u128(1)), operation: "read_messages", arguments: [3; 32] }
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
        fn one_changed_byte_is_noticed(position in prop::collection::vec(any::<u8>(), 0..60), at_byte: prop::sample::Index, flip in 1_u8..) {
            let cursor = seal(&KEY, binding(), at(0), &position);
            let mut bytes = URL_SAFE_NO_PAD.decode(&cursor).expect("ours");
            let place = at_byte.index(bytes.len());
            bytes[place] ^= flip;
            let changed = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(open(&KEY, binding(), at(0), &changed), Err(Invalid::Foreign));
        }
    }
}
