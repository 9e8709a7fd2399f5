//! Who is there, and how long nobody has been.

use tokio::sync::watch;

use super::Stay;

/// How many connections there are.
pub(super) struct Presence {
    connections: watch::Sender<usize>,
    clients: watch::Sender<usize>,
}

impl Default for Presence {
    fn default() -> Self {
        Self { connections: watch::Sender::new(0), clients: watch::Sender::new(0) }
    }
}

/// Somebody is there until this is dropped.
pub(super) struct Guest(watch::Sender<usize>);

impl Drop for Guest {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Presence {
    /// A connection of any kind.
    pub(super) fn enter(&self) -> Guest {
        Self::count(&self.connections)
    }

    /// An MCP client, besides being a connection.
    pub(super) fn enter_as_client(&self) -> Guest {
        Self::count(&self.clients)
    }

    fn count(place: &watch::Sender<usize>) -> Guest {
        place.send_modify(|count| *count += 1);
        Guest(place.clone())
    }

    /// How many MCP clients there are.
    pub(super) fn clients(&self) -> usize {
        *self.clients.borrow()
    }

    /// Ends when nobody has been there for as long as `stay` allows.
    pub(super) async fn idle(&self, stay: Stay) {
        let Stay::UntilIdle(most) = stay else {
            return std::future::pending().await;
        };
        let mut connections = self.connections.subscribe();
        loop {
            // The sender is ours, so neither wait can fail.
            let _ = connections.wait_for(|count| *count == 0).await;
            let somebody = connections.wait_for(|count| *count > 0);
            if tokio::time::timeout(most, somebody).await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn nobody_for_a_while_is_idle_and_somebody_starts_the_while_anew() {
        let presence = Presence::default();
        let start = tokio::time::Instant::now();
        let guest = presence.enter();
        let visit = async {
            tokio::time::sleep(Duration::from_secs(100)).await;
            drop(guest);
        };
        let ((), ()) = tokio::join!(presence.idle(Stay::UntilIdle(Duration::from_secs(10))), visit);
        assert_eq!(start.elapsed(), Duration::from_secs(110));
    }

    #[tokio::test(start_paused = true)]
    async fn who_stays_is_never_idle() {
        let presence = Presence::default();
        let idle = presence.idle(Stay::Foreground);
        assert!(tokio::time::timeout(Duration::from_hours(24), idle).await.is_err());
    }
}
