//! Reads requests: where they go, and their arguments, which may come from the address, a form, JSON, or several parts, all at once.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Request};
use serde_json::Value;

use super::answer::ApiError;

/// The longest request: two uploads of fifty megabytes, and some words.
const BODY_MAX: usize = 101 * 1024 * 1024;

/// A file that came with a request.
#[derive(Clone)]
pub(crate) struct Upload {
    /// Its name on the sender's side.
    pub(crate) name: String,
    /// Its type, as the sender says.
    pub(crate) mime_type: Option<String>,
    /// The content.
    pub(crate) bytes: Bytes,
}

/// What a request says beside its address. Values are kept as text: a form's JSON and a JSON body's objects mean the same.
#[derive(Clone, Default)]
pub(crate) struct Given {
    /// Arguments by name.
    pub(crate) arguments: BTreeMap<String, String>,
    /// Files by the name of their part.
    pub(crate) files: BTreeMap<String, Upload>,
}

impl Given {
    /// The arguments of a JSON object.
    #[cfg(test)]
    pub(crate) fn from_json(object: serde_json::Map<String, Value>) -> Self {
        let mut given = Self::default();
        given.add_json(object);
        given
    }

    fn add_json(&mut self, object: serde_json::Map<String, Value>) {
        for (name, value) in object {
            let text = match value {
                // Absent, as a client means it that writes all its fields.
                Value::Null => continue,
                Value::String(text) => text,
                other => other.to_string(),
            };
            self.arguments.insert(name, text);
        }
    }

    fn add_form(&mut self, form: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(form) {
            self.arguments.insert(name.into_owned(), value.into_owned());
        }
    }

    async fn add_parts(&mut self, mut parts: Multipart) -> Result<(), ApiError> {
        let broken = |_| ApiError::bad_request("can't parse multipart/form-data");
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            let file = part.file_name().map(str::to_owned);
            let mime_type = part.content_type().map(str::to_owned);
            let bytes = part.bytes().await.map_err(too_large)?;
            match file {
                Some(file) => {
                    self.files.insert(name, Upload { name: file, mime_type, bytes });
                }
                None => {
                    self.arguments.insert(name, String::from_utf8_lossy(&bytes).into_owned());
                }
            }
        }
        Ok(())
    }
}

fn too_large(_: axum::extract::multipart::MultipartError) -> ApiError {
    ApiError::new(413, "Request Entity Too Large")
}

/// Reads everything that a request says.
pub(crate) async fn read(request: Request<Body>) -> Result<Given, ApiError> {
    let (head, body) = request.into_parts();
    let mut given = Given::default();
    given.add_form(head.uri.query().unwrap_or_default().as_bytes());
    let kind = content_type(&head.headers);
    if kind == "multipart/form-data" {
        let request = Request::from_parts(head, Body::from(collect(body).await?));
        let parts = Multipart::from_request(request, &()).await;
        let parts = parts.map_err(|_| ApiError::bad_request("can't parse multipart/form-data"))?;
        given.add_parts(parts).await?;
        return Ok(given);
    }
    let bytes = collect(body).await?;
    match kind.as_str() {
        "application/json" if !bytes.is_empty() => given.add_json(parse_json(&bytes)?),
        "application/x-www-form-urlencoded" => given.add_form(&bytes),
        _ => {}
    }
    Ok(given)
}

async fn collect(body: Body) -> Result<Bytes, ApiError> {
    axum::body::to_bytes(body, BODY_MAX).await.map_err(|_| ApiError::new(413, "Request Entity Too Large"))
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn parse_json(bytes: &[u8]) -> Result<serde_json::Map<String, Value>, ApiError> {
    serde_json::from_slice(bytes).map_err(|_| ApiError::bad_request("can't parse request JSON"))
}
