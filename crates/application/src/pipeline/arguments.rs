//! What the erased part of the pipeline wants to know of an operation's arguments.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::operation::{Operation, Refused};

/// The arguments of a call without their type.
pub(crate) trait Arguments: Send + Sync {
    /// The chats as the caller named them.
    fn chats(&self) -> Vec<&str>;
    /// A hash that repeats of one call share: everything but the key and the session, which stand beside it.
    fn hash(&self) -> [u8; 32];
    /// A hash that the pages of one list share.
    fn list_hash(&self) -> [u8; 32];
    /// The chat that is written to, as the caller named it.
    fn target(&self) -> Option<&str>;
    /// All of them, as they are stored.
    fn to_json(&self) -> Vec<u8>;
}

impl<O: Operation> Arguments for O {
    fn chats(&self) -> Vec<&str> {
        Operation::chats(self)
    }

    fn hash(&self) -> [u8; 32] {
        hash_without(self, &["idempotency_key", "session", "confirm"])
    }

    fn list_hash(&self) -> [u8; 32] {
        hash_without(self, &["cursor", "limit", "response_format", "session"])
    }

    fn target(&self) -> Option<&str> {
        Operation::target(self)
    }

    fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("operations are plain data")
    }
}

/// Telegram sends what is scheduled for the past at once, which nobody means, and knows no plans beyond a year.
pub(super) fn check_schedule(schedule: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), Refused> {
    const FAR: TimeDelta = TimeDelta::days(365);
    match schedule {
        Some(time) if time <= now || time > now + FAR => {
            Err(Refused::new("schedule", "must be a time in the future, within a year"))
        }
        Some(_) | None => Ok(()),
    }
}

fn hash_without<O: Operation>(operation: &O, left_out: &[&str]) -> [u8; 32] {
    let mut value = serde_json::to_value(operation).expect("operations are plain data");
    if let Value::Object(fields) = &mut value {
        for name in left_out {
            fields.remove(*name);
        }
    }
    let mut hash = Sha256::new();
    absorb(&mut hash, &value);
    hash.finalize().into()
}

/// Feeds a value in a form that depends neither on the order of fields nor on arguments that a later version adds
/// and leaves empty.
fn absorb(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().filter(|(_, value)| !is_empty(value)).collect();
            fields.sort_by_key(|(name, _)| *name);
            hash.update(b"{");
            for (name, value) in fields {
                absorb_text(hash, name);
                absorb(hash, value);
            }
            hash.update(b"}");
        }
        Value::Array(items) => {
            hash.update(b"[");
            for item in items {
                absorb(hash, item);
            }
            hash.update(b"]");
        }
        Value::String(text) => absorb_text(hash, text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            hash.update(value.to_string());
            hash.update(b",");
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(is_set) => !is_set,
        Value::Array(items) => items.is_empty(),
        Value::Number(_) | Value::String(_) | Value::Object(_) => false,
    }
}

fn absorb_text(hash: &mut Sha256, text: &str) {
    hash.update(b"\"");
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::{ReadMessages, SendMessage};

    fn send(json: Value) -> SendMessage {
        serde_json::from_value(json).expect("fits")
    }

    fn read(json: Value) -> ReadMessages {
        serde_json::from_value(json).expect("fits")
    }

    #[test]
    fn the_key_and_the_way_of_writing_do_not_count() {
        let one = send(serde_json::json!({"chat": "7", "text": "hi", "idempotency_key": "a"}));
        let same = send(serde_json::json!({"text": "hi", "chat_id": 7, "silent": false}));
        let other = send(serde_json::json!({"chat": "7", "text": "hi!"}));
        assert_eq!(one.hash(), same.hash());
        assert_ne!(one.hash(), other.hash());
    }

    #[test]
    fn pages_of_one_list_share_their_hash() {
        let first = read(serde_json::json!({"chat": "7", "topic": 3}));
        let next = read(
            serde_json::json!({"chat": "7", "topic": 3, "limit": 5, "cursor": "x", "response_format": "detailed"}),
        );
        let other = read(serde_json::json!({"chat": "7", "topic": 4}));
        assert_eq!(first.list_hash(), next.list_hash());
        assert_ne!(first.list_hash(), other.list_hash());
    }
}
