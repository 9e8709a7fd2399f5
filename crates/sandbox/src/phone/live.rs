//! How an open page stays true: a stream of server-sent events.
//!
//! Whenever something may have changed, everything that the page shows is drawn again, compared with what the page has, and the difference is
//! sent. So a page shows whatever the world holds, by whatever way it came there, and nothing has to be told twice.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde::Deserialize;

use super::Phone;
use super::pages::peer_of;
use super::view::{Main, Snapshot};
use super::window::{Talk, Window};
use crate::server::Watch;

/// However much happens, a page is drawn no more often than this.
const PACE: Duration = Duration::from_millis(30);
/// However little happens, time passes, and "last seen" grows older.
const TICK: Duration = Duration::from_secs(20);

/// What a page shows, as it says itself.
#[derive(Deserialize)]
pub(super) struct Shown {
    chat: Option<String>,
    topic: Option<i32>,
    from: Option<i32>,
    to: Option<i32>,
    mark: Option<i32>,
    /// The stamp of what it shows.
    #[serde(default)]
    stamp: String,
}

pub(super) async fn stream(
    State(phone): State<Phone>,
    Path(account): Path<i64>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Response {
    let main = phone.see(account, |eyes| {
        eyes.account(account).filter(|account| !account.bot)?;
        let Some(chat) = &shown.chat else { return Some(Main::Nothing) };
        let peer = peer_of(eyes, chat)?;
        let talk = Talk { peer, topic: shown.topic };
        if eyes.is_forum(peer) && shown.topic.is_none() {
            return Some(Main::Topics(peer));
        }
        Some(Main::Talk(talk, Window { from: shown.from, to: shown.to }, shown.mark))
    });
    let Some(main) = main else { return StatusCode::NOT_FOUND.into_response() };
    // A browser that was cut off says what it has seen last.
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let stamp = last.map_or(shown.stamp, str::to_owned);
    let watch = phone.hub.watch();
    let watcher = Watcher { phone, viewer: account, main, watch, stamp, known: None, looked: None };
    let events = stream::unfold(watcher, |mut watcher| async move {
        let event = watcher.next().await?;
        Some((Ok::<_, Infallible>(event), watcher))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// One open page.
struct Watcher {
    phone: Phone,
    viewer: i64,
    main: Main,
    watch: Watch,
    /// Stands for what the page shows until something is sent.
    stamp: String,
    /// What the page shows.
    known: Option<Snapshot>,
    looked: Option<Instant>,
}

impl Watcher {
    /// Waits until the page has to be told something; nothing when the box closes.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.looked.is_some() && !self.wait().await {
                return None;
            }
            self.looked = Some(Instant::now());
            let snapshot = self.phone.see(self.viewer, |eyes| Snapshot::take(eyes, self.main));
            let is_known = match &self.known {
                Some(known) => *known == snapshot,
                None => snapshot.stamp() == self.stamp,
            };
            let changes = (!is_known).then(|| snapshot.changes_since(self.known.as_ref()));
            self.known = Some(snapshot);
            if let Some(changes) = changes {
                let id = changes["stamp"].as_str().unwrap_or_default().to_owned();
                return Some(Event::default().id(id).data(changes.to_string()));
            }
        }
    }

    /// Waits for a change or for time to pass; false when the box closes.
    async fn wait(&mut self) -> bool {
        let looked = self.looked.unwrap_or_else(Instant::now);
        let quiet = self.until_something_fades();
        let closing = &self.phone.hub.closing;
        tokio::select! {
            () = closing.cancelled() => return false,
            () = self.watch.changed() => {}
            () = tokio::time::sleep(quiet) => {}
        }
        tokio::select! {
            () = closing.cancelled() => false,
            () = tokio::time::sleep(PACE.saturating_sub(looked.elapsed())) => true,
        }
    }

    /// How long nothing that the viewer sees fades by itself.
    fn until_something_fades(&self) -> Duration {
        let left = self.phone.hub.look(|state| {
            let now = state.world.clock.millis();
            state.signs.next_to_fade(self.viewer, now).map(|fades| fades - now)
        });
        left.and_then(|left| u64::try_from(left).ok()).map_or(TICK, |left| Duration::from_millis(left).min(TICK))
    }
}
