//! The desk of one bot: takes what it heard off the inbox, in the order of each chat.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::join_all;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Update, commands};
use crate::application::Application;
use crate::failure::{Code, Failure};
use crate::pipeline::KnownSession;
use crate::ports::{Handling, Inbox as _, InboxRow, StoreError};

/// So many updates are looked at together.
const BATCH: usize = 100;
/// How often the desk looks even if nothing arrives: something may have been put back to be handled once more.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// How long the desk waits after the store failed, and before it sets the commands once more.
const PAUSE: Duration = Duration::from_secs(2);
/// The longest pause between two tries to set the commands.
const PAUSE_MAX: Duration = Duration::from_mins(5);

/// One bot's desk.
pub(super) struct Desk {
    app: Application,
    bot: KnownSession,
}

impl Desk {
    pub(super) fn new(app: Application, bot: KnownSession) -> Self {
        Self { app, bot }
    }

    /// Works until `stop` fires, or until Telegram refuses the token: without it nothing can be answered, and what was heard
    /// waits for the next sign-in. What is being handled comes to its end.
    pub(super) async fn run(self, stop: CancellationToken) {
        let offering = self.offer_commands();
        tokio::pin!(offering);
        let mut has_offered = false;
        let refused = self.app.ports().bots.token_refused(self.bot.id);
        tokio::pin!(refused);
        let mut arrivals = self.app.ports().inbox.arrivals();
        while !stop.is_cancelled() {
            // Marked before looking, so that what arrives while looking wakes the wait below.
            arrivals.mark_unchanged();
            let pause = match self.work_off().await {
                Ok(()) => LOOK_EVERY,
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "what a bot heard cannot be read");
                    PAUSE
                }
            };
            let look = Instant::now() + pause;
            tokio::select! {
                () = stop.cancelled() => {}
                reason = &mut refused => {
                    return self.app.insist_on_login(self.bot.id, &reason, &stop).await;
                }
                // Never ends with an error: the application holds the inbox.
                _ = arrivals.changed() => {}
                () = tokio::time::sleep_until(look) => {}
                () = &mut offering, if !has_offered => has_offered = true,
            }
        }
    }

    /// Sets the commands that the app offers; again after a pause that grows, until Telegram has taken them.
    async fn offer_commands(&self) {
        let mut pause = PAUSE;
        while let Err(error) = self.app.ports().bots.set_commands(self.bot.id, commands::OFFERED).await {
            tracing::warn!(session = %self.bot.id, error = &error as &dyn std::error::Error, "the commands were not set; again");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Handles everything that waits.
    async fn work_off(&self) -> Result<(), StoreError> {
        let mut position = 0;
        loop {
            let rows = self.app.ports().inbox.work(self.bot.id, position, BATCH).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            position = last.position;
            // Without a chat there is no order to keep, so each of those is a row of its own.
            let mut chats: BTreeMap<(Option<i64>, u64), Vec<InboxRow>> = BTreeMap::new();
            for row in rows {
                let alone = if row.entry.chat.is_some() { 0 } else { row.position };
                chats.entry((row.entry.chat, alone)).or_default().push(row);
            }
            let handled = join_all(chats.into_values().map(|rows| self.handle_in_order(rows))).await;
            handled.into_iter().collect::<Result<Vec<()>, _>>()?;
        }
    }

    async fn handle_in_order(&self, rows: Vec<InboxRow>) -> Result<(), StoreError> {
        for row in rows {
            let how = match AssertUnwindSafe(self.handle(&row)).catch_unwind().await {
                Ok(Ok(())) => Handling::Done,
                // The store, or whatever else may be right again in a moment: what waits keeps its order behind it.
                Ok(Err(failure)) if failure.code == Code::Unavailable => {
                    return Err(StoreError::Unavailable(Box::new(failure)));
                }
                Ok(Err(failure)) => Handling::Failed(failure.code.as_str().to_owned()),
                // The panic hook has told the operator; the message may hold anything.
                Err(_panic) => Handling::Failed("its handling broke".to_owned()),
            };
            if let Handling::Failed(why) = &how {
                tracing::error!(session = %self.bot.id, position = row.position, why, "what a bot heard was not handled");
            }
            self.app.ports().inbox.note_handling(self.bot.id, row.position, &how).await?;
        }
        Ok(())
    }

    async fn handle(&self, row: &InboxRow) -> Result<(), Failure> {
        let heard = self.app.ports().bots.read(&row.entry.payload);
        Update { app: &self.app, bot: &self.bot, position: row.position }.follow(heard).await
    }
}
