//! What a client is told about a request whose daemon died.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::State;
use super::open::{Ask, Request};

/// JSON-RPC's code for a fault of the server.
const INTERNAL_ERROR: i32 = -32603;

/// A failure in the words and the form of the server's own.
struct Failure {
    code: &'static str,
    message: &'static str,
    action: &'static str,
}

const OUTCOME_UNKNOWN: Failure = Failure {
    code: "outcome_unknown",
    message: "the server's daemon ended while it performed this; it may or may not have been done",
    action: "look whether it was done (read the chat) before repeating; with the idempotency_key of the call a repeat is safe",
};
const NOT_ANSWERED: Failure = Failure {
    code: "unavailable",
    message: "the server's daemon ended before it answered; nothing was changed",
    action: "repeat the call; another daemon has been started",
};
const NOT_DELIVERED: Failure = Failure {
    code: "unavailable",
    message: "the server's daemon ended before it got this request; nothing was changed",
    action: "repeat the call; if it fails again, run `telegraphist doctor`",
};

/// The answers to requests that were handed over: a write may have been executed, a read was not answered.
pub(super) fn answers_for(requests: &[Request], state: &State) -> Vec<u8> {
    let is_initialized = state.open.is_initialized();
    requests.iter().flat_map(|request| answer_for(request, &state.reads, is_initialized)).collect()
}

fn answer_for(request: &Request, reads: &[String], is_initialized: bool) -> Vec<u8> {
    let failure = match &request.ask {
        // One that is not known here may write, for all we know.
        Ask::Tool(name) if !reads.contains(name) => &OUTCOME_UNKNOWN,
        Ask::Tool(_) | Ask::Initialize | Ask::Other => &NOT_ANSWERED,
    };
    answer(request, failure, is_initialized)
}

/// The answer to a request that no daemon got.
pub(super) fn not_delivered(request: &Request, is_initialized: bool) -> Vec<u8> {
    answer(request, &NOT_DELIVERED, is_initialized)
}

/// The answer to one request too many.
pub(super) fn too_many_open(id: &[u8]) -> Vec<u8> {
    let message = "too many requests are open; wait for answers before sending more";
    error_line(id, message, &json!({ "code": "overloaded" }))
}

fn answer(request: &Request, failure: &Failure, is_initialized: bool) -> Vec<u8> {
    let data = json!({
        "code": failure.code,
        "message": failure.message,
        "action": failure.action,
        "correlation_id": uuid::Uuid::new_v4().simple().to_string(),
    });
    if !matches!(request.ask, Ask::Tool(_)) {
        return error_line(&request.id, failure.message, &data);
    }
    let mut result = json!({
        "content": [{ "type": "text", "text": data.to_string() }],
        "isError": true,
    });
    if !is_initialized {
        // Required since 2026-07-28, unknown before.
        result["resultType"] = Value::from("complete");
    }
    line(&request.id, "result", &result)
}

fn error_line(id: &[u8], message: &str, data: &Value) -> Vec<u8> {
    let error = json!({ "code": INTERNAL_ERROR, "message": message, "data": data });
    line(id, "error", &error)
}

fn line(id: &[u8], field: &str, value: &Value) -> Vec<u8> {
    // The id came out of a line of JSON; should it not be JSON by itself, there is no request to answer.
    let Ok(id) = serde_json::from_slice::<&RawValue>(id) else {
        return Vec::new();
    };
    format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"{field}\":{value}}}\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::open::{Line, Open};
    use super::super::scan::Scanner;
    use super::*;

    fn lost(text: &str) -> Value {
        let mut open = Open::default();
        let facts = Scanner::default().whole_line(text.as_bytes());
        open.register(&Line { bytes: text.as_bytes(), facts });
        let request = open.take_all().pop().expect("a request");
        serde_json::from_slice(&answer_for(&request, &["get_me".to_owned()], false)).expect("one line of JSON")
    }

    fn failure(answer: &Value) -> Value {
        assert_eq!(answer["result"]["isError"], true);
        assert!(answer["result"].get("structuredContent").is_none());
        let text = answer["result"]["content"][0]["text"].as_str().expect("a text");
        serde_json::from_str(text).expect("a failure")
    }

    #[test]
    fn a_lost_write_is_unknown_and_a_lost_read_is_not() {
        let write = lost(r#"{"id":"w","method":"tools/call","params":{"name":"send_message"}}"#);
        assert_eq!(write["id"], "w");
        assert_eq!(failure(&write)["code"], "outcome_unknown");
        let read = lost(r#"{"id":2,"method":"tools/call","params":{"name":"get_me"}}"#);
        assert_eq!(failure(&read)["code"], "unavailable");
        let unknown = lost(r#"{"id":3,"method":"tools/call","params":{"name":"no_such_tool"}}"#);
        assert_eq!(failure(&unknown)["code"], "outcome_unknown");
    }

    #[test]
    fn what_is_no_tool_gets_an_error_of_the_protocol() {
        let answer = lost(r#"{"id":1,"method":"tools/list"}"#);
        assert_eq!(answer["error"]["code"], INTERNAL_ERROR);
        assert_eq!(answer["error"]["data"]["code"], "unavailable");
    }
}
