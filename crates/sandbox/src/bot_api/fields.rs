//! Reads the fields of JSON objects that bots send, and refuses wrong ones in the real server's words.

use serde_json::{Map, Value};

/// A JSON object.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

/// Why a field cannot be read; without the words that stand before every such reason.
pub(crate) type Read<T> = Result<T, String>;

impl<'a> Fields<'a> {
    /// An object, or the refusal of something else.
    pub(crate) fn of(value: &'a Value, refusal: &str) -> Read<Self> {
        value.as_object().map(Self).ok_or_else(|| refusal.to_owned())
    }

    /// Any value; null counts as absent.
    pub(crate) fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Whether there is such a field.
    pub(crate) fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn required(self, name: &str) -> Read<&'a Value> {
        self.get(name).ok_or_else(|| format!("Can't find field \"{name}\""))
    }

    /// A text that has to be there.
    pub(crate) fn text(self, name: &str) -> Read<String> {
        self.required(name).and_then(|value| as_text(value, name))
    }

    /// A text that may be absent; then it is empty.
    pub(crate) fn optional_text(self, name: &str) -> Read<String> {
        self.get(name).map_or_else(|| Ok(String::new()), |value| as_text(value, name))
    }

    /// A number that has to be there.
    pub(crate) fn number(self, name: &str) -> Read<i64> {
        self.required(name).and_then(|value| as_number(value, name))
    }

    /// A number that may be absent.
    pub(crate) fn optional_number(self, name: &str) -> Read<Option<i64>> {
        self.get(name).map(|value| as_number(value, name)).transpose()
    }

    /// A truth value that may be absent; then it is false.
    pub(crate) fn flag(self, name: &str) -> Read<bool> {
        Ok(self.optional_flag(name)?.unwrap_or(false))
    }

    /// A truth value that may be absent.
    pub(crate) fn optional_flag(self, name: &str) -> Read<Option<bool>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(format!("Field \"{name}\" must be of type Boolean")),
        }
    }

    /// An object that may be absent.
    pub(crate) fn optional_object(self, name: &str) -> Read<Option<Self>> {
        let wrong = || format!("Field \"{name}\" must be of type Object");
        self.get(name).map(|value| value.as_object().map(Self).ok_or_else(wrong)).transpose()
    }

    /// A list that may be absent; then it is empty.
    pub(crate) fn list(self, name: &str) -> Read<&'a [Value]> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(format!("Field \"{name}\" must be of type Array")),
        }
    }
}

/// Numbers are taken for texts, too.
fn as_text(value: &Value, name: &str) -> Read<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(format!("Field \"{name}\" must be of type String")),
    }
}

/// Texts are taken for numbers, too.
fn as_number(value: &Value, name: &str) -> Read<i64> {
    let wrong = || format!("Field \"{name}\" must be a valid Number");
    match value {
        Value::Number(number) => number.as_i64().ok_or_else(wrong),
        Value::String(text) => text.trim().parse().map_err(|_| wrong()),
        _ => Err(format!("Field \"{name}\" must be of type Number")),
    }
}

/// Brings a number into 32 bits.
pub(crate) fn narrow(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn wrong_fields_are_refused_in_the_real_words() {
        let object =
            json!({ "text": ["x"], "offset": "1x", "length": true, "on": "yes", "gone": null, "n": 5, "s": "6" });
        let fields = Fields::of(&object, "Object expected").expect("it is one");
        assert_eq!(fields.text("missing"), Err("Can't find field \"missing\"".to_owned()));
        assert_eq!(fields.text("gone"), Err("Can't find field \"gone\"".to_owned()));
        assert_eq!(fields.text("text"), Err("Field \"text\" must be of type String".to_owned()));
        assert_eq!(fields.number("offset"), Err("Field \"offset\" must be a valid Number".to_owned()));
        assert_eq!(fields.number("length"), Err("Field \"length\" must be of type Number".to_owned()));
        assert_eq!(fields.flag("on"), Err("Field \"on\" must be of type Boolean".to_owned()));
        assert_eq!((fields.text("n"), fields.number("s")), (Ok("5".to_owned()), Ok(6)));
        assert_eq!((fields.flag("gone"), fields.optional_text("gone")), (Ok(false), Ok(String::new())));
        assert_eq!(Fields::of(&json!([]), "Object expected").err().as_deref(), Some("Object expected"));
    }
}
