//! The box as bots see it: a Bot API server on loopback, over the same world as everything else.
//!
//! A request is read by [`request`], checked against the [`catalogue`], performed by one function of [`methods`] while the box is locked, and
//! answered in the Bot API's own words. Only `getUpdates` waits. What happens in the world becomes an update in [`desk`] at once, as JSON, so that
//! an update shows what was then. Start at [`serve`].

mod answer;
mod arguments;
mod catalogue;
mod desk;
mod fields;
mod files;
mod json;
mod keyboards;
mod methods;
mod polling;
mod request;
mod server;
mod text;
mod view;

pub(crate) use desk::Desk;
pub(crate) use server::serve;
