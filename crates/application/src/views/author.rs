//! Who wrote a message: one, however many they wrote.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::readable::{Lines, named};
use crate::views::Sender;

/// A sender, drawn once as JSON and once as words: a page of messages says the same few names a hundred times.
#[derive(Clone)]
pub struct Author(Arc<Drawn>);

struct Drawn {
    sender: Sender,
    json: Box<RawValue>,
    words: String,
}

impl Author {
    /// Draws a sender.
    pub fn new(sender: Sender) -> Self {
        let json = serde_json::value::to_raw_value(&sender).expect("a sender is plain data");
        let mut words = Lines::default();
        named(&sender.name, &sender.id, sender.username.as_deref(), &mut words);
        Self(Arc::new(Drawn { json, words: words.into_open_line(), sender }))
    }

    /// `Name (id, @username)`, as answers in words say it.
    pub(crate) fn words(&self) -> &str {
        &self.0.words
    }
}

impl Deref for Author {
    type Target = Sender;

    fn deref(&self) -> &Sender {
        &self.0.sender
    }
}

impl fmt::Debug for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Author").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Serialize for Author {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Author {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Sender::deserialize(deserializer).map(Self::new)
    }
}

impl JsonSchema for Author {
    fn inline_schema() -> bool {
        Sender::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Sender::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        Sender::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Sender::json_schema(generator)
    }
}
