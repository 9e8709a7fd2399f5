//! From a line to a message, or to the answer that says why not.

use std::borrow::Cow;
use std::fmt;

use rmcp::model::{
    CallToolRequest, CallToolRequestParams, ClientJsonRpcMessage, ClientRequest, ErrorCode, GetExtensions, RequestId,
};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::request_id;
use super::surrogates::{self, BrokenText};

/// A line that the library never sees, and what the client is told.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) id: Option<RequestId>,
    pub(crate) code: ErrorCode,
    pub(crate) message: Cow<'static, str>,
}

/// A JSON-RPC error whose id is written even when it is null; the library's own type leaves it out.
#[derive(Serialize)]
pub(crate) struct Answer<'a> {
    jsonrpc: &'static str,
    id: Option<&'a RequestId>,
    error: Fault<'a>,
}

#[derive(Serialize)]
struct Fault<'a> {
    code: ErrorCode,
    message: &'a str,
}

impl Answer<'_> {
    /// The answer as one line.
    pub(super) fn line(&self) -> Vec<u8> {
        let mut line = self.body();
        line.push(b'\n');
        line
    }

    /// The answer as a body.
    pub(crate) fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("plain data")
    }
}

impl Refusal {
    pub(crate) fn new(id: Option<RequestId>, code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { id, code, message: message.into() }
    }

    pub(crate) fn invalid_request(id: Option<RequestId>, message: &'static str) -> Self {
        Self::new(id, ErrorCode::INVALID_REQUEST, message)
    }

    /// `head` is the beginning of the line; a client that waits for the id hears of it if it is there.
    pub(super) fn too_long(head: &[u8], line_max: usize) -> Self {
        let message = format!("the line is longer than {line_max} bytes; send files by path or url");
        Self::new(id_in(head), ErrorCode::INVALID_REQUEST, message)
    }

    pub(crate) fn answer(&self) -> Answer<'_> {
        let error = Fault { code: self.code, message: &self.message };
        Answer { jsonrpc: "2.0", id: self.id.as_ref(), error }
    }
}

/// The outside of a message; its params are parsed once, as what they are.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default)]
    jsonrpc: Value,
    #[serde(default, deserialize_with = "present")]
    id: Option<Value>,
    #[serde(default, borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    params: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "present")]
    result: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "present")]
    error: Option<IgnoredAny>,
}

/// Tells `null` from nothing.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

type Parsed = Result<Option<ClientJsonRpcMessage>, Refusal>;

/// Reads one line. `None` is a line that asks for nothing: an empty one, or a notification nobody here knows.
pub(super) fn read(line: &[u8]) -> Parsed {
    let line = bare(line);
    if line.is_empty() {
        return Ok(None);
    }
    parse(line).or_else(|refusal| match surrogates::repaired(line) {
        Some(repaired) => with_broken_text(&repaired),
        None => Err(refusal),
    })
}

/// A body of HTTP that may go to the library.
pub(crate) struct Checked<'a> {
    /// What it says; nothing where it is a notification nobody here knows.
    pub(crate) message: Option<ClientJsonRpcMessage>,
    /// What the library can read.
    pub(crate) bytes: Cow<'a, [u8]>,
    /// Whether half surrogate pairs were replaced.
    pub(crate) is_repaired: bool,
}

/// Reads the body of a request over HTTP, which the library will read once more.
pub(crate) fn check(body: &[u8]) -> Result<Checked<'_>, Refusal> {
    let bytes = bare(body);
    check_size(bytes)?;
    // Also where nobody here would look: the library reads everything.
    match surrogates::repaired(bytes) {
        None => Ok(Checked { message: parse(bytes)?, bytes: bytes.into(), is_repaired: false }),
        Some(repaired) => {
            let message = with_broken_text(&repaired)?;
            Ok(Checked { message, bytes: repaired.into(), is_repaired: true })
        }
    }
}

