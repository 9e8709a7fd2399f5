//! Structured answers that pass through the library as text.
//!
//! A tree of values for a hundred messages costs more than all else that a call does here, and the library would only
//! write it down. So the library is given the finished JSON in place of the tree, as one string, and the transport puts
//! that where the tree would stand. A structured answer is always an object, so a string can be nothing else.

use rmcp::RoleServer;
use rmcp::model::{JsonRpcMessage, ServerResult};
use rmcp::service::TxJsonRpcMessage;
use serde_json::Value;

/// Finished JSON, to be given to the library as structured content.
pub(crate) fn stand_in(structured: String) -> Value {
    Value::String(structured)
}

/// Room for everything of a line but an answer.
const LINE_LEAST: usize = 512;

/// A message as one line, with finished JSON in its place.
pub(super) fn line(mut message: TxJsonRpcMessage<RoleServer>) -> Vec<u8> {
    let structured = take(&mut message);
    // The text of an answer is about as long as its structure, or shorter.
    let mut line = Vec::with_capacity(LINE_LEAST + 2 * structured.as_ref().map_or(0, String::len));
    serde_json::to_writer(&mut line, &message).expect("protocol messages have string keys only");
    if let Some(structured) = structured {
        let end = b"}}";
        assert!(line.ends_with(end), "a response ends with its result");
        line.truncate(line.len() - end.len());
        // A result has its content before this.
        line.extend_from_slice(br#","structuredContent":"#);
        line.extend_from_slice(structured.as_bytes());
        line.extend_from_slice(end);
    }
    line.push(b'\n');
    line
}

fn take(message: &mut TxJsonRpcMessage<RoleServer>) -> Option<String> {
    let JsonRpcMessage::Response(response) = message else { return None };
    let ServerResult::CallToolResult(result) = &mut response.result else { return None };
    match result.structured_content.take() {
        Some(Value::String(structured)) => Some(structured),
        other => {
            result.structured_content = other;
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use rmcp::model::{CallToolResult, ContentBlock, RequestId};
    use serde_json::json;

    use super::*;

    fn sent(structured: Option<Value>) -> Value {
        let mut result = CallToolResult::success(vec![ContentBlock::text("two")]);
        result.structured_content = structured;
        let message = JsonRpcMessage::response(ServerResult::CallToolResult(result), RequestId::Number(7));
        serde_json::from_slice(&line(message)).expect("one line of JSON")
    }

    #[test]
    fn finished_json_goes_out_as_the_tree_would() {
        let tree = json!({ "items": [{ "id": 1, "text": "a \"quoted\" }} word" }], "has_more": false });
        let text = tree.to_string();
        assert_eq!(sent(Some(stand_in(text))), sent(Some(tree)));
    }

    #[test]
    fn an_answer_without_structure_stays_without() {
        assert!(sent(None)["result"].get("structuredContent").is_none());
    }
}
