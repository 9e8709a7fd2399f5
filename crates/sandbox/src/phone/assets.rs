//! The files that every page loads.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// One style sheet, written in three parts.
const STYLE: &str = concat!(
    include_str!("../../assets/phone/frame.css"),
    include_str!("../../assets/phone/messages.css"),
    include_str!("../../assets/phone/writing.css"),
);
/// One script, written in six parts.
const SCRIPT: &str = concat!(
    include_str!("../../assets/phone/base.js"),
    include_str!("../../assets/phone/live.js"),
    include_str!("../../assets/phone/talk.js"),
    include_str!("../../assets/phone/writing.js"),
    include_str!("../../assets/phone/pressing.js"),
    include_str!("../../assets/phone/keys.js"),
);
const ICON: &str = include_str!("../../assets/phone/icon.svg");

pub(super) async fn asset(Path(name): Path<String>) -> Response {
    let (kind, content) = match name.as_str() {
        "phone.css" => ("text/css; charset=utf-8", STYLE),
        "phone.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "icon.svg" => ("image/svg+xml", ICON),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], content).into_response()
}
