//! The files that the page loads.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};

pub(super) async fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("../../assets/login.css"))
}

pub(super) async fn script() -> Response {
    file("text/javascript; charset=utf-8", include_str!("../../assets/login.js"))
}

pub(super) async fn icon() -> Response {
    file("image/svg+xml", include_str!("../../assets/icon.svg"))
}

fn file(kind: &'static str, content: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind)], content).into_response()
}
