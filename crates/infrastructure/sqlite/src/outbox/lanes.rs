//! One row for each lane with somebody in line and nothing under way.

use std::collections::BTreeSet;

use sqlx::SqliteConnection;
use telegraphist_application::ports::StoreError;

use crate::statement::Statement;

/// Writes the row of a lane anew, if it is to have one. The oldest is the first entry of its line in `outbox_in_line`, the
/// urgency the first of `outbox_in_line_by_urgency`, and `outbox_sending` tells what is under way: three look-ups,
/// however long the line is.
pub(super) const WRITE: &str = "
    DELETE FROM outbox_lanes WHERE session = ?1 AND chat = ?2;
    INSERT INTO outbox_lanes (session, chat, urgency, oldest, due)
    SELECT session, chat,
        (SELECT min(urgency) FROM outbox INDEXED BY outbox_in_line_by_urgency
         WHERE session = ?1 AND chat = ?2 AND state = 'queued' AND is_early = 0),
        position,
        CASE WHEN attempts > 0 THEN coalesce(not_before, 0) ELSE 0 END
    FROM outbox INDEXED BY outbox_in_line
    WHERE session = ?1 AND chat = ?2 AND state = 'queued' AND is_early = 0
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE session = ?1 AND chat = ?2 AND state = 'sending')
    ORDER BY position LIMIT 1";

/// After any change of a lane.
pub(super) async fn refresh(connection: &mut SqliteConnection, session: &str, chat: i64) -> Result<(), StoreError> {
    sqlx::query(WRITE).bind(session).bind(chat).run(connection).await
}

/// The same for several lanes of a session, some named more than once.
pub(super) async fn refresh_all(
    connection: &mut SqliteConnection,
    session: &str,
    chats: impl IntoIterator<Item = i64>,
) -> Result<(), StoreError> {
    let chats: BTreeSet<i64> = chats.into_iter().collect();
    for chat in chats {
        refresh(connection, session, chat).await?;
    }
    Ok(())
}