/// The method of a request, however odd the rest of it is.
pub(crate) fn method_of(body: &[u8]) -> Option<String> {
    let envelope: Envelope<'_> = serde_json::from_slice(bare(body)).ok()?;
    envelope.method.map(Cow::into_owned)
}

/// Without what some programs put around their text.
fn bare(text: &[u8]) -> &[u8] {
    const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text).trim_ascii()
}

/// The deepest nesting that is read; nothing here takes more than a few levels.
const DEPTH_MAX: usize = 64;

/// The most values that are read; nothing here takes more than a few hundred, and each costs many times its bytes.
const VALUES_MAX: usize = 100_000;

/// Refuses what is nested too deeply or holds too many values, found without making anything of them.
fn check_size(json: &[u8]) -> Result<(), Refusal> {
    let (mut depth, mut values, mut is_text, mut is_escaped) = (0_usize, 0_usize, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            _ if is_text => {}
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Err(Refusal::invalid_request(None, "the message is nested too deeply"));
        }
        if values > VALUES_MAX {
            return Err(Refusal::invalid_request(None, "the message holds too many values"));
        }
    }
    Ok(())
}

fn parse(line: &[u8]) -> Parsed {
    let envelope: Envelope<'_> = match serde_json::from_slice(line) {
        Ok(envelope) => envelope,
        Err(error) if error.is_data() => return Err(odd_envelope(line)),
        Err(_) => return Err(Refusal::new(None, ErrorCode::PARSE_ERROR, "this is not valid JSON")),
    };
    let is_answer = envelope.result.is_some() || envelope.error.is_some();
    match (&envelope.id, &envelope.method) {
        (_, Some(_)) if is_answer => Err(odd_envelope(line)),
        (Some(id), Some(method)) => request(line, &envelope, id, method),
        (None, Some(_)) => Ok(serde_json::from_slice(line).ok()),
        // An answer to a question of ours that does not parse cannot be matched to it, and asks for nothing.
        (_, None) if is_answer => Ok(serde_json::from_slice(line).ok()),
        (_, None) => Err(odd_envelope(line)),
    }
}

fn odd_envelope(line: &[u8]) -> Refusal {
    Refusal::invalid_request(id_in(line), "this is not a JSON-RPC 2.0 message; batches are not supported")
}

fn request(line: &[u8], envelope: &Envelope<'_>, id: &Value, method: &str) -> Parsed {
    let Some(id) = request_id(id) else {
        return Err(Refusal::invalid_request(None, "an id is a string or a whole number"));
    };
    if envelope.jsonrpc != "2.0" {
        return Err(Refusal::invalid_request(Some(id), "jsonrpc must be \"2.0\""));
    }
    // The one method that is called all day is parsed directly; the library tries twenty shapes one after another.
    if method == "tools/call" {
        let params = envelope.params.and_then(|params| serde_json::from_str(params.get()).ok());
        return match params {
            Some(params) => Ok(Some(ClientJsonRpcMessage::request(tool_call(params), id))),
            None => Err(wrong_params(id, method)),
        };
    }
    let Ok(message) = serde_json::from_slice(line) else { return Err(wrong_params(id, method)) };
    match message {
        // The library takes a known method with odd params for a method it does not know.
        ClientJsonRpcMessage::Request(request)
            if matches!(request.request, ClientRequest::CustomRequest(_)) && is_known(method) =>
        {
            Err(wrong_params(id, method))
        }
        message => Ok(Some(message)),
    }
}

fn tool_call(mut params: CallToolRequestParams) -> ClientRequest {
    let meta = params.meta.take();
    let mut request = CallToolRequest::new(params);
    if let Some(meta) = meta {
        request.extensions.insert(meta);
    }
    ClientRequest::CallToolRequest(request)
}

