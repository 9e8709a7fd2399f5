//! What an operator sees of what bots heard, and what they can do about it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use telegraphist_domain::SessionId;

use crate::application::Application;
use crate::caller::Caller;
use crate::failure::{Code, Failure};
use crate::ports::{Handling, Inbox as _, InboxRow};
use crate::sessions::authorise;

/// An update that a bot heard, without what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeardUpdate {
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
    /// What became of it: `waiting`, `done` or `failed`.
    pub state: String,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

impl Application {
    /// The newest updates of every bot whose handling failed.
    pub async fn failed_updates(&self, caller: &Caller, limit: usize) -> Result<Vec<HeardUpdate>, Failure> {
        authorise(caller)?;
        let mut failed = Vec::new();
        for (bot, _) in self.bots().await? {
            let rows = self.ports().inbox.failed_work(bot.id, limit).await?;
            failed.extend(rows.into_iter().map(|row| view(&bot.name, bot.id, row)));
        }
        Ok(newest(failed, limit))
    }

    /// The newest updates of every bot, whatever became of them.
    pub async fn heard_updates(&self, caller: &Caller, limit: usize) -> Result<Vec<HeardUpdate>, Failure> {
        authorise(caller)?;
        let mut heard = Vec::new();
        for (bot, _) in self.bots().await? {
            let from = self.ports().inbox.newest(bot.id).await?.saturating_sub(limit as u64);
            let rows = self.ports().inbox.after(bot.id, from, limit).await?;
            heard.extend(rows.into_iter().map(|row| view(&bot.name, bot.id, row)));
        }
        Ok(newest(heard, limit))
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

fn newest(mut updates: Vec<HeardUpdate>, limit: usize) -> Vec<HeardUpdate> {
    updates.reverse();
    updates.sort_by_key(|update| std::cmp::Reverse(update.received));
    updates.truncate(limit);
    updates
}

fn view(name: &str, session: SessionId, row: InboxRow) -> HeardUpdate {
    let (state, why) = match row.handling {
        Handling::Failed(why) => ("failed", why),
        Handling::Waiting => ("waiting", String::new()),
        Handling::Done => ("done", String::new()),
    };
    HeardUpdate {
        state: state.to_owned(),
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
