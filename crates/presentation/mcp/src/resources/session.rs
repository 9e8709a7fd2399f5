use telegraphist_application::operations::ListSessions;
use telegraphist_application::readable::text_of;
use telegraphist_application::views::Page;
use telegraphist_application::{Code, Failure};

use super::Kind;

/// One account.
pub(super) const SESSION: Kind = Kind {
    name: "session",
    title: "Session",
    description: "One Telegram account of this server: its state, and whether it is the default.",
    template: "tg://session/{session}",
    tools: &["list_sessions"],
    read: |app, caller, values, context| {
        Box::pin(async move {
            let sessions = app.list_sessions(caller, ListSessions {}, context).await?;
            let found = sessions.items.into_iter().find(|one| values.iter().any(|v| *v == one.name || *v == one.id));
            match found {
                Some(session) => Ok(text_of(&Page::new(vec![session], None))),
                None => Err(Failure::new(Code::UnknownSession, "There is no such session.", "Read tg://sessions.")),
            }
        })
    },
};
