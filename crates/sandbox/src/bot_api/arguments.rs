//! The arguments of a call: checked against the catalogue first, then read by the methods.

use serde_json::Value;

use super::answer::ApiError;
use super::catalogue::conforming::{Rigour, conforms};
use super::catalogue::{Field, Kind, Method};
use super::request::{Given, Upload};

/// What is said of arguments that have to be there; all others are named.
const MISSING: [(&str, &str); 17] = [
    ("text", "message text is empty"),
    ("chat_id", "chat_id is empty"),
    ("user_id", "invalid user_id specified"),
    ("photo", "there is no photo in the request"),
    ("audio", "there is no audio in the request"),
    ("document", "there is no document in the request"),
    ("video", "there is no video in the request"),
    ("animation", "there is no animation in the request"),
    ("voice", "there is no voice in the request"),
    ("video_note", "there is no video note in the request"),
    ("live_photo", "there is no live photo in the request"),
    ("sticker", "there is no sticker in the request"),
    ("latitude", "latitude is empty"),
    ("longitude", "longitude is empty"),
    ("message_ids", "message identifiers are not specified"),
    ("action", "wrong parameter action in request"),
    ("file_id", "file_id not specified"),
];

/// Arguments whose methods say by themselves what is wrong with them, or that there are none.
const OWN: [&str; 24] = [
    "message_id",
    "reply_markup",
    "reply_parameters",
    "entities",
    "caption_entities",
    "question_entities",
    "explanation_entities",
    "media",
    "options",
    "reaction",
    "scope",
    "commands",
    "menu_button",
    "permissions",
    "message_ids",
    "link_preview_options",
    "allowed_updates",
    "callback_query_id",
    "title",
    "name",
    "url",
    "question",
    "rich_message",
    "draft_id",
];

/// Texts that are measured after their markup is gone, or by the world.
const MEASURED_LATER: [&str; 6] = ["text", "caption", "secret_token", "question", "explanation", "name"];

/// Checks everything that the catalogue knows of a method's arguments. Returns the names that it does not know.
pub(crate) fn check(method: &Method, given: &Given) -> Result<Vec<String>, ApiError> {
    let fields = &method.parameters;
    // The real server looks at the chat last, after what shall be sent there.
    let (last, first): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.name == "chat_id");
    for field in first.into_iter().chain(last) {
        check_one(field, given)?;
    }
    let is_known = |name: &&String| fields.iter().any(|field| field.name == **name) || *name == "method";
    Ok(given.arguments.keys().filter(|name| !is_known(name)).cloned().collect())
}

fn check_one(field: &Field, given: &Given) -> Result<(), ApiError> {
    let name = field.name.as_str();
    let text = given.text(name).unwrap_or_default();
    if text.is_empty() {
        let is_there = OWN.contains(&name) || (field.kind.takes_file() && given.files.contains_key(name));
        return if field.required && !is_there { Err(missing(name)) } else { Ok(()) };
    }
    if field.max.is_some_and(|max| text.chars().count() > max) && !MEASURED_LATER.contains(&name) {
        return Err(ApiError::bad_request(&format!("{} is too long", name.replace('_', " "))));
    }
    if OWN.contains(&name) || matches!(field.kind, Kind::Text) || field.kind.takes_file() {
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
pub(crate) fn missing(name: &str) -> ApiError {
    match MISSING.iter().find(|(known, _)| *known == name) {
        Some((_, reason)) => ApiError::bad_request(reason),
        None => ApiError::bad_request(&format!("parameter \"{name}\" is required")),
    }
}

/// What is said of an argument that is something else than it should be. ASSUMED: the real server reads most wrong numbers as 0.
fn wrong(field: &Field) -> ApiError {
    if is_json(&field.kind) {
        return ApiError::bad_request(&format!("can't parse {} JSON object", field.name.replace('_', " ")));
    }
    ApiError::bad_request(&format!("invalid {} specified", field.name))
}

impl Given {
    /// A text; an empty one counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.arguments.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// A text that has to be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name).ok_or_else(|| missing(name))
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

    /// A structure that travels as JSON; `what` is how errors call it.
    pub(crate) fn json(&self, name: &str, what: &str) -> Result<Option<Value>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let wrong = |_| ApiError::bad_request(&format!("can't parse {what} JSON object"));
        serde_json::from_str(text).map(Some).map_err(wrong)
    }

    /// A list of texts. What is no such list counts as absent, as on the real server.
    pub(crate) fn names(&self, name: &str) -> Option<Vec<String>> {
        self.text(name).and_then(|text| serde_json::from_str(text).ok())
    }

    /// A file that came in a part: of the argument's own name, or of the name after `attach://` in the argument.
    pub(crate) fn upload(&self, name: &str) -> Option<&Upload> {
        match self.text(name) {
            Some(text) => self.attached(text),
            None => self.files.get(name),
        }
    }

    /// The file that `attach://…` names.
    pub(crate) fn attached(&self, text: &str) -> Option<&Upload> {
        text.strip_prefix("attach://").and_then(|part| self.files.get(part))
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
        let refused = |error: ApiError| error.description.strip_prefix("Bad Request: ").unwrap_or_default().to_owned();
        check(method, &Given::from_json(object)).map_err(refused)
    }

    fn refused(method: &str, arguments: Value) -> String {
        checked(method, arguments).expect_err("it is wrong")
    }

    #[test]
    fn what_is_missing_is_named_in_the_real_words() {
        assert_eq!(refused("sendMessage", json!({})), "message text is empty");
        assert_eq!(refused("sendMessage", json!({ "text": "x" })), "chat_id is empty");
        assert_eq!(refused("sendPhoto", json!({ "chat_id": 1 })), "there is no photo in the request");
        assert_eq!(refused("banChatMember", json!({ "chat_id": 1 })), "invalid user_id specified");
        let contact = json!({ "chat_id": 1, "phone_number": "1" });
        assert_eq!(refused("sendContact", contact), "parameter \"first_name\" is required");
    }

    #[test]
    fn wrong_types_are_refused_and_unknown_names_are_told() {
        let thread = json!({ "chat_id": 1, "text": "x", "message_thread_id": "soon" });
        assert_eq!(refused("sendMessage", thread), "invalid message_thread_id specified");
        let shipping = json!({ "shipping_query_id": "1", "ok": true, "shipping_options": [{ "id": 5 }] });
        assert_eq!(refused("answerShippingQuery", shipping), "can't parse shipping options JSON object");
        let more = json!({ "chat_id": "@name", "text": "x", "colour": "red", "protect_content": "True" });
        assert_eq!(checked("sendMessage", more), Ok(vec!["colour".to_owned()]));
    }

    #[test]
    fn texts_have_limits() {
        let long = json!({ "callback_query_id": "1", "text": "x".repeat(201) });
        assert_eq!(checked("answerCallbackQuery", long), Ok(Vec::new()), "measured by the world");
        let long = json!({ "description": "x".repeat(513) });
        assert_eq!(refused("setMyDescription", long), "description is too long");
    }

    #[test]
    fn limits_bring_numbers_back() {
        let given = Given::from_json(json!({ "limit": 1000, "timeout": "-5" }).as_object().expect("object").clone());
        assert_eq!(given.clamped("limit", 100, 1..=100), 100);
        assert_eq!(given.clamped("timeout", 0, 0..=50), 0);
        assert_eq!(given.clamped("offset", 7, i64::MIN..=i64::MAX), 7);
    }
}
