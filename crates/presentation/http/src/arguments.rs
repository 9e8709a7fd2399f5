//! Arguments of operations: read by the operations themselves; what does not fit is named, and never quoted.

use axum::extract::Query;
use axum::http::{HeaderMap, Uri};
use serde_json::{Map, Value};
use serde_path_to_error::Segment;
use telegraphist_application::Operation;

use crate::refusal::Refusal;

/// The header that makes a repeated request one.
const KEY_HEADER: &str = "idempotency-key";
/// The argument that does.
const KEY: &str = "idempotency_key";

/// Reads an operation from a body.
pub(crate) fn of_body<O: Operation>(arguments: &Map<String, Value>) -> Result<O, Refusal> {
    serde_path_to_error::deserialize(arguments).map_err(|error| {
        let names: Vec<&str> = arguments.keys().map(String::as_str).collect();
        let culprit = error.path().iter().find_map(|segment| match segment {
            Segment::Map { key } => Some(key.as_str()),
            Segment::Seq { .. } | Segment::Enum { .. } | Segment::Unknown => None,
        });
        explain::<O>(&names, culprit)
    })
}

/// Reads an operation from a query.
pub(crate) fn of_query<O: Operation>(uri: &Uri) -> Result<O, Refusal> {
    if let Ok(Query(operation)) = Query::<O>::try_from_uri(uri) {
        return Ok(operation);
    }
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri).map(|Query(pairs)| pairs).unwrap_or_default();
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    // The one without which the rest can be read.
    let is_culprit = |name: &&str| {
        let query = uri.query().unwrap_or_default().split('&');
        let rest: Vec<&str> = query.filter(|pair| pair.split('=').next() != Some(*name)).collect();
        let rest = format!("/?{}", rest.join("&")).parse::<Uri>();
        rest.is_ok_and(|rest| Query::<O>::try_from_uri(&rest).is_ok())
    };
    Err(explain::<O>(&names, names.iter().copied().find(|name| is_culprit(name))))
}

/// What keeps arguments from being read: one that there is not, one that is missing, or the culprit.
fn explain<O: Operation>(given: &[&str], culprit: Option<&str>) -> Refusal {
    let schema = schemars::schema_for!(O);
    let properties = schema.get("properties").and_then(Value::as_object);
    let known: Vec<&str> = properties.into_iter().flat_map(Map::keys).map(String::as_str).collect();
    let action = format!("`telegraphist tools {}` shows what it takes.", O::FACTS.name);
    // An alias that the reader takes and the schema does not offer.
    let is_known = |name: &str| known.contains(&name) || (name == "chat_id" && known.contains(&"chat"));
    if let Some(unknown) = given.iter().find(|name| !is_known(name)) {
        let shown: String = unknown.chars().filter(|letter| !letter.is_control()).take(40).collect();
        let action = format!("Use some of: {}.", known.join(", "));
        return Refusal::argument(format!("There is no argument `{shown}`."), action);
    }
    let mut required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    if let Some(missing) = required.find(|name| !given.contains(name)) {
        return Refusal::argument(format!("The argument `{missing}` is missing."), action);
    }
    let which = culprit.map_or_else(|| "One of the arguments".to_owned(), |name| format!("`{name}`"));
    Refusal::argument(format!("{which} is not what it should be."), action)
}

/// Takes the key of a header in among the arguments.
pub(crate) fn take_key(headers: &HeaderMap, arguments: &mut Map<String, Value>) -> Result<(), Refusal> {
    let mut keys = headers.get_all(KEY_HEADER).iter();
    let Some(key) = keys.next() else { return Ok(()) };
    let key = key.to_str().ok().map(unquoted).filter(|key| !key.is_empty() && keys.next().is_none());
    let Some(key) = key else {
        return Err(Refusal::argument(
            "The header Idempotency-Key holds no key.",
            "Send it once, with 1 to 128 plain letters, digits and signs.",
        ));
    };
    match arguments.get(KEY) {
        None | Some(Value::Null) => {
            arguments.insert(KEY.to_owned(), key.into());
            Ok(())
        }
        Some(Value::String(other)) if other != key => Err(Refusal::argument(
            "The header Idempotency-Key and `idempotency_key` differ.",
            "Send the key in one place only.",
        )),
        // The same; or no key at all, which the operation refuses.
        Some(_) => Ok(()),
    }
}

/// Structured headers hold a text in quotes; most clients do without.
fn unquoted(key: &str) -> &str {
    let key = key.trim();
    key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key)
}
