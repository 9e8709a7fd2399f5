//! How the world says no: in Telegram's own words, so that a rule and its error text stand in one place.

/// A refusal in Telegram's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} {text}")]
pub struct RpcError {
    /// The class: 400, 401, 403, 420, 500.
    pub code: i32,
    /// The name, such as `PEER_ID_INVALID`.
    pub text: String,
}

impl RpcError {
    /// A refusal with any code.
    pub fn new(code: i32, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// 400: the request is wrong.
    pub fn bad_request(text: &str) -> Self {
        Self::new(400, text)
    }

    /// 403: the request is right but not allowed.
    pub fn forbidden(text: &str) -> Self {
        Self::new(403, text)
    }
}

/// What a rule of the world returns.
pub type Allowed<T> = Result<T, RpcError>;