/// A request whose broken texts were replaced: a tool call goes on, marked; anything else is refused by its id.
fn with_broken_text(repaired: &[u8]) -> Parsed {
    match parse(repaired)? {
        Some(ClientJsonRpcMessage::Request(mut request)) => {
            if !matches!(request.request, ClientRequest::CallToolRequest(_)) {
                return Err(Refusal::new(
                    Some(request.id),
                    ErrorCode::INVALID_PARAMS,
                    "a string holds half of a surrogate pair",
                ));
            }
            request.request.extensions_mut().insert(BrokenText);
            Ok(Some(ClientJsonRpcMessage::Request(request)))
        }
        other => Ok(other),
    }
}

fn wrong_params(id: RequestId, method: &str) -> Refusal {
    let expected = PARAMS.iter().find(|(known, _)| *known == method).map_or("other params", |(_, params)| params);
    Refusal::new(Some(id), ErrorCode::INVALID_PARAMS, format!("{method} takes {expected}"))
}

fn is_known(method: &str) -> bool {
    PARAMS.iter().any(|(known, _)| *known == method)
}

/// What each method takes, for people who write clients.
const PARAMS: &[(&str, &str)] = &[
    ("initialize", "protocolVersion (string), capabilities (object) and clientInfo (object with name and version)"),
    ("server/discover", "_meta with protocolVersion and clientCapabilities"),
    ("ping", "no params"),
    ("tools/list", "an optional cursor (string)"),
    ("tools/call", "name (string) and, optionally, arguments (object)"),
    ("prompts/list", "an optional cursor (string)"),
    ("prompts/get", "name (string) and, optionally, arguments (object of strings)"),
    ("resources/list", "an optional cursor (string)"),
    ("resources/templates/list", "an optional cursor (string)"),
    ("resources/read", "uri (string)"),
    ("resources/subscribe", "uri (string)"),
    ("resources/unsubscribe", "uri (string)"),
    ("completion/complete", "ref (object) and argument (object with name and value)"),
    ("logging/setLevel", "level (string)"),
    ("subscriptions/listen", "notifications (object)"),
];

/// The `id` of an object, found without reading the rest: the line may be cut, or hold what no parser accepts.
fn id_in(line: &[u8]) -> Option<RequestId> {
    let mut found = None;
    let mut deserializer = serde_json::Deserializer::from_slice(line);
    // It ends in an error where the line does; what was found until then counts.
    let _ = IdSeeker(&mut found).deserialize(&mut deserializer);
    found
}

struct IdSeeker<'a>(&'a mut Option<RequestId>);

impl<'de> DeserializeSeed<'de> for IdSeeker<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for IdSeeker<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == "id" {
                *self.0 = request_id(&map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(telegraphist_fuzz::config())]

