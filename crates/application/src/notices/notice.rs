use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::NoticeClass;
use super::data::class_of;
use super::events::{EventType, MESSAGE, event_type};

/// What an agent tells people. Stored, sealed: a field is added with a default, never changed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Notice {
    /// The agent's id of it, or one made here.
    pub(crate) event_id: String,
    /// The name of its type; `message` for plain words.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// One line; none for plain words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) title: String,
    /// More of it, in markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    /// Who tells it.
    pub(crate) source: String,
    /// The task that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) task_id: Option<String>,
    /// What finds it in the agent's own logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) correlation_id: Option<String>,
    /// The event that it follows from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parent_event_id: Option<String>,
    /// Its facts.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) data: Map<String, Value>,
}

impl Notice {
    /// Its type.
    pub(crate) fn event(&self) -> &'static EventType {
        event_type(&self.kind).unwrap_or(&MESSAGE)
    }

    /// What it is to its reader.
    pub(crate) fn class(&self) -> NoticeClass {
        class_of(self.event(), &self.data)
    }

    /// Whether it says the same, whatever its id.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        Self { event_id: other.event_id.clone(), ..self.clone() } == *other
    }
}
