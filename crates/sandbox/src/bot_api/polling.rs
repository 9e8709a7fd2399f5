//! `getUpdates`: takes what waits, or waits for something to come.
//!
//! Only one program may wait for a bot. A newer one that has to wait ends the wait of the one before, which is told so.

use std::sync::Arc;

use super::answer::{Answer, ApiError, Outcome};
use super::desk::Allowed;
use super::request::Given;
use crate::server::Hub;

/// A program may wait for so many seconds.
const WAIT_MAX: i64 = 50;

/// What one look at the queue comes to.
enum Look {
    /// There is something, or nothing to wait for.
    Done(Answer),
    /// Somebody else waits now.
    Replaced,
    /// Nothing yet.
    Nothing(tokio::sync::watch::Receiver<()>),
}

/// Answers a `getUpdates`.
pub(super) async fn get_updates(hub: &Arc<Hub>, bot: i64, given: &Given) -> Outcome {
    let limit = usize::try_from(given.clamped("limit", 100, 1..=100)).unwrap_or(1);
    let timeout = given.clamped("timeout", 0, 0..=WAIT_MAX);
    let offset = given.clamped("offset", 0, i64::MIN..=i64::MAX);
    let allowed = given.names("allowed_updates");
    let (deadline, ticket) = hub.change(|state| {
        let now = state.world.clock.millis();
        let queue = state.desk.queue(bot);
        if let Some(names) = &allowed {
            queue.allowed = Allowed::named(names);
        }
        queue.confirm(offset, now);
        if queue.len() == 0 && timeout > 0 {
            queue.poll += 1;
            queue.wake();
        }
        (now + timeout * 1_000, queue.poll)
    });
    loop {
        match look(hub, bot, limit, (ticket, deadline)) {
            Look::Done(answer) => return Ok(answer),
            Look::Replaced => {
                let reason = "terminated by other getUpdates request; make sure that only one bot instance is running";
                return Err(ApiError::conflict(reason));
            }
            Look::Nothing(mut changes) => tokio::select! {
                _ = changes.changed() => {}
                () = hub.wait_until(deadline) => {}
                () = hub.closing.cancelled() => return Err(ApiError::new(500, "Internal Server Error: restart")),
            },
        }
    }
}

fn look(hub: &Hub, bot: i64, limit: usize, (ticket, deadline): (u64, i64)) -> Look {
    hub.change(|state| {
        let now = state.world.clock.millis();
        let queue = state.desk.queue(bot);
        if queue.poll != ticket {
            return Look::Replaced;
        }
        queue.confirm(0, now);
        let updates = queue.oldest(limit);
        if updates.is_empty() && now < deadline { Look::Nothing(queue.changes()) } else { Look::Done(updates.into()) }
    })
}
