//! Bodies: how large they may be, how long they may take, and what they have to be.

use std::error::Error;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};
use telegraphist_application::{Code, Failure};

use crate::refusal::Refusal;

/// The largest body of anything but MCP.
pub(crate) const BODY_BYTES_MAX: usize = 1024 * 1024;

/// How long a body may take to come.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);

/// Reads a body to its end, up to so many bytes.
pub(crate) async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Refusal> {
    let told = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|told| told > most as u64) {
        return Err(too_large(most));
    }
    match tokio::time::timeout(BODY_TIME_MAX, axum::body::to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        // The only error that is not about the connection, over which nothing could be told any more.
        Ok(Err(error)) if error.source().is_some_and(is_about_length) => Err(too_large(most)),
        Ok(Err(_broken)) => Err(Refusal::argument("The body broke off.", "Send the whole of it again.")),
        Err(_elapsed) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            Failure::new(Code::DeadlineExceeded, "The body did not come in time.", "Send it again, without a pause."),
        )),
    }
}

fn is_about_length(error: &(dyn Error + 'static)) -> bool {
    error.is::<http_body_util::LengthLimitError>()
}

fn too_large(most: usize) -> Refusal {
    const MIB: usize = 1024 * 1024;
    let most = if most.is_multiple_of(MIB) { format!("{} MiB", most / MIB) } else { format!("{most} bytes") };
    let message = format!("The body is larger than {most}.");
    let failure = Failure::new(Code::InvalidArgument, message, "Send less at once; pass large files by path or url.");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, failure)
}

/// Reads the arguments of an operation.
pub(crate) async fn arguments(headers: &HeaderMap, body: Body) -> Result<Map<String, Value>, Refusal> {
    if !is_json(headers) {
        let failure = Failure::new(
            Code::InvalidArgument,
            "The body is not said to be JSON.",
            "Send JSON with the header Content-Type: application/json.",
        );
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, failure));
    }
    let bytes = read(headers, body, BODY_BYTES_MAX).await?;
    // What the parser quotes may be anything.
    let parsed: Result<Value, _> = serde_json::from_slice(&bytes);
    match parsed {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(_) => Err(Refusal::argument("The body is no JSON object.", "Send the arguments as one object.")),
        Err(error) => Err(Refusal::argument(
            format!("The body is not JSON: line {}, column {}.", error.line(), error.column()),
            "Send the arguments as one JSON object in UTF-8.",
        )),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let said = headers.get(CONTENT_TYPE).and_then(|said| said.to_str().ok()).unwrap_or_default();
    said.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}
