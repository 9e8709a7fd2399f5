//! Which session a call is for.

use telegraphist_domain::SessionId;

use crate::failure::{Code, Failure};
use crate::grants::Sessions;
use crate::ports::{StoreError, Views};
use crate::views::SessionView;

/// The session of a call, ready to be used.
#[derive(Debug, Clone)]
pub(crate) struct KnownSession {
    pub(crate) id: SessionId,
    pub(crate) name: String,
    pub(crate) is_bot: bool,
    /// Public name, without `@`.
    pub(crate) username: Option<String>,
}

/// Finds the session that was named, else the default, else the only one; only `granted` ones are there.
pub(super) async fn find(views: &dyn Views, granted: &Sessions, named: Option<&str>) -> Result<KnownSession, Failure> {
    let view = match named {
        Some(name_or_id) => views.session(name_or_id).await?.filter(|view| granted.has(view)),
        None => default_of(visible(views, granted).await?),
    };
    match view {
        Some(view) => usable(view),
        None => Err(unknown(named, &visible(views, granted).await?)),
    }
}

/// The sessions that there are for whoever was granted these.
pub(super) async fn visible(views: &dyn Views, granted: &Sessions) -> Result<Vec<SessionView>, StoreError> {
    let mut sessions = views.sessions().await?;
    sessions.retain(|view| granted.has(view));
    Ok(sessions)
}

fn default_of(mut sessions: Vec<SessionView>) -> Option<SessionView> {
    if let Some(at) = sessions.iter().position(|view| view.is_default) {
        return Some(sessions.swap_remove(at));
    }
    if sessions.len() == 1 {
        return sessions.pop();
    }
    // A bot beside one account makes nobody doubt whose chats are meant.
    let mut people = sessions.into_iter().filter(|view| view.kind == "user");
    people.next().filter(|_| people.next().is_none())
}

fn usable(view: SessionView) -> Result<KnownSession, Failure> {
    let reason = match view.state.as_str() {
        "ready" => {
            let id = view.id.parse().map_err(|_| unreadable(&view.name))?;
            return Ok(KnownSession { id, is_bot: view.kind == "bot", name: view.name, username: view.username });
        }
        "created" | "initializing" => "its sign-in is not finished",
        "closing" | "closed" => "it was logged out",
        _ => view.reason.as_deref().unwrap_or("Telegram ended its login"),
    };
    Err(needs_login(&view.name, reason))
}

fn unreadable(name: &str) -> Failure {
    Failure::new(
        Code::Internal,
        format!("The store has no valid id for session `{name}`."),
        "Run `telegraphist doctor`.",
    )
}

/// What to say when a session is not signed in.
pub(super) fn needs_login(name: &str, reason: &str) -> Failure {
    Failure::new(
        Code::NeedsLogin,
        format!("Session `{name}` is not signed in to Telegram: {reason}."),
        format!("Run `telegraphist login --session {name}` in a terminal, then repeat the call."),
    )
    .with_details(serde_json::json!({ "session": name }))
}

fn unknown(asked: Option<&str>, sessions: &[SessionView]) -> Failure {
    let names: Vec<&str> = sessions.iter().map(|view| view.name.as_str()).collect();
    if names.is_empty() {
        return Failure::new(
            Code::UnknownSession,
            "This server holds no Telegram session yet.",
            "Run `telegraphist login` in a terminal, then repeat the call.",
        );
    }
    let message = match asked {
        Some(_) => "There is no session of that name or id.",
        None => "There are several sessions and none of them is the default.",
    };
    Failure::new(
        Code::UnknownSession,
        message,
        format!(
            "Pass `session` as one of: {}; or choose a default with `telegraphist sessions default NAME`.",
            names.join(", ")
        ),
    )
    .with_details(serde_json::json!({ "sessions": names }))
}
