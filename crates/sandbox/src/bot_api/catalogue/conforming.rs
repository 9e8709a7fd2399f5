//! Whether a value has the type that the catalogue wants.

use serde_json::{Map, Value};

use super::{Catalogue, Kind, Type};

/// How much is let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rigour {
    /// As the real server reads arguments: numbers and truth values may be texts, and there may be fields that nobody knows.
    Argument,
    /// As clients read answers: everything as documented, and nothing else.
    Answer,
}

/// Where a value differs, and what was wanted there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// Field names and places in lists, from the outside inwards.
    pub(crate) path: String,
    /// What should be there.
    pub(crate) wanted: String,
}

impl Mismatch {
    fn at(kind: &Kind) -> Self {
        Self { path: String::new(), wanted: format!("{kind:?}") }
    }

    fn inside(mut self, name: &str) -> Self {
        self.path = if self.path.is_empty() { name.to_owned() } else { format!("{name}.{}", self.path) };
        self
    }
}

/// Compares a value with a type.
pub(crate) fn conforms(value: &Value, kind: &Kind, rigour: Rigour) -> Result<(), Mismatch> {
    let is_lenient = rigour == Rigour::Argument;
    let fits = match (kind, value) {
        (Kind::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
        (Kind::Integer, Value::String(text)) => is_lenient && text.trim().parse::<i64>().is_ok(),
        (Kind::Float, Value::Number(_)) | (Kind::Text, Value::String(_)) | (Kind::Boolean, Value::Bool(_)) => true,
        (Kind::Float, Value::String(text)) => is_lenient && text.trim().parse::<f64>().is_ok(),
        (Kind::True, Value::Bool(value)) => is_lenient || *value,
        (Kind::Boolean | Kind::True, Value::String(text)) => is_lenient && is_truth(text),
        // A file stands in a part of its own, or is named by an address or an id.
        (Kind::Text, Value::Number(_)) | (Kind::File, Value::String(_)) => is_lenient,
        (Kind::List(inner), Value::Array(items)) => return every(items, inner, rigour),
        (Kind::OneOf(kinds), value) => return any(kinds, value, rigour),
        (Kind::Object(name), value) => return named(name, value, rigour),
        _ => false,
    };
    fits.then_some(()).ok_or_else(|| Mismatch::at(kind))
}

/// What the real server takes for true or false.
fn is_truth(text: &str) -> bool {
    ["true", "false", "yes", "no", "1", "0"].iter().any(|known| known.eq_ignore_ascii_case(text))
}

fn every(items: &[Value], kind: &Kind, rigour: Rigour) -> Result<(), Mismatch> {
    for (place, item) in items.iter().enumerate() {
        conforms(item, kind, rigour).map_err(|mismatch| mismatch.inside(&place.to_string()))?;
    }
    Ok(())
}

/// The mismatch that lies deepest says most about what was meant.
fn any(kinds: &[Kind], value: &Value, rigour: Rigour) -> Result<(), Mismatch> {
    let mut deepest: Option<Mismatch> = None;
    for kind in kinds {
        match conforms(value, kind, rigour) {
            Ok(()) => return Ok(()),
            Err(mismatch) if deepest.as_ref().is_none_or(|known| mismatch.path.len() > known.path.len()) => {
                deepest = Some(mismatch);
            }
            Err(_) => {}
        }
    }
    Err(deepest.unwrap_or_else(|| Mismatch::at(&Kind::OneOf(kinds.to_vec()))))
}

fn named(name: &str, value: &Value, rigour: Rigour) -> Result<(), Mismatch> {
    let mismatch = || Mismatch { path: String::new(), wanted: name.to_owned() };
    let found = Catalogue::get().type_of(name).ok_or_else(mismatch)?;
    if !found.one_of.is_empty() {
        let kinds: Vec<Kind> = found.one_of.iter().map(|name| Kind::Object(name.clone())).collect();
        return any(&kinds, value, rigour);
    }
    // Rich text may also be a plain text or a list of rich texts.
    let object = value.as_object().ok_or_else(mismatch)?;
    fields(found, object, rigour)
}

fn fields(found: &Type, object: &Map<String, Value>, rigour: Rigour) -> Result<(), Mismatch> {
    for field in &found.fields {
        match object.get(&field.name) {
            Some(Value::Null) if rigour == Rigour::Argument && !field.required => {}
            Some(value) => {
                conforms(value, &field.kind, rigour).map_err(|mismatch| mismatch.inside(&field.name))?;
            }
            None if field.required => return Err(Mismatch::at(&field.kind).inside(&field.name)),
            None => {}
        }
    }
    if rigour == Rigour::Answer
        && let Some(name) = object.keys().find(|key| !found.fields.iter().any(|field| field.name == **key))
    {
        return Err(Mismatch { path: name.clone(), wanted: "no such field".to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(text: &str) -> Kind {
        Kind::parse(text)
    }

    fn path(value: &Value, text: &str, rigour: Rigour) -> Option<String> {
        conforms(value, &kind(text), rigour).err().map(|mismatch| mismatch.path)
    }

    #[test]
    fn answers_have_exactly_what_is_documented() {
        let user = json!({ "id": 1, "is_bot": false, "first_name": "A" });
        assert_eq!(path(&user, "User", Rigour::Answer), None);
        let missing = json!({ "id": 1, "is_bot": false });
        assert_eq!(path(&missing, "User", Rigour::Answer).as_deref(), Some("first_name"));
        let more = json!({ "id": 1, "is_bot": false, "first_name": "A", "shoe_size": 42 });
        assert_eq!(path(&more, "User", Rigour::Answer).as_deref(), Some("shoe_size"));
        let wrong = json!([{ "id": "1", "is_bot": false, "first_name": "A" }]);
        assert_eq!(path(&wrong, "list[User]", Rigour::Answer).as_deref(), Some("0.id"));
        let not_premium = json!({ "id": 1, "is_bot": false, "first_name": "A", "is_premium": false });
        assert_eq!(path(&not_premium, "User", Rigour::Answer).as_deref(), Some("is_premium"));
    }

    #[test]
    fn arguments_may_be_texts() {
        let button = json!({ "inline_keyboard": [[{ "text": "x", "callback_data": "1", "unheard_of": 1 }]] });
        assert_eq!(path(&button, "InlineKeyboardMarkup", Rigour::Argument), None);
        assert_eq!(path(&json!("17"), "Integer", Rigour::Argument), None);
        assert_eq!(path(&json!("True"), "Boolean", Rigour::Argument), None);
        assert_eq!(path(&json!("maybe"), "Boolean", Rigour::Argument).as_deref(), Some(""));
    }

    #[test]
    fn the_deepest_mismatch_is_reported() {
        let markup = json!({ "inline_keyboard": [[{ "text": 5.5 }], [{ "url": "x" }]] });
        let either = "ForceReply or InlineKeyboardMarkup";
        assert_eq!(path(&markup, either, Rigour::Argument).as_deref(), Some("inline_keyboard.1.0.text"));
    }
}
