//! JSON objects that keep the order in which they were put together, as the real server writes them: some clients read the first key first.

use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// Any JSON value.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// A number, a text, a truth value.
    Leaf(Value),
    /// A list.
    List(Vec<Node>),
    /// An object.
    Object(Object),
    /// What was written before.
    Written(Arc<RawValue>),
}

/// A JSON object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object(Vec<(&'static str, Node)>);

impl Object {
    /// An object without fields.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    pub(crate) fn with(mut self, key: &'static str, value: impl Into<Node>) -> Self {
        self.set(key, value);
        self
    }

    /// Adds a field if there is something to say.
    pub(crate) fn with_some(mut self, key: &'static str, value: Option<impl Into<Node>>) -> Self {
        if let Some(value) = value {
            self.set(key, value);
        }
        self
    }

    /// Adds a field that is either true or absent.
    pub(crate) fn with_flag(self, key: &'static str, value: bool) -> Self {
        self.with_some(key, value.then_some(true))
    }

    /// Adds a list unless it is empty.
    pub(crate) fn with_list(self, key: &'static str, list: Vec<impl Into<Node>>) -> Self {
        self.with_some(key, (!list.is_empty()).then_some(list))
    }

    /// Adds a field.
    pub(crate) fn set(&mut self, key: &'static str, value: impl Into<Node>) {
        self.0.push((key, value.into()));
    }

    /// Whether it has no fields.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Leaf(value) => value.serialize(serializer),
            Self::List(list) => list.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
            Self::Written(text) => text.serialize(serializer),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, node) in &self.0 {
            map.serialize_entry(key, node)?;
        }
        map.end()
    }
}

impl From<Arc<RawValue>> for Node {
    fn from(text: Arc<RawValue>) -> Self {
        Self::Written(text)
    }
}

impl From<Object> for Node {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Node {
    fn from(list: Vec<T>) -> Self {
        Self::List(list.into_iter().map(Into::into).collect())
    }
}

/// Plain values become leaves.
macro_rules! leaves {
    ($($kind:ty),*) => {
        $(impl From<$kind> for Node {
            fn from(value: $kind) -> Self {
                Self::Leaf(value.into())
            }
        })*
    };
}

leaves!(bool, i32, i64, u32, u64, f64, &str, String, Value);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order_and_absent_ones_are_left_out() {
        let object = Object::new()
            .with("update_id", 7)
            .with("message", Object::new().with("text", "x"))
            .with_some("caption", None::<&str>)
            .with_flag("is_forum", false)
            .with_list("entities", Vec::<Object>::new())
            .with_list("ids", vec![1, 2]);
        let written = serde_json::to_string(&object).expect("it is JSON");
        assert_eq!(written, r#"{"update_id":7,"message":{"text":"x"},"ids":[1,2]}"#);
    }
}
