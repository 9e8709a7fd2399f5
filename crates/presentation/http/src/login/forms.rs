//! What a form of the page brings.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use subtle::ConstantTimeEq as _;
use telegraphist_application::enrolments::EnrolmentView;

use crate::body;

/// A token and one field; nothing that a person types is longer.
const FORM_BYTES_MAX: usize = 8 * 1024;

/// Where the token is.
pub(super) const TOKEN: &str = "token";

/// The fields of a form. Not `Debug`: they are secrets.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads one; what cannot be read is told by a status.
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, StatusCode> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let bytes = body::read(headers, body, FORM_BYTES_MAX).await.map_err(|_| StatusCode::BAD_REQUEST)?;
        Ok(Self(url::form_urlencoded::parse(&bytes).into_owned().collect()))
    }

    /// A field; empty where there is none.
    pub(super) fn take(&self, name: &str) -> String {
        self.0.iter().find(|(called, _)| called == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Whether it is a form of that enrolment's page.
    pub(super) fn is_of(&self, view: &EnrolmentView) -> bool {
        self.take(TOKEN).as_bytes().ct_eq(view.form_token.as_bytes()).into()
    }
}
