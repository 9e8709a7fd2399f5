//! What an operator sees of updates whose handling failed, and what they can do about it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use telegraphist_domain::SessionId;

use crate::application::Application;
use crate::caller::Caller;
use crate::failure::{Code, Failure};
use crate::ports::{Handling, Inbox as _, InboxRow};
use crate::sessions::authorise;

/// An update whose handling failed, without what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedUpdate {
    /// `session/position`.
    pub id: String,
    /// Which bot heard it, by name.
    pub session: String,
    /// The update's kind.
    pub kind: String,
    /// In which chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<String>,
    /// When it came.
    pub received: DateTime<Utc>,
    /// Why it failed.
    pub why: String,
}

impl Application {
    /// The newest updates of every bot whose handling failed.
    pub async fn failed_updates(&self, caller: &Caller, limit: usize) -> Result<Vec<FailedUpdate>, Failure> {
        authorise(caller)?;
        let mut failed = Vec::new();
        for bot in self.ready_bots().await? {
            let rows = self.ports().inbox.failed_work(bot.id, limit).await?;
            failed.extend(rows.into_iter().map(|row| view(&bot.name, bot.id, row)));
        }
        failed.sort_by_key(|update| std::cmp::Reverse(update.received));
        failed.truncate(limit);
        Ok(failed)
    }

    /// Lets an update be handled once more.
    pub async fn requeue_update(&self, caller: &Caller, id: &str) -> Result<(), Failure> {
        authorise(caller)?;
        let failed = self.failed_updates(caller, usize::MAX).await?;
        let update = failed.iter().find(|update| update.id == id.trim()).ok_or_else(no_such_update)?;
        let (session, position) = update.id.rsplit_once('/').ok_or_else(no_such_update)?;
        let session = session.parse().map(SessionId).map_err(|_| no_such_update())?;
        let position = position.parse().map_err(|_| no_such_update())?;
        self.ports().inbox.note_handling(session, position, &Handling::Waiting).await?;
        self.note_act(&caller.principal, "requeue", &update.id, "ok").await;
        Ok(())
    }
}

fn view(name: &str, session: SessionId, row: InboxRow) -> FailedUpdate {
    let why = match row.handling {
        Handling::Failed(why) => why,
        Handling::Waiting | Handling::Done => String::new(),
    };
    FailedUpdate {
        id: format!("{session}/{}", row.position),
        session: name.to_owned(),
        kind: row.entry.kind,
        chat: row.entry.chat.map(|chat| chat.to_string()),
        received: row.received,
        why,
    }
}

fn no_such_update() -> Failure {
    Failure::new(
        Code::InvalidArgument,
        "There is no update of that id whose handling failed.",
        "Run `telegraphist inbox list` to see what there is.",
    )
}
