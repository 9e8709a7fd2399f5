//! Telling a client that a resource changed: in the era of sessions what it subscribed to one by one, in the stateless
//! era for as long as it listens. Driven by what changed; nothing is looked at again and again.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rmcp::model::{ResourceUpdatedNotificationParam, SubscriptionFilter};
use rmcp::service::{Peer, SubscriptionContext};
use rmcp::{ErrorData, RoleServer};
use telegraphist_application::Dismissal;
use telegraphist_application::changes::Watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Room;
use super::seen::brought;
use crate::resources;

/// So many addresses a connection may watch, and a listener may name.
const ADDRESSES_MAX: usize = 64;

/// What a client of the era of sessions watches.
#[derive(Default)]
pub(super) struct Watched {
    uris: Arc<Mutex<BTreeSet<String>>>,
    /// The one who tells it, from the first subscription to the end of the connection.
    teller: Mutex<Option<DropGuard>>,
}

impl Watched {
    /// Watches this, too.
    pub(super) fn add(&self, uri: String, peer: &Peer<RoleServer>, watch: Watch) -> Result<(), ErrorData> {
        let mut uris = lock(&self.uris);
        if uris.len() >= ADDRESSES_MAX && !uris.contains(&uri) {
            let message = format!("A connection watches at most {ADDRESSES_MAX} resources; unsubscribe from some.");
            return Err(ErrorData::invalid_params(message, None));
        }
        uris.insert(uri);
        drop(uris);
        lock(&self.teller).get_or_insert_with(|| {
            let stop = CancellationToken::new();
            let telling = tell(Arc::clone(&self.uris), peer.clone(), watch);
            tokio::spawn(stop.clone().run_until_cancelled_owned(telling));
            stop.drop_guard()
        });
        Ok(())
    }

    /// Does not watch this any more.
    pub(super) fn remove(&self, uri: &str) {
        lock(&self.uris).remove(uri);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells what changed for as long as the client takes it. A client that is slow makes changes run together, not up.
async fn tell(uris: Arc<Mutex<BTreeSet<String>>>, peer: Peer<RoleServer>, mut watch: Watch) {
    loop {
        let change = watch.next().await;
        let touched: Vec<String> =
            lock(&uris).iter().filter(|uri| resources::is_touched(uri, change)).cloned().collect();
        for uri in touched {
            if peer.notify_resource_updated(ResourceUpdatedNotificationParam::new(uri)).await.is_err() {
                return;
            }
        }
    }
}

impl Room {
    /// What of a listener's wishes is heard.
    pub(super) fn heard(&self, wanted: &SubscriptionFilter) -> SubscriptionFilter {
        let uris = wanted.resource_subscriptions.iter().flatten();
        let selection = &self.offer.selection;
        let watched = uris.filter(|uri| resources::can_be_watched(selection, uri)).take(ADDRESSES_MAX);
        SubscriptionFilter::builder().resource_subscriptions(watched).build()
    }

    /// Tells a listener what changed until it goes.
    pub(super) async fn tell_listener(
        &self,
        listener: &SubscriptionContext,
        mut watch: Watch,
    ) -> Result<(), ErrorData> {
        let _place = self.limits.listeners.try_acquire().map_err(|_| {
            let most = self.inner.options.listeners_max;
            ErrorData::invalid_request(format!("There are at most {most} listeners at once; end one."), None)
        })?;
        let dismissal = brought::<Dismissal>(listener.request_context()).cloned().unwrap_or_default();
        let uris = listener.accepted().resource_subscriptions.clone().unwrap_or_default();
        loop {
            let change = tokio::select! {
                change = watch.next() => change,
                () = listener.cancelled() => return Ok(()),
                // The server ends, or whoever listens does not count any more: the stream ends with its result.
                () = self.closing.cancelled() => return Ok(()),
                () = dismissal.dismissed() => return Ok(()),
            };
            for uri in uris.iter().filter(|uri| resources::is_touched(uri, change)) {
                if listener.sink().notify_resource_updated(uri).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}
