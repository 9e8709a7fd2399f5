use telegraphist_application::operations::ListSessions;
use telegraphist_application::readable::text_of;

use super::Kind;

/// All accounts.
pub(super) const SESSIONS: Kind = Kind {
    name: "sessions",
    title: "Sessions",
    description: "Telegram accounts this server holds, and their state.",
    template: "tg://sessions",
    tools: &["list_sessions"],
    read: |app, caller, _, context| {
        Box::pin(async move { Ok(text_of(&app.list_sessions(caller, ListSessions {}, context).await?)) })
    },
};
