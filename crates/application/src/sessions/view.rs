use chrono::DateTime;
use telegraphist_domain::session::Awaited;
use telegraphist_domain::{Session, SessionKind, SessionState};

use crate::views::SessionView;

/// How lists show a session; the store knows which one is the default.
pub fn view_of(session: &Session, is_default: bool) -> SessionView {
    let (state, reason) = describe(&session.state);
    SessionView {
        connection: None,
        id: session.id.to_string(),
        name: session.name.to_string(),
        kind: match session.kind {
            SessionKind::User => "user".into(),
            SessionKind::Bot => "bot".into(),
        },
        state: state.into(),
        reason,
        user_id: session.identity.as_ref().map(|identity| identity.user_id.to_string()),
        username: session.identity.as_ref().and_then(|identity| identity.username.clone()),
        is_default,
        created: DateTime::from_timestamp_millis(session.created.0).unwrap_or_default(),
    }
}

fn describe(state: &SessionState) -> (&'static str, Option<String>) {
    match state {
        SessionState::Created => ("created", None),
        SessionState::Initializing(Awaited::Code) => ("initializing", Some("waits for the login code".into())),
        SessionState::Initializing(Awaited::Password) => ("initializing", Some("waits for the password".into())),
        SessionState::Initializing(Awaited::Qr) => ("initializing", Some("waits for the QR code to be scanned".into())),
        SessionState::Ready => ("ready", None),
        SessionState::NeedsLogin { reason } => ("needs_login", Some(reason.clone())),
        SessionState::Closing => ("closing", None),
        SessionState::Closed => ("closed", None),
    }
}

impl SessionView {
    /// Whether `name_or_id` means this session, in any case of letters.
    pub fn is_called(&self, name_or_id: &str) -> bool {
        self.name.eq_ignore_ascii_case(name_or_id) || self.id.eq_ignore_ascii_case(name_or_id)
    }
}
