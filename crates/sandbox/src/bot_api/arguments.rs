//! The arguments of a call: checked against the catalogue first, then read by the methods.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answer::ApiError;
use super::catalogue::conforming::{Rigour, conforms};
use super::catalogue::{Field, Kind, Method};
use super::request::{Given, Upload};

/// Checks everything that the catalogue knows of a method's arguments. Returns the names that it does not know.
pub(crate) fn check(method: &Method, given: &Given) -> Result<Vec<String>, ApiError> {
    let fields = &method.parameters;
    // The real server looks at the chat last, after what shall be sent there.
    let (last, first): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.name == "chat_id");
    for field in first.into_iter().chain(last) {
        check_one(field, given)?;
    }
    let is_known = |name: &&String| {
        fields.iter().any(|field| field.name == **name) || ["method", "reply_to_message_id"].contains(&name.as_str())
    };
    Ok(given.arguments.keys().filter(|name| !is_known(name)).cloned().collect())
}

fn check_one(field: &Field, given: &Given) -> Result<(), ApiError> {
    let text = given.arguments.get(&field.name).map(String::as_str).unwrap_or_default();
    if text.is_empty() {
        let has_file = field.kind.takes_file() && given.files.contains_key(&field.name);
        return if field.required && !has_file { Err(missing(&field.name)) } else { Ok(()) };
    }
    let has_own_limit = ["text", "caption"].contains(&field.name.as_str());
    if field.max.is_some_and(|max| text.chars().count() > max) && !has_own_limit {
        return Err(ApiError::bad_request(&format!("{} is too long", field.name.replace('_', " "))));
    }
    if matches!(field.kind, Kind::Text | Kind::File) || field.kind.takes_file() {
        return Ok(());
    }
    let value = if is_json(&field.kind) { serde_json::from_str(text).ok() } else { Some(text.into()) };
    let fits = |value: &Value| conforms(value, &field.kind, Rigour::Argument).is_ok();
    if value.as_ref().is_some_and(fits) || fits(&Value::String(text.to_owned())) {
        return Ok(());
    }
    Err(wrong(field))
}

/// Whether an argument of this kind travels as JSON inside a text.
fn is_json(kind: &Kind) -> bool {
    match kind {
        Kind::List(_) | Kind::Object(_) => true,
        Kind::OneOf(kinds) => kinds.iter().any(is_json),
        Kind::Integer | Kind::Float | Kind::Text | Kind::Boolean | Kind::True | Kind::File => false,
    }
}

/// What is said of an argument that has to be there.
fn missing(name: &str) -> ApiError {
    let reason = match name {
        "text" => "message text is empty",
        "chat_id" => "chat_id is empty",
        "message_id" => "message identifier is not specified",
        name => return ApiError::bad_request(&format!("parameter \"{name}\" is required")),
    };
    ApiError::bad_request(reason)
}

/// What is said of an argument that is something else than it should be.
fn wrong(field: &Field) -> ApiError {
    let words = field.name.replace('_', " ");
    match &field.kind {
        _ if field.name == "reply_markup" => ApiError::bad_request("can't parse reply keyboard markup JSON object"),
        kind if is_json(kind) => ApiError::bad_request(&format!("can't parse {words} JSON object")),
        _ => ApiError::bad_request(&format!("invalid {} specified", field.name)),
    }
}

impl Given {
    /// A text; an empty one counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.arguments.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// A number; absent if it is none.
    pub(crate) fn integer<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name)?.trim().parse().ok()
    }

    /// A number that is brought into its limits, as the real server does instead of refusing.
    pub(crate) fn clamped(&self, name: &str, default: i64, limits: std::ops::RangeInclusive<i64>) -> i64 {
        self.integer(name).unwrap_or(default).clamp(*limits.start(), *limits.end())
    }

    /// A truth value in any of its spellings; false if absent.
    pub(crate) fn flag(&self, name: &str) -> bool {
        let text = self.text(name).unwrap_or_default();
        ["true", "yes", "1"].iter().any(|known| known.eq_ignore_ascii_case(text))
    }

    /// A structure that travels as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let words = name.replace('_', " ");
        let wrong = |_| ApiError::bad_request(&format!("can't parse {words} JSON object"));
        serde_json::from_str(text).map(Some).map_err(wrong)
    }

    /// A file that came in a part: of the argument's own name, or of the name after `attach://`.
    #[expect(dead_code, reason = "methods with files come next")]
    pub(crate) fn upload(&self, name: &str) -> Option<&Upload> {
        let part = self.text(name).and_then(|text| text.strip_prefix("attach://"));
        self.files.get(part.unwrap_or(name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::catalogue::Catalogue;
    use super::*;

    fn checked(method: &str, arguments: Value) -> Result<Vec<String>, String> {
        let Value::Object(object) = arguments else { panic!("an object") };
        let method = Catalogue::get().method(method).expect("it exists");
        check(method, &Given::from_json(object)).map_err(|error| error.description)
    }

    #[test]
    fn what_is_missing_is_named_in_the_real_words() {
        assert_eq!(checked("sendMessage", json!({})), Err("Bad Request: message text is empty".to_owned()));
        assert_eq!(checked("sendMessage", json!({ "text": "x" })), Err("Bad Request: chat_id is empty".to_owned()));
    }

    #[test]
    fn wrong_types_are_refused_and_unknown_names_are_told() {
        let markup = json!({ "chat_id": 1, "text": "x", "reply_markup": [1] });
        let refused = "Bad Request: can't parse reply keyboard markup JSON object";
        assert_eq!(checked("sendMessage", markup), Err(refused.to_owned()));
        let thread = json!({ "chat_id": 1, "text": "x", "message_thread_id": "soon" });
        assert_eq!(checked("sendMessage", thread), Err("Bad Request: invalid message_thread_id specified".to_owned()));
        let more = json!({ "chat_id": "@name", "text": "x", "colour": "red", "protect_content": "True" });
        assert_eq!(checked("sendMessage", more), Ok(vec!["colour".to_owned()]));
    }

    #[test]
    fn structures_may_be_texts_or_objects() {
        let text = json!({ "chat_id": 1, "text": "x", "reply_markup": "{\"remove_keyboard\":true}" });
        assert_eq!(checked("sendMessage", text), Ok(Vec::new()));
        let object = json!({ "chat_id": 1, "text": "x", "reply_markup": { "remove_keyboard": true } });
        assert_eq!(checked("sendMessage", object), Ok(Vec::new()));
    }

    #[test]
    fn limits_bring_numbers_back() {
        let given = Given::from_json(json!({ "limit": 1000, "timeout": "-5" }).as_object().expect("object").clone());
        assert_eq!(given.clamped("limit", 100, 1..=100), 100);
        assert_eq!(given.clamped("timeout", 0, 0..=50), 0);
        assert_eq!(given.clamped("offset", 7, i64::MIN..=i64::MAX), 7);
    }
}
