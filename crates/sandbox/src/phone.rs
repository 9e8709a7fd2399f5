//! The phone: pages on a listener of their own, through which a person plays somebody of the box in a browser.
//!
//! Every page is drawn from the world for one account, and a stream tells an open page what has become different since; between the two nothing
//! is kept. Invariant: what people wrote is only ever shown as text; pages load nothing from elsewhere and run no script but the one file that is
//! served with them. Start at [`serve`] for the routes, at [`draw`] for what things look like, at [`live`] for how an open page stays true.

mod acts;
mod assets;
mod calendar;
mod draw;
mod eyes;
mod files;
mod gate;
mod live;
mod pages;
mod pressing;
mod refusals;
mod sending;
mod shapes;
mod signs;
#[cfg(test)]
mod tests;
mod view;
mod window;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tracing::warn;

use crate::server::{Hub, State};
use calendar::{Calendar, Zone};
use eyes::Eyes;
pub(crate) use signs::Signs;

/// What is sent in one request may not be larger.
const BODY_MAX: usize = 64 * 1024 * 1024;

/// What every page of the phone needs.
#[derive(Clone)]
pub(crate) struct Phone {
    hub: Arc<Hub>,
    address: SocketAddr,
    /// Every page carries it and sends it along, so that a page from elsewhere cannot act.
    token: Arc<str>,
}

impl Phone {
    /// A phone that will answer at this address.
    pub(crate) fn new(hub: Arc<Hub>, address: SocketAddr) -> Self {
        let token: [u8; 16] = rand::random();
        Self { hub, address, token: hex::encode(token).into() }
    }

    /// Looks at the world as one account.
    fn see<R>(&self, viewer: i64, look: impl FnOnce(&Eyes<'_>) -> R) -> R {
        self.hub.look(|state| look(&open(state, viewer)))
    }
}

/// One account's look at the state.
fn open(state: &State, viewer: i64) -> Eyes<'_> {
    let calendar = Calendar { now: state.world.now(), zone: Zone::Local };
    Eyes { world: &state.world, signs: &state.signs, viewer, calendar }
}

/// Serves until `closing` resolves.
pub(crate) async fn serve(listener: TcpListener, phone: Phone, closing: impl Future<Output = ()> + Send + 'static) {
    if let Err(error) = axum::serve(listener, router(phone)).with_graceful_shutdown(closing).await {
        warn!(%error, "the phone has ended");
    }
}

fn router(phone: Phone) -> Router {
    Router::new()
        .route("/", get(pages::people))
        .route("/assets/{name}", get(assets::asset))
        .route("/{account}", get(pages::chats))
        .route("/{account}/new", get(pages::everybody))
        .route("/{account}/find", get(pages::find))
        .route("/{account}/unread", get(pages::unread))
        .route("/{account}/live", get(live::stream))
        .route("/{account}/photo/{id}", get(files::photo))
        .route("/{account}/file/{id}", get(files::document))
        .route("/{account}/{chat}", get(pages::chat))
        .route("/{account}/{chat}/more", get(pages::more))
        .route("/{account}/{chat}/find", get(pages::find_here))
        .route("/{account}/{chat}/{topic}", get(pages::topic))
        .route("/{account}/{chat}/send", post(sending::send))
        .merge(acts::routes())
        .merge(pressing::routes())
        .fallback(pages::lost)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(phone.clone(), gate::guard))
        .with_state(phone)
}