        #[test]
        fn any_line_is_read_or_answered_as_the_protocol_says(line in telegraphist_fuzz::inputs("lines")) {
            for refused in [read(&line).err(), check(&line).err()].into_iter().flatten() {
                let answer = serde_json::to_value(refused.answer()).expect("plain data");
                prop_assert_eq!(&answer["jsonrpc"], "2.0");
                prop_assert!([-32700, -32600, -32602, -32601].contains(&answer["error"]["code"].as_i64().unwrap_or_default()));
                prop_assert!(matches!(&answer["id"], Value::Null | Value::Number(_) | Value::String(_)));
            }
            if let Ok(Checked { message: Some(_), bytes, .. }) = check(&line) {
                // What goes on is what the library can read.
                prop_assert!(serde_json::from_slice::<Value>(&bytes).is_ok());
            }
            let _ = method_of(&line);
        }
    }

    fn refusal(line: &str) -> Value {
        let refused = read(line.as_bytes()).expect_err("refused");
        serde_json::to_value(refused.answer()).expect("plain data")
    }

    #[test]
    fn malformed_json_is_a_parse_error_with_a_null_id() {
        let answer = refusal(r#"{"jsonrpc":"2.0","id":1,"method":"#);
        assert_eq!(answer["error"]["code"], -32700);
        assert_eq!(answer.get("id"), Some(&Value::Null));
    }

    #[test]
    fn what_is_no_message_is_refused_by_its_id() {
        for (line, id) in [
            (r#"{"id":7}"#, Value::from(7)),
            (r#"{"id":"a","hello":1}"#, Value::from("a")),
            (r#"{"jsonrpc":"1.0","id":3,"method":"ping"}"#, Value::from(3)),
            (r#"{"jsonrpc":"2.0","id":4,"method":5}"#, Value::from(4)),
            (r#"{"jsonrpc":"2.0","id":4,"method":"ping","result":{}}"#, Value::from(4)),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, Value::Null),
            (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, Value::Null),
            ("42", Value::Null),
            ("{}", Value::Null),
        ] {
            let answer = refusal(line);
            assert_eq!(answer["error"]["code"], -32600, "{line}");
            assert_eq!(answer["id"], id, "{line}");
        }
    }

    #[test]
    fn odd_params_of_a_known_method_are_invalid_params() {
        for line in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{}}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_me","arguments":[1]}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":5}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#,
        ] {
            let answer = refusal(line);
            assert_eq!(answer["error"]["code"], -32602, "{line}");
            assert_eq!(answer["id"], 1, "{line}");
        }
    }

    #[test]
    fn a_tool_call_keeps_its_meta() {
        let line =
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_me","_meta":{"progressToken":5}}}"#;
        let Ok(Some(ClientJsonRpcMessage::Request(request))) = read(line.as_bytes()) else {
            panic!("a request");
        };
        assert!(rmcp::model::GetMeta::get_meta(&request.request).get_progress_token().is_some());
    }

    #[test]
    fn an_unknown_method_is_left_to_the_library() {
        let line = r#"{"jsonrpc":"2.0","id":1,"method":"no/such"}"#;
        assert!(matches!(read(line.as_bytes()), Ok(Some(ClientJsonRpcMessage::Request(_)))));
    }

    #[test]
    fn a_half_surrogate_pair_marks_a_tool_call_and_refuses_the_rest() {
        let line = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"send_message","arguments":{"text":"\ud800"}}}"#;
        let Ok(Some(ClientJsonRpcMessage::Request(request))) = read(line.as_bytes()) else {
            panic!("a request");
        };
        assert!(request.request.extensions().get::<BrokenText>().is_some());
        let answer = refusal(r#"{"jsonrpc":"2.0","id":9,"method":"resources/read","params":{"uri":"\udfff"}}"#);
        assert_eq!((answer["id"].clone(), answer["error"]["code"].clone()), (9.into(), (-32602).into()));
    }

    #[test]
    fn what_is_nested_deeply_is_refused_before_it_is_parsed() {
        let nested = |depth: usize| {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":{open}{close},"b":"\"[[[{{"}}}}"#)
        };
        assert!(check(nested(DEPTH_MAX - 2).as_bytes()).is_ok());
        let refused = check(nested(DEPTH_MAX - 1).as_bytes()).map(drop).expect_err("too deep");
        assert_eq!(refused.code, ErrorCode::INVALID_REQUEST);
        let flat = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":"{}"}}}}"#, "[".repeat(1_000));
        assert!(check(flat.as_bytes()).is_ok(), "a text is not nested");
        assert!(check("[".repeat(1_000_000).as_bytes()).is_err());
    }

    #[test]
    fn what_holds_too_many_values_is_refused_before_it_is_parsed() {
        let many = |values: usize| {
            let list = vec!["0"; values].join(",");
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":[{list}]}}}}"#)
        };
        assert!(check(many(1_000).as_bytes()).is_ok());
        let refused = check(many(VALUES_MAX).as_bytes()).map(drop).expect_err("too many");
        assert_eq!(refused.code, ErrorCode::INVALID_REQUEST);
    }

    #[test]
    fn the_id_of_a_cut_line_is_found_if_it_came_first() {
        assert_eq!(id_in(br#"{"jsonrpc":"2.0","id":12,"params":{"te"#), Some(RequestId::Number(12)));
        assert_eq!(id_in(br#"{"jsonrpc":"2.0","params":{"te"#), None);
    }
}
