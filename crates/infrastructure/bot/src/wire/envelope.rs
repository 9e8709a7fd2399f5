//! What the Bot API puts around every answer.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use telegraphist_domain::ChatId;

use crate::call_error::{CallError, Refusal};

#[derive(Deserialize)]
struct Envelope<'a> {
    ok: bool,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error_code: Option<u16>,
    description: Option<String>,
    parameters: Option<Parameters>,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

/// Reads an answer: the result as it came, or what is known where there is none.
pub(super) fn read(status: u16, body: &[u8]) -> Result<Box<RawValue>, CallError> {
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(body) else {
        return Err(without_envelope(status));
    };
    match envelope.result {
        Some(result) if envelope.ok => Ok(result.to_owned()),
        _ if envelope.ok => Err(CallError::Lost("the answer holds no result".into())),
        _ => {
            let parameters = envelope.parameters.unwrap_or_default();
            Err(CallError::Refused(Refusal {
                code: envelope.error_code.unwrap_or(status),
                description: envelope.description.unwrap_or_default(),
                retry_after: parameters.retry_after.map(Duration::from_secs),
                migrate_to: parameters.migrate_to_chat_id.map(ChatId),
            }))
        }
    }
}

/// A page of a gateway, or half an answer. ASSUMED: a gateway that turns a request down has not passed it on; one that has
/// trouble may have.
fn without_envelope(status: u16) -> CallError {
    match status {
        413 => CallError::Refused(Refusal {
            code: status,
            description: "Request Entity Too Large".to_owned(),
            retry_after: None,
            migrate_to: None,
        }),
        300..=499 => CallError::NotTelegram { status },
        _ => CallError::Lost(format!("an answer with HTTP status {status} is not in the Bot API's form").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &str) -> Refusal {
        match read(status, body.as_bytes()) {
            Err(CallError::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_result_is_kept_as_it_came() {
        let result =
            read(200, br#"{"ok":true,"result":{"future": [1, 2.50], "id": 9007199254740993}}"#).expect("a result");
        assert_eq!(result.get(), r#"{"future": [1, 2.50], "id": 9007199254740993}"#);
    }

    #[test]
    fn a_refusal_keeps_code_words_and_parameters() {
        let limited = refusal(
            429,
            r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 90","parameters":{"retry_after":90}}"#,
        );
        assert_eq!((limited.code, limited.retry_after), (429, Some(Duration::from_secs(90))));
        assert_eq!(limited.description, "Too Many Requests: retry after 90");
        let moved = refusal(
            400,
            r#"{"ok":false,"error_code":400,"description":"Bad Request: x","parameters":{"migrate_to_chat_id":-1001234567890}}"#,
        );
        assert_eq!(moved.migrate_to, Some(ChatId(-1_001_234_567_890)));
        assert_eq!(refusal(403, r#"{"ok":false}"#).code, 403);
        assert_eq!(refusal(409, r#"{"ok":false,"description":null,"parameters":null}"#).code, 409);
    }

    #[test]
    fn what_is_no_answer_of_the_bot_api_is_told_apart_by_what_it_proves() {
        let html = b"<html><head><title>502 Bad Gateway</title></head></html>";
        assert!(matches!(read(502, html), Err(CallError::Lost(_))));
        assert!(matches!(read(200, br#"{"ok":tr"#), Err(CallError::Lost(_))));
        assert!(matches!(read(200, br#"{"ok":true}"#), Err(CallError::Lost(_))));
        assert!(matches!(read(404, html), Err(CallError::NotTelegram { status: 404 })));
        assert!(matches!(read(302, b""), Err(CallError::NotTelegram { status: 302 })));
        assert_eq!(refusal(413, "<html>413</html>").code, 413);
    }
}
